/**
 * What has changed since a point in time, as a bounded log of keys: each object stands in it once, at its latest change.
 * Readers take the object itself as it is when they get there, so a slow reader costs no memory.
 */
import type { Change, Kind, KubeCache } from "../ports/kube.ts";
import { nodeOf } from "../core/view.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";

export interface ChangedKey {
  readonly sequence: number;
  readonly kind: Kind;
  readonly key: string;
}

export interface ChangeLog {
  latest(): number;
  /** Null: it is too long ago to be known. */
  since(sequence: number, limit: number): readonly ChangedKey[] | null;
  /** Called soon after something has changed. The result stops it. */
  onChange(listener: () => void): () => void;
  stop(): void;
}

const told: ReadonlySet<Kind> = new Set([
  "ManagedNodePool",
  "ManagedMachine",
  "NodeOperation",
  "MaintenanceWindow",
  "InfrastructureProvider",
]);

export interface LogOptions {
  readonly cache: KubeCache;
  /** Of keys; older changes are forgotten, and whoever has not read them begins anew. */
  readonly limit: number;
}

export function createChangeLog({ cache, limit }: LogOptions): ChangeLog {
  const log = new Map<string, ChangedKey>();
  const listeners = new Set<() => void>();
  const machinesByNode = new Map<string, string>();
  let latest = 0;
  let forgotten = 0;

  const note = (kind: Kind, key: string): void => {
    latest += 1;
    const name = `${kind} ${key}`;
    // Taken out first, so that it stands at the end: the map keeps the order of insertion.
    log.delete(name);
    log.set(name, { sequence: latest, kind, key });
    const [oldest] = log;
    if (log.size <= limit || oldest === undefined) return;
    forgotten = oldest[1].sequence;
    log.delete(oldest[0]);
  };
  const hear = (change: Change): void => {
    const { kind, key } = change;
    if (kind === "ManagedMachine") follow(machinesByNode, change);
    const machine = kind === "Node" ? machinesByNode.get(key) : undefined;
    if (told.has(kind)) note(kind, key);
    else if (machine !== undefined && isNews(change)) note("ManagedMachine", machine);
    else return;
    for (const listener of listeners) listener();
  };
  for (const machine of cache.list("ManagedMachine")) {
    const { namespace = "", name } = machine.metadata;
    if (machine.status?.nodeName !== undefined)
      machinesByNode.set(machine.status.nodeName, `${namespace}/${name}`);
  }
  const stop = cache.onChange(hear);
  return {
    latest: () => latest,
    since: (sequence, count) => {
      if (sequence < forgotten || sequence > latest) return null;
      return [...log.values()].filter((entry) => entry.sequence > sequence).slice(0, count);
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop,
  };
}

/** A row shows of the node whether it is Ready and cordoned; heartbeats are no news. */
function isNews({ before, after }: Change): boolean {
  if (before === undefined || after === undefined) return true;
  const [old, now] = [nodeOf(before), nodeOf(after)];
  return old.ready !== now.ready || old.isUnschedulable !== now.isUnschedulable;
}

function follow(machinesByNode: Map<string, string>, { key, before, after }: Change): void {
  const [old, now] = [before, after].map(
    (object) => (object as ManagedMachineObject | undefined)?.status?.nodeName,
  );
  if (old !== undefined && old !== now && machinesByNode.get(old) === key) machinesByNode.delete(old);
  if (now !== undefined) machinesByNode.set(now, key);
}
