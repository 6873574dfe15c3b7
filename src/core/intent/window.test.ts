import assert from "node:assert/strict";
import test from "node:test";
import type { MaintenanceWindowObject, WindowSpec } from "../../schema/window.ts";
import { aPool, aWindow, noon } from "../testing.ts";
import { createProvider, deleteProvider } from "./provider.ts";
import { createWindow, deleteWindow, exclude, setWindow } from "./window.ts";

function named(spec: Partial<WindowSpec> = {}): MaintenanceWindowObject {
  const metadata = { name: "nights", namespace: "n", uid: "u", resourceVersion: "7" };
  return { apiVersion: "poolkeeper.dev/v1alpha1", kind: "MaintenanceWindow", metadata, spec: aWindow(spec) };
}

function draft(spec: Partial<WindowSpec> = {}, name = "nights"): Parameters<typeof createWindow>[0] {
  return { name, namespace: "n", spec: aWindow(spec) };
}

test("A new window says when it opens next", () => {
  const answer = createWindow(draft(), [], noon);
  assert.ok(answer.ok);
  const next = answer.effects.find(({ kind }) => kind === "OpensNext");
  assert.deepEqual(
    [next?.facts["since"], next?.facts["until"]],
    ["2026-07-02T02:00:00Z", "2026-07-02T06:00:00Z"],
  );
});

test("A new window that is open already says so, and until when", () => {
  const answer = createWindow(draft({ start: "11:00" }), [], noon);
  assert.ok(answer.ok);
  const [, outlook] = answer.effects;
  assert.deepEqual([outlook?.kind, outlook?.facts["until"]], ["OpenNow", "2026-07-01T15:00:00Z"]);
});

test("A window of whole days on every day is always open, without an end that means nothing", () => {
  const answer = createWindow(draft({ durationMinutes: 1440 }), [], noon);
  assert.ok(answer.ok);
  assert.deepEqual(answer.effects[1], { kind: "AlwaysOpen", facts: { window: "nights" } });
});

test("A short window is taken and advised against", () => {
  const answer = createWindow(draft({ durationMinutes: 60 }), [], noon);
  assert.ok(answer.ok);
  assert.ok(answer.effects.some(({ kind }) => kind === "ShortWindow"));
});

test("A window that never opens is taken and the person is told", () => {
  const exclusions = [{ from: "2026-01-01", to: "2030-01-01" }];
  for (const spec of [{ enabled: false }, { exclusions }]) {
    const answer = createWindow(draft(spec), [], noon);
    assert.ok(answer.ok);
    assert.ok(answer.effects.some(({ kind }) => kind === "NeverOpens"));
  }
});

test("A window is refused for a zone that nobody knows", () => {
  const answer = createWindow(draft({ timeZone: "Mars/Olympus" }), [], noon);
  assert.ok(!answer.ok);
  assert.equal(answer.refusal.reason, "ZoneUnknown");
});

test("A window is refused for a name that is taken or impossible", () => {
  const [taken, bad] = [
    createWindow(draft(), ["nights"], noon),
    createWindow(draft({}, "My Window"), [], noon),
  ];
  assert.ok(!taken.ok && !bad.ok);
  assert.deepEqual([taken.refusal.reason, bad.refusal.reason], ["NameTaken", "InvalidName"]);
});

test("Only what changes in a window is written", () => {
  const answer = setWindow(named(), aWindow({ start: "03:00" }), noon);
  assert.ok(answer.ok);
  const [change] = answer.changes;
  assert.ok(change?.kind === "Patch");
  assert.deepEqual(change.body, { spec: { start: "03:00" } });
});

test("The same window is nothing to do", () => {
  const answer = setWindow(named(), aWindow(), noon);
  assert.ok(!answer.ok);
  assert.equal(answer.refusal.reason, "NothingToDo");
});

test("An exclusion joins the others, on the window that was read", () => {
  const before = { from: "2026-12-24", to: "2026-12-26" };
  const after = { from: "2026-11-27", to: "2026-11-27", reason: "sale" };
  const answer = exclude(named({ exclusions: [before] }), after, noon);
  assert.ok(answer.ok);
  const [change] = answer.changes;
  assert.ok(change?.kind === "Patch");
  assert.deepEqual(change.body, { spec: { exclusions: [before, after] } });
  assert.deepEqual([change.isRelative, change.resourceVersion], [true, "7"]);
});

test("Days that are excluded already are nothing to do", () => {
  const days = { from: "2026-12-24", to: "2026-12-26" };
  const answer = exclude(named({ exclusions: [days] }), days, noon);
  assert.ok(!answer.ok);
  assert.equal(answer.refusal.reason, "NothingToDo");
});

test("A window in use asks before it goes, naming its pools; an unused one does not", () => {
  const user = aPool({ management: { maintenanceWindowRef: { name: "nights" } } });
  const [used, free] = [deleteWindow(named(), [user, aPool()]), deleteWindow(named(), [aPool()])];
  assert.ok(used.ok && free.ok);
  assert.deepEqual([used.friction.kind, free.friction.kind], ["Ask", "None"]);
  assert.equal(used.effects[0]?.facts["pool"], "web");
});

test("A provider in use stays, naming its pools", () => {
  const answer = createProvider(
    { name: "simulator", namespace: "n", spec: { type: "simulator", region: "r" } },
    [],
  );
  assert.ok(answer.ok);
  const [change] = answer.changes;
  assert.ok(change?.kind === "Create" && "region" in change.object.spec);
  const provider = { ...change.object, spec: change.object.spec };
  const [used, free] = [deleteProvider(provider, [aPool()]), deleteProvider(provider, [])];
  assert.ok(!used.ok && free.ok);
  assert.deepEqual(used.refusal, {
    reason: "ProviderInUse",
    facts: { provider: "simulator", object: "web" },
  });
});
