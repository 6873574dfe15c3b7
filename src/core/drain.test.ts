/** Drains: who is evicted now, who waits, and what is said of the others. */
import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import type { LabelSelector } from "../schema/kubernetes.ts";
import { type DrainState, canNeverAllow, classify, drainState, matches } from "./drain.ts";
import type { Budget, EvictionRefusal, Machine, Pod } from "./model.ts";
import { aBudget, aMachine, aPod, aSnapshot, noon } from "./testing.ts";
import { minuteMs, secondMs, timeOf } from "./time.ts";

const draining = { step: "Drain" };

/** Names only, such as {evict: ["cart-0"], wait: [], block: ["cart-1 DrainBlocked"]}. */
function drain(
  pods: readonly Pod[],
  budgets: readonly Budget[] = [],
  evictions: Readonly<Record<string, EvictionRefusal>> = {},
) {
  const machine = aMachine({ pods, operation: draining });
  return brief(drainState(machine, aSnapshot({ machines: [machine], budgets, evictions }), noon));
}

function brief({ evictNow, waiting, blocked, isDone, wakeAt }: DrainState) {
  return {
    evict: evictNow.map(({ name }) => name),
    wait: waiting.map(({ name }) => name),
    block: blocked.map(({ pod, reason }) => `${pod.name} ${reason}`),
    ...(isDone ? { isDone } : {}),
    ...(wakeAt === null ? {} : { wakeInMs: wakeAt - noon }),
  };
}

function refused(wishes: Partial<EvictionRefusal> = {}): EvictionRefusal {
  return { kind: "Blocked", message: "", at: noon - minuteMs, retryAt: noon + minuteMs, ...wishes };
}

const nothing = { evict: [], wait: [], block: [] };
const spent = aBudget({ disruptionsAllowed: 0, currentHealthy: 2 });
const impossible = aBudget({ disruptionsAllowed: 0, desiredHealthy: 3 });
const cart = (name: string, wishes: Partial<Pod> = {}) => aPod({ name, ...wishes });
const loose = (name: string, wishes: Partial<Pod> = {}) => aPod({ name, labels: {}, ...wishes });

