/**
 * The nouns of every decision: what one look at one pool saw. Plain data; nothing here acts, reads a clock or talks.
 * Our own kinds keep their wire shape (types of src/schema); Kubernetes' and the provider's are cut to what decisions need.
 */
import type { LabelSelector, Taint } from "../schema/kubernetes.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { ChargeType, ManagedNodePoolObject } from "../schema/pool.ts";
import type { CatalogueFields } from "../schema/provider.ts";
import type { WindowSpec } from "../schema/window.ts";

/** Milliseconds since the epoch. */
export type Instant = number;

/** Everything one decision may look at. Same snapshot, same instant, same answer. */
export interface Snapshot {
  readonly pool: ManagedNodePoolObject;
  readonly machines: readonly Machine[];
  /** Operations of this pool, finished ones included while they are kept. */
  readonly operations: readonly NodeOperationObject[];
  /** The pool's maintenance window; `Missing` when it is named but does not exist. */
  readonly window: WindowSpec | "Missing" | null;
  readonly provider: ProviderView;
  readonly budgets: readonly Budget[];
  /** Pods of this pool's nodes are in `Machine.pods`; workloads are the owners of those pods, by `workloadKey`. */
  readonly workloads: ReadonlyMap<string, Workload>;
  readonly cluster: ClusterView;
  /** How the last effect on a machine or on the pool ended, by machine name ("" for the pool). Lost on restart. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Answers of refused evictions, by pod UID. Lost on restart. */
  readonly evictions: ReadonlyMap<string, EvictionRefusal>;
}

/** One member: our record, and what was seen of its instance, node and pods. */
export interface Machine {
  readonly record: ManagedMachineObject;
  readonly instance: Instance | null;
  readonly node: Node | null;
  readonly pods: readonly Pod[];
  /** What the provider says of a guest that has not come for some minutes; null where it is not late or nothing is known. */
  readonly diagnosis: string | null;
}

export interface ProviderView {
  readonly name: string;
  readonly region: string;
  readonly catalogue: CatalogueFields | null;
  /** False while the provider cannot be reached or its list is older than it should be: then nothing is concluded from absence. */
  readonly isListComplete: boolean;
  readonly message: string;
  readonly capabilities: Capabilities;
}

export interface Capabilities {
  readonly restartService: boolean;
  readonly replaceSystemDisk: boolean;
  readonly subscription: boolean;
  /** Its machines join the cluster with a bootstrap token and certificates that we let pass. */
  readonly joinsWithToken: boolean;
  /** No cloud controller looks after its nodes: Poolkeeper says where they are and lets them begin. */
  readonly initializesNodes: boolean;
}

export type InstanceState = "Pending" | "Starting" | "Running" | "Stopping" | "Stopped" | "Releasing";

export interface Instance {
  readonly id: string;
  readonly state: InstanceState;
  /** The provider works on it (a disk being replaced, for example); effects wait. */
  readonly isBusy: boolean;
  readonly zone: string;
  readonly instanceType: string;
  readonly chargeType: ChargeType;
  readonly systemDiskId: string;
  readonly dataDiskIds: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: Instant;
  /** IP addresses under which the API server reaches it; none where nodes tell their own. */
  readonly addresses: readonly string[];
  /** What `spec.providerID` of its node is to say; null where the node tells it itself. */
  readonly providerId: string | null;
  /** Set when the provider announces that it will act on the instance itself. */
  readonly hostEvent: { readonly type: string; readonly notBefore: Instant } | null;
}

/** How long something has been observed without a break, on our own monotonic clock. Null: it is not so now. */
export interface Evidence {
  readonly notReadyForMs: number | null;
  /** The node's lease was not renewed for this long. */
  readonly silentForMs: number | null;
  /** Problem conditions (True means bad) by type. */
  readonly problems: readonly { readonly type: string; readonly forMs: number }[];
  /** The provider says that the instance is not running, though nobody here stopped it. */
  readonly downForMs: number | null;
  /** The instance is absent from complete lists for this long. */
  readonly vanishedForMs: number | null;
}

