/** What people are told before a drain: every pod in the right lists, and whether there is room elsewhere. */
import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import { capacityCheck, drainPreview, roomsOf, wholePoolBlockers } from "./drain-preview.ts";
import type { Machine, Pod, Resources } from "./model.ts";
import { aBudget, aMachine, aPod, aSnapshot, noon } from "./testing.ts";

const pods = [
  aPod({ name: "cart-0" }),
  aPod({ namespace: "dev", name: "tmp", labels: {}, owner: null }),
  aPod({ namespace: "dev", name: "cache", labels: {}, hasLocalStorage: true }),
  aPod({ namespace: "dev", name: "job", labels: {}, safeToEvict: false }),
  aPod({ namespace: "pay", name: "ledger-0", labels: { app: "ledger" } }),
  aPod({ namespace: "kube-system", name: "proxy", owner: { kind: "DaemonSet", name: "proxy", uid: "1" } }),
  aPod({ namespace: "dev", name: "done", phase: "Succeeded" }),
  aPod({ namespace: "dev", name: "leaving", labels: {}, deletionAt: noon }),
];
const budgets = [
  aBudget({ disruptionsAllowed: 0, currentHealthy: 2 }),
  aBudget({
    namespace: "pay",
    name: "ledger",
    selector: { matchLabels: { app: "ledger" } },
    disruptionsAllowed: 0,
    desiredHealthy: 3,
  }),
];
const machines = [aMachine({ name: "web-1", pods })];
const snapshot = aSnapshot({ machines, budgets });

function names(list: readonly { readonly pod: string }[]): readonly string[] {
  return list.map(({ pod }) => pod);
}

test("a preview puts every pod into the lists it belongs to", () => {
  const preview = drainPreview(machines, snapshot);
  assert.deepEqual(names(preview.moves), ["shop/cart-0", "dev/cache", "dev/job", "pay/ledger-0"]);
  assert.deepEqual(names(preview.dies), ["dev/tmp"]);
  assert.deepEqual(names(preview.localStorage), ["dev/cache"]);
  assert.deepEqual(names(preview.notSafeToEvict), ["dev/job"]);
  assert.deepEqual(names(preview.terminating), ["dev/leaving"]);
  assert.deepEqual(
    preview.ignored.map(({ pod, why }) => `${pod} ${why}`),
    ["kube-system/proxy DaemonSet", "dev/done Finished"],
  );
  assert.deepEqual(
    preview.blocked.map(({ pod, reason, canEverAllow }) => `${pod} ${reason} ${canEverAllow}`),
    ["shop/cart-0 DrainBlocked true", "pay/ledger-0 DrainImpossible false"],
  );
});

test("a preview names the node, the owner, the budget and what it allows", () => {
  assert.deepEqual(drainPreview(machines, snapshot).moves[0], {
    machine: "web-1",
    node: "cn-hangzhou.i-web-1",
    pod: "shop/cart-0",
    owner: "ReplicaSet shop/cart",
    budgets: [{ name: "shop/cart", allowed: 0 }],
  });
});

test("a budget that lets its pods go one by one blocks nobody", () => {
  const several = [aMachine({ pods: [aPod({ name: "c1" }), aPod({ name: "c2" })] })];
  const preview = drainPreview(several, aSnapshot({ machines: several, budgets: [aBudget()] }));
  assert.deepEqual(preview.blocked, []);
});

test("the blockers of a pool begin with those that only a person can remove", () => {
  assert.deepEqual(
    wholePoolBlockers(snapshot).map(({ level, pod, reason }) => `${level} ${pod} ${reason}`),
    [
      "Block pay/ledger-0 DrainImpossible",
      "Warn shop/cart-0 DrainBlocked",
      "Warn dev/tmp NoController",
      "Warn dev/cache LocalStorage",
      "Warn dev/job NotSafeToEvict",
    ],
  );
});

test("a pool whose pods all move freely has no blockers", () => {
  const free = [aMachine({ pods: [aPod()] })];
  assert.deepEqual(wholePoolBlockers(aSnapshot({ machines: free, budgets: [aBudget()] })), []);
});