const cases: readonly (readonly [string, ReturnType<typeof drain>, ReturnType<typeof drain>])[] = [
  ["a node without pods is drained", drain([]), { ...nothing, isDone: true }],
  ["a pod without budget is evicted", drain([loose("a")]), { ...nothing, evict: ["a"] }],
  [
    "DaemonSet pods stay and do not count",
    drain([loose("a", { owner: { kind: "DaemonSet", name: "proxy", uid: "1" } })]),
    { ...nothing, isDone: true },
  ],
  [
    "static pods stay and do not count",
    drain([loose("a", { isMirror: true })]),
    { ...nothing, isDone: true },
  ],
  [
    "finished pods do not count, even on their way out",
    drain([loose("a", { phase: "Succeeded" }), loose("b", { phase: "Failed", deletionAt: noon })]),
    { ...nothing, isDone: true },
  ],
  [
    "a pod on its way out is waited for and not evicted again",
    drain([loose("a", { deletionAt: noon })]),
    { ...nothing, wait: ["a"] },
  ],
  [
    "a budget is asked for no more than it allows, and who asks none goes first",
    drain([cart("c2"), cart("c1"), loose("z")], [aBudget({ disruptionsAllowed: 1 })]),
    { ...nothing, evict: ["z", "c1"], block: ["c2 DrainBlocked"] },
  ],
  [
    "a budget that allows two lets two go",
    drain([cart("c1"), cart("c2"), cart("c3")], [aBudget({ disruptionsAllowed: 2 })]),
    { ...nothing, evict: ["c1", "c2"], block: ["c3 DrainBlocked"] },
  ],
  [
    "a budget of another namespace does not count",
    drain([cart("c1")], [aBudget({ namespace: "pay", disruptionsAllowed: 0 })]),
    { ...nothing, evict: ["c1"] },
  ],
  [
    "a budget that is used up is waited for",
    drain([cart("c1")], [spent]),
    { ...nothing, block: ["c1 DrainBlocked"] },
  ],
  [
    "a budget whose controller is behind is waited for, whatever it says",
    drain([cart("c1")], [aBudget({ isCurrent: false, disruptionsAllowed: 5 })]),
    { ...nothing, block: ["c1 DrainBlocked"] },
  ],
  [
    "a budget that needs all its pods can never allow one to go",
    drain([cart("c1")], [impossible]),
    { ...nothing, block: ["c1 DrainImpossible"] },
  ],
  [
    "under two budgets a pod can never be evicted",
    drain([cart("c1")], [aBudget(), aBudget({ name: "second" })]),
    { ...nothing, block: ["c1 TooManyBudgets"] },
  ],
  [
    "a Pending pod asks no budget, not even two",
    drain([cart("c1", { phase: "Pending", isReady: false })], [spent, aBudget({ name: "second" })]),
    { ...nothing, evict: ["c1"] },
  ],
  [
    "a pod that is not ready goes when enough others are healthy",
    drain([cart("c1", { isReady: false })], [aBudget({ disruptionsAllowed: 0, currentHealthy: 2 })]),
    { ...nothing, evict: ["c1"] },
  ],
  [
    "a pod that is not ready stays while too few others are healthy",
    drain([cart("c1", { isReady: false })], [aBudget({ disruptionsAllowed: 0, currentHealthy: 1 })]),
    { ...nothing, block: ["c1 DrainBlocked"] },
  ],
  [
    "a pod that is not ready always goes where its budget says so",
    drain(
      [cart("c1", { isReady: false })],
      [aBudget({ disruptionsAllowed: 0, currentHealthy: 0, unhealthyPods: "AlwaysAllow" })],
    ),
    { ...nothing, evict: ["c1"] },
  ],
  [
    "a refused eviction is not tried again before its time",
    drain([loose("a")], [], { "uid-shop/a": refused() }),
    { ...nothing, block: ["a DrainBlocked"], wakeInMs: minuteMs },
  ],
  [
    "a refused eviction is tried again when its time has come",
    drain([loose("a")], [], { "uid-shop/a": refused({ retryAt: noon }) }),
    { ...nothing, evict: ["a"] },
  ],
  [
    "a budget that allows something again is tried at once",
    drain([cart("c1")], [aBudget()], { "uid-shop/c1": refused() }),
    { ...nothing, evict: ["c1"] },
  ],
  [
    "a budget that allowed something when it refused is an old copy: a second passes first",
    drain([cart("c1")], [aBudget()], { "uid-shop/c1": refused({ at: noon }) }),
    { ...nothing, block: ["c1 DrainBlocked"], wakeInMs: secondMs },
  ],
  [
    "a pod that may not go yet leaves its budget to the next",
    drain([cart("c1"), cart("c2")], [aBudget()], { "uid-shop/c1": refused({ at: noon }) }),
    { ...nothing, evict: ["c2"], block: ["c1 DrainBlocked"], wakeInMs: secondMs },
  ],
  [
    "a namespace that is being deleted takes its pods along: it is not asked again in a hurry",
    drain([cart("c1")], [aBudget()], { "uid-shop/c1": refused({ kind: "NamespaceTerminating" }) }),
    { ...nothing, block: ["c1 NamespaceTerminating"], wakeInMs: minuteMs },
  ],
  [
    "the server's word that there are two budgets counts more than our copy",
    drain([cart("c1")], [aBudget()], { "uid-shop/c1": refused({ kind: "TooManyBudgets" }) }),
    { ...nothing, block: ["c1 TooManyBudgets"], wakeInMs: minuteMs },
  ],
  [
    "the earliest of several retries wakes",
    drain([loose("a"), loose("b")], [], {
      "uid-shop/a": refused({ retryAt: noon + 9000 }),
      "uid-shop/b": refused({ retryAt: noon + 5000 }),
    }),
    { ...nothing, block: ["a DrainBlocked", "b DrainBlocked"], wakeInMs: 5000 },
  ],
];

for (const [name, found, expected] of cases) {
  test(name, () => {
    assert.deepEqual(found, expected);
  });
}

test("a blocker names the pod, its owner, the budget and its numbers", () => {
  const machine = aMachine({ pods: [cart("cart-0")], operation: draining });
  const { blocked } = drainState(machine, aSnapshot({ machines: [machine], budgets: [impossible] }), noon);
  assert.equal(blocked[0]?.canEverAllow, false);
  assert.deepEqual(blocked[0]?.facts, {
    pod: "shop/cart-0",
    owner: "ReplicaSet shop/cart",
    budget: "shop/cart",
    allowed: 0,
    healthy: 3,
    desired: 3,
    expected: 3,
  });
});

test("two machines that drain do not ask one budget twice, and the one that began first goes first", () => {
  const late = aMachine({ name: "web-1", pods: [cart("c1")], operation: draining });
  const early = aMachine({
    name: "web-2",
    pods: [cart("c2"), loose("z")],
    operation: { ...draining, stepSince: timeOf(noon - minuteMs) },
  });
  for (const machines of [
    [late, early],
    [early, late],
  ]) {
    const snapshot = aSnapshot({ machines, budgets: [aBudget()] });
    assert.deepEqual(brief(drainState(early, snapshot, noon)), { ...nothing, evict: ["z", "c2"] });
    assert.deepEqual(brief(drainState(late, snapshot, noon)), { ...nothing, block: ["c1 DrainBlocked"] });
  }
});

