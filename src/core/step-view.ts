/** What every step is looked at with, and what it says when it sends or waits. The steps themselves are in steps.ts. */
import type { OperationInHand } from "../schema/machine.ts";
import type { Because, Held, Sent, Wishes } from "./action.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";

/** One machine with an operation in hand. */
export interface StepView {
  readonly snapshot: Snapshot;
  readonly machine: Machine;
  readonly operation: OperationInHand;
  readonly now: Instant;
}

export function because({ machine, operation }: StepView): Because {
  return { reason: "InProgress", facts: { machine: machine.record.metadata.name, step: operation.step } };
}

/** What an effect of this step carries. */
export function sent(view: StepView): Sent {
  const { epoch, step } = view.operation;
  return { machine: view.machine.record.metadata.name, epoch, step, because: because(view) };
}

export function hold(
  { machine, operation }: StepView,
  reason: Held["reason"],
  facts: Held["facts"] = {},
  wakeAt: Instant | null = null,
): Held {
  const name = machine.record.metadata.name;
  const about = { machine: name, step: operation.step, since: operation.stepSince };
  return { wish: "Step", machine: name, reason, facts: { ...about, ...facts }, wakeAt };
}

export function waits(held: Held): Wishes {
  return { actions: [], held: [held] };
}

/** The ordinary wait for the provider or the kubelet, looked at again after a while. */
export function waitFor(
  view: StepView,
  reason: "AwaitingInstance" | "AwaitingNode",
  againMs: number,
): Wishes {
  return waits(hold(view, reason, {}, view.now + againMs));
}
