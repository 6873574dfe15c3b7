/**
 * The Kubernetes API as Poolkeeper uses it. `src/kube` implements it over HTTP, `src/sim` in memory; one conformance
 * suite runs on both and on a real kube-apiserver.
 */
import type {
  CertificateSigningRequestObject,
  KubeObject,
  LeaseObject,
  NodeObject,
  PodDisruptionBudgetObject,
  PodObject,
  SecretObject,
  WorkloadObject,
} from "../schema/kubernetes.ts";
import type { MaintenanceWindowObject } from "../schema/window.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { InfrastructureProviderObject } from "../schema/provider.ts";

export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly isNamespaced: boolean;
}

const ours = { group: "poolkeeper.dev", version: "v1alpha1", isNamespaced: true } as const;

/** Every kind that Poolkeeper speaks of, with its place in the API. */
export const resources = {
  ManagedNodePool: { ...ours, plural: "managednodepools" },
  ManagedMachine: { ...ours, plural: "managedmachines" },
  MaintenanceWindow: { ...ours, plural: "maintenancewindows" },
  NodeOperation: { ...ours, plural: "nodeoperations" },
  InfrastructureProvider: { ...ours, plural: "infrastructureproviders" },
  Node: { group: "", version: "v1", plural: "nodes", isNamespaced: false },
  Pod: { group: "", version: "v1", plural: "pods", isNamespaced: true },
  Namespace: { group: "", version: "v1", plural: "namespaces", isNamespaced: false },
  Secret: { group: "", version: "v1", plural: "secrets", isNamespaced: true },
  PodDisruptionBudget: { group: "policy", version: "v1", plural: "poddisruptionbudgets", isNamespaced: true },
  Lease: { group: "coordination.k8s.io", version: "v1", plural: "leases", isNamespaced: true },
  Event: { group: "events.k8s.io", version: "v1", plural: "events", isNamespaced: true },
  Deployment: { group: "apps", version: "v1", plural: "deployments", isNamespaced: true },
  ReplicaSet: { group: "apps", version: "v1", plural: "replicasets", isNamespaced: true },
  StatefulSet: { group: "apps", version: "v1", plural: "statefulsets", isNamespaced: true },
  CertificateSigningRequest: {
    group: "certificates.k8s.io",
    version: "v1",
    plural: "certificatesigningrequests",
    isNamespaced: false,
  },
  ClusterRoleBinding: {
    group: "rbac.authorization.k8s.io",
    version: "v1",
    plural: "clusterrolebindings",
    isNamespaced: false,
  },
  /** No objects: the right to approve is asked for under this name. */
  Signer: { group: "certificates.k8s.io", version: "v1", plural: "signers", isNamespaced: false },
  CustomResourceDefinition: {
    group: "apiextensions.k8s.io",
    version: "v1",
    plural: "customresourcedefinitions",
    isNamespaced: false,
  },
  SelfSubjectAccessReview: {
    group: "authorization.k8s.io",
    version: "v1",
    plural: "selfsubjectaccessreviews",
    isNamespaced: false,
  },
  SelfSubjectReview: {
    group: "authentication.k8s.io",
    version: "v1",
    plural: "selfsubjectreviews",
    isNamespaced: false,
  },
} as const satisfies Readonly<Record<string, Resource>>;

export type Kind = keyof typeof resources;

/** The type of the object behind a kind's name. Kinds that are not listed are plain `KubeObject`s. */
export interface KnownObjects {
  readonly ManagedNodePool: ManagedNodePoolObject;
  readonly ManagedMachine: ManagedMachineObject;
  readonly MaintenanceWindow: MaintenanceWindowObject;
  readonly NodeOperation: NodeOperationObject;
  readonly InfrastructureProvider: InfrastructureProviderObject;
  readonly Node: NodeObject;
  readonly Pod: PodObject;
  readonly Secret: SecretObject;
  readonly CertificateSigningRequest: CertificateSigningRequestObject;
  readonly PodDisruptionBudget: PodDisruptionBudgetObject;
  readonly Lease: LeaseObject;
  readonly ReplicaSet: WorkloadObject;
  readonly StatefulSet: WorkloadObject;
}