test("a machine that does not drain takes nothing from those that do", () => {
  const idle = aMachine({ name: "web-1", pods: [cart("c1")] });
  const busy = aMachine({ name: "web-2", pods: [cart("c2")], operation: draining });
  const undrained = aMachine({
    name: "web-0",
    pods: [cart("c3")],
    operation: { ...draining, options: { drain: false, release: true } },
  });
  const snapshot = aSnapshot({ machines: [idle, busy, undrained], budgets: [aBudget()] });
  assert.deepEqual(brief(drainState(idle, snapshot, noon)).evict, []);
  assert.deepEqual(brief(drainState(busy, snapshot, noon)).evict, ["c2"]);
});

test("the same snapshot is looked at anew when time has passed", () => {
  const machine = aMachine({ pods: [loose("a")], operation: draining });
  const snapshot = aSnapshot({ machines: [machine], evictions: { "uid-shop/a": refused() } });
  assert.deepEqual(brief(drainState(machine, snapshot, noon)).evict, []);
  assert.deepEqual(brief(drainState(machine, snapshot, noon + minuteMs)).evict, ["a"]);
  assert.deepEqual(brief(drainState(machine, snapshot, noon)).evict, []);
});

const neverAllowing: readonly (readonly [string, Partial<Budget>, boolean])[] = [
  ["needs all its pods, and all are healthy", { desiredHealthy: 3 }, true],
  ["needs more pods than there are", { desiredHealthy: 5 }, true],
  ["has a pod to spare once all are healthy", { desiredHealthy: 2, currentHealthy: 2 }, false],
  ["waits for a pod to become healthy", { desiredHealthy: 3, currentHealthy: 2 }, false],
  ["has a pod on its way out", { desiredHealthy: 3, disruptedPods: 1 }, false],
  ["was not looked at by its controller yet", { desiredHealthy: 3, isCurrent: false }, false],
  ["covers no pod yet", { desiredHealthy: 1, expectedPods: 0, currentHealthy: 0 }, false],
  ["allows one", { desiredHealthy: 3, disruptionsAllowed: 1 }, false],
];

for (const [name, wishes, expected] of neverAllowing) {
  test(`a budget that ${name} ${expected ? "can never" : "may still"} allow an eviction`, () => {
    assert.equal(canNeverAllow(aBudget({ disruptionsAllowed: 0, ...wishes })), expected);
  });
}

const verdicts: readonly (readonly [Partial<Pod>, string, string | null])[] = [
  [{}, "Evict", null],
  [{ owner: null }, "Evict", null],
  [{ safeToEvict: false, hasLocalStorage: true }, "Evict", null],
  [{ deletionAt: noon }, "Wait", "Terminating"],
  [{ phase: "Unknown" }, "Evict", null],
  [{ isMirror: true, deletionAt: noon }, "Ignore", "Mirror"],
  [{ owner: { kind: "DaemonSet", name: "a", uid: "1" }, deletionAt: noon }, "Ignore", "DaemonSet"],
  [{ phase: "Failed", deletionAt: noon }, "Ignore", "Finished"],
];

for (const [wishes, verdict, why] of verdicts) {
  test(`classifies ${JSON.stringify(wishes)} as ${verdict}`, () => {
    assert.deepEqual(classify(aPod(wishes)), { verdict, why });
  });
}

const expression = (
  key: string,
  operator: "In" | "NotIn" | "Exists" | "DoesNotExist",
  values?: string[],
) => ({
  matchExpressions: [{ key, operator, ...(values === undefined ? {} : { values }) }],
});

const selections: readonly (readonly [string, LabelSelector, boolean])[] = [
  ["an empty selector matches all", {}, true],
  ["a label with its value", { matchLabels: { app: "cart" } }, true],
  ["a label with another value", { matchLabels: { app: "pay" } }, false],
  ["one of two labels", { matchLabels: { app: "cart", tier: "web" } }, false],
  ["In", expression("app", "In", ["pay", "cart"]), true],
  ["In without the key", expression("tier", "In", ["web"]), false],
  ["NotIn", expression("app", "NotIn", ["pay"]), true],
  ["NotIn with the value", expression("app", "NotIn", ["cart"]), false],
  ["NotIn without the key", expression("tier", "NotIn", ["web"]), true],
  ["NotIn of nothing is no valid selector", expression("app", "NotIn", []), false],
  ["Exists", expression("app", "Exists"), true],
  ["Exists without the key", expression("tier", "Exists"), false],
  ["Exists, for a word that every JavaScript object knows", expression("constructor", "Exists"), false],
  ["DoesNotExist", expression("app", "DoesNotExist"), false],
  ["DoesNotExist without the key", expression("tier", "DoesNotExist"), true],
  [
    "labels and expressions together",
    { matchLabels: { app: "cart" }, ...expression("tier", "Exists") },
    false,
  ],
];

