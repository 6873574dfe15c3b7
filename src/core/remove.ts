/** Machines a person named, whatever else goes on with them, and pools that are deleted. */
import type { NodeOperationObject, OperationTarget } from "../schema/operation.ts";
import { type Action, type Because, type Held, together, type Wishes } from "./action.ts";
import { begin } from "./begin.ts";
import {
  byNumber,
  isLeaving,
  isSpent,
  isSubscription,
  isUnlearned,
  nameOf,
  removalTargets,
  uidOf,
} from "./member.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
import { choiceName } from "./operation-name.ts";
import { activeOperations, byAge, progressOf } from "./progress.ts";
import { protectedHold } from "./protect.ts";
import { isUncounted, settleReplicas } from "./removals.ts";
import { evidenceOf } from "./signs.ts";
import { noOtherNode, onlyUs } from "./vital.ts";

/** Drains of one pool that may run at once. */
const parallelRemovals = 10;
export const confirmationAnnotation = "poolkeeper.dev/confirm-deletion";
export const finalizer = "poolkeeper.dev/instance-cleanup";

export function remove(snapshot: Snapshot, now: Instant): Wishes {
  const deletion =
    snapshot.pool.metadata.deletionTimestamp === undefined ? keepPool(snapshot) : deletePool(snapshot, now);
  return together([
    deletion,
    settleReplicas(snapshot, now),
    removeNamed(snapshot, now),
    ...snapshot.machines.map((machine) => deletedRecord(snapshot, machine, now)),
  ]);
}

/** The finalizer comes before the first machine, so that no pool leaves instances behind. */
function keepPool(snapshot: Snapshot): Wishes {
  if ((snapshot.pool.metadata.finalizers ?? []).includes(finalizer)) return none;
  return { actions: [{ kind: "HoldPool", because: because("BelowDesired", snapshot) }], held: [] };
}

function deletePool(snapshot: Snapshot, now: Instant): Wishes {
  const { pool, machines } = snapshot;
  if (machines.length === 0) {
    const isOurs = (pool.metadata.finalizers ?? []).includes(finalizer);
    return {
      actions: isOurs ? [{ kind: "LetPoolGo", because: because("PoolDeleted", snapshot) }] : [],
      held: [],
    };
  }
  if (!isConfirmed(snapshot)) {
    const command = `poolkeeper delete pool ${pool.metadata.name}`;
    return {
      actions: [],
      held: [held("Remove", "", "DeletionNotConfirmed", { count: machines.length, try: command })],
    };
  }
  const named = removalTargets(snapshot, now);
  const left = machines
    .filter((machine) => !isLeaving(machine) && !named.has(uidOf(machine)))
    .toSorted(byNumber);
  if (left.length === 0) return none;
  const { instances, drain } = pool.spec.deletion;
  const action: Action = {
    kind: "RecordOperation",
    name: choiceName(snapshot, "delete", { among: left, about: instances }),
    spec: {
      poolName: pool.metadata.name,
      kind: "RemoveNodes",
      targets: left.map(targetOf),
      requestedBy: "Controller",
      reason: "PoolDeleted",
      options: { ...defaultOptions, drain, release: instances === "Release", lowersReplicas: false },
      state: "Run",
      approval: "NotNeeded",
    },
    because: because("PoolDeleted", snapshot),
  };
  return { actions: [action], held: [] };
}

export const defaultOptions: NodeOperationObject["spec"]["options"] = {
  drain: true,
  release: false,
  lowersReplicas: false,
  when: "Now",
  labelsAndTaints: true,
  instanceTags: true,
};

/** `name:count`: the pool's own name, and at least as many machines as there are, so that an old wish cannot take new ones (S35). */
function isConfirmed({ pool, machines }: Snapshot): boolean {
  const [name, count] = (pool.metadata.annotations?.[confirmationAnnotation] ?? "").split(":");
  return name === pool.metadata.name && machines.length <= Number(count);
}

export function targetOf(machine: Machine): OperationTarget {
  const { metadata, status } = machine.record;
  return {
    machine: metadata.name,
    uid: metadata.uid ?? "",
    ...(status?.nodeName === undefined ? {} : { node: status.nodeName }),
  };
}

