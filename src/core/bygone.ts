/**
 * Operations of pools that are no more: the audit trail outlives its pool, for a time and up to a number (S40). Those of a
 * pool that lives are kept by retention.ts.
 */
import type { KubeObject } from "../schema/kubernetes.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { Instant } from "./model.ts";
import { dayMs, hourMs, instantOf } from "./time.ts";

const keptMs = 30 * dayMs;
const kept = 50;
/** Whoever asks for something of a pool that is about to be made gets so much time to make it. */
const patienceMs = hourMs;
/** Deletions in one look. */
const atOnce = 20;

/** Pools of one name may follow each other; what was asked for before this one was made was asked of another. */
export function isOfPool({ metadata }: NodeOperationObject, pool: KubeObject): boolean {
  return !(instantOf(metadata.creationTimestamp) < instantOf(pool.metadata.creationTimestamp));
}

export interface Bygone {
  /** Nobody will ever end them. */
  readonly close: readonly NodeOperationObject[];
  readonly forget: readonly NodeOperationObject[];
  /** When to look again; null when none is left. */
  readonly wakeAt: Instant | null;
}

/** Of operations of one name of a pool, all of them bygone. The pool is taken to have ended with the last of them. */
export function sortBygone(operations: readonly NodeOperationObject[], now: Instant): Bygone {
  if (operations.length === 0) return { close: [], forget: [], wakeAt: null };
  const isOpen = ({ status }: NodeOperationObject): boolean => status?.finishedTime === undefined;
  const close = operations.filter((one) => isOpen(one) && now >= endOf(one) + patienceMs);
  const ended = operations.filter((one) => !isOpen(one)).toSorted((a, b) => endOf(b) - endOf(a));
  const poolEndedAt = Math.max(...operations.map(endOf));
  const forgetAt = poolEndedAt + keptMs;
  const forget = now >= forgetAt ? ended : ended.slice(kept);
  const isMore = close.length > 0 || forget.length > atOnce || operations.some(isOpen);
  return {
    close,
    forget: forget.slice(0, atOnce),
    wakeAt: isMore ? now + patienceMs : Math.max(forgetAt, now + hourMs),
  };
}

function endOf({ metadata, status }: NodeOperationObject): Instant {
  return instantOf(status?.finishedTime ?? metadata.creationTimestamp);
}
