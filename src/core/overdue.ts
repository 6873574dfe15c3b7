/** What becomes of a step that takes too long: it is given up, put back, forced or waited for, as its purpose demands. */
import type { MachineStatus } from "../schema/machine.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import { type Action, type Because, together, type Wishes } from "./action.ts";
import { begin, ended, entering, isSilent } from "./begin.ts";
import { drainState } from "./drain.ts";
import { onTimeoutOf } from "./force.ts";
import { isSubscription, nameOf } from "./member.ts";
import type { Instant, Machine } from "./model.ts";
import { type Facts, type FailureReason, storedFacts } from "./reason.ts";
import { sendAll } from "./send.ts";
import { hold, sent, type StepView, waits } from "./step-view.ts";
import { type PlanName, plans } from "./steps.ts";
import { instantOf, minuteMs } from "./time.ts";

/** When the step has taken too long; null: never. */
export function limitOf({ operation }: StepView, limitMs: number | null): Instant | null {
  if (operation.step === "Drain") return instantOf(operation.drainDeadline);
  if (limitMs === null) return null;
  // A repair has a next rung to climb to; an upgrade has none, and gives the node more time.
  const isRepair = operation.step === "AwaitReady" && operation.kind === "Repair";
  return instantOf(operation.stepSince) + (isRepair ? Math.min(limitMs, repairWaitMs) : limitMs);
}

const repairWaitMs = 8 * minuteMs;

/** What to do instead; "Done": go on as if it were. Null: there is nothing better than to go on waiting. */
export function overdue(view: StepView): Wishes | "Done" | null {
  const { operation } = view;
  if (operation.step === "Drain") return drainOverdue(view);
  const failure = { reason: "StepTimedOut", facts: lateFacts(view), outcome: "Failed" } as const;
  switch (operation.plan as PlanName) {
    case "Create":
      return abandonCreation(view);
    case "RestartService":
      return giveUp(view, { ...failure, reason: "NotHealed" });
    case "Reboot":
      return putBack(view, { ...failure, reason: "NotHealed" });
    case "ReplaceSystemDisk":
      if (isUnderWay(view)) return null;
      return putBack(
        view,
        operation.step === "AwaitReady" ? { ...failure, reason: "NodeNotReady" } : failure,
      );
    case "PutBackStopped":
      return operation.step === "AwaitReady" ? "Done" : null;
    default:
      return null;
  }
}

/** The provider is at it: only when it has ended can the instance be started again. */
function isUnderWay({ operation, machine: { instance } }: StepView): boolean {
  if (operation.step === "Stop") return instance?.state !== "Running";
  return operation.step === "ReplaceDisk" && instance?.isBusy === true;
}

/** The step, and what the provider says of a guest that never came. */
function lateFacts({ operation, machine }: StepView): Readonly<Record<string, string>> {
  const { step, stepSince: since } = operation;
  const late = { machine: nameOf(machine), step, since };
  return machine.diagnosis === null ? late : { ...late, message: machine.diagnosis };
}

/** Drain limits differ by purpose: removal keeps the node, an upgrade does what the pool says, repair of a dead node goes on. */
function drainOverdue(view: StepView): Wishes | "Done" | null {
  const { operation, snapshot, machine } = view;
  if (operation.kind === "Repair" && isSilent(snapshot, machine)) return "Done";
  if (operation.kind === "Remove" && causeOf(view)?.spec.reason === "PoolDeleted") return null;
  const policy = operation.kind === "Upgrade" ? onTimeoutOf(view) : "Stop";
  if (policy === "Force") return forceDrain(view);
  const outcome = policy === "Skip" ? "Blocked" : "Failed";
  return putBack(view, { reason: "DrainTimedOut", facts: blockerFacts(view), outcome });
}

const forcedGraceSeconds = 30;
/** Pods that were deleted and are still there after this: the stop of the instance ends them. */
const forcedEndMs = 2 * minuteMs;

