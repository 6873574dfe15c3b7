/**
 * The steps of one machine, as data: what each sends, when it is done, how long it may take. `finish.ts` walks them.
 *
 * Replacing a system disk, over time:
 *
 *   Cordon ─► Drain ─► Stop ─► ReplaceDisk ─► Start ─► AwaitReady ─► Restore
 *   └── can be put back ──┘   └──── must go on: an instance is never left stopped ────┘
 */
import type { OperationInHand } from "../schema/machine.ts";
import type { Action, Because, Held, Sent, Wishes } from "./action.ts";
import { hasApplied, isCordonedByUs, isSame, nextAttributeAction, templateAttributes } from "./attributes.ts";
import { type DrainBlocker, drainState } from "./drain.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
import { send } from "./send.ts";
import { hourMs, instantOf, minuteMs, secondMs } from "./time.ts";

export type StepName =
  | "Request"
  | "Boot"
  | "Join"
  | "Cordon"
  | "Drain"
  | "Stop"
  | "ReplaceDisk"
  | "Start"
  | "Reboot"
  | "RestartService"
  | "AwaitReady"
  | "AwaitHealthy"
  | "Restore"
  | "Release"
  | "Leave"
  | "DeleteNode"
  | "Forget";

export type PlanName =
  | "Create"
  | "Release"
  | "Leave"
  | "Vanished"
  | "ReplaceSystemDisk"
  | "Reboot"
  | "RestartService"
  | "PutBack"
  | "PutBackStopped";

export const plans: Readonly<Record<PlanName, readonly StepName[]>> = {
  Create: ["Request", "Boot", "Join"],
  Release: ["Cordon", "Drain", "Stop", "Release", "DeleteNode", "Forget"],
  Leave: ["Cordon", "Drain", "Leave", "DeleteNode", "Forget"],
  Vanished: ["DeleteNode", "Forget"],
  ReplaceSystemDisk: ["Cordon", "Drain", "Stop", "ReplaceDisk", "Start", "AwaitReady", "Restore"],
  Reboot: ["Cordon", "Drain", "Reboot", "AwaitReady", "Restore"],
  RestartService: ["RestartService", "AwaitHealthy"],
  PutBack: ["Restore"],
  PutBackStopped: ["Start", "AwaitReady", "Restore"],
};

/** One machine with an operation in hand, as a step sees it. */
export interface StepView {
  readonly snapshot: Snapshot;
  readonly machine: Machine;
  readonly operation: OperationInHand;
  readonly now: Instant;
}

interface Step {
  readonly isDone: (view: StepView) => boolean;
  /** What to send while the step is not done, and what is waited for. */
  readonly wishes: (view: StepView) => Wishes;
  /** Milliseconds after which `finish.ts` gives up on the step; null: it goes on for ever, visibly. */
  readonly limitMs: number | null;
}

/** Instances that are absent for this long, from complete lists, are gone: providers' lists lag behind (S32, L5). */
const vanishedMs = 60 * secondMs;
/** After our own release was confirmed, two further lists are enough. */
const releasedMs = 5 * secondMs;

