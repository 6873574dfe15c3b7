/** How far an operation is, machine by machine, and what is reported of it. */
import assert from "node:assert/strict";
import test from "node:test";
import type { MachineStatus } from "../schema/machine.ts";
import type { MachineProgress } from "../schema/operation.ts";
import { decide } from "./decide.ts";
import { operationReport } from "./operation-status.ts";
import { progressOf } from "./progress.ts";
import {
  aBudget,
  aDisk,
  aMachine,
  anOperation,
  aPod,
  aPool,
  aSnapshot,
  type MachineWishes,
  noon,
  type SnapshotWishes,
} from "./testing.ts";
import { hourMs, minuteMs, timeOf } from "./time.ts";

const cause = { operation: { name: "web-upgrade-1", uid: "uid-web-upgrade-1" } };

interface Scene {
  readonly operation?: Parameters<typeof anOperation>[0];
  readonly known?: Partial<MachineProgress>;
  /** Null: there is none of this UID. */
  readonly machine?: Partial<MachineWishes> | null;
  readonly around?: Partial<SnapshotWishes>;
}

function scene({ operation, known, machine, around }: Scene) {
  const status =
    known === undefined
      ? {}
      : { status: { machines: [{ name: "web-1", uid: "uid-web-1", state: "Waiting" as const, ...known }] } };
  const asked = anOperation({
    targets: [{ machine: "web-1", uid: "uid-web-1", node: "cn-hangzhou.i-old" }],
    target: aDisk("3.1"),
    ...status,
    ...operation,
  });
  const machines = machine === null ? [] : [aMachine({ image: "3.0", ...machine })];
  return { asked, snapshot: aSnapshot({ machines, operations: [asked], ...around }) };
}

function stateOf(wishes: Scene): string {
  const { asked, snapshot } = scene(wishes);
  const [progress] = progressOf(asked, snapshot, noon);
  const { state, step, reason } = progress?.record ?? { state: "" };
  return [state, step, reason].filter((part) => part !== undefined).join(" ");
}

const last = (wishes: Partial<NonNullable<MachineStatus["lastOperation"]>>): Partial<MachineWishes> => ({
  status: {
    lastOperation: {
      kind: "Upgrade",
      operationUid: "uid-web-upgrade-1",
      outcome: "Failed",
      reason: "NodeNotReady",
      message: "",
      startedTime: timeOf(noon - hourMs),
      finishedTime: timeOf(noon - minuteMs),
      ...wishes,
    },
  },
});
const retry = { retry: ["web-1"] };
const failed = { state: "Failed", reason: "NodeNotReady" } as const;