/** The word given before the upgrade began is the licence to delete what could not be evicted (S18). */
function forceDrain(view: StepView): Wishes | "Done" {
  const { machine, snapshot, now, operation } = view;
  const state = drainState(machine, snapshot, now);
  const pods = [...state.evictNow, ...state.blocked.map(({ pod }) => pod)];
  if (pods.length === 0 && now >= instantOf(operation.drainDeadline) + forcedEndMs) return "Done";
  const deletions = pods.map(
    (pod): Action => ({ ...sent(view), kind: "DeletePod", pod, graceSeconds: forcedGraceSeconds }),
  );
  const count = pods.length + state.waiting.length;
  const waiting = waits(hold(view, "PodsTerminating", { count }, now + forcedGraceSeconds * 1000));
  return together([sendAll(view, deletions), waiting]);
}

function blockerFacts({ machine, snapshot, now }: StepView): Facts {
  const { blocked, waiting } = drainState(machine, snapshot, now);
  const pods = [...blocked.map(({ pod }) => pod), ...waiting];
  const names = pods.slice(0, 5).map((pod) => `${pod.namespace}/${pod.name}`);
  return names.length === 0 ? {} : { object: names.join(", ") };
}

/**
 * An instance that never became a node is given back; the count brings another. A subscription is for a person to judge.
 * One that this record did not ask for may have been a node before its record lost its status: it is a member that is
 * sick, and repair has the brakes for that (S33).
 */
function abandonCreation(view: StepView): Wishes | "Done" {
  const { snapshot, machine, operation, now } = view;
  if (machine.record.status?.creation === undefined) return "Done";
  if (isSubscription(machine)) return waits(hold(view, "StepStuck"));
  const because: Because = {
    reason: "CreateFailed",
    facts: { machine: nameOf(machine), step: operation.step, since: operation.stepSince },
  };
  const failure = { reason: "StepTimedOut", facts: lateFacts(view) } as const;
  const options = { drain: false, release: true };
  const beginning = { kind: "Remove", plan: "Release", cause: null, options, failure, because } as const;
  return { actions: [begin(snapshot, machine, beginning, now)], held: [] };
}

interface Failure {
  readonly reason: FailureReason;
  readonly outcome: "Failed" | "Blocked" | "Cancelled";
  readonly facts?: Facts;
}

/** Turns round: what was cordoned is uncordoned, what was stopped is started, and the failure is kept. */
export function putBack(view: StepView, { reason, outcome, facts = {} }: Failure): Wishes {
  const { operation, machine, snapshot, now } = view;
  const isStopped = ["Stop", "ReplaceDisk", "Start"].includes(operation.step);
  const plan: PlanName = isStopped && machine.instance?.state !== "Running" ? "PutBackStopped" : "PutBack";
  const at = { snapshot, machine, kind: operation.kind, now };
  const failure = { reason, facts: named(machine, facts), step: operation.step, outcome };
  return advance(view, {
    ...machine.record.status,
    operation: { ...operation, plan, ...entering(plans[plan][0] ?? "Restore", at), failure },
  });
}

/** There is nothing to put back. */
function giveUp(view: StepView, { reason, outcome, facts = {} }: Failure): Wishes {
  const { machine, operation, now } = view;
  const ending = { outcome, reason, facts: named(machine, facts) };
  return advance(view, ended(machine.record.status ?? {}, operation, ending, now));
}

/** As they are stored: all text, and never without the machine they tell of. */
export function named(machine: Machine, facts: Facts): Readonly<Record<string, string>> {
  const { nodeName } = machine.record.status ?? {};
  const whose = { machine: nameOf(machine), ...(nodeName === undefined ? {} : { node: nodeName }) };
  return { ...whose, ...storedFacts(facts) };
}

export function advance({ machine, operation }: StepView, status: MachineStatus): Wishes {
  const name = nameOf(machine);
  const because: Because = { reason: "InProgress", facts: { machine: name, step: operation.step } };
  return { actions: [{ kind: "AdvanceMachine", machine: name, status, because }], held: [] };
}

/** The operation that a person or the controller has written down; null where there is none, or none any more. */
export function causeOf({ snapshot, operation }: StepView): NodeOperationObject | null {
  const uid = operation.operation?.uid;
  return snapshot.operations.find(({ metadata }) => metadata.uid === uid && uid !== undefined) ?? null;
}