export interface Node {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly createdAt: Instant;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly isUnschedulable: boolean;
  readonly ready: "True" | "False" | "Unknown";
  readonly bootId: string;
  readonly kubeletVersion: string;
  /** What pods may request in all. */
  readonly allocatable: Resources;
}

export interface Resources {
  readonly cpuMilli: number;
  readonly memoryMiB: number;
}

export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly nodeName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly phase: "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown";
  readonly isReady: boolean;
  readonly deletionAt: Instant | null;
  readonly owner: { readonly kind: string; readonly name: string; readonly uid: string } | null;
  /** Static pods are mirrored by the kubelet and cannot be evicted. */
  readonly isMirror: boolean;
  readonly hasLocalStorage: boolean;
  /** The annotation cluster-autoscaler.kubernetes.io/safe-to-evict, where set. */
  readonly safeToEvict: boolean | null;
  readonly priorityClass: string;
  /** Sum over the containers. */
  readonly requests: Resources;
}

/** A PodDisruptionBudget. */
export interface Budget {
  readonly namespace: string;
  readonly name: string;
  readonly selector: LabelSelector;
  readonly disruptionsAllowed: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
  /** Its controller has seen the newest spec. */
  readonly isCurrent: boolean;
  readonly disruptedPods: number;
  /** What it says of pods that run without being ready: they may go while enough others are healthy, or always. */
  readonly unhealthyPods: "IfHealthyBudget" | "AlwaysAllow";
}

export interface Workload {
  readonly wanted: number;
  readonly ready: number;
}

export interface ClusterView {
  /** Who decides: a name that no other process has, nor this one after its next start. */
  readonly self: string;
  /** UID of the kube-system namespace: names this cluster in tags and tokens. */
  readonly uid: string;
  readonly serverVersion: string;
  /** Per machine name. */
  readonly evidence: ReadonlyMap<string, Evidence>;
  /** Milliseconds since our view last had a gap: start, relist, clock jump, new leadership. */
  readonly sinceGapMs: number;
  /** Milliseconds since any node outside the suspects renewed its lease; null when no other node exists. */
  readonly otherLeaseRenewedMsAgo: number | null;
  readonly nodes: number;
  readonly nodesNotReady: number;
  /** Nodes of each zone, by its name. */
  readonly zones: ReadonlyMap<string, ZoneCount>;
  /** Nodes on which Poolkeeper itself, or the cluster's DNS, could be scheduled now. */
  readonly refuges: { readonly Poolkeeper: number; readonly Dns: number };
  /** Recorded machines of all pools. */
  readonly machines: number;
  /** Machines of other pools under repair, and other pools being upgraded: one at a time over the cluster. */
  readonly repairsElsewhere: number;
  readonly upgradesElsewhere: readonly string[];
  /** When automatic repairs that take a node away have begun in other pools, within the last hour. */
  readonly repairStartsElsewhere: readonly Instant[];
  /** A person's brake, over the whole controller or over the pool's provider, with its words. */
  readonly brake: string | null;
  /** Too many upgrades and repairs failed in a row: none begins by itself. */
  readonly tripped: Trip | null;
}

export interface ZoneCount {
  readonly nodes: number;
  readonly notReady: number;
}

/** Machines that failed one after the other, the latest first. */
export interface Trip {
  readonly machines: readonly string[];
  /** When the latest of them failed. */
  readonly at: Instant;
}

/** What happened to the last effect sent for a machine. */
export interface Outcome {
  readonly action: string;
  readonly error: { readonly kind: string; readonly message: string } | null;
  readonly at: Instant;
  /** Of the operation it was sent for; an outcome of an older epoch says nothing about the new one. */
  readonly epoch: number | null;
  /** Consecutive failures, for back-off. */
  readonly failures: number;
}

export interface EvictionRefusal {
  readonly kind: "Blocked" | "TooManyBudgets" | "NamespaceTerminating";
  readonly message: string;
  readonly at: Instant;
  readonly retryAt: Instant;
}
