import assert from "node:assert/strict";
import test from "node:test";
import type { InfrastructureProviderObject } from "../../schema/provider.ts";
import type { Snapshot } from "../model.ts";
import type { RefusalReason } from "../reason.ts";
import { aMachine, anOperation, aPod, aPool, aSnapshot, aWindow, noon } from "../testing.ts";
import { aProvider } from "../testing-cluster.ts";
import type { Answer } from "./answer.ts";
import type { Asker } from "./operation.ts";
import { startUpgrade, type UpgradeWish } from "./upgrade.ts";

const provider: InfrastructureProviderObject = {
  apiVersion: "poolkeeper.dev/v1alpha1",
  kind: "InfrastructureProvider",
  metadata: { name: "simulator" },
  spec: { type: "simulator", region: "cn-hangzhou" },
  ...(aProvider.catalogue === null ? {} : { status: { catalogue: aProvider.catalogue } }),
};
const around = { providers: [provider], windows: ["nights"], pools: ["web"], serverVersion: "v1.36.3" };
const ann: Asker = { by: "ann", suffix: "x7k2p" };
const management = { maintenanceWindowRef: { name: "nights" } };

function snapshotOf(wishes: Partial<Snapshot> = {}): Snapshot {
  const machines = wishes.machines ?? [
    aMachine({ name: "web-1", image: "3.0" }),
    aMachine({ name: "web-2" }),
  ];
  const pool = wishes.pool ?? aPool({ replicas: machines.length, management });
  const window = wishes.window === undefined ? aWindow() : wishes.window;
  return aSnapshot({ machines, pool, window, operations: wishes.operations ?? [] });
}

function start(wishes: Partial<Snapshot> = {}, wish: Partial<UpgradeWish> = {}): Answer {
  const all: UpgradeWish = {
    image: null,
    kubernetesVersion: null,
    nodes: [],
    when: "InWindow",
    around,
    ...wish,
  };
  return startUpgrade(snapshotOf(wishes), all, ann, noon);
}

function targetsOf(answer: Answer): readonly string[] {
  assert.ok(answer.ok, JSON.stringify(answer));
  const change = answer.changes.find(({ kind }) => kind === "Create");
  assert.ok(change?.kind === "Create" && "targets" in change.object.spec);
  return change.object.spec.targets.map(({ machine }) => machine);
}

test("An upgrade takes the machines that are behind, and no other", () => {
  assert.deepEqual(targetsOf(start()), ["web-1"]);
});

test("An upgrade to another version changes the template and takes everybody", () => {
  const answer = start({}, { kubernetesVersion: "v1.35.2" });
  assert.deepEqual(targetsOf(answer), ["web-1", "web-2"]);
  assert.ok(answer.ok);
  const [patch, create] = answer.changes;
  assert.ok(patch?.kind === "Patch" && create?.kind === "Create" && "target" in create.object.spec);
  assert.deepEqual(patch.body, { spec: { template: { kubernetesVersion: "v1.35.2" } } });
  assert.equal(create.object.spec.target?.kubernetesVersion, "v1.35.2");
});

test("Without a wish for another version the template is left alone", () => {
  const answer = start();
  assert.ok(answer.ok);
  assert.deepEqual(
    answer.changes.map(({ kind }) => kind),
    ["Create"],
  );
});

test("Only named nodes are taken, by any of their names", () => {
  const machines = ["web-1", "web-2", "web-3"].map((name) => aMachine({ name, image: "3.0" }));
  assert.deepEqual(targetsOf(start({ machines }, { nodes: ["i-web-3", "cn-hangzhou.i-web-1"] })), [
    "web-3",
    "web-1",
  ]);
});

test("What a person loses is said: the system disks, and which pods move", () => {
  const machines = [aMachine({ name: "web-1", image: "3.0", pods: [aPod()] })];
  const answer = start({ machines });
  assert.ok(answer.ok);
  assert.deepEqual(
    answer.effects.map(({ kind }) => kind),
    ["UpgradesNodes", "LosesSystemDisks", "StartsInWindow", "MovesPods"],
  );
});

test("In the window a yes is enough; at once outside of it the pool's name is typed", () => {
  const [later, now] = [start(), start({}, { when: "Now" })];
  assert.ok(later.ok && now.ok);
  assert.deepEqual(later.friction, { kind: "Ask" });
  assert.deepEqual(now.friction, { kind: "TypeName", name: "web" });
});

test("At once inside of the window is no more than a yes", () => {
  const answer = start({ window: aWindow({ start: "11:00" }) }, { when: "Now" });
  assert.ok(answer.ok);
  assert.deepEqual(answer.friction, { kind: "Ask" });
});

test("A window that is always open is not waited for", () => {
  const answer = start({ window: aWindow({ durationMinutes: 1440 }) });
  assert.ok(answer.ok);
  const kinds = answer.effects.map(({ kind }) => kind);
  assert.deepEqual(kinds.slice(2, 4), ["StartsNow", "AlwaysOpen"]);
});

test("New instances instead of new disks are said to change names and addresses", () => {
  const upgrade = { method: "ReplaceInstance" as const };
  const answer = start({ pool: aPool({ replicas: 2, management, upgrade }) });
  assert.ok(answer.ok);
  assert.ok(answer.effects.some(({ kind }) => kind === "ReplacesInstances"));
});

const refused: readonly (readonly [what: string, answer: Answer, RefusalReason])[] = [
  ["none is behind", start({ machines: [aMachine()] }), "NothingBehind"],
  ["the named node is not behind", start({}, { nodes: ["web-2"] }), "NothingBehind"],
  ["the named node is a stranger", start({}, { nodes: ["db-1"] }), "NotAMember"],
  ["there is no window to wait for", start({ window: null, pool: aPool({ replicas: 2 }) }), "WindowUnknown"],
  ["the window that is named is missing", start({ window: "Missing" }), "WindowUnknown"],
  ["another upgrade runs", start({ operations: [anOperation()] }), "OperationRunning"],
  [
    "the version is newer than the API server",
    start({}, { kubernetesVersion: "v1.37.1" }),
    "VersionSkewTooNew",
  ],
  ["the image is unknown", start({}, { image: { family: "Plan9" } }), "UnknownImage"],
];

for (const [what, answer, reason] of refused) {
  test(`An upgrade is refused with ${reason} when ${what}`, () => {
    assert.ok(!answer.ok);
    assert.equal(answer.refusal.reason, reason);
  });
}

test("An upgrade that has ended is in nobody's way", () => {
  const ended = anOperation({ status: { finishedTime: "2026-06-30T12:00:00Z", phase: "Succeeded" } });
  assert.deepEqual(targetsOf(start({ operations: [ended] })), ["web-1"]);
});
