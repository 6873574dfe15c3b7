/** Builders for tests: each gives a whole, healthy object, and takes only what the test is about. Not for the product. */
import type {
  DiskFields,
  MachineSpec,
  MachineStatus,
  ManagedMachineObject,
  OperationInHand,
} from "../schema/machine.ts";
import type { NodeOperationObject, OperationSpec, OperationStatus } from "../schema/operation.ts";
import type { ChargeType, ManagedNodePoolObject, PoolSpec, PoolStatus } from "../schema/pool.ts";
import type { ObjectMeta } from "../schema/kubernetes.ts";
import type { WindowSpec } from "../schema/window.ts";
import type {
  Budget,
  ClusterView,
  Evidence,
  EvictionRefusal,
  Instance,
  Instant,
  Machine,
  Node,
  Outcome,
  Pod,
  ProviderView,
  Snapshot,
  Workload,
} from "./model.ts";
import { targetDisk } from "./target.ts";
import {
  aBudget,
  aNode,
  anInstance,
  aPod,
  aProvider,
  aRegion,
  aVersion,
  capableOf,
  healthy,
  noon,
  uidOf,
} from "./testing-cluster.ts";
import { dayMs, timeOf } from "./time.ts";

export { aBudget, aNode, anInstance, aPod, capableOf, healthy, noon };

const namespace = "poolkeeper-system";

type Sections = "template" | "management" | "upgrade" | "drain" | "deletion";
type PoolWishes = Partial<Omit<PoolSpec, Sections>> & {
  readonly [S in Sections]?: Partial<PoolSpec[S]>;
} & { readonly name?: string; readonly metadata?: Partial<ObjectMeta>; readonly status?: PoolStatus };

/** Five machines of pool web, nothing automatic but repair. */
export function aPool(wishes: PoolWishes = {}): ManagedNodePoolObject {
  const { name = "web", metadata, status, template, management, upgrade, drain, deletion, ...spec } = wishes;
  return {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "ManagedNodePool",
    metadata: { ...metaFor(name), ...metadata },
    spec: {
      replicas: 5,
      providerRef: { name: "simulator" },
      template: {
        systemDisk: { sizeGiB: 40 },
        chargeType: "PayAsYouGo",
        unschedulable: false,
        ...template,
      },
      management: { autoUpgrade: false, autoRepair: true, repairApproval: "Automatic", ...management },
      upgrade: {
        method: "ReplaceSystemDisk",
        maxUnavailable: 1,
        maxSurge: 0,
        maxParallel: 10,
        soakSeconds: 600,
        maxFailedNodes: 0,
        healthGate: "Enabled",
        ...upgrade,
      },
      drain: { timeoutSeconds: 1800, onTimeout: "Skip", ...drain },
      deletion: { instances: "Release", drain: true, ...deletion },
      paused: false,
      ...spec,
    },
    ...(status === undefined ? {} : { status }),
  };
}

export interface MachineWishes {
  readonly name: string;
  readonly pool: string;
  readonly zone: string;
  readonly chargeType: ChargeType;
  /** False: the node says that it is not ready. */
  readonly ready: boolean;
  readonly cordoned: boolean;
  /** Version of the image its disk was made from. */
  readonly image: string;
  readonly kubernetesVersion: string;
  readonly createdAt: Instant;
  readonly operation: Partial<OperationInHand>;
  readonly metadata: Partial<ObjectMeta>;
  readonly spec: Partial<MachineSpec>;
  readonly status: Partial<MachineStatus>;
  /** Null: there is none. */
  readonly instance: Partial<Instance> | null;
  readonly node: Partial<Node> | null;
  readonly pods: readonly Pod[];
  readonly diagnosis: string | null;
}

/** Running, joined and Ready, with nothing in hand; its pods are put on its node. */
export function aMachine(wishes: Partial<MachineWishes> = {}): Machine {
  const { name = "web-1", createdAt = noon - dayMs, chargeType = "PayAsYouGo" } = wishes;
  const zone = wishes.zone ?? "cn-hangzhou-a";
  const id = wishes.instance?.id ?? `i-${name}`;
  const instance =
    wishes.instance === null ? null : anInstance({ id, zone, chargeType, createdAt, ...wishes.instance });
  const node = wishes.node === null ? null : nodeOf(wishes, { name: `${aRegion}.${id}`, zone, createdAt });
  const record = aRecord({ ...wishes, name, createdAt, chargeType }, instance, node);
  const pods = (wishes.pods ?? []).map((pod) => onNode(pod, node));
  return { record, instance, node, pods, diagnosis: wishes.diagnosis ?? null };
}

function nodeOf(
  wishes: Partial<MachineWishes>,
  { zone, ...common }: { readonly name: string; readonly zone: string; readonly createdAt: Instant },
): Node {
  return aNode({
    ...common,
    labels: { "poolkeeper.dev/pool": wishes.pool ?? "web", "topology.kubernetes.io/zone": zone },
    ready: wishes.ready === false ? "False" : "True",
    isUnschedulable: wishes.cordoned ?? false,
    kubeletVersion: wishes.kubernetesVersion ?? aVersion,
    ...wishes.node,
  });
}

