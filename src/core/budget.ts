/** How many nodes may be away at once, and how fast a roll may widen. */
import type { PoolSpec } from "../schema/pool.ts";
import type { Instant, Snapshot } from "./model.ts";
import { isAvailable, members } from "./member.ts";

/** A number, or a percentage of the pool rounded up, at least one for percentages above zero. */
export function maxUnavailable(spec: PoolSpec): number {
  const { maxUnavailable: limit } = spec.upgrade;
  if (typeof limit === "number") return limit;
  const percent = Number(limit.replace("%", ""));
  return Math.ceil((percent / 100) * spec.replicas);
}

/**
 * Nodes that may be taken away now: what the pool wants, less what is away already for any reason. The pool's own count
 * is the base, never the list of nodes that happens to be there (S8, S9).
 */
export function disruptionsLeft(snapshot: Snapshot, now: Instant): number {
  const available = members(snapshot, now).filter(isAvailable).length;
  return available - (snapshot.pool.spec.replicas - maxUnavailable(snapshot.pool.spec));
}
