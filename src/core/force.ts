/** What becomes of an upgrade's drain at its limit. Who drains, and how, is not its business. */
import type { PoolSpec } from "../schema/pool.ts";
import type { StepView } from "./step-view.ts";

export type OnTimeout = PoolSpec["drain"]["onTimeout"];

/**
 * As it was agreed when the upgrade was asked for: a later word of the pool forces no drain that runs. But a licence that
 * was taken back is gone at once: where the two differ the more careful one counts (S18).
 */
export function onTimeoutOf({ operation, snapshot }: StepView): OnTimeout {
  const says = snapshot.pool.spec.drain.onTimeout;
  const agreed = operation.options.onTimeout ?? "Skip";
  return agreed === "Force" ? says : agreed;
}

/** The pool asks for force since, which this drain does not use. */
export function isForceTooLate(view: StepView): boolean {
  const isUpgrade = view.operation.kind === "Upgrade";
  return isUpgrade && view.snapshot.pool.spec.drain.onTimeout === "Force" && onTimeoutOf(view) !== "Force";
}
