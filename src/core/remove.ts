/** The second policy: machines a person named, and pools that are deleted. */
import type { NodeOperationObject, OperationTarget } from "../schema/operation.ts";
import type { Action, Because, Held, Wishes } from "./action.ts";
import { begin } from "./begin.ts";
import { isLeaving, nameOf, removalTargets } from "./member.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
import { activeOperations, type Progress, progressOf } from "./progress.ts";
import { isUncounted, settleReplicas } from "./removals.ts";
import { secondMs } from "./time.ts";

/** Drains of one pool that may run at once. */
const parallelRemovals = 10;
export const confirmationAnnotation = "poolkeeper.dev/confirm-deletion";
export const finalizer = "poolkeeper.dev/instance-cleanup";

export function remove(snapshot: Snapshot, now: Instant): Wishes {
  const deletion =
    snapshot.pool.metadata.deletionTimestamp === undefined ? keepPool(snapshot) : deletePool(snapshot, now);
  const removals = activeOperations(snapshot, "RemoveNodes").map((operation) =>
    removeTargets(operation, snapshot, now),
  );
  const replicas = settleReplicas(snapshot, now);
  const all = [deletion, replicas, ...removals];
  return { actions: all.flatMap((wish) => wish.actions), held: all.flatMap((wish) => wish.held) };
}

/** The finalizer comes before the first machine, so that no pool leaves instances behind. */
function keepPool(snapshot: Snapshot): Wishes {
  if ((snapshot.pool.metadata.finalizers ?? []).includes(finalizer)) return none;
  return { actions: [{ kind: "HoldPool", because: because("BelowDesired", snapshot) }], held: [] };
}

function deletePool(snapshot: Snapshot, now: Instant): Wishes {
  const { pool, machines } = snapshot;
  if (machines.length === 0)
    return { actions: [{ kind: "LetPoolGo", because: because("PoolDeleted", snapshot) }], held: [] };
  if (!isConfirmed(snapshot)) {
    const command = `poolkeeper delete pool ${pool.metadata.name}`;
    return {
      actions: [],
      held: [held("Remove", "", "DeletionNotConfirmed", { count: machines.length, try: command })],
    };
  }
  const named = removalTargets(snapshot, now);
  const left = machines.filter(
    (machine) => !isLeaving(machine) && !named.has(machine.record.metadata.uid ?? ""),
  );
  if (left.length === 0) return none;
  const { instances, drain } = pool.spec.deletion;
  const action: Action = {
    kind: "RecordOperation",
    name: `${pool.metadata.name}-delete-${Math.floor(now / secondMs).toString(36)}`,
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

function removeTargets(operation: NodeOperationObject, snapshot: Snapshot, now: Instant): Wishes {
  const running = snapshot.machines.filter(
    (machine) => machine.record.status?.operation?.kind === "Remove",
  ).length;
  const waiting = progressOf(operation, snapshot, now).filter((progress) => canBegin(progress));
  if (operation.spec.state !== "Run" || snapshot.pool.spec.paused) {
    return {
      actions: [],
      held: waiting.map(({ target }) => held("Remove", target.machine, "PausedByUser", {})),
    };
  }
  if (isUncounted(operation, snapshot)) return none; // The count is lowered first.
  const room = Math.max(0, parallelRemovals - running);
  const actions = waiting
    .slice(0, room)
    .flatMap(({ machine }) => (machine === null ? [] : [beginRemoval(operation, snapshot, machine, now)]));
  const later = waiting
    .slice(room)
    .map(({ target }) => held("Remove", target.machine, "RemovalsInProgress", { limit: parallelRemovals }));
  return { actions, held: later };
}

function canBegin({ machine, record }: Progress): boolean {
  return machine !== null && record.state === "Waiting" && !isLeaving(machine);
}

/** A subscription cannot be given back: it leaves the pool and is kept, whatever was asked (ACK does the same). */
function beginRemoval(
  operation: NodeOperationObject,
  snapshot: Snapshot,
  machine: Machine,
  now: Instant,
): Action {
  const { drain, release } = operation.spec.options;
  const canRelease = release && machine.record.spec.chargeType !== "Subscription";
  const hasInstance = machine.instance !== null || machine.record.status?.creation !== undefined;
  return begin(
    snapshot,
    machine,
    {
      kind: "Remove",
      plan: canRelease || !hasInstance ? "Release" : "Leave",
      cause: operation,
      options: { drain, release: canRelease },
      because: {
        reason: "RemovalRequested",
        facts: { machine: nameOf(machine), operation: operation.metadata.name },
      },
    },
    now,
  );
}

const none: Wishes = { actions: [], held: [] };

function because(reason: Because["reason"], snapshot: Snapshot): Because {
  return { reason, facts: { pool: snapshot.pool.metadata.name } };
}

function held(wish: Held["wish"], machine: string, reason: Held["reason"], facts: Held["facts"]): Held {
  return { wish, machine, reason, facts, wakeAt: null };
}
