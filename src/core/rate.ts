/**
 * How many repairs that take a node away may begin by themselves within an hour. Counted from the operations in the API, so
 * that neither a restart nor another leader refills it (S11). Automatic upgrades have their own rests: upgrade.ts.
 */
import type { NodeOperationObject } from "../schema/operation.ts";
import { population } from "./health.ts";
import type { Instant, Snapshot } from "./model.ts";
import type { HandsOff } from "./repair-guard.ts";
import { hourMs, instantOf, timeOf } from "./time.ts";

const periodMs = hourMs;
/** One node climbs the whole ladder, and one more is helped; in large pools and clusters a share. */
const fewest = { pool: 4, cluster: 8 };
const share = { pool: 0.1, cluster: 0.05 };

/** When the operation began to take a node away by itself; null where it did not, or a person asked for it. */
export function repairStart({ spec, status }: NodeOperationObject): Instant | null {
  const isOurs = spec.kind === "Repair" && spec.requestedBy === "Controller";
  const isCounted = isOurs && spec.options.rung !== "RestartService" && status?.startedTime !== undefined;
  return isCounted ? instantOf(status.startedTime) : null;
}

export function isWithinPeriod(start: Instant, now: Instant): boolean {
  return start > now - periodMs;
}

export function rateHold(snapshot: Snapshot, now: Instant): HandsOff | null {
  const { pool, operations, cluster } = snapshot;
  const own = operations.flatMap((operation) => repairStart(operation) ?? []);
  const inPool = { starts: own, limit: limitOf("pool", population(snapshot, now)) };
  const inCluster = {
    starts: [...own, ...cluster.repairStartsElsewhere],
    limit: limitOf("cluster", cluster.machines),
  };
  return reached(inPool, { pool: pool.metadata.name }, now) ?? reached(inCluster, {}, now);
}

function limitOf(of: "pool" | "cluster", machines: number): number {
  return Math.max(fewest[of], Math.ceil(machines * share[of]));
}

function reached(
  { starts, limit }: { readonly starts: readonly Instant[]; readonly limit: number },
  where: { readonly pool?: string },
  now: Instant,
): HandsOff | null {
  // A start from the future was written by a clock that was wrong; it has been, and counts from now (S28).
  const recent = starts
    .filter((start) => isWithinPeriod(start, now))
    .map((start) => Math.min(start, now))
    .toSorted((a, b) => a - b);
  const first = recent[recent.length - limit];
  if (first === undefined) return null;
  const until = first + periodMs;
  const facts = { ...where, count: recent.length, limit, until: timeOf(until) };
  return { reason: "RateReached", facts, wakeAt: until };
}