export const steps: Readonly<Record<StepName, Step>> = {
  Request: {
    isDone: ({ machine }) => machine.instance !== null,
    wishes: (view) => send(view, { ...sent(view), kind: "RequestInstance" }),
    limitMs: null,
  },
  Boot: {
    isDone: ({ machine }) => machine.instance?.state === "Running",
    wishes: (view) => waitFor(view, "AwaitingInstance", 15 * secondMs),
    limitMs: 15 * minuteMs,
  },
  Join: {
    isDone: ({ machine }) => machine.node?.ready === "True",
    wishes: (view) => waitFor(view, "AwaitingNode", 30 * secondMs),
    limitMs: 15 * minuteMs,
  },
  Cordon: {
    isDone: ({ machine }) => machine.node === null || machine.node.isUnschedulable,
    wishes: (view) => {
      const { node } = view.machine;
      return node === null ? none : send(view, { ...sent(view), kind: "CordonNode", node });
    },
    limitMs: null,
  },
  Drain: {
    isDone: (view) =>
      !view.operation.options.drain || drainState(view.machine, view.snapshot, view.now).isDone,
    wishes: drainWishes,
    limitMs: null,
  },
  Stop: {
    isDone: ({ machine }) => machine.instance === null || machine.instance.state === "Stopped",
    wishes: (view) =>
      onInstance(view, "Running", (instanceId) => ({ ...sent(view), kind: "StopInstance", instanceId })),
    limitMs: hourMs,
  },
  ReplaceDisk: {
    isDone: ({ machine, operation }) =>
      machine.instance !== null &&
      !machine.instance.isBusy &&
      machine.instance.systemDiskId !== operation.prior?.systemDiskId,
    wishes: (view) =>
      onInstance(view, "Stopped", (instanceId) => {
        const { target, epoch } = view.operation;
        if (target === undefined) return null;
        const clientToken = `${view.machine.record.metadata.uid ?? ""}-disk-${epoch}`;
        return { ...sent(view), kind: "ReplaceSystemDisk", instanceId, disk: target, clientToken };
      }),
    limitMs: 30 * minuteMs,
  },
  Start: {
    isDone: ({ machine }) => machine.instance?.state === "Running",
    wishes: (view) =>
      onInstance(view, "Stopped", (instanceId) => ({ ...sent(view), kind: "StartInstance", instanceId })),
    limitMs: null,
  },
  Reboot: {
    isDone: (view) => hasSucceeded(view, ["RebootInstance", "StartInstance"]) || hasNewBoot(view),
    wishes: (view) =>
      view.machine.instance?.state === "Stopped"
        ? onInstance(view, "Stopped", (instanceId) => ({ ...sent(view), kind: "StartInstance", instanceId }))
        : onInstance(view, "Running", (instanceId) => ({
            ...sent(view),
            kind: "RebootInstance",
            instanceId,
          })),
    limitMs: 10 * minuteMs,
  },
  RestartService: {
    isDone: (view) => hasSucceeded(view, ["RestartService"]),
    wishes: (view) =>
      onInstance(view, "Running", (instanceId) => ({
        ...sent(view),
        kind: "RestartService",
        instanceId,
        service: "kubelet",
      })),
    limitMs: 2 * minuteMs,
  },
  AwaitReady: {
    isDone: (view) => view.machine.node?.ready === "True" && hasNewBoot(view),
    wishes: (view) => waitFor(view, "AwaitingNode", 30 * secondMs),
    limitMs: 15 * minuteMs,
  },
  AwaitHealthy: {
    isDone: ({ machine }) => machine.node?.ready === "True",
    wishes: (view) => waitFor(view, "AwaitingNode", 30 * secondMs),
    limitMs: 3 * minuteMs,
  },
  Restore: {
    isDone: (view) => {
      const { machine } = view;
      return (
        machine.node === null ||
        (!isCordonedByUs(machine.node) && !takesNewAttributes(view) && hasApplied(machine))
      );
    },
    wishes: restoreWishes,
    limitMs: null,
  },
  Release: {
    isDone: isInstanceGone,
    wishes: (view) => {
      const { instance } = view.machine;
      if (instance === null || instance.state === "Releasing")
        return waitFor(view, "AwaitingInstance", 5 * secondMs);
      return send(view, { ...sent(view), kind: "ReleaseInstance", instanceId: instance.id });
    },
    limitMs: null,
  },
  Leave: {
    isDone: (view) => hasSucceeded(view, ["LeaveCluster"]) || isInstanceGone(view),
    wishes: (view) => {
      const { instance } = view.machine;
      if (instance === null) return waitFor(view, "AwaitingInstance", 5 * secondMs);
      return send(view, { ...sent(view), kind: "LeaveCluster", instanceId: instance.id });
    },
    limitMs: null,
  },
  DeleteNode: {
    isDone: ({ machine }) => machine.node === null,
    wishes: (view) => {
      const { node } = view.machine;
      return node === null ? none : send(view, { ...sent(view), kind: "DeleteNode", node });
    },
    limitMs: null,
  },
  Forget: {
    isDone: () => false, // Its effect takes the record away, and with it the operation.
    wishes: (view) => ({
      actions: [{ kind: "ForgetMachine", machine: nameOf(view), because: because(view) }],
      held: [],
    }),
    limitMs: null,
  },
};

const none: Wishes = { actions: [], held: [] };

function nameOf(view: StepView): string {
  return view.machine.record.metadata.name;
}

function because(view: StepView): Because {
  return { reason: "InProgress", facts: { machine: nameOf(view), step: view.operation.step } };
}

function sent(view: StepView): Sent {
  const { epoch, step } = view.operation;
  return { machine: nameOf(view), epoch, step, because: because(view) };
}

function waitFor(view: StepView, reason: "AwaitingInstance" | "AwaitingNode", againMs: number): Wishes {
  const held: Held = {
    wish: "Step",
    machine: nameOf(view),
    reason,
    facts: { machine: nameOf(view), step: view.operation.step, since: view.operation.stepSince },
    wakeAt: view.now + againMs,
  };
  return { actions: [], held: [held] };
}

/** Sends `make`'s action when the instance is in `state` and idle; otherwise waits for it. */
function onInstance(
  view: StepView,
  state: "Running" | "Stopped",
  make: (instanceId: string) => Action | null,
): Wishes {
  const { instance } = view.machine;
  if (instance === null || instance.isBusy || instance.state !== state) {
    return waitFor(view, "AwaitingInstance", 5 * secondMs);
  }
  const action = make(instance.id);
  return action === null ? none : send(view, action);
}

