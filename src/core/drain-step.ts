/** The step that empties a node: what it sends and what it says of the pods in the way. Which pods, is decided in drain.ts. */
import { type Action, type Held, together, type Wishes } from "./action.ts";
import { isCordonedByUs } from "./attributes.ts";
import { type DrainBlocker, drainState } from "./drain.ts";
import { isForceTooLate, onTimeoutOf } from "./force.ts";
import { send, sendAll } from "./send.ts";
import { hold, sent, type StepView, waits } from "./step-view.ts";
import { instantOf, secondMs } from "./time.ts";

/** Pods that wait their turn for this long are the ordinary course of a drain, and no news. */
export const drainQuietMs: number = 30 * secondMs;

/** Nothing left that can move, and nothing new can come. */
export function isEmptied({ machine, snapshot, now }: StepView): boolean {
  const { node } = machine;
  return (node === null || node.isUnschedulable) && drainState(machine, snapshot, now).isDone;
}

export function drainWishes(view: StepView): Wishes {
  const { machine, snapshot, now } = view;
  const { node } = machine;
  if (node !== null && !node.isUnschedulable) {
    // Without our mark we have never cordoned it: the node has joined, or was made anew, since the drain began.
    return isCordonedByUs(node)
      ? waits(hold(view, "UncordonedByPerson", { node: node.name }))
      : send(view, { ...sent(view), kind: "CordonNode", node });
  }
  const state = drainState(machine, snapshot, now);
  const evictions = state.evictNow.map((pod): Action => ({ ...sent(view), kind: "EvictPod", pod }));
  const tellAt = instantOf(view.operation.stepSince) + drainQuietMs;
  const wakeAt = now < tellAt ? Math.min(state.wakeAt ?? tellAt, tellAt) : state.wakeAt;
  const held = state.blocked.map((blocker) =>
    hold(view, holdReasonOf(blocker.reason), blockerFacts(blocker), wakeAt),
  );
  if (state.blocked.length > 0 && isForceTooLate(view)) held.push(tooLate(view));
  if (state.waiting.length > 0) {
    held.push(hold(view, "PodsTerminating", { count: state.waiting.length }, wakeAt));
  }
  return together([sendAll(view, evictions), { actions: [], held }]);
}

function tooLate(view: StepView): Held {
  const { operation, snapshot } = view;
  const facts = {
    pool: snapshot.pool.metadata.name,
    have: onTimeoutOf(view),
    until: operation.drainDeadline ?? "",
  };
  return hold(view, "ForceTooLate", facts);
}

/** Of several budgets over one pod it is enough to name them: no number of theirs would help. */
function blockerFacts({ pod, reason, facts }: DrainBlocker): Held["facts"] {
  const object = `pod ${pod.namespace}/${pod.name}`;
  return reason === "TooManyBudgets" ? { object, message: facts["budget"] ?? "" } : { ...facts, object };
}

function holdReasonOf(reason: DrainBlocker["reason"]): Held["reason"] {
  return reason === "DrainImpossible" || reason === "TooManyBudgets" ? "DrainImpossible" : "DrainBlocked";
}
