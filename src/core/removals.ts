/**
 * The pool's count falls with each named removal, and rises again for each node that is kept after all. Both are written
 * into `spec.replicas` together with a note of what was counted, in one patch, so that a repeat changes nothing.
 */
import type { NodeOperationObject } from "../schema/operation.ts";
import type { Wishes } from "./action.ts";
import type { Instant, Snapshot } from "./model.ts";
import { progressOf } from "./progress.ts";

/** `uid=lowered/restored` per operation, separated by spaces. */
export const removalsAnnotation = "poolkeeper.dev/counted-removals";

interface Counted {
  readonly lowered: number;
  readonly restored: number;
}

export function settleReplicas(snapshot: Snapshot, now: Instant): Wishes {
  const { pool } = snapshot;
  if (pool.metadata.deletionTimestamp !== undefined) return none;
  const counted = parseCounted(pool.metadata.annotations?.[removalsAnnotation] ?? "");
  const wanted = new Map<string, Counted>();
  let { replicas } = pool.spec;
  let isChanged = false;
  for (const operation of snapshot.operations) {
    if (operation.spec.kind !== "RemoveNodes" || !operation.spec.options.lowersReplicas) continue;
    const uid = operation.metadata.uid ?? "";
    const before = counted.get(uid) ?? { lowered: 0, restored: 0 };
    const records = progressOf(operation, snapshot, now);
    const kept = records.filter(
      ({ record, machine }) => machine !== null && record.state !== "Succeeded" && isKept(record.state),
    );
    const after = { lowered: operation.spec.targets.length, restored: kept.length };
    wanted.set(uid, after);
    if (after.lowered === before.lowered && after.restored === before.restored) continue;
    replicas += after.restored - before.restored - (after.lowered - before.lowered);
    isChanged = true;
  }
  if (!isChanged) return none;
  const because = {
    reason: "RemovalRequested",
    facts: { pool: pool.metadata.name, have: pool.spec.replicas, wanted: Math.max(0, replicas) },
  } as const;
  return {
    actions: [
      { kind: "AdjustReplicas", replicas: Math.max(0, replicas), removals: writeCounted(wanted), because },
    ],
    held: [],
  };
}

/** A removal whose targets are not yet taken off the count. */
export function isUncounted(operation: NodeOperationObject, { pool }: Snapshot): boolean {
  const { kind, options } = operation.spec;
  if (kind !== "RemoveNodes" || !options.lowersReplicas || pool.metadata.deletionTimestamp !== undefined)
    return false;
  return !parseCounted(pool.metadata.annotations?.[removalsAnnotation] ?? "").has(
    operation.metadata.uid ?? "",
  );
}

/** False while the count is about to change by a removal: until then nobody refills and nobody takes more. */
export function isCountSettled(snapshot: Snapshot, now: Instant): boolean {
  return settleReplicas(snapshot, now).actions.length === 0;
}

function isKept(state: string): boolean {
  return state === "Failed" || state === "Blocked" || state === "Skipped" || state === "Cancelled";
}

function parseCounted(text: string): ReadonlyMap<string, Counted> {
  const entries = text.split(" ").flatMap((entry): [string, Counted][] => {
    const match = /^([^=]+)=(\d+)\/(\d+)$/.exec(entry);
    return match === null
      ? []
      : [[match[1] ?? "", { lowered: Number(match[2]), restored: Number(match[3]) }]];
  });
  return new Map(entries);
}

/** Operations that are no longer kept fall out of the note. */
function writeCounted(counted: ReadonlyMap<string, Counted>): string {
  return [...counted].map(([uid, { lowered, restored }]) => `${uid}=${lowered}/${restored}`).join(" ");
}

const none: Wishes = { actions: [], held: [] };
