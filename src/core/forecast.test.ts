/** The roll ahead of time: growth, soak, windows and blocked nodes, and what never ends. */
import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import {
  forecastUpgrade,
  growthLimit,
  nodeForecastMs,
  planForecastMs,
  stepForecastMs,
  type UpgradeForecast,
  type UpgradeRun,
  upgradeRun,
  windowNeedMs,
} from "./forecast.ts";
import type { Machine } from "./model.ts";
import { aBudget, aMachine, aPod, aPool, aSnapshot, aWindow, noon } from "./testing.ts";
import { dayMs, hourMs, minuteMs, secondMs, timeOf } from "./time.ts";

const nodeMs = 10 * minuteMs;

/** Nodes of ten minutes each, by default without window, soak or blockers. */
function aRun(wishes: Partial<UpgradeRun> & { readonly nodes?: number; readonly blocked?: number[] } = {}) {
  const { nodes = 1, blocked = [], ...rest } = wishes;
  return {
    machines: Array.from({ length: nodes }, (_, index) => ({
      machine: `web-${index + 1}`,
      forecastMs: nodeMs,
      isBlocked: blocked.includes(index + 1),
    })),
    done: 0,
    maxUnavailable: 100,
    maxParallel: 10,
    soakMs: 0,
    drainTimeoutMs: 30 * minuteMs,
    onTimeout: "Skip",
    maxBlocked: 1,
    maxFailed: 0,
    openings: null,
    now: noon,
    ...rest,
  } as const satisfies UpgradeRun;
}

const minutes = (at: number): number => (at - noon) / minuteMs;
const starts = ({ turns }: UpgradeForecast): readonly number[] =>
  turns.map(({ startsAt }) => minutes(startsAt));
/** From and to in minutes after noon. */
const opening = (from: number, to: number) => ({
  opens: noon + from * minuteMs,
  closes: noon + to * minuteMs,
});

const rolls: readonly (readonly [string, Parameters<typeof aRun>[0], readonly number[]])[] = [
  ["one node starts at once", { nodes: 1 }, [0]],
  ["one, then two, then four, then eight", { nodes: 8 }, [0, 10, 10, 20, 20, 20, 20, 30]],
  ["growth ends at the cap", { nodes: 6, maxParallel: 2 }, [0, 10, 10, 20, 20, 30]],
  ["no more than may be away", { nodes: 4, maxUnavailable: 1 }, [0, 10, 20, 30]],
  ["the rest waits until the first has soaked", { nodes: 4, soakMs: 5 * minuteMs }, [0, 15, 15, 25]],
  [
    "what was done before counts for growth, and is not soaked again",
    { nodes: 4, done: 3, soakMs: hourMs },
    [0, 0, 0, 0],
  ],
  ["before the window opens nothing starts", { nodes: 2, openings: [opening(60, 300)] }, [60, 70]],
  [
    "what does not fit goes on in the next opening",
    { nodes: 4, maxUnavailable: 1, openings: [opening(0, 26), opening(100, 200)] },
    [0, 10, 100, 110],
  ],
  [
    "a soak that outlives the window ends before the next",
    { nodes: 2, soakMs: hourMs, openings: [opening(0, 60), opening(300, 400)] },
    [0, 300],
  ],
  [
    "a blocked node holds its place until the drain's limit, and does not count for growth",
    { nodes: 3, blocked: [1] },
    [0, 30, 40],
  ],
  [
    "a forced drain takes its limit and the rest of the work",
    { nodes: 2, blocked: [1], onTimeout: "Force" },
    [0, 40],
  ],
];

for (const [name, wishes, expected] of rolls) {
  test(name, () => {
    const forecast = forecastUpgrade(aRun(wishes));
    assert.deepEqual(starts(forecast), expected);
    assert.equal(forecast.hold, null);
    assert.deepEqual(forecast.notReached, []);
  });
}

test("the forecast says when it ends, how long it takes and how many windows it needs", () => {
  const openings = [opening(0, 26), opening(100, 200), opening(300, 400)];
  const forecast = forecastUpgrade(aRun({ nodes: 4, maxUnavailable: 1, openings }));
  assert.equal(minutes(forecast.finishesAt ?? 0), 120);
  assert.equal(forecast.totalMs, 120 * minuteMs);
  assert.equal(forecast.windowsNeeded, 2);
  assert.deepEqual(
    forecast.turns.map((turn) => turn.opening),
    [0, 0, 1, 1],
  );
});

test("an upgrade of nothing is over now", () => {
  const forecast = forecastUpgrade(aRun({ nodes: 0 }));
  assert.equal(forecast.finishesAt, noon);
  assert.equal(forecast.windowsNeeded, 0);
});

