/** The first policy: what has begun goes on, or is put back. Walks each machine's operation by the rules of `steps.ts`. */
import type { MachineStatus, OperationInHand } from "../schema/machine.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { Action, Because, Held, Wishes } from "./action.ts";
import { nextAttributeAction } from "./attributes.ts";
import { begin, ended, entering, isSilent } from "./begin.ts";
import { drainState } from "./drain.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
import type { FailureReason, HoldReason } from "./reason.ts";
import { send } from "./send.ts";
import { type PlanName, plans, type StepName, steps, type StepView } from "./steps.ts";
import { instantOf, timeOf } from "./time.ts";

export function finish(snapshot: Snapshot, now: Instant): Wishes {
  const wishes = snapshot.machines.map((machine) => {
    const operation = machine.record.status?.operation;
    return operation === undefined
      ? upkeep(snapshot, machine, now)
      : walk({ snapshot, machine, operation, now });
  });
  return { actions: wishes.flatMap((wish) => wish.actions), held: wishes.flatMap((wish) => wish.held) };
}

/** A machine at rest still gets the labels, taints and tags its record asks for. */
function upkeep(snapshot: Snapshot, machine: Machine, now: Instant): Wishes {
  const name = machine.record.metadata.name;
  const sent = {
    machine: name,
    epoch: null,
    step: "",
    because: { reason: "AttributesDiffer", facts: { machine: name } },
  } as const;
  const action = nextAttributeAction(machine, sent);
  return action === null ? none : send({ snapshot, machine, now }, action);
}

function walk(view: StepView): Wishes {
  const { operation } = view;
  const step = steps[operation.step as StepName];
  if (step === undefined) return only(hold(view, "NeedsHuman", {})); // A newer Poolkeeper's step: not ours to guess.
  if (isCancelled(view) && canPutBack(view))
    return putBack(view, { reason: "Cancelled", outcome: "Cancelled" });
  if (step.isDone(view)) return stepDone(view);
  if (isPaused(view) && canPutBack(view)) return only(hold(view, "PausedByUser", {}));
  const refused = refusedEffect(view);
  if (refused !== null) return refused;
  const overdue = pastLimit(view, step.limitMs);
  if (overdue !== null) return overdue;
  return wakingAt(limitOf(view, step.limitMs), step.wishes(view));
}

/** Whoever waits in this step looks again when its limit is reached, also when nothing else happens until then. */
function wakingAt(limitAt: Instant | null, wishes: Wishes): Wishes {
  if (limitAt === null) return wishes;
  const held = wishes.held.map((item) => ({ ...item, wakeAt: Math.min(item.wakeAt ?? limitAt, limitAt) }));
  return { ...wishes, held };
}

function limitOf({ operation }: StepView, limitMs: number | null): Instant | null {
  if (operation.step === "Drain") return instantOf(operation.drainDeadline);
  return limitMs === null ? null : instantOf(operation.stepSince) + limitMs;
}

/** Until the drain is over nothing was taken away that uncordoning does not give back. */
function canPutBack({ operation }: StepView): boolean {
  return (operation.step === "Cordon" || operation.step === "Drain") && operation.plan !== "PutBack";
}

function causeOf({ snapshot, operation }: StepView): NodeOperationObject | null {
  const uid = operation.operation?.uid;
  return snapshot.operations.find((item) => item.metadata.uid === uid) ?? null;
}

function isCancelled(view: StepView): boolean {
  const cause = causeOf(view);
  return (
    cause?.spec.state === "Cancel" || (cause?.spec.skip ?? []).includes(view.machine.record.metadata.name)
  );
}

function isPaused(view: StepView): boolean {
  return view.snapshot.pool.spec.paused || causeOf(view)?.spec.state === "Pause";
}

function stepDone(view: StepView): Wishes {
  const { operation, machine, snapshot, now } = view;
  const sequence = plans[operation.plan as PlanName] ?? [];
  const next = sequence[sequence.indexOf(operation.step as StepName) + 1];
  const status = learned(view);
  if (next === undefined) return advance(view, ended(status, operation, endingOf(view), now));
  const at = { snapshot, machine, kind: operation.kind, now };
  const failure = versionFailure(view);
  return advance(view, {
    ...status,
    operation: { ...operation, ...entering(next, at), ...(failure === null ? {} : { failure }) },
  });
}

