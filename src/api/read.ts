/** Objects by name and their neighbours, from the watched caches. Whether the caller may see them is asked before. */
import { isOfPool } from "../core/bygone.ts";
import { poolLabel } from "../core/attributes.ts";
import { type Kind, keyOf, type ObjectOf } from "../ports/kube.ts";
import type { KubeObject } from "../schema/kubernetes.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import { type Moment, type Sorting, compareNames, latestFirst, nameKey } from "./page.ts";
import { refused } from "./problem.ts";
import type { World } from "./world.ts";

const nouns: Readonly<Partial<Record<Kind, string>>> = {
  ManagedNodePool: "pool",
  ManagedMachine: "machine",
  NodeOperation: "operation",
  MaintenanceWindow: "maintenance window",
  InfrastructureProvider: "provider",
};

export function findObject<K extends Kind>(world: World, kind: K, name = ""): ObjectOf<K> {
  const found = world.cache.get(kind, `${world.namespace}/${name}`);
  if (found !== undefined) return found;
  throw notFound(kind, name, world.namespace);
}

export function notFound(kind: Kind, name: string, namespace: string): Error {
  return refused({ reason: "NotFound", facts: { object: `${nouns[kind] ?? kind} ${name}`, namespace } });
}

/** By its own name, its node's or its instance's. */
export function findRecord(world: World, name = ""): ManagedMachineObject {
  const own = world.cache.get("ManagedMachine", `${world.namespace}/${name}`);
  const found =
    own ??
    world.cache
      .list("ManagedMachine")
      .find(({ status }) => status?.nodeName === name || status?.instanceId === name);
  if (found !== undefined) return found;
  throw notFound("ManagedMachine", name, world.namespace);
}

export function recordsOf(world: World, pool: ManagedNodePoolObject): readonly ManagedMachineObject[] {
  const { uid } = pool.metadata;
  return world.cache
    .byIndex("ManagedMachine", "pool", keyOf(pool))
    .filter(({ spec }) => uid === undefined || spec.poolUid === uid)
    .toSorted((a, b) => compareNames(a.metadata.name, b.metadata.name));
}

export function operationsOf(world: World, pool: ManagedNodePoolObject): readonly NodeOperationObject[] {
  return world.cache
    .byIndex("NodeOperation", "pool", keyOf(pool))
    .filter((operation) => isOfPool(operation, pool))
    .toSorted(newestFirst().compare);
}

export function isOpen({ status }: NodeOperationObject): boolean {
  return status?.finishedTime === undefined;
}

export function poolKeyOf({ metadata, spec }: ManagedMachineObject): string {
  return `${metadata.namespace ?? ""}/${metadata.labels?.[poolLabel] ?? spec.poolName}`;
}

/** Pods that are bound to the node; null where there is none. */
export function podCount(world: World, nodeName: string | undefined): number {
  return nodeName === undefined ? 0 : world.cache.byIndex("Pod", "node", nodeName).length;
}

export function momentOf(world: World, now: number): Moment {
  return { now, isCurrent: world.cache.isSynced() };
}

export function etagOf({ metadata }: KubeObject): string {
  return `"${metadata.resourceVersion ?? ""}"`;
}

export function byName<T extends KubeObject>(): Sorting<T> {
  return {
    name: "name",
    compare: (a, b) => compareNames(a.metadata.name, b.metadata.name),
    keyOf: (item) => keyed(item),
  };
}

export function newestFirst<T extends KubeObject>(): Sorting<T> {
  return latestFirst("latest", {
    timeOf: ({ metadata }) => metadata.creationTimestamp ?? "",
    textOf: ({ metadata }) => nameKey(metadata.name),
    keyOf: (item) => keyed(item),
  });
}

function keyed<T extends KubeObject>({ metadata }: T): T {
  const { name, creationTimestamp } = metadata;
  return { metadata: { name, ...(creationTimestamp === undefined ? {} : { creationTimestamp }) } } as T;
}

/** Part of a name, whatever the case. */
export function hasPart(part: string | undefined, ...texts: readonly (string | undefined)[]): boolean {
  if (part === undefined || part === "") return true;
  const wanted = part.toLowerCase();
  return texts.some((text) => text?.toLowerCase().includes(wanted) === true);
}

/** What was not asked for fits whatever is there. */
export function isFitting<T extends Readonly<Record<string, unknown>>>(
  wanted: Readonly<Partial<Record<keyof T, unknown>>>,
  found: T,
): boolean {
  return Object.keys(found).every((key) => wanted[key] === undefined || wanted[key] === found[key]);
}
