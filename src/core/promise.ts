/**
 * What a decision is about to record or to begin on. It stands in the pool's status first, in a write that only one of two
 * who decide at once can make; whoever decides next does the same first (S25). Not the effects: those carry their epoch.
 */
import type { Action, Decision } from "./action.ts";
import { isBeginning } from "./brake.ts";
import { machinesByName } from "./member.ts";
import type { Instant, Snapshot } from "./model.ts";

/** As many as the status has room for; what is beyond is left to the next pass. */
export const mostPromised = 300;

export function promisesOf(snapshot: Snapshot, decision: Decision, now: Instant): readonly string[] {
  const names = decision.actions.flatMap((action) => promiseOf(action, snapshot, now) ?? []);
  return names.toSorted().slice(0, mostPromised);
}

/** Under which name an action has to be promised; null where it needs none. */
export function promiseOf(action: Action, snapshot: Snapshot, now: Instant): string | null {
  if (action.kind === "RecordMachine" || action.kind === "RecordOperation") return action.name;
  if (action.kind !== "AdvanceMachine") return null;
  const kind = action.status.operation?.kind;
  const machine = machinesByName(snapshot, now).get(action.machine) ?? null;
  const isCounted = kind === "Upgrade" || kind === "Repair";
  return isCounted && isBeginning(action, machine) ? action.machine : null;
}