for (const [name, selector, expected] of selections) {
  test(`selector: ${name}`, () => {
    assert.equal(matches(selector, { app: "cart" }), expected);
  });
}

const app = fc.constantFrom("a", "b", "c");
const anyPod = fc.record({
  labels: app.map((name) => ({ app: name })),
  phase: fc.constantFrom<Pod["phase"]>("Running", "Running", "Pending", "Succeeded"),
  isReady: fc.boolean(),
  deletionAt: fc.constantFrom(null, null, noon),
  isMirror: fc.constantFrom(false, false, true),
});
const anyBudget = fc.record({
  selector: app.map((name) => ({ matchLabels: { app: name } })),
  disruptionsAllowed: fc.integer({ min: 0, max: 3 }),
  isCurrent: fc.boolean(),
  desiredHealthy: fc.integer({ min: 0, max: 3 }),
});
const anyCluster = fc
  .record({
    nodes: fc.array(fc.record({ pods: fc.array(anyPod, { maxLength: 6 }), drains: fc.boolean() }), {
      maxLength: 5,
    }),
    budgets: fc.array(anyBudget, { maxLength: 4 }),
    refused: fc.array(fc.tuple(fc.nat(4), fc.nat(5), fc.integer({ min: -5000, max: 5000 }))),
  })
  .map(({ nodes, budgets, refused: refusals }) => {
    const machines = nodes.map(({ pods, drains }, node) =>
      aMachine({
        name: `web-${node}`,
        pods: pods.map((pod, index) => aPod({ name: `p-${node}-${index}`, ...pod })),
        ...(drains ? { operation: draining } : {}),
      }),
    );
    const evictions = Object.fromEntries(
      refusals.map(([node, pod, ms]) => [
        `uid-shop/p-${node}-${pod}`,
        refused({ at: noon - 100, retryAt: noon + ms }),
      ]),
    );
    return {
      machines,
      budgets: budgets.map((budget, index) => aBudget({ name: `b${index}`, ...budget })),
      evictions,
    };
  });

const isDraining = ({ record }: Machine): boolean => record.status?.operation !== undefined;

test("over all machines that drain, no budget is asked for more than it allows", () => {
  fc.assert(
    fc.property(anyCluster, (cluster) => {
      const snapshot = aSnapshot(cluster);
      const evicted = cluster.machines
        .filter(isDraining)
        .flatMap((machine) => drainState(machine, snapshot, noon).evictNow);
      for (const budget of cluster.budgets) {
        const charged = evicted.filter(
          (pod) =>
            matches(budget.selector, pod.labels) &&
            pod.phase !== "Pending" &&
            (pod.isReady || budget.desiredHealthy === 0 || budget.currentHealthy < budget.desiredHealthy),
        );
        assert.ok(charged.length <= (budget.isCurrent ? budget.disruptionsAllowed : 0));
      }
    }),
  );
});

test("every pod that must go is evicted, waited for or blocked, and exactly one of these", () => {
  fc.assert(
    fc.property(anyCluster, (cluster) => {
      const snapshot = aSnapshot(cluster);
      for (const machine of cluster.machines) {
        const { evictNow, waiting, blocked, isDone } = drainState(machine, snapshot, noon);
        const found = [...evictNow, ...waiting, ...blocked.map(({ pod }) => pod)].map(({ uid }) => uid);
        const wanted = machine.pods.filter((pod) => classify(pod).verdict !== "Ignore").map(({ uid }) => uid);
        assert.deepEqual(found.toSorted(), wanted.toSorted());
        assert.equal(isDone, wanted.length === 0);
      }
    }),
  );
});

test("the order in which pods, budgets and machines are listed changes nothing", () => {
  fc.assert(
    fc.property(anyCluster, (cluster) => {
      const mirror = {
        ...cluster,
        budgets: cluster.budgets.toReversed(),
        machines: cluster.machines
          .map((machine) => ({ ...machine, pods: machine.pods.toReversed() }))
          .toReversed(),
      };
      const one = aSnapshot(cluster);
      const other = aSnapshot(mirror);
      for (const [index, machine] of one.machines.entries()) {
        const twin = other.machines.at(-1 - index) ?? machine;
        assert.deepEqual(drainState(machine, one, noon), drainState(twin, other, noon));
      }
    }),
  );
});

test("nobody is evicted before a retry time, unless a budget has opened since", () => {
  fc.assert(
    fc.property(anyCluster, (cluster) => {
      const snapshot = aSnapshot(cluster);
      for (const machine of cluster.machines) {
        for (const { uid } of drainState(machine, snapshot, noon).evictNow) {
          const refusal = snapshot.evictions.get(uid);
          // All refusals here are younger than a copy of a budget may be old.
          assert.ok(refusal === undefined || refusal.retryAt <= noon);
        }
      }
    }),
  );
});
