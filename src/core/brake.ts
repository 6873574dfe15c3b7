/** The last word over what is wanted: one action per machine, nothing new under a pause or a brake, never beyond the budget. */
import { type Action, type Decision, destructiveKinds, type Held, together, type Wishes } from "./action.ts";
import { disruptionsLeft } from "./budget.ts";
import { isAvailable, machinesByName } from "./member.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
import { protectedHold } from "./protect.ts";
import { backOffMs } from "./send.ts";
import { isWaitOver, secondMs, timeOf } from "./time.ts";
import { isAutomatic, tripHold } from "./trip.ts";

/** The wishes of the policies, in their order. Every action ends in the decision or among the held; none is lost. */
export function brake(snapshot: Snapshot, now: Instant, wishes: readonly Wishes[]): Decision {
  const wanted = together(wishes);
  const machines = machinesByName(snapshot, now);
  const actions: Action[] = [];
  const held: Held[] = [...wanted.held];
  const taken = new Map<string, Action["kind"]>();
  let left = disruptionsLeft(snapshot, now);
  for (const action of wanted.actions) {
    const machine = machines.get(machineOf(action)) ?? null;
    const reason = whyNot(action, { snapshot, machine, taken, left, now });
    if (reason !== null) {
      held.push({ wish: action.kind, machine: machineOf(action), wakeAt: null, ...reason });
      continue;
    }
    actions.push(action);
    taken.set(machineOf(action), action.kind);
    if (takesAway(action, machine)) left -= 1;
  }
  return { actions, held, wakeAt: earliest(held, now) };
}

interface Look {
  readonly snapshot: Snapshot;
  readonly machine: Machine | null;
  readonly taken: ReadonlyMap<string, Action["kind"]>;
  readonly left: number;
  readonly now: Instant;
}

type Refusal = Pick<Held, "reason" | "facts"> & Partial<Pick<Held, "wakeAt">>;

function whyNot(action: Action, look: Look): Refusal | null {
  const { snapshot, machine, taken, left, now } = look;
  const name = machineOf(action);
  if (isTaken(action, taken)) return { reason: "Superseded", facts: { machine: name } };
  const { brake: words } = snapshot.cluster;
  // Nothing tells us when the brake is let go.
  if (words !== null && isNewWork(action, machine))
    return { reason: "BrakeOn", facts: { message: words }, wakeAt: now + 10 * secondMs };
  const kept = machine !== null && takesMachine(action, machine) ? protectedHold(machine) : null;
  if (kept !== null) return kept;
  const tripped = isOurWish(action, look) ? tripHold(snapshot, now) : null;
  if (tripped !== null) return tripped;
  if (snapshot.pool.spec.paused && startsWork(action, machine))
    return { reason: "Paused", facts: { pool: snapshot.pool.metadata.name } };
  if (left < 1 && isUpgradeStart(action, machine) && takesAway(action, machine))
    return { reason: "MaxUnavailable", facts: { machine: name, have: Math.max(0, left) } };
  return recordBackOff(action, look);
}

/** Many pods of one node may be evicted in one pass; otherwise the earlier policy has the machine. */
function isTaken(action: Action, taken: ReadonlyMap<string, Action["kind"]>): boolean {
  const name = machineOf(action);
  const before = name === "" ? undefined : taken.get(name);
  const isSeries = before === action.kind && (before === "EvictPod" || before === "DeletePod");
  return before !== undefined && !isSeries;
}

/** Writes of our own records that the API server refuses are repeated ever later, like all other effects (S39). */
function recordBackOff(action: Action, { snapshot, now }: Look): Refusal | null {
  const outcome = snapshot.outcomes.get(machineOf(action));
  if ("step" in action || outcome?.action !== action.kind || outcome.error === null) return null;
  const retryAt = outcome.at + backOffMs(outcome.failures);
  if (isWaitOver(outcome.at, retryAt, now)) return null;
  const { message } = outcome.error;
  const machine = machineOf(action) === "" ? {} : { machine: machineOf(action) };
  const facts = { ...machine, error: message, count: outcome.failures, until: timeOf(retryAt) };
  return { reason: "BackingOff", facts, wakeAt: retryAt };
}

export function machineOf(action: Action): string {
  return "machine" in action ? action.machine : "";
}

/** A paused pool starts nothing; what was begun is finished or put back by `finish.ts`. */
function startsWork(action: Action, machine: Machine | null): boolean {
  if (action.kind === "RecordMachine" || action.kind === "RecordOperation") return true;
  return isBeginning(action, machine);
}

const destructive: ReadonlySet<string> = new Set(destructiveKinds);

/** Under the brake nothing that could take a workload away is begun or sent, and nothing is made. */
function isNewWork(action: Action, machine: Machine | null): boolean {
  if (startsWork(action, machine) || action.kind === "RequestInstance") return true;
  // The next safe point of a stopped instance is a running one: it gets its disk and starts again (S12).
  return destructive.has(action.kind) && action.kind !== "ReplaceSystemDisk";
}

/** Would it take something away from the machine, now or in its further steps? A stopped one is safer with its disk. */
function takesMachine(action: Action, machine: Machine): boolean {
  if (action.kind === "AdvanceMachine") {
    const plan = action.status.operation?.plan ?? "";
    return isBeginning(action, machine) && plan !== "RestartService" && plan !== "Create";
  }
  return destructive.has(action.kind) && action.kind !== "ReplaceSystemDisk";
}

/** Asked for, or begun, by nobody's wish but our own. */
function isOurWish(action: Action, { snapshot, machine }: Look): boolean {
  if (action.kind === "RecordOperation") return isAutomatic(action.spec);
  if (action.kind !== "AdvanceMachine" || !isBeginning(action, machine)) return false;
  const { uid } = action.status.operation?.operation ?? {};
  const cause = snapshot.operations.find(({ metadata }) => metadata.uid === uid && uid !== undefined);
  return cause !== undefined && isAutomatic(cause.spec, action.machine);
}

/** The machine gets an operation, or another one: its epoch says so. */
export function isBeginning(action: Action, machine: Machine | null): boolean {
  if (action.kind !== "AdvanceMachine") return false;
  const { operation } = action.status;
  return operation !== undefined && operation.epoch !== machine?.record.status?.operation?.epoch;
}

function isUpgradeStart(action: Action, machine: Machine | null): boolean {
  return (
    action.kind === "AdvanceMachine" &&
    action.status.operation?.kind === "Upgrade" &&
    isBeginning(action, machine)
  );
}

/** Does the action take an available machine away? */
function takesAway(action: Action, machine: Machine | null): boolean {
  if (action.kind !== "AdvanceMachine" || machine === null || !isBeginning(action, machine)) return false;
  return isAvailable(machine) && action.status.operation?.plan !== "RestartService";
}

function earliest(held: readonly Held[], now: Instant): Instant | null {
  let first: Instant | null = null;
  for (const { wakeAt } of held)
    if (wakeAt !== null && (first === null || wakeAt < first)) first = Math.max(wakeAt, now + 1);
  return first;
}
