/** Which keys of the queue a change concerns. Keys are `pool namespace/name`, `window …` and `provider …`. */
import { poolLabel } from "../core/attributes.ts";
import type { Change, KubeCache } from "../ports/kube.ts";
import { keyOf } from "../ports/kube.ts";
import type { KubeObject } from "../schema/kubernetes.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";

export interface Interest {
  readonly cache: KubeCache;
  /** Where our own objects live; nodes carry only their pool's name. */
  readonly namespace: string;
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
      return ofNode(object, interest);
    case "Pod":
      return ofPod(object, interest);
    case "PodDisruptionBudget":
    case "ReplicaSet":
    case "StatefulSet":
      return isMoving(change) ? busyPools(interest) : [];
    default:
      return [];
  }
}

export function poolsOfProvider(providerKey: string, interest: Interest): readonly string[] {
  return pools(interest)
    .filter((pool) => `${pool.metadata.namespace ?? ""}/${pool.spec.providerRef.name}` === providerKey)
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

function ofNode(object: KubeObject, { namespace }: Interest): readonly string[] {
  const name = object.metadata.labels?.[poolLabel];
  return name === undefined ? [] : [poolKey(namespace, name)];
}

/** Pods matter only while their node has an operation in hand. */
function ofPod(object: KubeObject, interest: Interest): readonly string[] {
  const nodeName = (object as { readonly spec?: { readonly nodeName?: string } }).spec?.nodeName;
  const node = nodeName === undefined ? undefined : interest.cache.get("Node", nodeName);
  const keys = node === undefined ? [] : ofNode(node, interest);
  const busy = busyPools(interest);
  return keys.filter((key) => busy.includes(key));
}

function isMoving({ before, after }: Change): boolean {
  return (
    before === undefined ||
    after === undefined ||
    before.metadata.resourceVersion !== after.metadata.resourceVersion
  );
}

/** Pools with an unfinished operation: only they wait for pods, budgets and workloads. */
function busyPools({ cache }: Interest): readonly string[] {
  const busy = new Set<string>();
  for (const { metadata, spec, status } of cache.list("NodeOperation")) {
    if (status?.finishedTime === undefined) busy.add(poolKey(metadata.namespace, spec.poolName));
  }
  return [...busy];
}