/** What a finished step has taught us about the machine. */
function learned({ machine, operation, snapshot, now }: StepView): MachineStatus {
  const status = machine.record.status ?? {};
  const { instance } = machine;
  if (operation.step === "Request" && instance !== null) {
    return {
      ...status,
      instanceId: instance.id,
      nodeName: `${snapshot.provider.region}.${instance.id}`,
      zone: instance.zone,
      instanceType: instance.instanceType,
      ...(operation.target === undefined ? {} : { disk: operation.target }),
    };
  }
  if (operation.step === "Join") return { ...status, joinedTime: timeOf(now) };
  if (operation.step === "ReplaceDisk" && operation.target !== undefined)
    return { ...status, disk: operation.target };
  return status;
}

function endingOf({ operation }: StepView): Parameters<typeof ended>[2] {
  const { failure } = operation;
  if (failure === undefined) return { outcome: "Succeeded", reason: "Succeeded", message: "" };
  return { outcome: failure.outcome, reason: failure.reason, message: failure.message };
}

/** A node that came back with another kubelet than was asked for is no success (S: the version comes from the node). */
function versionFailure({ operation, machine }: StepView): OperationInHand["failure"] | null {
  const wanted = operation.target?.kubernetesVersion;
  const found = machine.node?.kubeletVersion;
  if (operation.step !== "AwaitReady" || operation.failure !== undefined) return null;
  if (wanted === undefined || operation.plan !== "ReplaceSystemDisk" || found === wanted) return null;
  const message = `kubelet ${found ?? "unknown"} instead of ${wanted}`;
  return { reason: "VersionMismatch", step: operation.step, message, outcome: "Failed" };
}

function advance(view: StepView, status: MachineStatus): Wishes {
  const machine = view.machine.record.metadata.name;
  const because: Because = { reason: "InProgress", facts: { machine, step: view.operation.step } };
  return { actions: [{ kind: "AdvanceMachine", machine, status, because }], held: [] };
}

/** A definite no to a disk replacement: the instance goes back to work with the disk it has. */
function refusedEffect(view: StepView): Wishes | null {
  const { operation, snapshot, machine } = view;
  const outcome = snapshot.outcomes.get(machine.record.metadata.name);
  if (operation.step !== "ReplaceDisk" || outcome?.action !== "ReplaceSystemDisk") return null;
  const kind = outcome.error?.kind;
  if (kind !== "Invalid" && kind !== "Denied") return null;
  return putBack(view, { reason: "EffectRefused", outcome: "Failed", message: outcome.error?.message ?? "" });
}

function pastLimit(view: StepView, limitMs: number | null): Wishes | null {
  const { operation, now } = view;
  if (operation.step === "Drain")
    return now >= instantOf(operation.drainDeadline) ? drainOverdue(view) : null;
  if (limitMs === null || now < instantOf(operation.stepSince) + limitMs) return null;
  return stepOverdue(view);
}

/** Drain limits differ by purpose: removal keeps the node, an upgrade does what the pool says, repair of a dead node goes on. */
function drainOverdue(view: StepView): Wishes | null {
  const { operation, snapshot, machine } = view;
  if (operation.kind === "Repair" && isSilent(snapshot, machine)) return stepDone(view);
  if (operation.kind === "Remove" && causeOf(view)?.spec.reason === "PoolDeleted") return null;
  const policy = operation.kind === "Upgrade" ? snapshot.pool.spec.drain.onTimeout : "Stop";
  if (policy === "Force") return forceDrain(view);
  const outcome = policy === "Skip" ? "Blocked" : "Failed";
  return putBack(view, { reason: "DrainTimedOut", outcome, message: blockerText(view) });
}

