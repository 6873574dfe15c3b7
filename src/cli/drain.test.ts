import assert from "node:assert/strict";
import test from "node:test";
import type { Sight } from "../core/intent/departure.ts";
import type { Budget, Machine } from "../core/model.ts";
import { aBudget, aMachine, aPod, aPool, aSnapshot } from "../core/testing.ts";
import { drainLines } from "./drain.ts";

function sightOf(machine: Machine, budgets: readonly Budget[] = []): Sight {
  const elsewhere = [{ node: "other", cpuMilli: 4000, memoryMiB: 8192 }];
  return { ...aSnapshot({ machines: [machine], pool: aPool({ replicas: 1 }), budgets }), elsewhere };
}

test("Every pod is told what becomes of it, the worst first", () => {
  const machine = aMachine({
    pods: [
      aPod({ name: "agent", owner: { kind: "DaemonSet", name: "agent", uid: "u" }, labels: {} }),
      aPod({ name: "shop-1", labels: {}, owner: { kind: "ReplicaSet", name: "shop", uid: "u" } }),
      aPod({ name: "tmp", labels: {}, owner: null, hasLocalStorage: true }),
      aPod({ name: "cart-0" }),
    ],
  });
  const budget = aBudget({ disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 });
  assert.deepEqual(drainLines(sightOf(machine, [budget]), machine), [
    "cn-hangzhou.i-web-1: schedulable; a drain cordons it first",
    "  never   shop/cart-0   budget shop/cart allows 0 evictions",
    "  ends    shop/tmp      no controller makes it anew, loses what it keeps on the node",
    "  moves   shop/shop-1   ReplicaSet shop/shop",
    "  stays   shop/agent    of a DaemonSet, which runs on every node",
    "The other nodes have room for all of them.",
    "Nothing was changed.",
  ]);
});

test("A cordon of a person is told from one of ours", () => {
  const theirs = aMachine({ cordoned: true });
  const ours = aMachine({
    node: { isUnschedulable: true, annotations: { "poolkeeper.dev/cordoned-by": "x" } },
  });
  assert.match(drainLines(sightOf(theirs), theirs)[0] ?? "", /cordoned by a person, and stays so/);
  assert.match(drainLines(sightOf(ours), ours)[0] ?? "", /cordoned by Poolkeeper/);
});

test("Pods without a place to go are named", () => {
  const machine = aMachine({ pods: [aPod({ requests: { cpuMilli: 9000, memoryMiB: 1 } })] });
  assert.ok(
    drainLines(sightOf(machine), machine).includes(
      "The other nodes have no room for shop/cart-0, by their requests.",
    ),
  );
});

test("A machine without a node has nothing to drain", () => {
  const machine = aMachine({ node: null });
  assert.deepEqual(drainLines(sightOf(machine), machine), [
    "web-1 has no Node object, so there is nothing to drain.",
  ]);
});
