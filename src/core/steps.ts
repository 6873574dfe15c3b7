/**
 * The steps of one machine, as data: what each sends, when it is done, how long it may take. `finish.ts` walks them.
 *
 * Replacing a system disk, over time:
 *
 *   Cordon ─► Drain ─► Stop ─► ReplaceDisk ─► Start ─► AwaitReady ─► Restore
 *   └── can be put back ──┘   └──── must go on: an instance is never left stopped ────┘
 */
import type { OperationInHand } from "../schema/machine.ts";
import type { Action, Wishes } from "./action.ts";
import { drainWishes, isEmptied } from "./drain-step.ts";
import { isSubscription, rememberedUntil } from "./member.ts";
import type { Instant, Machine } from "./model.ts";
import { isRestored, restoreWishes } from "./restore-step.ts";
import { send } from "./send.ts";
import { because, hold, sent, type StepView, waitFor, waits } from "./step-view.ts";
import { hourMs, instantOf, minuteMs, secondMs, timeOf } from "./time.ts";

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
    wishes: (view) => {
      const { pool } = view.snapshot;
      if (pool.spec.paused) return waits(hold(view, "Paused", { pool: pool.metadata.name }));
      // The same place is not asked again: create.ts moves the request on, under another token.
      if (isOutOfStock(view)) return none;
      // What was not written down cannot be repeated, so it is not sent (S31).
      if (view.machine.record.status?.creation === undefined) return waits(hold(view, "StepStuck"));
      return send(view, { ...sent(view), kind: "RequestInstance" });
    },
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
    isDone: (view) => !view.operation.options.drain || isInstanceGone(view) || isEmptied(view),
    wishes: drainWishes,
    limitMs: null,
  },
  Stop: {
    // An instance that we do not see is not stopped: after a start its list has to come first.
    isDone: (view) => view.machine.instance?.state === "Stopped" || isInstanceGone(view),
    wishes: stopWishes,
    limitMs: hourMs,
  },
  ReplaceDisk: {
    isDone: ({ machine, operation }) => machine.instance?.isBusy === false && hasNewDisk(machine, operation),
    wishes: (view) => (view.machine.instance?.state === "Running" ? stopWishes(view) : replaceWishes(view)),
    limitMs: 30 * minuteMs,
  },
  Start: {
    isDone: ({ machine }) => machine.instance?.state === "Running",
    wishes: startWishes,
    limitMs: null,
  },
  Reboot: {
    isDone: (view) => hasSucceeded(view, ["RebootInstance", "StartInstance"]) || hasNewBoot(view),
    wishes: (view) => (view.machine.instance?.state === "Stopped" ? startWishes(view) : rebootWishes(view)),
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
    // A list that lags, or another leader's look at an older one, may have called it running too early.
    wishes: (view) =>
      view.machine.instance?.state === "Stopped"
        ? startWishes(view)
        : waitFor(view, "AwaitingNode", 30 * secondMs),
    limitMs: 15 * minuteMs,
  },
  AwaitHealthy: {
    isDone: ({ machine }) => machine.node?.ready === "True",
    wishes: (view) => waitFor(view, "AwaitingNode", 30 * secondMs),
    limitMs: 3 * minuteMs,
  },
  Restore: {
    isDone: isRestored,
    wishes: restoreWishes,
    limitMs: null,
  },
  Release: {
    isDone: isInstanceGone,
    wishes: (view) => {
      const { instance } = view.machine;
      if (instance === null || instance.isBusy || instance.state === "Releasing")
        return waitFor(view, "AwaitingInstance", 5 * secondMs);
      if (isSubscription(view.machine)) return waits(hold(view, "StepStuck"));
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
    wishes: (view) => {
      const until = remembered(view);
      if (until !== null) return waits(hold(view, "Remembered", { until: timeOf(until) }, until));
      return {
        actions: [{ kind: "ForgetMachine", machine: nameOf(view), because: because(view) }],
        held: [],
      };
    },
    limitMs: null,
  },
};

const none: Wishes = { actions: [], held: [] };

function stopWishes(view: StepView): Wishes {
  return onInstance(view, "Running", (instanceId) => ({ ...sent(view), kind: "StopInstance", instanceId }));
}

function startWishes(view: StepView): Wishes {
  return onInstance(view, "Stopped", (instanceId) => ({ ...sent(view), kind: "StartInstance", instanceId }));
}

/** Whoever entered the step may have sent it, and nothing shows that: another one waits for a boot before it takes over. */
const claimMs = 2 * minuteMs;

function rebootWishes(view: StepView): Wishes {
  const { operation, machine, snapshot, now } = view;
  const { self } = snapshot.cluster;
  if (operation.claimedBy === self)
    return onInstance(view, "Running", (instanceId) => ({
      ...sent(view),
      kind: "RebootInstance",
      instanceId,
    }));
  const claimEndsAt = instantOf(operation.stepSince) + claimMs;
  if (now < claimEndsAt) return waits(hold(view, "AwaitingNode", {}, claimEndsAt));
  const claimed = { ...operation, stepSince: timeOf(now), claimedBy: self };
  const status = { ...machine.record.status, operation: claimed };
  const action = { kind: "AdvanceMachine", machine: nameOf(view), status, because: because(view) } as const;
  return { actions: [action], held: [] };
}

function replaceWishes(view: StepView): Wishes {
  return onInstance(view, "Stopped", (instanceId) => {
    const { target, epoch } = view.operation;
    if (target === undefined) return null;
    const clientToken = `${view.machine.record.metadata.uid ?? ""}-disk-${epoch}`;
    return { ...sent(view), kind: "ReplaceSystemDisk", instanceId, disk: target, clientToken };
  });
}

function nameOf({ machine }: StepView): string {
  return machine.record.metadata.name;
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

/** The provider said no to this very attempt. */
function isOutOfStock({ snapshot, machine, operation }: StepView): boolean {
  const outcome = snapshot.outcomes.get(machine.record.metadata.name);
  return outcome?.error?.kind === "OutOfStock" && outcome.epoch === operation.epoch;
}

/** A failed creation stays on record for a while, so that the next ones are not tried in a row (S17). */
function remembered({ machine, snapshot, now }: StepView): Instant | null {
  const until = rememberedUntil(machine);
  const isOver = until === null || now >= until || snapshot.pool.metadata.deletionTimestamp !== undefined;
  return isOver ? null : until;
}

/** Nothing is concluded where nobody noted the disk from before. */
export function hasNewDisk({ instance }: Machine, { prior }: OperationInHand): boolean {
  const before = prior?.systemDiskId;
  return instance !== null && before !== undefined && instance.systemDiskId !== before;
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
