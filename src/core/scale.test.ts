/** The count: what is made, who is taken, and when neither may be. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Machine } from "./model.ts";
import { newNames, pickVictims, scale } from "./scale.ts";
import { type Brief, brief, doing, nothingToDo, waiting } from "./testing-brief.ts";
import { aMachine, anOperation, aPool, aSnapshot, type MachineWishes, noon } from "./testing.ts";
import { dayMs, hourMs, minuteMs, timeOf } from "./time.ts";

const finalizers = ["poolkeeper.dev/instance-cleanup"];

interface Scene {
  readonly replicas?: number;
  readonly machines?: readonly Partial<MachineWishes>[];
  readonly pool?: Parameters<typeof aPool>[0];
  readonly operations?: Parameters<typeof aSnapshot>[0];
}

const three: readonly Partial<MachineWishes>[] = [{}, {}, {}];

function scene({ replicas = 3, machines = three, pool, operations }: Scene) {
  return aSnapshot({
    pool: aPool({ replicas, metadata: { finalizers }, ...pool }),
    machines: machines.map((wishes, index) => aMachine({ name: `web-${index + 1}`, ...wishes })),
    ...operations,
  });
}

const named = (...names: readonly string[]) => names.map((name) => ({ machine: name, uid: `uid-${name}` }));
const removal = (wishes: Parameters<typeof anOperation>[0] = {}) => ({
  operations: [anOperation({ name: "gone", kind: "RemoveNodes", targets: named("web-1"), ...wishes })],
});
const note = (text: string) => ({
  metadata: { finalizers, annotations: { "poolkeeper.dev/counted-removals": text } },
});
const unborn = { instance: null, node: null, status: {} } as const;

const cases: readonly (readonly [string, Scene, Brief])[] = [
  ["as many as wanted is right", {}, nothingToDo],
  [
    "what is missing is recorded, with numbers that were never used",
    { replicas: 5 },
    doing("RecordMachine web-4", "RecordMachine web-5"),
  ],
  [
    "also those of machines that are gone",
    { replicas: 4, pool: { metadata: { finalizers }, status: { lastMachineNumber: 9 } } },
    doing("RecordMachine web-10"),
  ],
  ["what is on its way counts", { machines: [{}, {}, unborn] }, nothingToDo],
  [
    "what leaves does not",
    { machines: [{}, {}, { operation: { kind: "Remove", plan: "Release" } }] },
    doing("RecordMachine web-4"),
  ],
  [
    "nor what has vanished",
    { machines: [{}, {}, { operation: { kind: "Repair", plan: "Vanished" } }] },
    doing("RecordMachine web-4"),
  ],
  ["what is too many is taken, the newest first", { replicas: 2 }, doing("Record RemoveNodes of web-3")],
  ["down to nothing", { replicas: 0 }, doing("Record RemoveNodes of web-3 web-2 web-1")],
  ["nobody is made before the finalizer is there", { replicas: 5, pool: { metadata: {} } }, nothingToDo],
  [
    "a pool that is deleted makes nobody",
    { replicas: 5, pool: { metadata: { finalizers, deletionTimestamp: timeOf(noon) } } },
    nothingToDo,
  ],
  [
    "before a removal is counted nobody is made or taken",
    { replicas: 5, operations: removal() },
    nothingToDo,
  ],
  [
    "once it is counted its machine is not replaced",
    { replicas: 2, pool: note("uid-gone=1/0"), operations: removal() },
    nothingToDo,
  ],
  [
    "a node that a removal keeps is not surplus: the count has to rise first",
    {
      replicas: 2,
      pool: note("uid-gone=1/0"),
      operations: removal({ status: { machines: [{ name: "web-1", uid: "uid-web-1", state: "Failed" }] } }),
    },
    nothingToDo,
  ],
  [
    "surplus that is on its way out already is not taken twice",
    { replicas: 2, operations: removal({ options: { lowersReplicas: false } }) },
    nothingToDo,
  ],
  [
    "extra instances of an upgrade belong to the count",
    {
      pool: { metadata: { finalizers }, upgrade: { method: "ReplaceInstance", maxSurge: 1 } },
      operations: { operations: [anOperation({ targets: named("web-1") })] },
    },
    doing("RecordMachine web-4"),
  ],
];
for (const [name, wishes, expected] of cases)
  test(name, () => assert.deepEqual(brief(scale(scene(wishes), noon)), expected));

test("no more than 200 are on their way at once", () => {
  const answer = brief(scale(scene({ replicas: 500, machines: [{}, unborn] }), noon));
  assert.equal(answer.do.length, 199);
  assert.deepEqual(answer.wait, ["CreationsInProgress"]);
});

test("what was picked is released, and the count is not lowered again for it", () => {
  const [action] = scale(scene({ replicas: 2 }), noon).actions;
  const options = action?.kind === "RecordOperation" ? action.spec.options : null;
  assert.deepEqual([options?.release, options?.drain, options?.lowersReplicas], [true, true, false]);
});

const failedAgo = (minutes: number): Partial<MachineWishes> => ({
  ...unborn,
  operation: { kind: "Remove", plan: "Release", step: "Forget" },
  status: {
    lastOperation: {
      kind: "Create",
      outcome: "Failed",
      reason: "StepTimedOut",
      facts: { step: "Join" },
      startedTime: timeOf(noon - hourMs),
      finishedTime: timeOf(noon - minutes * minuteMs),
    },
  },
});
const failures = (...minutes: readonly number[]) => minutes.map(failedAgo);
const failing = waiting("CreationsFailing");

const failingCases: readonly (readonly [string, Scene, Brief])[] = [
  [
    "two that came to nothing are made up for at once",
    { machines: failures(5, 1) },
    doing("RecordMachine web-3", "RecordMachine web-4", "RecordMachine web-5"),
  ],
  ["three within an hour, and nobody is made for a while", { machines: failures(50, 5, 1) }, failing],
  [
    "after that one is tried",
    { machines: failures(50, 30, 20) },
    { do: ["RecordMachine web-4"], wait: ["CreationsFailing"] },
  ],
  [
    "and no other until it is known what becomes of it",
    { machines: [...failures(50, 30, 20), { ...unborn, operation: { kind: "Create", plan: "Create" } }] },
    failing,
  ],
  [
    "what was more than an hour ago is forgiven",
    { machines: failures(61, 30, 20) },
    doing("RecordMachine web-4", "RecordMachine web-5", "RecordMachine web-6"),
  ],
];
for (const [name, wishes, expected] of failingCases)
  test(name, () => assert.deepEqual(brief(scale(scene(wishes), noon)), expected));

test("a pool whose creations fail says when the next one is tried", () => {
  const [held] = scale(scene({ machines: failures(50, 5, 1) }), noon).held;
  assert.equal(held?.wakeAt, noon + 19 * minuteMs);
  assert.deepEqual([held.facts["count"], held.facts["step"]], [3, "Join"]);
});

function victims(machines: readonly Machine[], surplus: number): readonly string[] {
  return pickVictims(aSnapshot({ machines }), machines, surplus).map(({ record }) => record.metadata.name);
}

const zoned = (name: string, zone: string, more: Partial<MachineWishes> = {}) =>
  aMachine({ name, zone: `cn-hangzhou-${zone}`, ...more });

const orders: readonly (readonly [string, readonly Machine[], readonly string[]])[] = [
  [
    "broken ones first, then outdated ones, then the newest",
    [
      zoned("web-1", "a"),
      zoned("web-2", "a", { image: "3.0" }),
      zoned("web-3", "a", { ready: false }),
      zoned("web-4", "a"),
    ],
    ["web-3", "web-2", "web-4"],
  ],
  [
    "those that are not nodes yet are broken in this sense",
    [zoned("web-1", "a"), zoned("web-2", "a", { node: null })],
    ["web-2", "web-1"],
  ],
  [
    "from the fullest zone, so that the rest stays spread",
    [
      zoned("web-1", "a"),
      zoned("web-2", "a"),
      zoned("web-3", "a"),
      zoned("web-4", "b"),
      zoned("web-5", "b"),
      zoned("web-6", "c"),
    ],
    ["web-3", "web-5", "web-2"],
  ],
  [
    "the younger of two before the older, whatever their numbers",
    [zoned("web-1", "a", { createdAt: noon }), zoned("web-2", "a", { createdAt: noon - dayMs })],
    ["web-1"],
  ],
  [
    "one that a removal could not drain is tried last",
    [
      zoned("web-1", "a"),
      zoned("web-2", "a", {
        status: {
          lastOperation: {
            kind: "Remove",
            outcome: "Failed",
            reason: "DrainTimedOut",
            message: "",
            startedTime: timeOf(noon),
            finishedTime: timeOf(noon),
          },
        },
      }),
    ],
    ["web-1"],
  ],
];
for (const [name, machines, expected] of orders) {
  test(name, () => {
    assert.deepEqual(victims(machines, expected.length), expected);
    assert.deepEqual(victims(machines.toReversed(), expected.length), expected);
  });
}

test("what was promised and is not there is recorded first: by whoever promised it, or by another (S25)", () => {
  const promised = ["batch-9", "web-10", "web-2", "web-4", "web-5", "web-x"];
  const pool = { metadata: { finalizers }, status: { promised, lastMachineNumber: 10 } };
  assert.deepEqual(brief(scale(scene({ replicas: 7, pool }), noon)).do, [
    "RecordMachine web-4",
    "RecordMachine web-5",
    "RecordMachine web-10",
    "RecordMachine web-11",
  ]);
});

test("all who see the same give what they ask for the same name, and never one that is taken (S25)", () => {
  const nameOf = (operations: readonly string[], at: number): string => {
    const before = operations.map((name) => anOperation({ name, status: { finishedTime: timeOf(noon) } }));
    const snapshot = scene({ replicas: 2, operations: { operations: before } });
    const [action] = scale(snapshot, at).actions;
    return action?.kind === "RecordOperation" ? action.name : "";
  };
  const first = nameOf([], noon);
  assert.match(first, /^web-scale-in-[0-9a-f]{8}$/);
  assert.equal(nameOf([], noon + minuteMs), first);
  assert.equal(nameOf([first], noon), `${first}-2`);
  assert.equal(nameOf([first, `${first}-2`], noon), `${first}-3`);
});

test("a number is read off a name, and what has none counts as zero", () => {
  assert.deepEqual(newNames(scene({ machines: [{ name: "web-7" }, { name: "adopted" }] }), 1), ["web-8"]);
  assert.deepEqual(newNames(scene({ machines: [] }), 2), ["web-1", "web-2"]);
});
