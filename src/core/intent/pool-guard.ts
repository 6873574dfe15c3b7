/** What every change to a pool asks first, and the patch it sends. */
import type { ManagedNodePoolObject, PoolSpec } from "../../schema/pool.ts";
import { type Change, placeOf, type Refusal } from "./answer.ts";
import { type FieldChange, fieldChanges, mergePatchOf } from "./difference.ts";

export function checkOpen(pool: ManagedNodePoolObject): Refusal | null {
  const since = pool.metadata.deletionTimestamp;
  return since === undefined ? null : { reason: "PoolDeleting", facts: { pool: pool.metadata.name, since } };
}

/** Only what differs is written, so that two people who change different fields do not undo each other. */
export function specPatch(
  pool: ManagedNodePoolObject,
  next: PoolSpec,
  isRelative: boolean,
): readonly Change[] {
  return fieldsPatch(pool, fieldChanges(pool.spec, next), isRelative);
}

export function fieldsPatch(
  pool: ManagedNodePoolObject,
  changes: readonly FieldChange[],
  isRelative: boolean,
): readonly Change[] {
  if (changes.length === 0) return [];
  const body = { spec: mergePatchOf(changes) };
  return [{ kind: "Patch", ...placeOf("ManagedNodePool", pool), body, isRelative }];
}
