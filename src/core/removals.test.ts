/** The count after removals: lowered once, raised again for what is kept, and never for what nobody named. */
import assert from "node:assert/strict";
import test from "node:test";
import type { MachineProgress } from "../schema/operation.ts";
import type { Machine, Snapshot } from "./model.ts";
import { isCountSettled, removalsAnnotation, settleReplicas } from "./removals.ts";
import { brief } from "./testing-brief.ts";
import { aMachine, anOperation, aPool, aSnapshot, noon } from "./testing.ts";
import { timeOf } from "./time.ts";

const target = (name: string) => ({ machine: name, uid: `uid-${name}` });

interface Wishes {
  readonly targets?: readonly string[];
  readonly note?: string;
  readonly replicas?: number;
  readonly machines?: readonly Machine[];
  readonly states?: Readonly<Record<string, MachineProgress["state"]>>;
  readonly operation?: Parameters<typeof anOperation>[0];
  readonly others?: Snapshot["operations"];
}

/** Pool web of five, and a removal of web-1 and web-2. */
function scene(wishes: Wishes): Snapshot {
  const { targets = ["web-1", "web-2"], note, replicas = 5, states = {}, operation, others = [] } = wishes;
  const machines = Object.entries(states).map(([name, state]) => ({ name, uid: `uid-${name}`, state }));
  const removal = anOperation({
    name: "gone",
    kind: "RemoveNodes",
    targets: targets.map(target),
    ...(machines.length === 0 ? {} : { status: { machines } }),
    ...operation,
  });
  const annotations = note === undefined ? {} : { annotations: { [removalsAnnotation]: note } };
  return aSnapshot({
    pool: aPool({ replicas, metadata: annotations }),
    machines: wishes.machines ?? [1, 2, 3, 4, 5].map((number) => aMachine({ name: `web-${number}` })),
    operations: [removal, ...others],
  });
}

const second = (wishes: Parameters<typeof anOperation>[0] = {}) =>
  anOperation({ name: "more", kind: "RemoveNodes", targets: [target("web-1")], ...wishes });
const inHand = { kind: "Remove", plan: "Release", operation: { name: "gone", uid: "uid-gone" } } as const;

const cases: readonly (readonly [string, Wishes, readonly string[]])[] = [
  ["the count falls by the number named", {}, ["AdjustReplicas 3 uid-gone=2/0"]],
  ["once", { note: "uid-gone=2/0", replicas: 3 }, []],
  [
    "it rises again for each node that is kept",
    { note: "uid-gone=2/0", replicas: 3, states: { "web-1": "Failed", "web-2": "Running" } },
    ["AdjustReplicas 4 uid-gone=2/1"],
  ],
  ["once", { note: "uid-gone=2/1", replicas: 4, states: { "web-1": "Failed", "web-2": "Running" } }, []],
  [
    "also where the kept node is gone later for another reason",
    { note: "uid-gone=2/1", replicas: 4, states: { "web-1": "Failed", "web-2": "Succeeded" }, machines: [] },
    [],
  ],
  [
    "a removal that is cancelled before anything was done changes nothing in the end",
    { operation: { state: "Cancel" } },
    ["AdjustReplicas 5 uid-gone=2/2"],
  ],
  [
    "a kept node that is tried again is taken off again",
    {
      note: "uid-gone=2/1",
      replicas: 4,
      states: { "web-1": "Failed" },
      operation: {
        retry: ["web-1"],
        status: { machines: [{ name: "web-1", uid: "uid-web-1", state: "Failed" }] },
      },
    },
    ["AdjustReplicas 3 uid-gone=2/0"],
  ],
  [
    "a target that does not exist lowers nothing",
    { targets: ["web-1", "web-9"] },
    ["AdjustReplicas 4 uid-gone=1/0"],
  ],
  [
    "a machine that two removals name is counted once",
    { targets: ["web-1"], others: [second()] },
    ["AdjustReplicas 4 uid-gone=1/0 uid-more=0/0"],
  ],
  [
    "a machine that the count takes already is not counted again",
    { targets: ["web-1"], others: [second({ options: { lowersReplicas: false } })], replicas: 4 },
    ["AdjustReplicas 4 uid-gone=0/0"],
  ],
  ["the count never falls below nothing", { replicas: 1 }, ["AdjustReplicas 0 uid-gone=1/0"]],
  [
    "and what was not taken off is not given back",
    { replicas: 0, note: "uid-gone=1/0", states: { "web-1": "Failed", "web-2": "Failed" } },
    ["AdjustReplicas 1 uid-gone=1/1"],
  ],
  [
    "a removal that lowers no count is none of this",
    { operation: { options: { lowersReplicas: false } } },
    [],
  ],
  [
    "a lost note does not lower the count again for what has begun",
    { replicas: 3, machines: [aMachine({ name: "web-1", operation: inHand }), aMachine({ name: "web-2" })] },
    ["AdjustReplicas 3 uid-gone=2/0"],
  ],
  [
    "nor for what was finished long ago",
    {
      replicas: 3,
      machines: [aMachine({ name: "web-2" })],
      states: { "web-1": "Succeeded", "web-2": "Failed" },
      operation: {
        status: {
          finishedTime: timeOf(noon),
          machines: [
            { ...target("web-1"), name: "web-1", state: "Succeeded" },
            { ...target("web-2"), name: "web-2", state: "Failed" },
          ],
        },
      },
    },
    ["AdjustReplicas 3 uid-gone=1/1"],
  ],
  [
    "the note forgets operations that are no longer kept",
    { note: "uid-old=3/0" },
    ["AdjustReplicas 3 uid-gone=2/0"],
  ],
];
for (const [name, wishes, expected] of cases)
  test(name, () => assert.deepEqual(brief(settleReplicas(scene(wishes), noon)).do, expected));

test("a pool that is deleted has no count left to keep", () => {
  const { pool, ...rest } = scene({});
  const metadata = { ...pool.metadata, deletionTimestamp: timeOf(noon) };
  assert.deepEqual(settleReplicas({ ...rest, pool: { ...pool, metadata } }, noon).actions, []);
});

test("the count is not settled while a node that is kept was not given back", () => {
  const kept = { note: "uid-gone=2/0", replicas: 3, states: { "web-1": "Failed" } } as const;
  assert.equal(isCountSettled(scene(kept), noon), false);
  assert.equal(isCountSettled(scene({ ...kept, note: "uid-gone=2/1", replicas: 4 }), noon), true);
});
