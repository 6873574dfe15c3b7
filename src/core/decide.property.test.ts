/** What holds for every decision, whatever the pool looks like: order, repetition, causes, targets, budgets, ownership. */
import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import type { NodeOperationObject } from "../schema/operation.ts";
import { type Action, type Decision, destructiveKinds, type Policy } from "./action.ts";
import { isCordonedByUs } from "./attributes.ts";
import { brake } from "./brake.ts";
import { disruptionsLeft } from "./budget.ts";
import { create } from "./create.ts";
import { decide } from "./decide.ts";
import { finish } from "./finish.ts";
import { isAvailable } from "./member.ts";
import type { Machine, Snapshot } from "./model.ts";
import { operationReport } from "./operation-status.ts";
import { remove } from "./remove.ts";
import { repair } from "./repair.ts";
import { retention } from "./retention.ts";
import { scale } from "./scale.ts";
import { poolReport } from "./status.ts";
import { sync } from "./sync.ts";
import { aSnapshotOfAnything, night } from "./testing-arbitrary.ts";
import { upgrade } from "./upgrade.ts";

const numRuns = 1500;

function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  const inner = value instanceof Map ? [...value.values()] : Object.values(value);
  for (const item of inner) frozen(item);
  return value;
}

test("a decision does not touch what it looks at, and is the same each time", () => {
  const check = (snapshot: Snapshot): void => {
    frozen(snapshot);
    const first = decide(snapshot, night);
    assert.deepEqual(decide(snapshot, night), first);
    assert.deepEqual(decide({ ...snapshot }, night), first, "what is remembered changes no answer");
  };
  fc.assert(fc.property(aSnapshotOfAnything, check), { numRuns });
});

test("the order of machines and operations decides nothing", () => {
  const set = (snapshot: Snapshot): readonly string[] =>
    decide(snapshot, night)
      .actions.map((action) => JSON.stringify(action))
      .toSorted();
  const check = (snapshot: Snapshot, seed: number): void => {
    const { machines, operations } = snapshot;
    const turned = {
      ...snapshot,
      machines: shuffled(machines, seed),
      operations: shuffled(operations, seed),
    };
    assert.deepEqual(set(turned), set(snapshot));
  };
  fc.assert(fc.property(aSnapshotOfAnything, fc.nat(1000), check), { numRuns });
});

