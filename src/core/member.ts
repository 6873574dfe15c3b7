/** Who counts: members of a pool, those that leave it, those that are provably ready. */
import type { Instant, Machine, Snapshot } from "./model.ts";
import { activeOperations, isEnd, progressOf } from "./progress.ts";

export function nameOf(machine: Machine): string {
  return machine.record.metadata.name;
}

/** The machine has a removal in hand, whoever asked for it. */
export function isLeaving(machine: Machine): boolean {
  const operation = machine.record.status?.operation;
  return operation?.kind === "Remove" || operation?.plan === "Vanished" || operation?.plan === "Release";
}

/** UIDs of machines that a removal names and has not given up on. */
export function removalTargets(snapshot: Snapshot, now: Instant): ReadonlySet<string> {
  const uids = new Set<string>();
  for (const operation of activeOperations(snapshot, "RemoveNodes")) {
    for (const { target, record } of progressOf(operation, snapshot, now))
      if (!isEnd(record.state)) uids.add(target.uid);
  }
  return uids;
}

/** Machines that stay, as far as anyone has asked. */
export function members(snapshot: Snapshot, now: Instant): readonly Machine[] {
  const leaving = removalTargets(snapshot, now);
  return snapshot.machines.filter(
    (machine) => !isLeaving(machine) && !leaving.has(machine.record.metadata.uid ?? ""),
  );
}

/** Provably able to take pods now: joined, Ready, not cordoned by us, nothing in hand that takes it away (S9). */
export function isAvailable(machine: Machine): boolean {
  const operation = machine.record.status?.operation;
  const isTakenAway = operation !== undefined && operation.plan !== "RestartService";
  return machine.node?.ready === "True" && machine.record.status?.joinedTime !== undefined && !isTakenAway;
}

export function hasJoined(machine: Machine): boolean {
  return machine.record.status?.joinedTime !== undefined;
}
