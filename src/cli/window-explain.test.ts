import assert from "node:assert/strict";
import test from "node:test";
import { timeOf } from "../core/time.ts";
import { anOperation, aPool, aWindow, noon } from "../core/testing.ts";
import { nextOpenings } from "../core/window.ts";
import type { ManagedNodePoolObject, PoolStatus } from "../schema/pool.ts";
import type { WindowSpec } from "../schema/window.ts";
import type { Look } from "./table.ts";
import { describeWindow } from "./describe-other.ts";
import { openingLines } from "./window.ts";
import { explainWindow } from "./window-explain.ts";

const look: Look = { now: noon, timeZone: "UTC", hasColor: false };

function explained(
  spec: Partial<WindowSpec>,
  pools: readonly ManagedNodePoolObject[] = [],
  operations: readonly ReturnType<typeof anOperation>[] = [],
): readonly string[] {
  return explainWindow({ window: "nights", spec: aWindow(spec), pools, operations }, look);
}

function pool(autoUpgrade: boolean, status: PoolStatus): ManagedNodePoolObject {
  return aPool({ management: { autoUpgrade }, status: { replicas: 5, ...status } });
}

test("A closed window says when it opens, there and here", () => {
  assert.equal(explained({})[0], "nights is closed. It opens in 14h: Thu 02:00 UTC.");
  const [berlin = ""] = explained({ timeZone: "Europe/Berlin" });
  assert.equal(berlin, "nights is closed. It opens in 12h: Thu 02:00 CEST (Thu 00:00 UTC here).");
});

test("An open window says how long it stays open", () => {
  assert.equal(explained({ start: "11:00" })[0], "nights is open, for another 3h.");
});

test("A window that never closes is always open", () => {
  assert.equal(explained({ durationMinutes: 1440 })[0], "nights is always open.");
});

test("A window that is left open after an exclusion has no end", () => {
  const spec = aWindow({ durationMinutes: 1440, exclusions: [{ from: "2026-07-02", to: "2026-07-02" }] });
  assert.deepEqual(openingLines(nextOpenings(spec, noon, 5), spec.timeZone, noon), [
    "now -> Thu 00:00 UTC                                   12h left",
    "Fri 2026-07-03 02:00 UTC -> always open from then on",
  ]);
});

test("A description leaves out the end of a window that is always open", () => {
  const opening = { opens: "2025-05-01T02:00:00Z", closes: "2027-08-12T02:00:00Z", offset: "+00:00" };
  const window = {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "MaintenanceWindow",
    metadata: { name: "nights" },
    spec: aWindow({ durationMinutes: 1440 }),
    status: { isOpen: true, nextOpenings: [opening] },
  };
  assert.equal(describeWindow(window, look).at(-1), "  always open");
  const over = { ...opening, closes: "2026-06-01T02:00:00Z" };
  const lines = describeWindow({ ...window, status: { nextOpenings: [over] } }, look);
  assert.ok(!lines.includes("Next openings:"), lines.join("\n"));
});

test("A window that never opens says why", () => {
  assert.match(
    explained({ enabled: false })[0] ?? "",
    /disabled\. try: poolkeeper window set nights enabled=true/,
  );
  assert.match(
    explained({ exclusions: [{ from: "2026-01-01", to: "2029-01-01" }] })[0] ?? "",
    /exclusions leave none/,
  );
});

test("A window that no pool uses is told how it would be used", () => {
  assert.equal(explained({})[1], "No pool uses it: poolkeeper set POOL window=nights");
});

const intentions: readonly (readonly [ManagedNodePoolObject, RegExp])[] = [
  [pool(true, { upToDateReplicas: 5 }), /all nodes are up to date, so the window passes unused/],
  [pool(true, { upToDateReplicas: 3 }), /2 nodes are behind and will be upgraded in it/],
  [pool(false, { upToDateReplicas: 4 }), /1 node is behind, but auto upgrade is off/],
];

for (const [user, says] of intentions) {
  test(`A pool's use of its window is said: ${says.source}`, () => {
    assert.match(explained({}, [user])[1] ?? "", says);
  });
}

test("The last upgrade and what waits now are said", () => {
  const blockers = [
    { reason: "WindowTooShort", object: "Upgrade", message: "Too short.", since: timeOf(noon - 60_000) },
  ];
  const last = anOperation({ status: { phase: "Failed", finishedTime: timeOf(noon - 3_600_000) } });
  const lines = explained({}, [pool(true, { upToDateReplicas: 3, blockers })], [last]);
  assert.deepEqual(lines.slice(2), ["  Its last upgrade ended 1h ago: Failed.", "  Too short. (1m)"]);
});