function shuffled<T>(list: readonly T[], seed: number): readonly T[] {
  return list
    .map((item, index) => ({ item, rank: ((index + 1) * 7919 * (seed + 1)) % 1009 }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

test("the brake loses nothing: what is wanted is done or held", () => {
  const policies: readonly Policy[] = [remove, finish, sync, repair, upgrade, scale, create, retention];
  const lines = (list: readonly Action[]): readonly string[] =>
    list.map((action) => `${action.kind} ${"machine" in action ? action.machine : ""}`);
  const check = (snapshot: Snapshot): void => {
    const wishes = policies.map((policy) => policy(snapshot, night));
    const wanted = wishes.flatMap(({ actions }) => actions);
    const before = wishes.flatMap(({ held }) => held);
    const { actions, held } = brake(snapshot, night, wishes);
    const kept = held.slice(before.length).map(({ wish, machine }) => `${wish} ${machine}`);
    assert.deepEqual([...lines(actions), ...kept].toSorted(), [...lines(wanted)].toSorted());
    assert.deepEqual(held.slice(0, before.length), before);
  };
  fc.assert(fc.property(aSnapshotOfAnything, check), { numRuns });
});

/** Everything that a law may look at. */
interface Case {
  readonly snapshot: Snapshot;
  readonly decision: Decision;
  /** Those that are about a machine, with it. */
  readonly onMachines: readonly {
    readonly action: Action & { machine: string };
    readonly machine: Machine;
  }[];
  /** Machines that get another operation than they had. */
  readonly begun: readonly {
    readonly machine: Machine;
    readonly operation: NonNullable<ReturnType<typeof inHand>>;
  }[];
}

function inHand({ record }: Machine) {
  return record.status?.operation;
}

function caseOf(snapshot: Snapshot): Case {
  const decision = decide(snapshot, night);
  const onMachines = decision.actions.flatMap((action) => {
    if (!("machine" in action)) return [];
    const machine = snapshot.machines.find(({ record }) => record.metadata.name === action.machine);
    assert.ok(machine, `${action.machine} is not in the snapshot`);
    return [{ action, machine }];
  });
  const begun = onMachines.flatMap(({ action, machine }) => {
    const operation = action.kind === "AdvanceMachine" ? action.status.operation : undefined;
    return operation === undefined || operation.epoch === inHand(machine)?.epoch
      ? []
      : [{ machine, operation }];
  });
  return { snapshot, decision, onMachines, begun };
}

function isDestructive({ kind }: Action): boolean {
  return destructiveKinds.includes(kind);
}

const laws: Readonly<Record<string, (found: Case) => void>> = {
  "one action on one machine, unless its pods are evicted": ({ onMachines }) => {
    for (const [machine, group] of Map.groupBy(onMachines, ({ action }) => action.machine)) {
      const kinds = new Set(group.map(({ action }) => action.kind));
      const isSeries = kinds.size === 1 && (kinds.has("EvictPod") || kinds.has("DeletePod"));
      assert.ok(group.length === 1 || isSeries, `${machine}: ${[...kinds].join(", ")}`);
    }
  },
  "nobody is named who is not there": ({ snapshot, decision }) => {
    const uids = new Set(snapshot.machines.map(({ record }) => record.metadata.uid));
    for (const action of decision.actions) {
      if (action.kind !== "RecordOperation") continue;
      assert.ok(action.spec.targets.length > 0);
      for (const { uid } of action.spec.targets) assert.ok(uids.has(uid));
    }
  },
  "no more upgrades begin than nodes may be away (S9)": ({ snapshot, begun }) => {
    const started = begun.filter(
      ({ machine, operation }) => operation.kind === "Upgrade" && isAvailable(machine),
    );
    assert.ok(started.length <= Math.max(0, disruptionsLeft(snapshot, night)));
  },
  "what disturbs has an operation in hand, of this epoch and step (S2)": ({ onMachines }) => {
    for (const { action, machine } of onMachines) {
      if (!isDestructive(action) || !("step" in action)) continue;
      const operation = inHand(machine);
      assert.ok(operation);
      assert.deepEqual([action.epoch, action.step], [operation.epoch, operation.step]);
    }
  },
  "a pod that is deleted has time to end (S20)": ({ decision }) => {
    for (const action of decision.actions)
      assert.ok(action.kind !== "DeletePod" || action.graceSeconds >= 30);
  },
  "no pod is moved for an operation that is no more (S2)": ({ snapshot, onMachines }) => {
    for (const { action, machine } of onMachines) {
      if (action.kind !== "EvictPod" && action.kind !== "DeletePod") continue;
      const cause = inHand(machine)?.operation?.uid;
      assert.ok(cause === undefined || snapshot.operations.some(({ metadata }) => metadata.uid === cause));
    }
  },
  "what begins for an operation is one of its targets, by name and UID (S3)": ({ snapshot, begun }) => {
    for (const { machine, operation } of begun) {
      const { name, uid } = machine.record.metadata;
      const cause = snapshot.operations.find(({ metadata }) => metadata.uid === operation.operation?.uid);
      if (operation.operation === undefined) continue;
      assert.ok(cause);
      assert.ok(cause.spec.targets.some((target) => target.uid === uid && target.machine === name));
      assert.equal(cause.spec.state, "Run");
      assert.ok(["NotNeeded", "Approved"].includes(cause.spec.approval));
    }
  },
  "without an operation only a creation begins, or ends": ({ begun }) => {
    for (const { machine, operation } of begun) {
      if (operation.operation !== undefined) continue;
      assert.ok(["Create", "Vanished", "Release"].includes(operation.plan));
      if (operation.plan === "Release") assert.equal(inHand(machine)?.kind, "Create");
    }
  },
  "a paused pool begins nothing, drains nothing, asks for nothing": ({ snapshot, decision, begun }) => {
    if (!snapshot.pool.spec.paused) return;
    const isNew = ({ kind }: Action): boolean =>
      ["RecordMachine", "RecordOperation", "EvictPod", "DeletePod", "RequestInstance"].includes(kind);
    assert.deepEqual([...decision.actions.filter(isNew), ...begun], []);
  },
  "in a paused pool an empty node waits before its instance is touched": ({ snapshot, onMachines }) => {
    for (const { action, machine } of onMachines) {
      if (!snapshot.pool.spec.paused || action.kind !== "AdvanceMachine") continue;
      assert.ok(
        inHand(machine)?.step !== "Drain" ||
          ["Drain", "Restore"].includes(action.status.operation?.step ?? ""),
      );
    }
  },
  "after failures in a row nothing that takes a node away begins by itself (S12)": ({
    snapshot,
    decision,
    begun,
  }) => {
    if (snapshot.cluster.tripped === null) return;
    const isHeavy = ({ kind, options, requestedBy }: NodeOperationObject["spec"]): boolean =>
      requestedBy === "Controller" &&
      (kind === "Upgrade" || (kind === "Repair" && options.rung !== "RestartService"));
    assert.ok(!decision.actions.some((action) => action.kind === "RecordOperation" && isHeavy(action.spec)));
    for (const { operation } of begun) {
      const cause = snapshot.operations.find(({ metadata }) => metadata.uid === operation.operation?.uid);
      assert.ok(cause === undefined || !isHeavy(cause.spec));
    }
  },
  "a protected node is not taken away, and nothing that would begins on it (S5)": ({ onMachines, begun }) => {
    const isKept = ({ node }: Machine): boolean => node?.annotations["poolkeeper.dev/protected"] === "true";
    for (const { action, machine } of onMachines)
      assert.ok(!isKept(machine) || !isDestructive(action) || action.kind === "ReplaceSystemDisk");
    for (const { machine, operation } of begun)
      assert.ok(!isKept(machine) || ["RestartService", "Create"].includes(operation.plan));
  },
  "under the brake nothing disturbs, but for the disk of a stopped instance (S12)": (found) => {
    if (found.snapshot.cluster.brake === null) return;
    assert.deepEqual(found.begun, []);
    for (const { action, machine } of found.onMachines) {
      if (!isDestructive(action) && action.kind !== "RequestInstance") continue;
      assert.deepEqual([action.kind, machine.instance?.state], ["ReplaceSystemDisk", "Stopped"]);
    }
  },
  "an instance is asked for only as it is written down, and only once (S31)": ({ onMachines }) => {
    for (const { action, machine } of onMachines) {
      if (action.kind !== "RequestInstance") continue;
      assert.ok(machine.record.status?.creation);
      assert.equal(machine.instance, null);
    }
  },
  "an instance is released only where that is the plan, and never a subscription": ({ onMachines }) => {
    for (const { action, machine } of onMachines) {
      if (action.kind !== "ReleaseInstance") continue;
      assert.equal(inHand(machine)?.plan, "Release");
      assert.equal(machine.record.spec.chargeType, "PayAsYouGo");
      assert.equal(machine.instance?.chargeType, "PayAsYouGo");
      assert.equal(action.instanceId, machine.instance.id);
    }
  },
  "an instance is touched only when it is idle": ({ onMachines }) => {
    for (const { action, machine } of onMachines) {
      if (!("instanceId" in action) || action.kind === "LeaveCluster" || action.kind === "TagInstance")
        continue;
      assert.equal(machine.instance?.isBusy, false);
    }
  },
  "only our own cordon is lifted (S23)": ({ onMachines }) => {
    for (const { action } of onMachines)
      if (action.kind === "UncordonNode") assert.ok(isCordonedByUs(action.node));
  },
  "a node object goes only at the end of a machine (S21)": ({ onMachines }) => {
    for (const { action, machine } of onMachines) {
      if (action.kind !== "DeleteNode") continue;
      assert.ok(["Release", "Leave", "Vanished"].includes(inHand(machine)?.plan ?? ""));
    }
  },
  "a record is forgotten at the end of its removal, or when it never had anything (S33)": ({
    onMachines,
  }) => {
    for (const { action, machine } of onMachines) {
      if (action.kind !== "ForgetMachine" || inHand(machine)?.step === "Forget") continue;
      const { status, metadata } = machine.record;
      assert.ok(metadata.deletionTimestamp);
      assert.deepEqual(
        [machine.instance, status?.instanceId, status?.creation],
        [null, undefined, undefined],
      );
    }
  },
  "nobody is made and taken in one breath": ({ decision }) => {
    const isMade = decision.actions.some(({ kind }) => kind === "RecordMachine");
    const isTaken = decision.actions.some(
      (action) => action.kind === "RecordOperation" && action.spec.reason === "AboveDesired",
    );
    assert.ok(!(isMade && isTaken));
  },
  "while the count changes nobody is chosen to be made or taken": ({ decision }) => {
    if (!decision.actions.some(({ kind }) => kind === "AdjustReplicas")) return;
    const isChoice = (action: Action): boolean =>
      action.kind === "RecordMachine" ||
      (action.kind === "RecordOperation" && action.spec.kind === "RemoveNodes");
    assert.deepEqual(decision.actions.filter(isChoice), []);
  },
  "what waits is looked at again later, never at once (L2)": ({ decision: { held, wakeAt } }) => {
    assert.ok(wakeAt === null || wakeAt > night);
    for (const item of held) assert.ok(item.wakeAt === null || item.wakeAt > night, JSON.stringify(item));
  },
  "the word, the counts and the conditions agree": ({ snapshot, decision }) => {
    const { summary, counts, conditions } = poolReport(snapshot, decision, night);
    assert.ok(counts.ready <= counts.machines && counts.upToDate <= counts.machines);
    assert.ok(counts.leaving >= 0 && counts.machines + counts.leaving <= snapshot.machines.length);
    assert.equal(new Set(conditions.map(({ type }) => type)).size, 12);
    for (const { reason } of conditions) assert.match(reason, /^[A-Z][A-Za-z]+$/);
    if (summary === "Active")
      assert.deepEqual([counts.ready, counts.machines], [counts.wanted, counts.wanted]);
  },
  "an operation is finished when all its targets are": ({ snapshot, decision }) => {
    for (const operation of snapshot.operations) {
      const status = operationReport(operation, { snapshot, decision }, night);
      assert.equal(status.total, operation.spec.targets.length);
      assert.equal(status.finishedTime === undefined, (status.done ?? 0) < (status.total ?? 0));
    }
  },
};

test("every law holds for every pool", () => {
  const check = (snapshot: Snapshot): void => {
    const found = caseOf(snapshot);
    for (const [law, holds] of Object.entries(laws)) {
      try {
        holds(found);
      } catch (error) {
        throw new Error(`broken: ${law}`, { cause: error });
      }
    }
  };
  fc.assert(fc.property(aSnapshotOfAnything, check), { numRuns: 2 * numRuns, includeErrorInReport: true });
});
