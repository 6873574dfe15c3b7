/** Finished operations are the audit trail of a pool, and not kept for ever: beyond a number the oldest go. */
import type { NodeOperationObject } from "../schema/operation.ts";
import type { Action, Wishes } from "./action.ts";
import type { Instant, Snapshot } from "./model.ts";
import { instantOf } from "./time.ts";

const kept = 50;
/** Deletions in one pass. */
const atOnce = 20;

export function retention({ pool, operations, machines }: Snapshot, _now: Instant): Wishes {
  const inUse = new Set(machines.map(({ record }) => record.status?.operation?.operation?.uid));
  const finished = operations
    .filter(({ metadata, status }) => status?.finishedTime !== undefined && !inUse.has(metadata.uid))
    .toSorted(byEnd);
  const surplus = finished.slice(0, Math.max(0, finished.length - kept)).slice(0, atOnce);
  const actions = surplus.map(
    ({ metadata }): Action => ({
      kind: "ForgetOperation",
      operation: metadata.name,
      uid: metadata.uid ?? "",
      because: {
        reason: "OperationsKept",
        facts: { pool: pool.metadata.name, operation: metadata.name, limit: kept },
      },
    }),
  );
  return { actions, held: [] };
}

function byEnd(a: NodeOperationObject, b: NodeOperationObject): number {
  const order = instantOf(a.status?.finishedTime) - instantOf(b.status?.finishedTime);
  return order || (a.metadata.name < b.metadata.name ? -1 : 1);
}