test("without a window it needs no window", () => {
  assert.equal(forecastUpgrade(aRun({ nodes: 3 })).windowsNeeded, 0);
});

const holds: readonly (readonly [string, Parameters<typeof aRun>[0], UpgradeForecast["hold"], number])[] = [
  [
    "a window shorter than one node needs",
    { openings: [opening(0, 14), opening(100, 114)] },
    "WindowTooShort",
    0,
  ],
  ["no opening in sight", { openings: [] }, "WindowClosed", 0],
  ["openings that run out", { nodes: 4, maxUnavailable: 1, openings: [opening(0, 26)] }, "WindowClosed", 2],
  ["no node may be away", { nodes: 2, maxUnavailable: 0 }, "MaxUnavailable", 0],
  ["too many nodes that cannot be drained", { nodes: 5, blocked: [1, 2] }, "TooManyBlocked", 2],
  [
    "a node that cannot be drained, where the pool says Stop",
    { nodes: 3, blocked: [1], onTimeout: "Stop" },
    "TooManyFailed",
    1,
  ],
];

for (const [name, wishes, hold, reached] of holds) {
  test(`never ends: ${name}`, () => {
    const forecast = forecastUpgrade(aRun(wishes));
    assert.equal(forecast.hold, hold);
    assert.equal(forecast.finishesAt, null);
    assert.equal(forecast.totalMs, null);
    assert.equal(forecast.turns.length, reached);
  });
}

test("a limit that is reached by the last node stops nothing", () => {
  const forecast = forecastUpgrade(aRun({ nodes: 3, blocked: [2, 3] }));
  assert.equal(forecast.hold, null);
  assert.deepEqual(
    forecast.turns.map(({ outcome }) => outcome),
    ["Succeeded", "Blocked", "Blocked"],
  );
});

test("batches double: 1, 2 after one, 4 after three, 8 after seven, then the cap", () => {
  const limits = Array.from({ length: 17 }, (_, done) => growthLimit(done, 10));
  assert.deepEqual(limits, [1, 2, 2, 4, 4, 4, 4, 8, 8, 8, 8, 8, 8, 8, 8, 10, 10]);
  assert.equal(growthLimit(100, 0), 0);
});

test("a node must have a fifth more than its forecast, and at least a quarter of an hour", () => {
  assert.equal(windowNeedMs(5 * minuteMs), 15 * minuteMs);
  assert.equal(windowNeedMs(100 * minuteMs), 120 * minuteMs);
});

test("what was seen of a step counts more than the guess", () => {
  assert.equal(stepForecastMs("Drain"), 60 * secondMs);
  assert.equal(stepForecastMs("Drain", { Drain: 5000 }), 5000);
  assert.equal(
    planForecastMs(["ReplaceSystemDisk"], { Drain: 0 }),
    planForecastMs(["ReplaceSystemDisk"]) - 60_000,
  );
});

function upgraded(
  name: string,
  minutesTaken: number,
  outcome: "Succeeded" | "Failed" = "Succeeded",
): Machine {
  const finishedTime = timeOf(noon - dayMs);
  const startedTime = timeOf(noon - dayMs - minutesTaken * minuteMs);
  const last = { kind: "Upgrade", outcome, reason: "", message: "", startedTime, finishedTime } as const;
  return aMachine({ name, status: { lastOperation: last } });
}

test("a node takes what the pool's upgrades took last time, in the middle", () => {
  const machines = [upgraded("web-1", 3), upgraded("web-2", 50), upgraded("web-3", 7)];
  assert.equal(nodeForecastMs(aSnapshot({ machines })), 7 * minuteMs);
});

test("upgrades that failed, and other operations, tell nothing about the next", () => {
  const machines = [upgraded("web-1", 3, "Failed"), aMachine({ name: "web-2" })];
  assert.equal(nodeForecastMs(aSnapshot({ machines })), planForecastMs(["ReplaceSystemDisk"]));
});

test("a new instance is made and the old one released", () => {
  const pool = aPool({ upgrade: { method: "ReplaceInstance", maxSurge: 1 } });
  assert.equal(nodeForecastMs(aSnapshot({ pool })), planForecastMs(["Create", "Release"]));
});

test("the run of a pool takes its limits, its window and the pods that can never go", () => {
  const impossible = aBudget({ disruptionsAllowed: 0, desiredHealthy: 3 });
  const machines = [
    aMachine({ name: "web-1", pods: [aPod()] }),
    aMachine({ name: "web-2", pods: [aPod({ labels: {} })] }),
  ];
  const pool = aPool({ replicas: 20, upgrade: { maxUnavailable: "10%", soakSeconds: 60 } });
  const snapshot = aSnapshot({ pool, machines, budgets: [impossible], window: aWindow() });
  const run = upgradeRun(snapshot, machines, noon, "InWindow");
  assert.deepEqual(
    run.machines.map(({ machine, isBlocked }) => `${machine} ${isBlocked}`),
    ["web-1 true", "web-2 false"],
  );
  assert.equal(run.maxUnavailable, 2);
  assert.equal(run.soakMs, minuteMs);
  assert.equal(run.openings?.[0]?.opens, noon + 14 * hourMs);
  assert.equal(upgradeRun(snapshot, machines, noon, "Now").openings, null);
});