const size = (cpuMilli: number, memoryMiB: number): Resources => ({ cpuMilli, memoryMiB });
const holding = (...requests: readonly Resources[]): Machine =>
  aMachine({ pods: requests.map((request, index) => aPod({ name: `p${index}`, requests: request })) });
const room = (node: string, cpuMilli: number, memoryMiB: number) => ({ node, cpuMilli, memoryMiB });

const checks: readonly (readonly [string, Machine, Parameters<typeof capacityCheck>[1], string, string[]])[] =
  [
    ["everything finds a node", holding(size(500, 512), size(500, 512)), [room("a", 1000, 1024)], "Yes", []],
    ["no node stays", holding(size(1, 1)), [], "No", ["shop/p0"]],
    ["no pod leaves", holding(), [], "Yes", []],
    ["memory is short", holding(size(100, 2048)), [room("a", 4000, 1024)], "No", ["shop/p0"]],
    [
      "in sum there is room, but no single node has it",
      holding(size(1000, 100)),
      [room("a", 600, 1024), room("b", 600, 1024)],
      "Tight",
      ["shop/p0"],
    ],
    [
      "the large pod is placed first, so that the small ones do not take its node",
      holding(size(100, 64), size(900, 64)),
      [room("a", 950, 1024), room("b", 100, 1024)],
      "Yes",
      [],
    ],
  ];

for (const [name, machine, stay, answer, homeless] of checks) {
  test(`room elsewhere: ${name}`, () => {
    const check = capacityCheck([machine], stay);
    assert.equal(check.answer, answer);
    assert.deepEqual(check.homeless, homeless);
  });
}

test("pods that nobody makes anew, that stay or that are replaced already need no room", () => {
  const rest = pods.filter(({ name }) => ["tmp", "proxy", "done", "leaving"].includes(name));
  assert.equal(capacityCheck([aMachine({ pods: rest })], []).answer, "Yes");
});

test("the room on a node is what its unfinished pods leave; a cordoned or silent node has none", () => {
  const requests = size(1000, 1024);
  const stay = [
    aMachine({ name: "web-1", pods: [aPod({ requests }), aPod({ name: "x", phase: "Failed", requests })] }),
    aMachine({ name: "web-2", cordoned: true }),
    aMachine({ name: "web-3", ready: false }),
    aMachine({ name: "web-4", node: null }),
  ];
  assert.deepEqual(roomsOf(stay), [room("cn-hangzhou.i-web-1", 3000, 7168)]);
});

const anyPod = fc
  .tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 900 }))
  .map(([cpuMilli, memoryMiB]) => size(cpuMilli, memoryMiB));
const anyRooms = fc.array(
  anyPod.map((free) => ({ node: "n", ...free })),
  { maxLength: 5 },
);

test("an answer follows from the sums: No when they do not suffice, Yes only when they do", () => {
  fc.assert(
    fc.property(fc.array(anyPod, { maxLength: 8 }), anyRooms, (requests, stay) => {
      const { answer, needed, free, homeless } = capacityCheck([holding(...requests)], stay);
      const isEnough = needed.cpuMilli <= free.cpuMilli && needed.memoryMiB <= free.memoryMiB;
      assert.equal(answer === "No", !isEnough);
      assert.equal(answer === "Yes", homeless.length === 0);
    }),
  );
});

test("every pod is moved, dying, terminating or ignored, and exactly one of these", () => {
  const anyFlags = fc.record({
    owner: fc.constantFrom(
      null,
      { kind: "ReplicaSet", name: "a", uid: "1" },
      { kind: "DaemonSet", name: "d", uid: "2" },
    ),
    phase: fc.constantFrom<Pod["phase"]>("Running", "Pending", "Failed"),
    deletionAt: fc.constantFrom(null, noon),
    isMirror: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(anyFlags), (flags) => {
      const machine = aMachine({ pods: flags.map((flag, index) => aPod({ name: `p${index}`, ...flag })) });
      const { moves, dies, terminating, ignored } = drainPreview([machine], snapshot);
      const found = names([...moves, ...dies, ...terminating, ...ignored]);
      assert.deepEqual(found.toSorted(), machine.pods.map(({ name }) => `shop/${name}`).toSorted());
    }),
  );
});