function aRecord(
  wishes: Partial<MachineWishes> & Pick<MachineWishes, "name" | "createdAt" | "chargeType">,
  instance: Instance | null,
  node: Node | null,
): ManagedMachineObject {
  const pool = wishes.pool ?? "web";
  const identity: MachineStatus = {
    ...(instance === null
      ? {}
      : { instanceId: instance.id, zone: instance.zone, instanceType: instance.instanceType }),
    ...(node === null ? {} : { nodeName: node.name, nodeUid: node.uid, joinedTime: timeOf(node.createdAt) }),
    disk: aDisk(wishes.image, wishes.kubernetesVersion),
    ...(wishes.operation === undefined ? {} : { operation: anOperationInHand(wishes.operation) }),
  };
  return {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "ManagedMachine",
    metadata: {
      ...metaFor(wishes.name),
      creationTimestamp: timeOf(wishes.createdAt),
      labels: { "poolkeeper.dev/pool": pool },
      ...wishes.metadata,
    },
    spec: {
      poolName: pool,
      poolUid: uidOf(pool),
      revision: 1,
      chargeType: wishes.chargeType,
      attributes: {},
      ...wishes.spec,
    },
    status: { ...identity, ...wishes.status },
  };
}

export function anOperationInHand(wishes: Partial<OperationInHand> = {}): OperationInHand {
  return {
    kind: "Upgrade",
    plan: "ReplaceSystemDisk",
    epoch: 1,
    step: "Drain",
    stepSince: timeOf(noon),
    startedTime: timeOf(noon),
    options: { drain: true, release: false },
    ...wishes,
  };
}

/** The disk that aPool asks for when it names this image and kubelet version. */
export function aDisk(image = "3.1", kubernetesVersion = aVersion): DiskFields {
  const family = aProvider.catalogue?.images[0]?.family ?? "";
  const { template } = aPool({ template: { image: { family, version: image }, kubernetesVersion } }).spec;
  const target = targetDisk(template, aProvider, { serverVersion: kubernetesVersion });
  if (!target.ok) throw new Error(`The catalogue of tests has no image ${image} with ${kubernetesVersion}.`);
  return target.disk;
}

type OperationWishes = Partial<Omit<OperationSpec, "options">> & {
  readonly name?: string;
  readonly options?: Partial<OperationSpec["options"]>;
  readonly metadata?: Partial<ObjectMeta>;
  readonly status?: OperationStatus;
};

/** A running upgrade of no machine: name the targets. */
export function anOperation(wishes: OperationWishes = {}): NodeOperationObject {
  const { name = "web-upgrade-1", options, metadata, status, ...spec } = wishes;
  return {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "NodeOperation",
    metadata: { ...metaFor(name), ...metadata },
    spec: {
      poolName: "web",
      kind: "Upgrade",
      targets: [],
      options: {
        drain: true,
        release: false,
        lowersReplicas: true,
        when: "InWindow",
        labelsAndTaints: true,
        instanceTags: true,
        ...options,
      },
      state: "Run",
      approval: "NotNeeded",
      ...spec,
    },
    ...(status === undefined ? {} : { status }),
  };
}

/** Every night from 02:00 to 06:00, UTC. */
export function aWindow(wishes: Partial<WindowSpec> = {}): WindowSpec {
  return {
    enabled: true,
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    start: "02:00",
    durationMinutes: 240,
    timeZone: "UTC",
    ...wishes,
  };
}

export interface SnapshotWishes {
  readonly pool: ManagedNodePoolObject;
  readonly machines: readonly Machine[];
  readonly operations: readonly NodeOperationObject[];
  readonly window: Snapshot["window"];
  readonly provider: Partial<ProviderView>;
  readonly budgets: readonly Budget[];
  readonly workloads: Readonly<Record<string, Workload>>;
  readonly cluster: Partial<Omit<ClusterView, "evidence">>;
  /** What differs from healthy, by machine name. */
  readonly evidence: Readonly<Record<string, Partial<Evidence>>>;
  readonly outcomes: Readonly<Record<string, Outcome>>;
  /** By pod UID. */
  readonly evictions: Readonly<Record<string, EvictionRefusal>>;
}

/** A calm cluster in full view: the pool wants as many machines as there are, and every one of them is healthy. */
export function aSnapshot(wishes: Partial<SnapshotWishes> = {}): Snapshot {
  const machines = wishes.machines ?? [];
  return {
    pool: wishes.pool ?? aPool({ replicas: machines.length }),
    machines,
    operations: wishes.operations ?? [],
    window: wishes.window ?? null,
    provider: { ...aProvider, ...wishes.provider },
    budgets: wishes.budgets ?? [],
    workloads: new Map(Object.entries(wishes.workloads ?? {})),
    cluster: {
      self: "us",
      uid: "cluster-1",
      serverVersion: aVersion,
      evidence: new Map(
        machines.map(({ record: { metadata } }) => [
          metadata.name,
          { ...healthy, ...wishes.evidence?.[metadata.name] },
        ]),
      ),
      sinceGapMs: dayMs,
      otherLeaseRenewedMsAgo: 1000,
      nodes: machines.length,
      nodesNotReady: machines.filter(({ node }) => node !== null && node.ready !== "True").length,
      zones: new Map(),
      refuges: { Poolkeeper: machines.length, Dns: machines.length },
      machines: machines.length,
      repairsElsewhere: 0,
      upgradesElsewhere: [],
      repairStartsElsewhere: [],
      brake: null,
      tripped: null,
      ...wishes.cluster,
    },
    outcomes: new Map(Object.entries(wishes.outcomes ?? {})),
    evictions: new Map(Object.entries(wishes.evictions ?? {})),
  };
}

function metaFor(name: string): ObjectMeta {
  return {
    name,
    namespace,
    uid: uidOf(name),
    resourceVersion: "1",
    generation: 1,
    creationTimestamp: timeOf(noon - dayMs),
  };
}

function onNode(pod: Pod, node: Node | null): Pod {
  return node === null ? pod : { ...pod, nodeName: node.name };
}
