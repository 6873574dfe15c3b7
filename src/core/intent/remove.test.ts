import assert from "node:assert/strict";
import test from "node:test";
import type { Snapshot } from "../model.ts";
import { aMachine, aPod, aPool, aSnapshot } from "../testing.ts";
import type { Answer, Effect } from "./answer.ts";
import type { Sight } from "./departure.ts";
import type { Asker } from "./operation.ts";
import { deletePool, removeNodes } from "./remove.ts";

const ann: Asker = { by: "ann", suffix: "x7k2p" };
const roomy = [{ node: "other", cpuMilli: 64_000, memoryMiB: 64_000 }];

function sightOf(wishes: Partial<Snapshot> = {}, elsewhere: Sight["elsewhere"] = roomy): Sight {
  const machines = wishes.machines ?? ["web-1", "web-2", "web-3"].map((name) => aMachine({ name }));
  return { ...aSnapshot({ machines, pool: wishes.pool ?? aPool({ replicas: machines.length }) }), elsewhere };
}

function effectOf(answer: Answer, kind: Effect["kind"]): Effect | undefined {
  assert.ok(answer.ok, JSON.stringify(answer));
  return answer.effects.find((effect) => effect.kind === kind);
}

const wish = { drain: true, release: true };

test("Nodes are named by node, instance or machine, and frozen as machines by name and UID", () => {
  const names = ["cn-hangzhou.i-web-1", "i-web-2", "web-3"];
  const answer = removeNodes(sightOf(), { names, ...wish }, ann);
  assert.ok(answer.ok);
  const [change] = answer.changes;
  assert.ok(change?.kind === "Create" && "targets" in change.object.spec);
  assert.deepEqual(
    change.object.spec.targets.map(({ machine, uid }) => [machine, uid]),
    [
      ["web-1", "uid-web-1"],
      ["web-2", "uid-web-2"],
      ["web-3", "uid-web-3"],
    ],
  );
});

test("The operation is of the pool, carries its label and lowers the count by itself", () => {
  const answer = removeNodes(sightOf(), { names: ["web-1"], ...wish }, ann);
  assert.ok(answer.ok);
  const [change] = answer.changes;
  assert.ok(change?.kind === "Create" && "options" in change.object.spec);
  const { metadata, spec } = change.object;
  assert.equal(metadata.name, "web-removenodes-x7k2p");
  assert.equal(metadata.labels?.["poolkeeper.dev/pool"], "web");
  assert.equal(metadata.ownerReferences, undefined, "the audit trail outlives the pool");
  assert.deepEqual(
    [spec.requestedBy, spec.options.drain, spec.options.release, spec.options.lowersReplicas],
    ["ann", true, true, true],
  );
});

test("The same node named twice goes once", () => {
  const answer = removeNodes(sightOf(), { names: ["web-1", "i-web-1"], ...wish }, ann);
  assert.deepEqual(effectOf(answer, "ChangesCount")?.facts, { pool: "web", have: 3, wanted: 2 });
});

test("The expected count falls by the number removed, never below nothing", () => {
  const pool = aPool({ replicas: 1 });
  const answer = removeNodes(sightOf({ pool }), { names: ["web-1", "web-2"], ...wish }, ann);
  assert.deepEqual(effectOf(answer, "ChangesCount")?.facts, { pool: "web", have: 1, wanted: 0 });
});

test("A released instance needs the pool's name typed, a kept one a yes", () => {
  const released = removeNodes(sightOf(), { names: ["web-1"], ...wish }, ann);
  const kept = removeNodes(sightOf(), { names: ["web-1"], drain: true, release: false }, ann);
  assert.ok(released.ok && kept.ok);
  assert.deepEqual(released.friction, { kind: "TypeName", name: "web" });
  assert.deepEqual(kept.friction, { kind: "Ask" });
});

test("A subscription is not released but kept and billed, and the person is told", () => {
  const machines = [aMachine({ name: "web-1", chargeType: "Subscription" }), aMachine({ name: "web-2" })];
  const answer = removeNodes(sightOf({ machines }), { names: ["web-1", "web-2"], ...wish }, ann);
  assert.deepEqual(effectOf(answer, "KeepsSubscriptions")?.facts, { count: 1, object: "i-web-1" });
  assert.deepEqual(effectOf(answer, "ReleasesInstances")?.facts, { count: 1, object: "i-web-2" });
});

test("An instance that is kept stays billed, and the person is told", () => {
  const answer = removeNodes(sightOf(), { names: ["web-1"], drain: true, release: false }, ann);
  assert.deepEqual(effectOf(answer, "KeepsInstances")?.facts, { count: 1, object: "i-web-1" });
  assert.equal(effectOf(answer, "LosesSystemDisks"), undefined);
});