export type ObjectOf<K extends Kind> = K extends keyof KnownObjects ? KnownObjects[K] : KubeObject;

/** Where an object is. `namespace` is absent for cluster-scoped kinds. */
export interface ObjectRef {
  readonly name: string;
  readonly namespace?: string;
}

/** What must still be true of the object for a change to land; otherwise `PortError` Conflict. */
export interface Preconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

export interface Patch {
  /** `merge` is a JSON merge patch, `apply` a server-side apply under `fieldManager`. */
  readonly type: "merge" | "apply";
  readonly body: unknown;
  readonly subresource?: "status" | "scale";
  readonly fieldManager?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

/** The four answers of the Eviction API, and "it is gone already". */
export type EvictionAnswer =
  | { readonly kind: "Evicted" }
  | { readonly kind: "Gone" }
  /** 429: a budget does not allow it now. With a hint when the budget's controller only has to catch up. */
  | { readonly kind: "Blocked"; readonly retryAfterMs: number | null; readonly message: string }
  /** 500: more than one budget covers the pod; the API can never evict it. */
  | { readonly kind: "TooManyBudgets"; readonly message: string }
  /** 403: the namespace is being deleted; its own deletion will take the pod. */
  | { readonly kind: "NamespaceTerminating"; readonly message: string };

/** Reads that go to etcd, and every write. All throw `PortError`. */
export interface Kube {
  get<K extends Kind>(kind: K, ref: ObjectRef): Promise<ObjectOf<K>>;
  /** Every object, all pages at one resource version. */
  list<K extends Kind>(kind: K, options?: ListOptions): Promise<ObjectList<ObjectOf<K>>>;
  create<K extends Kind>(kind: K, object: ObjectOf<K>, options?: CreateOptions): Promise<ObjectOf<K>>;
  /** Replaces the object (or a part of it). Its `resourceVersion` makes this a compare-and-swap. */
  replace<K extends Kind>(
    kind: K,
    object: ObjectOf<K>,
    subresource?: "status" | "approval",
  ): Promise<ObjectOf<K>>;
  patch<K extends Kind>(kind: K, ref: ObjectRef, patch: Patch): Promise<ObjectOf<K>>;
  delete<K extends Kind>(kind: K, ref: ObjectRef, options?: DeleteOptions): Promise<void>;
  /** Evicts one pod by name and UID. Times out on its own, so that one slow budget holds nobody else. */
  evict(pod: ObjectRef, uid: string): Promise<EvictionAnswer>;
}

export interface CreateOptions {
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
}

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface ObjectList<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
}

export interface DeleteOptions extends Preconditions {
  readonly gracePeriodSeconds?: number;
}

/** Watched copies, for decisions. Keys are `namespace/name`, or `name` for cluster-scoped kinds. */
export interface KubeCache {
  /** True once every watched kind was listed and its watch runs. */
  isSynced(): boolean;
  get<K extends Kind>(kind: K, key: string): ObjectOf<K> | undefined;
  list<K extends Kind>(kind: K): readonly ObjectOf<K>[];
  /** Objects under one value of an index, such as pods by node. The indexes are named at construction. */
  byIndex<K extends Kind>(kind: K, index: IndexName, value: string): readonly ObjectOf<K>[];
  /** Calls `listener` for each change, in order, after the copy has changed. The result stops it. */
  onChange(listener: ChangeListener): () => void;
  /** The instant, on the monotonic clock, of the last gap in the kind's view: its start, a relist; now while a gap lasts. */
  lastGapAt(kind: Kind): number;
}

/** Copies of kinds that are not watched all the time, for as long as somebody needs them. */
export interface PassingCache extends KubeCache {
  start(): void;
  stop(): Promise<void>;
}

/** `pool`: label poolkeeper.dev/pool, with the namespace for namespaced kinds. `node`: the pod's node. */
export type IndexName = "pool" | "node" | "namespace";

export type ChangeListener = (change: Change) => void;

export interface Change {
  readonly kind: Kind;
  readonly key: string;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
}

export function keyOf(object: KubeObject): string {
  return refKey(object.metadata);
}

export function refKey(ref: ObjectRef): string {
  return ref.namespace === undefined ? ref.name : `${ref.namespace}/${ref.name}`;
}
