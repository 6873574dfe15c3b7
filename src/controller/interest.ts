/** Which keys of the queue a change concerns. Keys are `pool namespace/name`, `window …` and `provider …`. */
import { isDeepStrictEqual } from "node:util";
import type { Held } from "../core/action.ts";
import { poolLabel } from "../core/attributes.ts";
import { workloadOf } from "../core/view.ts";
import type { Change, Kind, KubeCache } from "../ports/kube.ts";
import { keyOf } from "../ports/kube.ts";
import type { KubeObject, NodeObject, PodObject, WorkloadObject } from "../schema/kubernetes.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";

/** Kinds of our own, which stand in Poolkeeper's namespace. */
export const ownKinds: readonly Kind[] = [
  "ManagedNodePool",
  "ManagedMachine",
  "NodeOperation",
  "MaintenanceWindow",
  "InfrastructureProvider",
];

/** What the controller watches. Leases are read one by one, and only of suspects. */
export const watchedKinds: readonly Kind[] = [
  ...ownKinds,
  "Node",
  "Pod",
  "PodDisruptionBudget",
  "ReplicaSet",
  "StatefulSet",
];

export interface Interest {
  readonly cache: KubeCache;
  /** Where our own objects live; nodes carry only their pool's name. */
  readonly namespace: string;
  readonly waits: Waits;
}

export function concernedKeys(change: Change, interest: Interest): readonly string[] {
  const object = change.after ?? change.before;
  if (object === undefined) return [];
  switch (change.kind) {
    case "ManagedNodePool":
      return [`pool ${change.key}`];
    case "ManagedMachine":
    case "NodeOperation":
      return [
        poolKey(
          object.metadata.namespace,
          (object as ManagedMachineObject | NodeOperationObject).spec.poolName,
        ),
      ];
    case "MaintenanceWindow":
      return [
        `window ${change.key}`,
        ...pools(interest)
          .filter((pool) => pool.spec.management.maintenanceWindowRef?.name === object.metadata.name)
          .map(poolOf),
      ];
    case "InfrastructureProvider":
      return [`provider ${change.key}`, ...poolsOfProvider(change.key, interest)];
    case "Node":
      return ofNodeChange(change, interest);
    case "Pod":
      return ofPod(object, interest);
    case "PodDisruptionBudget":
      return interest.waits.forBudgets();
    case "ReplicaSet":
    case "StatefulSet":
      return isWorkloadNews(change) ? interest.waits.forWorkloads() : [];
    default:
      return [];
  }
}

/** `named`: only pools of these names; null for all. */
export function poolsOfProvider(
  providerKey: string,
  interest: Interest,
  named: ReadonlySet<string> | null = null,
): readonly string[] {
  return pools(interest)
    .filter(
      ({ metadata, spec }) =>
        (named === null || named.has(metadata.name)) &&
        `${metadata.namespace ?? ""}/${spec.providerRef.name}` === providerKey,
    )
    .map(poolOf);
}

function pools({ cache }: Interest): readonly ManagedNodePoolObject[] {
  return cache.list("ManagedNodePool");
}

function poolOf(pool: ManagedNodePoolObject): string {
  return `pool ${keyOf(pool)}`;
}

function poolKey(namespace: string | undefined, name: string): string {
  return `pool ${namespace ?? ""}/${name}`;
}

/** The pools that the nodes carry, or carried, the label of. */
function ofNodes(nodes: readonly (KubeObject | undefined)[], { namespace }: Interest): readonly string[] {
  const names = new Set(nodes.flatMap((node) => node?.metadata.labels?.[poolLabel] ?? []));
  return [...names].map((name) => poolKey(namespace, name));
}

/** Pods matter while their node is being emptied: it is cordoned then, and its pool has an unfinished operation. */
function ofPod(object: KubeObject, interest: Interest): readonly string[] {
  const { nodeName } = (object as PodObject).spec ?? {};
  if (nodeName === undefined) return [];
  const node = interest.cache.get("Node", nodeName);
  if (node === undefined) return busyPools(interest);
  if (node.spec?.unschedulable !== true) return [];
  return ofNodes([node], interest).filter((key) => isBusy(key, interest));
}

function isBusy(key: string, { cache }: Interest): boolean {
  return cache.byIndex("NodeOperation", "pool", key.slice("pool ".length)).some(isUnfinished);
}

function busyPools({ cache }: Interest): readonly string[] {
  const unfinished = cache.list("NodeOperation").filter(isUnfinished);
  return [...new Set(unfinished.map(({ metadata, spec }) => poolKey(metadata.namespace, spec.poolName)))];
}

function isUnfinished({ status }: NodeOperationObject): boolean {
  return status?.finishedTime === undefined;
}

/** Every node tells every few minutes that it lives; that alone changes nothing that a decision reads. */
function ofNodeChange({ before, after }: Change, interest: Interest): readonly string[] {
  return isDeepStrictEqual(readPart(before), readPart(after)) ? [] : ofNodes([before, after], interest);
}

function readPart(object: KubeObject | undefined): unknown {
  if (object === undefined) return null;
  const { uid, labels, annotations, deletionTimestamp } = object.metadata;
  const { spec, status = {} } = object as NodeObject;
  const { conditions = [], nodeInfo, allocatable } = status;
  const states = conditions.map(({ type, status: state }) => `${type} ${state}`);
  return { uid, labels, annotations, deletionTimestamp, spec, states, nodeInfo, allocatable };
}

function isWorkloadNews({ before, after }: Change): boolean {
  const [was, is] = [before, after].map((object) =>
    object === undefined ? null : workloadOf(object as WorkloadObject),
  );
  return was?.ready !== is?.ready || was?.wanted !== is?.wanted;
}

/** Which pools wait for other people's budgets and workloads, by their last decision: only they hear of changes of those. */
export interface Waits {
  note(pool: string, held: readonly Held[]): void;
  forBudgets(): readonly string[];
  forWorkloads(): readonly string[];
}

export function createWaits(): Waits {
  const budgets = new Set<string>();
  const workloads = new Set<string>();
  const keep = (set: Set<string>, pool: string, isWaiting: boolean): void => {
    if (isWaiting) set.add(`pool ${pool}`);
    else set.delete(`pool ${pool}`);
  };
  return {
    note: (pool, held) => {
      const reasons = new Set(held.map(({ reason }) => reason));
      keep(budgets, pool, reasons.has("DrainBlocked") || reasons.has("DrainImpossible"));
      keep(workloads, pool, reasons.has("HealthGate"));
    },
    forBudgets: () => [...budgets],
    forWorkloads: () => [...workloads],
  };
}