const cases: readonly (readonly [string, Scene, string])[] = [
  ["a target waits at first", {}, "Waiting"],
  [
    "a machine in its hands runs, step by step",
    { machine: { operation: { ...cause, step: "Stop" } } },
    "Running Stop",
  ],
  ["one in other hands waits", { machine: { operation: { step: "Stop" } } }, "Waiting"],
  [
    "one that is turned back says why",
    {
      machine: {
        operation: {
          ...cause,
          step: "Restore",
          failure: { reason: "DrainTimedOut", step: "Drain", outcome: "Blocked" },
        },
      },
    },
    "Running Restore DrainTimedOut",
  ],
  ["how it ended is kept by the machine", { machine: last({}) }, "Failed NodeNotReady"],
  [
    "a success needs no reason",
    { machine: last({ outcome: "Succeeded", reason: "Succeeded" }) },
    "Succeeded",
  ],
  ["how another operation ended says nothing", { machine: last({ operationUid: "uid-other" }) }, "Waiting"],
  [
    "an end that was reported stays, whatever becomes of the machine",
    { known: failed, machine: null },
    "Failed NodeNotReady",
  ],
  ["a retry waits once more", { known: failed, machine: last({}), operation: retry }, "Waiting"],
  [
    "and goes on waiting after it was taken up",
    {
      known: { since: timeOf(noon) },
      machine: last({}),
      operation: {
        ...retry,
        status: {
          retried: 1,
          machines: [{ name: "web-1", uid: "uid-web-1", state: "Waiting", since: timeOf(noon) }],
        },
      },
    },
    "Waiting",
  ],
  [
    "until it ends anew",
    {
      machine: last({ finishedTime: timeOf(noon + minuteMs) }),
      operation: {
        ...retry,
        status: {
          retried: 1,
          machines: [{ name: "web-1", uid: "uid-web-1", state: "Waiting", since: timeOf(noon) }],
        },
      },
    },
    "Failed NodeNotReady",
  ],
  [
    "each entry of retry counts once",
    {
      known: failed,
      operation: {
        ...retry,
        status: { retried: 1, machines: [{ name: "web-1", uid: "uid-web-1", ...failed }] },
      },
    },
    "Failed NodeNotReady",
  ],
  [
    "a machine that has the disk already is done without work",
    { machine: { image: "3.1" } },
    "Succeeded NothingToDo",
  ],
  [
    "on a retry only if its node is well",
    {
      machine: { image: "3.1", ready: false },
      operation: {
        status: { machines: [{ name: "web-1", uid: "uid-web-1", state: "Waiting", since: timeOf(noon) }] },
      },
    },
    "Waiting",
  ],
  ["a skipped one is left out", { operation: { skip: ["web-1"] } }, "Skipped Cancelled"],
  ["a cancelled operation ends what waits", { operation: { state: "Cancel" } }, "Cancelled Cancelled"],
  ["so does one that is denied", { operation: { approval: "Denied" } }, "Cancelled Cancelled"],
  ["a machine that never was of the pool is no member", { machine: null }, "Skipped NotAMember"],
  [
    "one that is lost before its turn is gone",
    { machine: null, known: { state: "Waiting" } },
    "Skipped Gone",
  ],
  [
    "one that was being replaced has gone as it should",
    { machine: null, known: { state: "Running" } },
    "Succeeded Gone",
  ],
  ["for a removal gone is gone", { machine: null, operation: { kind: "RemoveNodes" } }, "Succeeded Gone"],
  ["a namesake is another machine", { machine: { metadata: { uid: "uid-other" } } }, "Skipped NotAMember"],
  [
    "a machine that is well needs no repair any more",
    { operation: { kind: "Repair", requestedBy: "Controller" } },
    "Succeeded NothingToDo",
  ],
  ["unless a person wants it", { operation: { kind: "Repair", requestedBy: "ann" } }, "Waiting"],
  [
    "or it is not",
    { operation: { kind: "Repair", requestedBy: "Controller" }, machine: { ready: false } },
    "Waiting",
  ],
];
for (const [name, wishes, expected] of cases) test(name, () => assert.equal(stateOf(wishes), expected));

test("the steps of a node are remembered with when each began, and kept when it is done", () => {
  const step = (name: string, ago: number) => ({ step: name, since: timeOf(noon - ago * minuteMs) });
  const stepsOf = (wishes: Scene, targets?: number) => {
    const { asked, snapshot } = scene(wishes);
    const [first] = asked.spec.targets;
    assert.ok(first);
    const many = Array.from({ length: targets ?? 1 }, (_, index) =>
      index === 0 ? first : { machine: `web-${index + 1}`, uid: `uid-web-${index + 1}` },
    );
    const operation = { ...asked, spec: { ...asked.spec, targets: many } };
    return progressOf(operation, { ...snapshot, operations: [operation] }, noon)[0]?.record.steps;
  };
  const inStop: Partial<MachineWishes> = {
    operation: { ...cause, step: "Stop", stepSince: timeOf(noon - minuteMs) },
  };
  const drained = { state: "Running" as const, steps: [step("Cordon", 4), step("Drain", 3)] };
  const all = [...drained.steps, step("Stop", 1)];
  assert.deepEqual(stepsOf({ known: drained, machine: inStop }), all);
  assert.deepEqual(stepsOf({ known: { ...drained, steps: all }, machine: inStop }), all, "once each");
  assert.deepEqual(stepsOf({ known: { state: "Succeeded", steps: all } }), all);
  assert.equal(stepsOf({ known: { state: "Running" }, machine: inStop }, 501), undefined, "too many");
});

