/** What holds for every decision, whatever the pool looks like: order, repetition, causes, targets, budgets, ownership. */
import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import { type Action, destructiveKinds, type Policy } from "./action.ts";
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

const runs = 4000;

function holds(name: string, check: (snapshot: Snapshot, actions: readonly Action[]) => void): void {
  test(name, () => {
    fc.assert(
      fc.property(aSnapshotOfAnything, (snapshot) => check(snapshot, decide(snapshot, night).actions)),
      { numRuns: runs },
    );
  });
}

function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  const inner = value instanceof Map ? [...value.values()] : Object.values(value);
  for (const item of inner) frozen(item);
  return value;
}

function machineNamed({ machines }: Snapshot, name: string): Machine {
  const found = machines.find(({ record }) => record.metadata.name === name);
  assert.ok(found, `${name} is not in the snapshot`);
  return found;
}

function inHand({ record }: Machine) {
  return record.status?.operation;
}

/** Actions by which a machine gets another operation than it had. */
function beginnings(snapshot: Snapshot, actions: readonly Action[]) {
  return actions.flatMap((action) => {
    if (action.kind !== "AdvanceMachine" || action.status.operation === undefined) return [];
    const machine = machineNamed(snapshot, action.machine);
    const { operation } = action.status;
    return operation.epoch === inHand(machine)?.epoch ? [] : [{ machine, operation }];
  });
}

test("a decision does not touch what it looks at, and is the same each time", () => {
  fc.assert(
    fc.property(aSnapshotOfAnything, (snapshot) => {
      frozen(snapshot);
      const first = decide(snapshot, night);
      assert.deepEqual(decide(snapshot, night), first);
      assert.deepEqual(decide({ ...snapshot }, night), first, "what is remembered changes no answer");
    }),
    { numRuns: runs },
  );
});

test("the order of machines and operations decides nothing", () => {
  const set = (snapshot: Snapshot): readonly string[] =>
    decide(snapshot, night)
      .actions.map((action) => JSON.stringify(action))
      .toSorted();
  fc.assert(
    fc.property(aSnapshotOfAnything, fc.nat(1000), (snapshot, seed) => {
      const turned = {
        ...snapshot,
        machines: shuffled(snapshot.machines, seed),
        operations: shuffled(snapshot.operations, seed),
      };
      assert.deepEqual(set(turned), set(snapshot));
    }),
    { numRuns: runs },
  );
});