function hasSucceeded(view: StepView, kinds: readonly string[]): boolean {
  const outcome = view.snapshot.outcomes.get(nameOf(view));
  if (outcome === undefined || outcome.error !== null || outcome.epoch !== view.operation.epoch) return false;
  return kinds.includes(outcome.action) && outcome.at >= instantOf(view.operation.stepSince);
}

/** A node that reports another boot than before: its readiness is news, not the last word of the old system. */
function hasNewBoot({ machine, operation }: StepView): boolean {
  const before = operation.prior?.bootId ?? "";
  return machine.node !== null && machine.node.bootId !== before;
}

/** Gone means absent from complete lists for long enough, never one empty answer. */
function isInstanceGone(view: StepView): boolean {
  const { machine, snapshot } = view;
  if (machine.instance !== null || !snapshot.provider.isListComplete) return false;
  const status = machine.record.status;
  if (status?.instanceId === undefined && status?.creation === undefined) return true;
  const absentMs = snapshot.cluster.evidence.get(nameOf(view))?.vanishedForMs ?? 0;
  const wasReleased = snapshot.outcomes.get(nameOf(view))?.action === "ReleaseInstance";
  return absentMs >= (wasReleased ? releasedMs : vanishedMs);
}

function drainWishes(view: StepView): Wishes {
  const { machine, snapshot, now } = view;
  const { node } = machine;
  if (node !== null && !node.isUnschedulable) {
    return { actions: [], held: [hold(view, "UncordonedByPerson", { node: node.name }, null)] };
  }
  const state = drainState(machine, snapshot, now);
  const actions = state.evictNow.map((pod): Action => ({ ...sent(view), kind: "EvictPod", pod }));
  const tellAt = instantOf(view.operation.stepSince) + drainQuietMs;
  const wakeAt = now < tellAt ? Math.min(state.wakeAt ?? tellAt, tellAt) : state.wakeAt;
  const held = state.blocked.map((blocker) =>
    hold(view, holdReasonOf(blocker.reason), blockerFacts(blocker), wakeAt),
  );
  if (state.waiting.length > 0) {
    held.push(hold(view, "PodsTerminating", { count: state.waiting.length }, wakeAt));
  }
  return { actions, held };
}

/** Pods that wait their turn for this long are the ordinary course of a drain, and no news. */
export const drainQuietMs: number = 30 * secondMs;

function blockerFacts({ pod, budgets, facts }: DrainBlocker): Held["facts"] {
  const said = budgets.map(
    ({ namespace, name, disruptionsAllowed, currentHealthy, desiredHealthy }) =>
      `PodDisruptionBudget ${namespace}/${name} allows ${disruptionsAllowed}: ${currentHealthy} healthy, ${desiredHealthy} needed`,
  );
  const message = said.length === 0 ? String(facts["message"] ?? "") : said.join("; ");
  return { object: `pod ${pod.namespace}/${pod.name}`, ...(message === "" ? {} : { message }) };
}

function holdReasonOf(reason: string): Held["reason"] {
  return reason === "DrainImpossible" || reason === "TooManyBudgets" ? "DrainImpossible" : "DrainBlocked";
}

function hold(view: StepView, reason: Held["reason"], facts: Held["facts"], wakeAt: Instant | null): Held {
  const about = { machine: nameOf(view), step: view.operation.step, since: view.operation.stepSince };
  return { wish: "Step", machine: nameOf(view), reason, facts: { ...about, ...facts }, wakeAt };
}

/** Labels and taints first, so that no pod lands on a node that does not carry them yet. */
function restoreWishes(view: StepView): Wishes {
  const { machine } = view;
  const { node } = machine;
  if (node === null) return none;
  if (takesNewAttributes(view)) {
    const attributes = templateAttributes(view.snapshot.pool.spec.template);
    return {
      actions: [{ kind: "SetAttributes", machine: nameOf(view), attributes, because: because(view) }],
      held: [],
    };
  }
  const attribute = nextAttributeAction(machine, sent(view));
  if (attribute !== null) return send(view, attribute);
  return send(view, { ...sent(view), kind: "UncordonNode", node });
}

/** An upgraded machine takes the template's labels, taints and tags along with its new disk. */
function takesNewAttributes({ machine, operation, snapshot }: StepView): boolean {
  if (operation.plan !== "ReplaceSystemDisk" || operation.kind !== "Upgrade") return false;
  return !isSame(machine.record.spec.attributes, templateAttributes(snapshot.pool.spec.template));
}