test("the node is named as it was, where it is no more", () => {
  const nodeOf = (wishes: Scene): string | undefined => {
    const { asked, snapshot } = scene(wishes);
    return progressOf(asked, snapshot, noon)[0]?.record.node;
  };
  assert.equal(nodeOf({}), "cn-hangzhou.i-web-1");
  assert.equal(nodeOf({ machine: null }), "cn-hangzhou.i-old");
});

function phase(wishes: Scene): string {
  const { asked, snapshot } = scene({
    ...wishes,
    around: { pool: aPool({ replicas: 1 }), ...wishes.around },
  });
  const status = operationReport(asked, { snapshot, decision: decide(snapshot, noon) }, noon);
  const { done = 0, total = 0, reason } = status;
  return `${status.phase ?? ""} ${done}/${total}${reason === undefined ? "" : ` ${reason}`}`;
}

const now = { options: { when: "Now" } } as const;
const phases: readonly (readonly [string, Scene, string])[] = [
  ["an operation that has not begun is pending", { operation: now }, "Pending 0/1"],
  ["it says what it waits for", {}, "Pending 0/1 NoWindow"],
  [
    "it runs while a machine is in its hands",
    {
      machine: {
        operation: { ...cause, step: "Stop", target: aDisk("3.1"), prior: { systemDiskId: "d-i-web-1" } },
      },
    },
    "Running 0/1",
  ],
  ["paused, it is", { operation: { state: "Pause" } }, "Paused 0/1 PausedByUser"],
  [
    "it waits for a person",
    { operation: { kind: "Repair", approval: "Waiting" }, machine: { ready: false } },
    "NeedsHuman 0/1 AwaitingApproval",
  ],
  ["at its end it has succeeded", { machine: { image: "3.1" } }, "Succeeded 1/1"],
  ["or failed", { machine: last({}) }, "Failed 1/1"],
  ["or was cancelled", { operation: { state: "Cancel" } }, "Cancelled 1/1"],
  ["or denied, which is the same", { operation: { kind: "Repair", approval: "Denied" } }, "Cancelled 1/1"],
  ["without targets it has ended at once", { operation: { targets: [] } }, "Succeeded 0/0"],
];
for (const [name, wishes, expected] of phases) test(name, () => assert.equal(phase(wishes), expected));

test("a removal is not explained by what the whole pool waits for", () => {
  const pool = aPool({ replicas: 1, metadata: { deletionTimestamp: timeOf(noon) } });
  const machine = { operation: { ...cause, kind: "Remove", plan: "Release", step: "Stop" } } as const;
  assert.equal(phase({ operation: { kind: "RemoveNodes" }, machine, around: { pool } }), "Running 0/1");
});

test("its times are kept from its first look to its last", () => {
  const { asked, snapshot } = scene({ machine: { image: "3.1" } });
  const look = (at: number, status = asked.status) => {
    const operation = status === undefined ? asked : { ...asked, status };
    return operationReport(operation, { snapshot, decision: decide(snapshot, at) }, at);
  };
  const first = look(noon);
  assert.equal(first.finishedTime, timeOf(noon));
  assert.deepEqual(look(noon + hourMs, first), first);
});

test("the pods in the way of a drain are named, with the budget that keeps them", () => {
  const machine = {
    cordoned: true,
    pods: [aPod()],
    operation: { ...cause, step: "Drain", drainDeadline: timeOf(noon + hourMs) },
  };
  const { asked, snapshot } = scene({
    machine,
    around: { budgets: [aBudget({ disruptionsAllowed: 0, currentHealthy: 2 })] },
  });
  const status = operationReport(asked, { snapshot, decision: decide(snapshot, noon) }, noon);
  const [blocker] = status.machines?.[0]?.blockers ?? [];
  assert.deepEqual(
    [blocker?.reason, blocker?.object, blocker?.facts?.["budget"], blocker?.facts?.["allowed"]],
    ["DrainBlocked", "Pod shop/cart-0", "shop/cart", "0"],
  );
});