/** In the order in which they were asked for, and in all not more at once than the limit. */
function removeNamed(snapshot: Snapshot, now: Instant): Wishes {
  const running = snapshot.machines.filter(
    (machine) => machine.record.status?.operation?.kind === "Remove" && !isSpent(machine),
  );
  const taken = new Set(running.map(uidOf));
  const actions: Action[] = [];
  const held: Held[] = [];
  for (const operation of activeOperations(snapshot, "RemoveNodes").toSorted(byAge)) {
    if (isUncounted(operation, snapshot)) continue; // The count is lowered first.
    for (const { machine, record } of progressOf(operation, snapshot, now)) {
      if (machine === null || record.state !== "Waiting" || taken.has(uidOf(machine))) continue;
      const wait =
        whyNotNow(operation, snapshot, machine, taken.size) ??
        protectedHold(machine) ??
        noOtherNode(snapshot, machine, onlyUs, now);
      if (wait === null) {
        actions.push(beginRemoval(operation, snapshot, machine, now));
        taken.add(uidOf(machine));
      } else held.push({ wish: "Remove", machine: nameOf(machine), wakeAt: null, facts: {}, ...wait });
    }
  }
  return { actions, held };
}

function whyNotNow(
  operation: NodeOperationObject,
  snapshot: Snapshot,
  machine: Machine,
  running: number,
): Pick<Held, "reason" | "facts"> | null {
  const { pool } = snapshot;
  const about = { machine: nameOf(machine), operation: operation.metadata.name, pool: pool.metadata.name };
  if (pool.spec.paused) return { reason: "Paused", facts: about };
  if (operation.spec.approval === "Waiting") return { reason: "AwaitingApproval", facts: about };
  if (operation.spec.state !== "Run") return { reason: "PausedByUser", facts: about };
  // What runs on its node, and what protects that, is not known yet.
  if (isUnlearned(machine, snapshot)) return { reason: "AwaitingInstance", facts: about };
  if (!canPreempt(snapshot, machine, planFor(operation, machine)))
    return { reason: "BatchInProgress", facts: about };
  return running < parallelRemovals
    ? null
    : { reason: "RemovalsInProgress", facts: { ...about, limit: parallelRemovals } };
}

/**
 * May a removal take over from what the machine has in hand? Not from what takes it away for good already. An instance that
 * is kept has to be in one piece and running first; one that is released may go from anywhere.
 */
function canPreempt(snapshot: Snapshot, machine: Machine, plan: "Release" | "Leave"): boolean {
  const inHand = machine.record.status?.operation;
  const hasVanished = machine.instance === null && evidenceOf(snapshot, machine).vanishedForMs !== null;
  if (inHand === undefined) return true;
  if (inHand.plan === "Vanished") return false;
  if (inHand.plan === "Release") return inHand.step === "Cordon" || inHand.step === "Drain";
  return plan === "Release" || hasVanished || !["Stop", "ReplaceDisk", "Start"].includes(inHand.step);
}

/** A subscription cannot be given back: it leaves the pool and is kept, whatever was asked (ACK does the same). */
function beginRemoval(
  operation: NodeOperationObject,
  snapshot: Snapshot,
  machine: Machine,
  now: Instant,
): Action {
  const plan = planFor(operation, machine);
  return begin(
    snapshot,
    machine,
    {
      kind: "Remove",
      plan,
      cause: operation,
      options: { drain: operation.spec.options.drain, release: plan === "Release" },
      because: {
        reason: "RemovalRequested",
        facts: { machine: nameOf(machine), operation: operation.metadata.name },
      },
    },
    now,
  );
}

function planFor({ spec }: NodeOperationObject, machine: Machine): "Release" | "Leave" {
  const canRelease = spec.options.release && !isSubscription(machine);
  const hasInstance = machine.instance !== null || machine.record.status?.creation !== undefined;
  return canRelease || !hasInstance ? "Release" : "Leave";
}

/**
 * A record that a person deleted takes no instance with it: who wants that names the machine in a removal (S33). Only one
 * that never asked for an instance has nothing to lose and goes.
 */
function deletedRecord(snapshot: Snapshot, machine: Machine, now: Instant): Wishes {
  const { metadata, status } = machine.record;
  const isGoing = isLeaving(machine) || removalTargets(snapshot, now).has(uidOf(machine));
  if (metadata.deletionTimestamp === undefined || isGoing) return none;
  const hasNone = machine.instance === null && snapshot.provider.isListComplete;
  const isEmpty = status?.creation === undefined && status?.instanceId === undefined && hasNone;
  const facts = { machine: nameOf(machine), since: metadata.deletionTimestamp };
  if (!isEmpty) return { actions: [], held: [held("Remove", nameOf(machine), "MachineDeleted", facts)] };
  const forget: Action = {
    kind: "ForgetMachine",
    machine: nameOf(machine),
    because: { reason: "RemovalRequested", facts },
  };
  return { actions: [forget], held: [] };
}

const none: Wishes = { actions: [], held: [] };

function because(reason: Because["reason"], snapshot: Snapshot): Because {
  return { reason, facts: { pool: snapshot.pool.metadata.name } };
}

function held(wish: Held["wish"], machine: string, reason: Held["reason"], facts: Held["facts"]): Held {
  return { wish, machine, reason, facts, wakeAt: null };
}
