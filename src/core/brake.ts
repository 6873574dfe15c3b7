/** The last word over what is wanted: one action per machine, nothing new under a pause or a brake, never beyond the budget. */
import type { Action, Decision, Held, Wishes } from "./action.ts";
import { disruptionsLeft } from "./budget.ts";
import { isAvailable, nameOf } from "./member.ts";
import type { Instant, Snapshot } from "./model.ts";
import type { Facts, HoldReason } from "./reason.ts";

/** The wishes of the policies, in their order. Every action ends in the decision or among the held; none is lost. */
export function brake(snapshot: Snapshot, now: Instant, wishes: readonly Wishes[]): Decision {
  const actions: Action[] = [];
  const held: Held[] = wishes.flatMap((wish) => wish.held);
  const taken = new Map<string, Action["kind"]>();
  let left = disruptionsLeft(snapshot, now);
  for (const action of wishes.flatMap((wish) => wish.actions)) {
    const reason = whyNot(action, { snapshot, taken, left });
    if (reason !== null) {
      held.push({ wish: action.kind, machine: machineOf(action), ...reason, wakeAt: null });
      continue;
    }
    actions.push(action);
    taken.set(machineOf(action), action.kind);
    if (takesAway(action, snapshot)) left -= 1;
  }
  return { actions, held, wakeAt: earliest(held, now) };
}

interface Look {
  readonly snapshot: Snapshot;
  readonly taken: ReadonlyMap<string, Action["kind"]>;
  readonly left: number;
}

function whyNot(
  action: Action,
  { snapshot, taken, left }: Look,
): { reason: HoldReason; facts: Facts } | null {
  const machine = machineOf(action);
  const before = machine === "" ? undefined : taken.get(machine);
  // Many pods of one node may be evicted in one pass; otherwise the earlier policy has the machine.
  if (
    before !== undefined &&
    !(before === action.kind && (before === "EvictPod" || before === "DeletePod"))
  ) {
    return { reason: "Superseded", facts: { machine } };
  }
  const { brake: words } = snapshot.cluster;
  if (words !== null && isNewWork(action)) return { reason: "BrakeOn", facts: { message: words } };
  if (snapshot.pool.spec.paused && startsWork(action))
    return { reason: "Paused", facts: { pool: snapshot.pool.metadata.name } };
  if (isUpgradeStart(action) && takesAway(action, snapshot) && left < 1) {
    return { reason: "MaxUnavailable", facts: { machine, have: Math.max(0, left) } };
  }
  return null;
}

export function machineOf(action: Action): string {
  return "machine" in action ? action.machine : "";
}

/** A paused pool starts nothing; what was begun is finished or put back by `finish.ts`. */
function startsWork(action: Action): boolean {
  if (action.kind === "RecordMachine" || action.kind === "RecordOperation") return true;
  return action.kind === "AdvanceMachine" && isBeginning(action);
}

/** Under the brake nothing that could take a workload away is begun or sent; records may still be kept true. */
function isNewWork(action: Action): boolean {
  if (startsWork(action)) return true;
  return [
    "EvictPod",
    "DeletePod",
    "StopInstance",
    "RebootInstance",
    "ReplaceSystemDisk",
    "ReleaseInstance",
    "LeaveCluster",
    "DeleteNode",
  ].includes(action.kind);
}

function isBeginning(action: Extract<Action, { kind: "AdvanceMachine" }>): boolean {
  const { operation } = action.status;
  return (
    operation !== undefined &&
    operation.stepSince === operation.startedTime &&
    operation.failure === undefined
  );
}

function isUpgradeStart(action: Action): boolean {
  return (
    action.kind === "AdvanceMachine" && action.status.operation?.kind === "Upgrade" && isBeginning(action)
  );
}

/** Does the action take an available machine away? */
function takesAway(action: Action, snapshot: Snapshot): boolean {
  if (action.kind !== "AdvanceMachine" || !isBeginning(action)) return false;
  const machine = snapshot.machines.find((item) => nameOf(item) === action.machine);
  return machine !== undefined && isAvailable(machine) && action.status.operation?.plan !== "RestartService";
}

function earliest(held: readonly Held[], now: Instant): Instant | null {
  const times = held.flatMap(({ wakeAt }) => (wakeAt === null ? [] : [Math.max(wakeAt, now + 1)]));
  return times.length === 0 ? null : Math.min(...times);
}
