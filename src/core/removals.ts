/**
 * The pool's count falls with each named removal, and rises again for each node that is kept after all. Both are written
 * into `spec.replicas` together with a note of what was counted, in one patch, so that a repeat changes nothing.
 */
import type { NodeOperationObject } from "../schema/operation.ts";
import type { Wishes } from "./action.ts";
import type { Instant, Snapshot } from "./model.ts";
import { activeOperations, byAge, isEnd, progressOf } from "./progress.ts";
import { perPass } from "./remember.ts";

/** `uid=lowered/restored` per operation, separated by spaces. */
export const removalsAnnotation = "poolkeeper.dev/counted-removals";

interface Counted {
  readonly lowered: number;
  readonly restored: number;
}

export const settleReplicas: (snapshot: Snapshot, now: Instant) => Wishes = perPass((snapshot, now) => {
  const { pool } = snapshot;
  if (pool.metadata.deletionTimestamp !== undefined) return none;
  const before = parseCounted(pool.metadata.annotations?.[removalsAnnotation] ?? "");
  const after = new Map<string, Counted>();
  const counting = snapshot.operations.filter(isCounting).toSorted(byAge);
  let { replicas } = pool.spec;
  for (const operation of counting) {
    const uid = operation.metadata.uid ?? "";
    const kept = keptTargets(operation, snapshot, now);
    const known = before.get(uid) ?? (isBegun(operation, snapshot) ? lostNote(operation, kept) : uncounted);
    const lowered =
      known === uncounted
        ? Math.min(replicas, newlyNamed(operation, counting, snapshot, now))
        : known.lowered;
    const restored = Math.min(lowered, kept);
    after.set(uid, { lowered, restored });
    replicas += restored - known.restored - (lowered - known.lowered);
  }
  if ([...after].every(([uid, counted]) => isSameCount(counted, before.get(uid)))) return none;
  const because = {
    reason: "RemovalRequested",
    facts: { pool: pool.metadata.name, have: pool.spec.replicas, wanted: Math.max(0, replicas) },
  } as const;
  return {
    actions: [
      { kind: "AdjustReplicas", replicas: Math.max(0, replicas), removals: writeCounted(after), because },
    ],
    held: [],
  };
});

const uncounted: Counted = { lowered: 0, restored: 0 };

/** No removal begins before it is counted: this one was, and somebody has lost the note. */
function isBegun({ metadata: { uid } }: NodeOperationObject, { machines }: Snapshot): boolean {
  return machines.some(
    ({ record: { status } }) => uid !== undefined && status?.operation?.operation?.uid === uid,
  );
}

function lostNote({ spec }: NodeOperationObject, kept: number): Counted {
  return { lowered: spec.targets.length, restored: kept };
}

/** A removal whose targets are not yet taken off the count. */
export function isUncounted(operation: NodeOperationObject, { pool }: Snapshot): boolean {
  if (!isCounting(operation) || pool.metadata.deletionTimestamp !== undefined) return false;
  return !parseCounted(pool.metadata.annotations?.[removalsAnnotation] ?? "").has(
    operation.metadata.uid ?? "",
  );
}

/** False while the count is about to change by a removal: until then nobody refills and nobody takes more. */
export function isCountSettled(snapshot: Snapshot, now: Instant): boolean {
  return settleReplicas(snapshot, now).actions.length === 0;
}

function isCounting({ spec }: NodeOperationObject): boolean {
  return spec.kind === "RemoveNodes" && spec.options.lowersReplicas;
}

/**
 * Targets that are machines of this pool, and that no other removal takes away already: a wrong UID, or a machine named
 * twice, would otherwise lower the count too far, and the count would then take a machine that nobody named (S3).
 */
function newlyNamed(
  operation: NodeOperationObject,
  counting: readonly NodeOperationObject[],
  snapshot: Snapshot,
  now: Instant,
): number {
  const others = activeOperations(snapshot, "RemoveNodes").filter(
    (other) => other !== operation && (!counting.includes(other) || byAge(other, operation) < 0),
  );
  const taken = new Set(
    others.flatMap((other) =>
      progressOf(other, snapshot, now).flatMap(({ target, record }) =>
        isEnd(record.state) ? [] : target.uid,
      ),
    ),
  );
  return progressOf(operation, snapshot, now).filter(
    ({ target, machine }) => machine !== null && !taken.has(target.uid),
  ).length;
}

function keptTargets(operation: NodeOperationObject, snapshot: Snapshot, now: Instant): number {
  return progressOf(operation, snapshot, now).filter(({ record }) => keptStates.has(record.state)).length;
}

const keptStates: ReadonlySet<string> = new Set(["Failed", "Blocked", "Skipped", "Cancelled"]);

function isSameCount(a: Counted, b: Counted | undefined): boolean {
  return b !== undefined && a.lowered === b.lowered && a.restored === b.restored;
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