function shuffled<T>(list: readonly T[], seed: number): readonly T[] {
  return list
    .map((item, index) => ({ item, rank: ((index + 1) * 7919 * (seed + 1)) % 1009 }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

test("the brake loses nothing: what is wanted is done or held", () => {
  const policies: readonly Policy[] = [remove, finish, sync, repair, upgrade, scale, create, retention];
  fc.assert(
    fc.property(aSnapshotOfAnything, (snapshot) => {
      const wishes = policies.map((policy) => policy(snapshot, night));
      const wanted = wishes.flatMap(({ actions }) => actions);
      const before = wishes.flatMap(({ held }) => held);
      const { actions, held } = brake(snapshot, night, wishes);
      const named = (list: readonly Action[]): readonly string[] =>
        list.map((action) => `${action.kind} ${"machine" in action ? action.machine : ""}`);
      const kept = held.slice(before.length).map(({ wish, machine }) => `${wish} ${machine}`);
      assert.deepEqual([...named(actions), ...kept].toSorted(), [...named(wanted)].toSorted());
      assert.deepEqual(held.slice(0, before.length), before);
    }),
    { numRuns: runs },
  );
});

holds("one action on one machine, unless its pods are evicted", (_snapshot, actions) => {
  const on = actions.filter((action) => "machine" in action);
  for (const [machine, group] of Map.groupBy(on, (action) => action.machine)) {
    const kinds = new Set(group.map(({ kind }) => kind));
    const isSeries = kinds.size === 1 && (kinds.has("EvictPod") || kinds.has("DeletePod"));
    assert.ok(group.length === 1 || isSeries, `${machine}: ${[...kinds].join(", ")}`);
  }
});

holds("nobody is named who is not there", (snapshot, actions) => {
  const uids = new Set(snapshot.machines.map(({ record }) => record.metadata.uid));
  for (const action of actions) {
    if ("machine" in action) machineNamed(snapshot, action.machine);
    if (action.kind === "RecordOperation") {
      assert.ok(action.spec.targets.length > 0);
      for (const { uid } of action.spec.targets) assert.ok(uids.has(uid));
    }
  }
});

holds("no more upgrades begin than nodes may be away (S9)", (snapshot, actions) => {
  const started = beginnings(snapshot, actions).filter(
    ({ machine, operation }) => operation.kind === "Upgrade" && isAvailable(machine),
  );
  assert.ok(started.length <= Math.max(0, disruptionsLeft(snapshot, night)));
});

holds("what disturbs has an operation in hand, of this epoch and step (S2)", (snapshot, actions) => {
  for (const action of actions) {
    if (!destructiveKinds.includes(action.kind) || !("step" in action)) continue;
    const machine = machineNamed(snapshot, action.machine);
    const operation = inHand(machine);
    assert.ok(operation);
    assert.deepEqual([action.epoch, action.step], [operation.epoch, operation.step]);
    if (action.kind !== "EvictPod" && action.kind !== "DeletePod") continue;
    const cause = operation.operation?.uid;
    assert.ok(cause === undefined || snapshot.operations.some(({ metadata }) => metadata.uid === cause));
  }
});

holds("what begins for an operation is one of its targets, by name and UID (S3)", (snapshot, actions) => {
  for (const { machine, operation } of beginnings(snapshot, actions)) {
    const { metadata } = machine.record;
    if (operation.operation === undefined) {
      assert.ok(["Create", "Vanished", "Release"].includes(operation.plan));
      continue;
    }
    const cause = snapshot.operations.find(({ metadata: { uid } }) => uid === operation.operation?.uid);
    assert.ok(cause);
    assert.ok(
      cause.spec.targets.some(({ uid, machine: name }) => uid === metadata.uid && name === metadata.name),
    );
    assert.ok(
      cause.spec.state === "Run" && cause.spec.approval !== "Waiting" && cause.spec.approval !== "Denied",
    );
  }
});

holds("a machine that is released without a cause was never a node", (snapshot, actions) => {
  for (const { machine, operation } of beginnings(snapshot, actions)) {
    if (operation.plan !== "Release" || operation.operation !== undefined) continue;
    assert.equal(inHand(machine)?.kind, "Create");
  }
});

holds("a paused pool begins nothing, drains nothing, asks for nothing", (snapshot, actions) => {
  if (!snapshot.pool.spec.paused) return;
  const isNew = (kind: Action["kind"]): boolean =>
    [
      "RecordMachine",
      "RecordOperation",
      "EvictPod",
      "DeletePod",
      "RequestInstance",
      "SetAttributes",
    ].includes(kind);
  const started = actions.filter(({ kind }) => isNew(kind)).filter(({ kind }) => kind !== "SetAttributes");
  assert.deepEqual(started, []);
  assert.deepEqual(beginnings(snapshot, actions), []);
  for (const action of actions) {
    if (action.kind !== "AdvanceMachine") continue;
    const was = inHand(machineNamed(snapshot, action.machine))?.step;
    assert.ok(was !== "Drain" || action.status.operation?.step !== "Stop", "an empty node waits");
  }
});

holds(
  "under the brake nothing that disturbs is sent, but for the disk of a stopped instance (S12)",
  (snapshot, actions) => {
    if (snapshot.cluster.brake === null) return;
    const sent = actions.filter(({ kind }) => destructiveKinds.includes(kind) || kind === "RequestInstance");
    for (const action of sent) {
      assert.equal(action.kind, "ReplaceSystemDisk");
      if (action.kind === "ReplaceSystemDisk")
        assert.equal(machineNamed(snapshot, action.machine).instance?.state, "Stopped");
    }
    assert.deepEqual(beginnings(snapshot, actions), []);
  },
);

holds("an instance is asked for only as it is written down, and only once (S31)", (snapshot, actions) => {
  for (const action of actions) {
    if (action.kind !== "RequestInstance") continue;
    const machine = machineNamed(snapshot, action.machine);
    assert.ok(machine.record.status?.creation);
    assert.equal(machine.instance, null);
  }
});

holds(
  "an instance is released only where that is the plan, and never a subscription",
  (snapshot, actions) => {
    for (const action of actions) {
      if (action.kind !== "ReleaseInstance") continue;
      const machine = machineNamed(snapshot, action.machine);
      assert.equal(inHand(machine)?.plan, "Release");
      assert.equal(machine.record.spec.chargeType, "PayAsYouGo");
      assert.equal(machine.instance?.chargeType, "PayAsYouGo");
      assert.equal(action.instanceId, machine.instance.id);
    }
  },
);

holds("only our own cordon is lifted (S23)", (_snapshot, actions) => {
  for (const action of actions) if (action.kind === "UncordonNode") assert.ok(isCordonedByUs(action.node));
});

holds(
  "a node object goes only after its instance, or where the instance stays (S21)",
  (snapshot, actions) => {
    for (const action of actions) {
      if (action.kind !== "DeleteNode") continue;
      assert.ok(
        ["Release", "Leave", "Vanished"].includes(inHand(machineNamed(snapshot, action.machine))?.plan ?? ""),
      );
    }
  },
);

holds(
  "a record is forgotten at the end of its removal, or when it never had anything",
  (snapshot, actions) => {
    for (const action of actions) {
      if (action.kind !== "ForgetMachine") continue;
      const machine = machineNamed(snapshot, action.machine);
      const isEmpty = machine.instance === null && machine.record.status?.instanceId === undefined;
      assert.ok(
        inHand(machine)?.step === "Forget" ||
          (isEmpty && machine.record.metadata.deletionTimestamp !== undefined),
      );
    }
  },
);

holds("nobody is made and taken in one breath", (_snapshot, actions) => {
  const isMade = actions.some(({ kind }) => kind === "RecordMachine");
  const isTaken = actions.some(
    (action) => action.kind === "RecordOperation" && action.spec.reason === "AboveDesired",
  );
  assert.ok(!(isMade && isTaken));
});

holds("the count never changes together with a choice of whom to make or take", (_snapshot, actions) => {
  if (!actions.some(({ kind }) => kind === "AdjustReplicas")) return;
  const chosen = actions.filter(
    (action) =>
      action.kind === "RecordMachine" ||
      (action.kind === "RecordOperation" && action.spec.kind === "RemoveNodes"),
  );
  assert.deepEqual(chosen, []);
});

test("what waits is looked at again later, never at once", () => {
  fc.assert(
    fc.property(aSnapshotOfAnything, (snapshot) => {
      const { held, wakeAt } = decide(snapshot, night);
      assert.ok(wakeAt === null || wakeAt > night);
      for (const item of held) assert.ok(item.wakeAt === null || item.wakeAt > night, JSON.stringify(item));
    }),
    { numRuns: runs },
  );
});

test("every state has a word, conditions and counts that agree", () => {
  fc.assert(
    fc.property(aSnapshotOfAnything, (snapshot) => {
      const decision = decide(snapshot, night);
      const { summary, counts, conditions } = poolReport(snapshot, decision, night);
      assert.ok(counts.ready <= counts.machines && counts.upToDate <= counts.machines);
      assert.ok(counts.leaving >= 0 && counts.machines + counts.leaving <= snapshot.machines.length);
      assert.equal(new Set(conditions.map(({ type }) => type)).size, 12);
      for (const { reason } of conditions) assert.match(reason, /^[A-Z][A-Za-z]+$/);
      const isReady = conditions.find(({ type }) => type === "Ready")?.isTrue;
      if (summary === "Active") assert.equal(counts.ready, counts.wanted);
      if (isReady === true) assert.equal(counts.machines, counts.wanted);
      for (const operation of snapshot.operations) {
        const { status } = operationReport(operation, { snapshot, decision }, night);
        assert.equal(status.total, operation.spec.targets.length);
        assert.equal(status.finishedTime === undefined, (status.done ?? 0) < (status.total ?? 0));
      }
    }),
    { numRuns: runs },
  );
});