test("Data disks are told apart by what becomes of them", () => {
  const dataDisks = [
    { name: "logs", sizeGiB: 10, onRelease: "Delete" as const },
    { name: "data", sizeGiB: 10, onRelease: "Keep" as const },
  ];
  const answer = removeNodes(
    sightOf({ pool: aPool({ template: { dataDisks } }) }),
    { names: ["web-1"], ...wish },
    ann,
  );
  assert.deepEqual(effectOf(answer, "KeepsDataDisks")?.facts["object"], "data");
  assert.deepEqual(effectOf(answer, "DeletesDataDisks")?.facts["object"], "logs");
});

test("Pods that move, end for good and lose data are told before", () => {
  const pods = [aPod({ name: "cart-0" }), aPod({ name: "tmp", owner: null, hasLocalStorage: true })];
  const answer = removeNodes(sightOf({ machines: [aMachine({ pods })] }), { names: ["web-1"], ...wish }, ann);
  assert.equal(effectOf(answer, "MovesPods")?.facts["object"], "shop/cart-0");
  assert.equal(effectOf(answer, "EndsPods")?.facts["object"], "shop/tmp");
  assert.equal(effectOf(answer, "LosesLocalData")?.facts["object"], "shop/tmp");
});

test("Without a drain the pods end with their nodes, and the person is told", () => {
  const machines = [aMachine({ pods: [aPod()] })];
  const answer = removeNodes(sightOf({ machines }), { names: ["web-1"], drain: false, release: true }, ann);
  assert.equal(effectOf(answer, "DoesNotDrain")?.facts["count"], 1);
  assert.equal(effectOf(answer, "MovesPods"), undefined);
});

test("Pods for which the rest of the cluster has no room are named", () => {
  const machines = [aMachine({ pods: [aPod({ requests: { cpuMilli: 3000, memoryMiB: 64 } })] })];
  const names = ["web-1"];
  const full = removeNodes(sightOf({ machines }, []), { names, ...wish }, ann);
  const free = removeNodes(sightOf({ machines }, roomy), { names, ...wish }, ann);
  assert.equal(effectOf(full, "LacksRoom")?.facts["object"], "shop/cart-0");
  assert.equal(effectOf(free, "LacksRoom"), undefined);
});

test("A stranger is refused", () => {
  const answer = removeNodes(sightOf(), { names: ["web-1", "db-1"], ...wish }, ann);
  assert.ok(!answer.ok);
  assert.deepEqual(answer.refusal, { reason: "NotAMember", facts: { node: "db-1", pool: "web" } });
});

test("A machine that is leaving already is refused, naming its operation", () => {
  const operation = { kind: "Remove" as const, operation: { name: "web-removenodes-a", uid: "u" } };
  const machines = [aMachine({ operation })];
  const answer = removeNodes(sightOf({ machines }), { names: ["web-1"], ...wish }, ann);
  assert.ok(!answer.ok);
  assert.equal(answer.refusal.reason, "OperationRunning");
  assert.equal(answer.refusal.facts["operation"], "web-removenodes-a");
});

test("A deletion confirms the machines that are there, then deletes exactly this pool", () => {
  const answer = deletePool(sightOf(), { instances: null });
  assert.ok(answer.ok);
  const [patch, deletion] = answer.changes;
  assert.ok(patch?.kind === "Patch" && deletion?.kind === "Delete");
  assert.deepEqual(patch.body, { metadata: { annotations: { "poolkeeper.dev/confirm-deletion": "web:3" } } });
  assert.equal(deletion.uid, "uid-web");
  assert.deepEqual(answer.friction, { kind: "TypeName", name: "web" });
});

test("Instances can be kept against the pool's own rule", () => {
  const answer = deletePool(sightOf(), { instances: "Keep" });
  assert.ok(answer.ok);
  const [patch] = answer.changes;
  assert.ok(patch?.kind === "Patch");
  assert.deepEqual(patch.body["spec"], { deletion: { instances: "Keep" } });
  assert.equal(effectOf(answer, "KeepsInstances")?.facts["count"], 3);
});

test("An empty pool is deleted after a plain yes", () => {
  const answer = deletePool(sightOf({ machines: [], pool: aPool({ replicas: 0 }) }), { instances: null });
  assert.ok(answer.ok);
  assert.deepEqual(answer.friction, { kind: "Ask" });
});

test("A deletion that waits for its confirmation is only confirmed", () => {
  const pool = aPool({ replicas: 3, metadata: { deletionTimestamp: "2026-07-01T11:00:00Z" } });
  const answer = deletePool(sightOf({ pool }), { instances: null });
  assert.ok(answer.ok);
  assert.deepEqual(
    answer.changes.map(({ kind }) => kind),
    ["Patch"],
  );
});