/** The pool's own word, given before the upgrade began, is the licence to delete what could not be evicted (S18). */
function forceDrain(view: StepView): Wishes {
  const { machine, snapshot, now, operation } = view;
  const name = machine.record.metadata.name;
  const state = drainState(machine, snapshot, now);
  const pods = [...state.evictNow, ...state.blocked.map((blocker) => blocker.pod)];
  const because: Because = { reason: "InProgress", facts: { machine: name, step: operation.step } };
  const actions = pods.map(
    (pod): Action => ({
      kind: "DeletePod",
      machine: name,
      epoch: operation.epoch,
      step: operation.step,
      pod,
      graceSeconds: 30,
      because,
    }),
  );
  return { actions, held: [hold(view, "PodsTerminating", { count: pods.length + state.waiting.length })] };
}

function blockerText({ machine, snapshot, now }: StepView): string {
  const { blocked, waiting } = drainState(machine, snapshot, now);
  const pods = [...blocked.map((blocker) => blocker.pod), ...waiting];
  const names = pods.slice(0, 5).map((pod) => `${pod.namespace}/${pod.name}`);
  return names.length === 0 ? "" : `still on the node: ${names.join(", ")}`;
}

function stepOverdue(view: StepView): Wishes | null {
  const { operation, machine } = view;
  const timedOut = { reason: "StepTimedOut", outcome: "Failed", message: `step ${operation.step}` } as const;
  switch (operation.plan as PlanName) {
    case "Create":
      return abandonCreation(view);
    case "RestartService":
      return advance(
        view,
        ended(machine.record.status ?? {}, operation, { ...timedOut, reason: "NotHealed" }, view.now),
      );
    case "Reboot":
      return putBack(view, { ...timedOut, reason: "NotHealed" });
    case "ReplaceSystemDisk":
      if (operation.step === "Stop" && machine.instance?.state !== "Running") return null;
      return putBack(
        view,
        operation.step === "AwaitReady" ? { ...timedOut, reason: "NodeNotReady" } : timedOut,
      );
    case "PutBackStopped":
      return operation.step === "AwaitReady" ? stepDone(view) : null;
    default:
      return null;
  }
}

/** An instance that never became a node is given back; the count brings another. A subscription is for a person to judge. */
function abandonCreation(view: StepView): Wishes {
  const { snapshot, machine, operation, now } = view;
  if (machine.record.spec.chargeType === "Subscription") return only(hold(view, "NeedsHuman", {}));
  const because: Because = {
    reason: "CreateFailed",
    facts: { machine: machine.record.metadata.name, step: operation.step, since: operation.stepSince },
  };
  const options = { drain: false, release: true };
  return {
    actions: [
      begin(snapshot, machine, { kind: "Remove", plan: "Release", cause: null, options, because }, now),
    ],
    held: [],
  };
}

interface Failure {
  readonly reason: FailureReason;
  readonly outcome: "Failed" | "Blocked" | "Cancelled";
  readonly message?: string;
}

/** Turns round: what was cordoned is uncordoned, what was stopped is started, and the failure is kept. */
function putBack(view: StepView, { reason, outcome, message = "" }: Failure): Wishes {
  const { operation, machine, snapshot, now } = view;
  const isStopped =
    operation.step === "ReplaceDisk" || operation.step === "Start" || operation.step === "Stop";
  const plan: PlanName = isStopped && machine.instance?.state !== "Running" ? "PutBackStopped" : "PutBack";
  const at = { snapshot, machine, kind: operation.kind, now };
  const failure = { reason, step: operation.step, message, outcome };
  return advance(view, {
    ...machine.record.status,
    operation: { ...operation, plan, ...entering(plans[plan][0] ?? "Restore", at), failure },
  });
}

const none: Wishes = { actions: [], held: [] };

function only(held: Held): Wishes {
  return { actions: [], held: [held] };
}

function hold(view: StepView, reason: HoldReason, facts: Held["facts"]): Held {
  const { operation, machine } = view;
  const name = machine.record.metadata.name;
  return {
    wish: "Step",
    machine: name,
    reason,
    facts: { machine: name, step: operation.step, since: operation.stepSince, ...facts },
    wakeAt: null,
  };
}