test("in a window that is missing nothing ever starts", () => {
  const machines = [aMachine()];
  const run = upgradeRun(aSnapshot({ machines, window: "Missing" }), machines, noon, "InWindow");
  assert.equal(forecastUpgrade(run).hold, "WindowClosed");
});

const anyRun = fc
  .record({
    forecasts: fc.array(fc.record({ minutes: fc.integer({ min: 1, max: 60 }), isBlocked: fc.boolean() }), {
      maxLength: 30,
    }),
    done: fc.integer({ min: 0, max: 5 }),
    maxUnavailable: fc.integer({ min: 0, max: 12 }),
    maxParallel: fc.integer({ min: 1, max: 12 }),
    soak: fc.integer({ min: 0, max: 60 }),
    onTimeout: fc.constantFrom<UpgradeRun["onTimeout"]>("Stop", "Skip", "Force"),
    maxBlocked: fc.integer({ min: 0, max: 30 }),
    maxFailed: fc.integer({ min: 0, max: 30 }),
    gaps: fc.option(fc.array(fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 5, max: 300 })))),
  })
  .map(({ forecasts, soak, gaps, ...rest }): UpgradeRun => {
    let end = -100;
    const openings = gaps?.map(([gap, length]) => {
      const from = end + gap + 1;
      end = from + length;
      return opening(from, end);
    });
    return aRun({
      ...rest,
      soakMs: soak * minuteMs,
      openings: openings?.filter(({ closes }) => closes > noon) ?? null,
      machines: forecasts.map(({ minutes: length, isBlocked }, index) => ({
        machine: `web-${index + 1}`,
        forecastMs: length * minuteMs,
        isBlocked,
      })),
    });
  });

test("turns come in order, and every machine has its turn or is named as not reached", () => {
  fc.assert(
    fc.property(anyRun, (run) => {
      const { turns, notReached, hold } = forecastUpgrade(run);
      assert.deepEqual(
        [...turns.map(({ machine }) => machine), ...notReached],
        run.machines.map(({ machine }) => machine),
      );
      assert.equal(hold === null, notReached.length === 0);
      for (const [index, { startsAt }] of turns.entries())
        assert.ok(startsAt >= (turns[index - 1]?.startsAt ?? run.now));
    }),
  );
});

test("no start exceeds the growing limit, or what may be away", () => {
  fc.assert(
    fc.property(anyRun, (run) => {
      const { turns } = forecastUpgrade(run);
      for (const [index, turn] of turns.entries()) {
        const before = turns.slice(0, index);
        const running = before.filter(({ endsAt }) => endsAt > turn.startsAt).length;
        const done = before.filter(
          ({ endsAt, outcome }) => endsAt <= turn.startsAt && outcome === "Succeeded",
        );
        assert.ok(running < growthLimit(run.done + done.length, run.maxParallel));
        assert.ok(running < run.maxUnavailable);
      }
    }),
  );
});

test("every start fits into its opening with the reserve", () => {
  fc.assert(
    fc.property(anyRun, (run) => {
      for (const { machine, startsAt, opening: index } of forecastUpgrade(run).turns) {
        if (run.openings === null) {
          assert.equal(index, null);
          continue;
        }
        const window = run.openings[index ?? -1];
        const forecastMs = run.machines.find((turn) => turn.machine === machine)?.forecastMs ?? 0;
        assert.ok(window !== undefined && window.opens <= startsAt);
        assert.ok(startsAt + windowNeedMs(forecastMs) <= window.closes);
      }
    }),
  );
});

test("nothing waits without a cause: each start is at a beginning, an end, a soak's end or an opening", () => {
  fc.assert(
    fc.property(anyRun, (run) => {
      const { turns } = forecastUpgrade(run);
      const firstDone = turns.filter(({ outcome }) => outcome === "Succeeded").map(({ endsAt }) => endsAt);
      const moments = new Set([
        run.now,
        Math.min(...firstDone) + run.soakMs,
        ...turns.map(({ endsAt }) => endsAt),
        ...(run.openings ?? []).map(({ opens }) => opens),
      ]);
      for (const { startsAt } of turns) assert.ok(moments.has(startsAt));
    }),
  );
});
