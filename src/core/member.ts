/** Who counts: members of a pool, those that leave it, those that are provably ready. */
import type { MachineStatus } from "../schema/machine.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
import { activeOperations, isEnd, progressOf } from "./progress.ts";
import { perPass } from "./remember.ts";
import { hourMs, instantOf } from "./time.ts";

export function nameOf(machine: Machine): string {
  return machine.record.metadata.name;
}

export function uidOf(machine: Machine): string {
  return machine.record.metadata.uid ?? "";
}

/** web-9 before web-10. */
export function byNumber(a: Machine, b: Machine): number {
  const [left, right] = [nameOf(a), nameOf(b)];
  if (left === right) return 0;
  return left.length - right.length || (left < right ? -1 : 1);
}

/** The machine has a removal in hand, whoever asked for it. */
export function isLeaving({ record }: Pick<Machine, "record">): boolean {
  const operation = record.status?.operation;
  return operation?.kind === "Remove" || operation?.plan === "Vanished" || operation?.plan === "Release";
}

/** UIDs of machines that a removal names and has not given up on. */
export const removalTargets: (snapshot: Snapshot, now: Instant) => ReadonlySet<string> = perPass(
  (snapshot, now) => {
    const uids = new Set<string>();
    for (const operation of activeOperations(snapshot, "RemoveNodes")) {
      for (const { target, record } of progressOf(operation, snapshot, now))
        if (!isEnd(record.state)) uids.add(target.uid);
    }
    return uids;
  },
);

/** Machines that stay, as far as anyone has asked. */
export const members: (snapshot: Snapshot, now: Instant) => readonly Machine[] = perPass((snapshot, now) => {
  const leaving = removalTargets(snapshot, now);
  return snapshot.machines.filter((machine) => !isLeaving(machine) && !leaving.has(uidOf(machine)));
});

export const machinesByName: (snapshot: Snapshot, now: Instant) => ReadonlyMap<string, Machine> = perPass(
  ({ machines }) => new Map(machines.map((machine) => [nameOf(machine), machine])),
);

/** Provably able to take pods now: joined, Ready, not cordoned by us, nothing in hand that takes it away (S9). */
export function isAvailable(machine: Machine): boolean {
  const operation = machine.record.status?.operation;
  const isTakenAway = operation !== undefined && operation.plan !== "RestartService";
  return machine.node?.ready === "True" && machine.record.status?.joinedTime !== undefined && !isTakenAway;
}

/** It cannot be given back early, by our record or by what the provider says now. */
export function isSubscription({ record, instance }: Machine): boolean {
  return record.spec.chargeType === "Subscription" || instance?.chargeType === "Subscription";
}

export function hasJoined(machine: Machine): boolean {
  return machine.record.status?.joinedTime !== undefined;
}

/**
 * Its status was lost, in a restored backup for example: it may have an instance and a node with pods, and nobody knows
 * which before `create.ts` has learned of them anew.
 */
export function isUnlearned({ record, instance }: Machine, { provider }: Snapshot): boolean {
  const { creation, nodeName } = record.status ?? {};
  const mayHave = instance !== null || !provider.isListComplete;
  return creation === undefined && nodeName === undefined && mayHave;
}

/** How its creation failed; null where it did not. */
export function failedCreation({ record }: Machine): NonNullable<MachineStatus["lastOperation"]> | null {
  const last = record.status?.lastOperation;
  return last?.kind === "Create" && last.outcome === "Failed" ? last : null;
}

/** Creations that failed are remembered for so long, by the records of the machines that came to nothing (S17). */
export const failureMemoryMs: number = hourMs;

/** Its creation failed and its instance is gone: the record is only kept as the memory of that. */
export function isSpent(machine: Machine): boolean {
  return machine.record.status?.operation?.step === "Forget" && failedCreation(machine) !== null;
}

/** Until when the record of a failed creation is kept; null where there is nothing to remember. */
export function rememberedUntil(machine: Machine): Instant | null {
  const failed = failedCreation(machine);
  return failed === null ? null : instantOf(failed.finishedTime) + failureMemoryMs;
}
