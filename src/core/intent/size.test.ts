import assert from "node:assert/strict";
import test from "node:test";
import type { Snapshot } from "../model.ts";
import { aBudget, aMachine, aPod, aPool, aSnapshot, noon } from "../testing.ts";
import type { Answer } from "./answer.ts";
import type { Sight } from "./departure.ts";
import { addNodes, setReplicas } from "./size.ts";

function sightOf(wishes: Partial<Snapshot> = {}): Sight {
  const machines = wishes.machines ?? ["web-1", "web-2", "web-3"].map((name) => aMachine({ name }));
  const pool = wishes.pool ?? aPool({ replicas: machines.length });
  return { ...aSnapshot({ machines, pool, budgets: wishes.budgets ?? [] }), elsewhere: null };
}

function kindsOf(answer: Answer): readonly string[] {
  assert.ok(answer.ok, JSON.stringify(answer));
  return answer.effects.map(({ kind }) => kind);
}

test("Nodes to add raise the count, told as from and to", () => {
  const answer = addNodes(sightOf(), 2, noon);
  assert.deepEqual(kindsOf(answer), ["ChangesCount", "AddsNodes"]);
  assert.ok(answer.ok);
  assert.deepEqual(answer.effects[0]?.facts, { pool: "web", have: 3, wanted: 5 });
  assert.deepEqual(answer.friction, { kind: "None" });
});

test("Nodes to add follow from the count that was read, a set count does not", () => {
  const [added, set] = [addNodes(sightOf(), 2, noon), setReplicas(sightOf(), 5, noon)];
  assert.ok(added.ok && set.ok);
  const [relative] = added.changes;
  const [absolute] = set.changes;
  assert.ok(relative?.kind === "Patch" && absolute?.kind === "Patch");
  assert.deepEqual(relative.body, { spec: { replicas: 5 } });
  assert.deepEqual(absolute.body, relative.body);
  assert.deepEqual([relative.isRelative, absolute.isRelative], [true, false]);
});

for (const count of [0, -1, 1.5, Number.NaN]) {
  test(`${count} nodes cannot be added`, () => {
    const answer = addNodes(sightOf(), count, noon);
    assert.ok(!answer.ok);
    assert.equal(answer.refusal.reason, "CountOutOfRange");
  });
}

for (const count of [-1, 2001, 2.5]) {
  test(`A pool cannot have ${count} nodes`, () => {
    const answer = setReplicas(sightOf(), count, noon);
    assert.ok(!answer.ok);
    assert.equal(answer.refusal.reason, "CountOutOfRange");
  });
}

test("A count that is there already is nothing to do", () => {
  const answer = setReplicas(sightOf(), 3, noon);
  assert.ok(!answer.ok);
  assert.equal(answer.refusal.reason, "NothingToDo");
});

test("A pool that is being deleted grows no more", () => {
  const pool = aPool({ replicas: 3, metadata: { deletionTimestamp: "2026-07-01T11:00:00Z" } });
  const answer = addNodes(sightOf({ pool }), 1, noon);
  assert.ok(!answer.ok);
  assert.equal(answer.refusal.reason, "PoolDeleting");
});

test("A paused pool takes the wish and says that it waits", () => {
  const answer = addNodes(sightOf({ pool: aPool({ replicas: 3, paused: true }) }), 1, noon);
  assert.deepEqual(kindsOf(answer).at(-1), "IsPaused");
});

test("Fewer nodes are asked for twice, and those that go are named: the broken one first", () => {
  const machines = [
    aMachine({ name: "web-1", ready: false }),
    aMachine({ name: "web-2" }),
    aMachine({ name: "web-3" }),
  ];
  const answer = setReplicas(sightOf({ machines }), 2, noon);
  assert.ok(answer.ok);
  assert.deepEqual(answer.friction, { kind: "Ask" });
  const released = answer.effects.find(({ kind }) => kind === "ReleasesInstances");
  assert.deepEqual(released?.facts, { count: 1, object: "i-web-1" });
});

test("A pod that no budget lets go is named before the nodes are taken", () => {
  const machines = ["web-1", "web-2", "web-3"].map((name) =>
    aMachine({ name, pods: [aPod({ name: `cart-${name}` })] }),
  );
  const budgets = [aBudget({ disruptionsAllowed: 0, currentHealthy: 3, desiredHealthy: 3, expectedPods: 3 })];
  const answer = setReplicas(sightOf({ machines, budgets }), 0, noon);
  assert.ok(kindsOf(answer).includes("NeverDrains"));
});

test("Machines that are still missing are added too, whatever the count was before", () => {
  const pool = aPool({ replicas: 5 });
  const answer = addNodes(sightOf({ pool }), 1, noon);
  assert.ok(answer.ok);
  assert.deepEqual(answer.effects[1], { kind: "AddsNodes", facts: { count: 3 } });
});
