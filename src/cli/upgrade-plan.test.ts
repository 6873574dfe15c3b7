import assert from "node:assert/strict";
import test from "node:test";
import { forecastUpgrade, upgradeRun } from "../core/forecast.ts";
import type { Snapshot } from "../core/model.ts";
import { aBudget, aDisk, aMachine, aPod, aPool, aSnapshot, aWindow, noon } from "../core/testing.ts";
import type { Look } from "./table.ts";
import { planLines } from "./upgrade-plan.ts";

const look: Look = { now: noon, timeZone: "UTC", hasColor: false };
const management = { maintenanceWindowRef: { name: "nights" } };

function linesOf(wishes: Partial<Snapshot>, when: "Now" | "InWindow"): readonly string[] {
  const machines = wishes.machines ?? ["web-1", "web-2"].map((name) => aMachine({ name, image: "3.0" }));
  const pool = aPool({ replicas: machines.length, management, upgrade: { soakSeconds: 0 } });
  const snapshot = aSnapshot({ machines, pool, window: aWindow(), budgets: wishes.budgets ?? [] });
  const plan = { ok: true, spec: pool.spec, target: aDisk("3.1"), machines } as const;
  return planLines(snapshot, plan, forecastUpgrade(upgradeRun(snapshot, machines, noon, when)), look);
}

test("A plan says what it goes to, when it is done, and each node's turn", () => {
  const [head = "", end = "", titles = "", first = "", second = "", obstacles = ""] = linesOf({}, "Now");
  assert.equal(
    head,
    "web to AlibabaCloudLinux 3.1, Kubernetes v1.36.3: 2 nodes, ReplaceSystemDisk, at most 1 away.",
  );
  assert.match(end, /^It is done about Wed 12:\d\d UTC \(in \d+m\), if nothing unforeseen happens\.$/);
  assert.match(titles, /^ {2}NODE +STARTS +TAKES +NOTE$/);
  assert.match(first, /^ {2}cn-hangzhou\.i-web-1 +Wed 12:00 UTC/);
  assert.match(second, /^ {2}cn-hangzhou\.i-web-2 +Wed 12:/);
  assert.equal(obstacles, "No pod stands in the way of the drains.");
});

test("A plan for the window begins when the window opens", () => {
  const [, end = "", , first = ""] = linesOf({}, "InWindow");
  assert.match(end, /within one window/);
  assert.match(first, /Thu 02:00 UTC/);
});

const strict = aBudget({ disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 });

test("A pod that can never be evicted blocks its node, and is named with its budget", () => {
  const machines = [aMachine({ image: "3.0", pods: [aPod({ hasLocalStorage: true })] })];
  const lines = linesOf({ machines, budgets: [strict] }, "Now");
  assert.deepEqual(
    lines.filter((line) => line.includes("shop/cart-0")),
    [
      "  block   budget shop/cart (allows 0)   never allows an eviction while all its pods are healthy: shop/cart-0 on cn-hangzhou.i-web-1",
      "  warn    local storage                 is lost: shop/cart-0 on cn-hangzhou.i-web-1",
    ],
  );
  assert.ok(lines.some((line) => line.includes("cannot be drained as things are")));
});

test("Many pods of one budget are one line: the budget, how many pods, on which nodes", () => {
  const names = Array.from({ length: 12 }, (_, at) => `web-${at + 1}`);
  const machines = names.map((name) => {
    const nodeName = `cn-hangzhou.i-${name}`;
    const pods = [1, 2].map((at) => aPod({ name: `cart-${name}-${at}`, nodeName }));
    return aMachine({ name, image: "3.0", pods });
  });
  const lines = linesOf(
    { machines, budgets: [{ ...strict, currentHealthy: 24, desiredHealthy: 24, expectedPods: 24 }] },
    "Now",
  );
  const [blocked = "", ...others] = lines.filter((line) => line.startsWith("  block"));
  assert.deepEqual(others, []);
  assert.match(blocked, /budget shop\/cart \(allows 0\) .*: 24 pods on 12 nodes: .*i-web-8 and 4 more$/);
});
