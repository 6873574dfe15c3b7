import assert from "node:assert/strict";
import test from "node:test";
import { type Booth, createBooth } from "./testing.ts";

const spec = {
  providerRef: { name: "simulator" },
  upgrade: { soakSeconds: 0 },
  template: { image: { family: "AlibabaCloudLinux", version: "3.2104.11" } },
};

async function withPool(booth: Booth, replicas: number): Promise<void> {
  await booth.ask("POST", "/pools", { body: { name: "web", spec: { ...spec, replicas } } });
  await booth.grown("web", replicas);
}

/** The world but for what moves by itself. */
function objectsOf({ world }: Booth): unknown {
  return ["ManagedNodePool", "NodeOperation", "MaintenanceWindow", "InfrastructureProvider"].map((kind) =>
    world
      .list(kind as "ManagedNodePool")
      .map(({ metadata, spec: own }) => ({ name: metadata.name, annotations: metadata.annotations, own })),
  );
}

const window = { weekdays: ["Saturday"], start: "02:00", durationMinutes: 240, timeZone: "UTC" };

interface Wish {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
}

/** Every wish that can be granted in this order, with what it needs. */
function wishesOf(node: string): readonly Wish[] {
  return [
    { method: "POST", path: "/pools/web/scale", body: { add: 1 } },
    { method: "PATCH", path: "/pools/web", body: { spec: { template: { nodeLabels: { team: "a" } } } } },
    { method: "POST", path: "/pools/web/sync" },
    { method: "POST", path: "/pools/web/clone", body: { name: "copy", spec: { replicas: 0 } } },
    { method: "POST", path: "/pools/web/pause" },
    { method: "POST", path: "/pools/web/resume" },
    { method: "POST", path: "/windows", body: { name: "nights", spec: window } },
    { method: "PATCH", path: "/windows/nights", body: { spec: { start: "03:00" } } },
    { method: "POST", path: "/windows/nights/exclusions", body: { from: "2026-12-24", to: "2026-12-26" } },
    {
      method: "POST",
      path: "/pools/web/upgrade",
      body: { when: "Now", image: { family: "AlibabaCloudLinux", version: "3.2104.12" }, confirm: "web" },
    },
    { method: "POST", path: "/pools/web/rollback", body: { revision: 1 } },
    { method: "POST", path: "/pools/web/remove", body: { nodes: [node], release: true, confirm: "web" } },
    { method: "POST", path: "/providers", body: { name: "other", spec: { type: "simulator", region: "x" } } },
    { method: "DELETE", path: "/providers/other" },
    { method: "DELETE", path: "/windows/nights" },
    { method: "DELETE", path: "/pools/copy" },
    { method: "DELETE", path: "/pools/web", body: { confirm: "web" } },
  ];
}

test("a dry run changes nothing, and what then is done is what it has shown", async (t) => {
  const booth = await createBooth(t);
  await withPool(booth, 3);
  const [machine] = (await booth.ask("GET", "/machines")).body.items;
  for (const { method, path, body } of wishesOf(machine.node)) {
    const before = objectsOf(booth);
    const asked = body === undefined ? {} : { body };
    const shown = await booth.ask(method, `${path}?dryRun=true`, asked);
    assert.equal(shown.status, 200, `${method} ${path}: ${JSON.stringify(shown.body)}`);
    assert.equal(shown.body.outcome, "DryRun");
    assert.deepEqual(objectsOf(booth), before, `${method} ${path} with dryRun has changed something`);
    const done = await booth.ask(method, path, { body: { ...body, seen: shown.body.seen } });
    assert.equal(done.body.outcome, "Done", `${method} ${path}: ${JSON.stringify(done.body)}`);
    assert.deepEqual(done.body.effects, shown.body.effects);
    assert.notDeepEqual(objectsOf(booth), before, `${method} ${path} has changed nothing`);
    await booth.world.clock.advance(120_000);
  }
});

test("operations are paused, resumed, retried, skipped and cancelled, and say which of it they would take", async (t) => {
  const booth = await createBooth(t);
  await withPool(booth, 3);
  const image = { family: "AlibabaCloudLinux", version: "3.2104.12" };
  await booth.ask("POST", "/pools/web/upgrade", { body: { when: "Now", image, confirm: "web" } });
  const [operation] = (await booth.ask("GET", "/operations")).body.items;
  assert.deepEqual(operation.verbs.toSorted(), ["cancel", "pause", "skip"]);
  const path = `/operations/${operation.name}`;
  const forecast = (await booth.ask("GET", `${path}/forecast`)).body;
  assert.equal(forecast.turns.length, 3);
  assert.equal((await booth.ask("POST", `${path}/pause`)).body.outcome, "Done");
  const again = await booth.ask("POST", `${path}/pause`);
  assert.equal(again.body.outcome, "Satisfied");
  assert.match(again.body.sentence, /paused already/);
  assert.equal((await booth.ask("POST", `${path}/resume`)).body.outcome, "Done");
  const refused = await booth.ask("POST", `${path}/retry`, { body: { nodes: ["web-1"] } });
  assert.equal(refused.body.outcome, "Satisfied", "it waits: there is nothing to retry");
  const { body: detail } = await booth.ask("GET", path);
  const waiting = detail.machines.filter(
    ({ state }: { state: { code: string } }) => state.code === "Waiting",
  );
  const nodes = waiting.map(({ machine }: { machine: string }) => machine).slice(0, 1);
  assert.equal((await booth.ask("POST", `${path}/skip`, { body: { nodes } })).body.outcome, "Done");
  const stranger = await booth.ask("POST", `${path}/skip`, { body: { nodes: ["db-1"] } });
  assert.deepEqual([stranger.status, stranger.body.reason], [404, "NotATarget"]);
  assert.equal((await booth.ask("POST", `${path}/approve`)).body.reason, "NotWaitingForApproval");
  assert.equal((await booth.ask("POST", `${path}/cancel`)).body.outcome, "Done");
  const isOver = () =>
    booth.world.list("NodeOperation").every(({ status }) => status?.finishedTime !== undefined);
  assert.ok(await booth.world.clock.runUntil(isOver, 3_600_000));
  assert.equal((await booth.ask("POST", `${path}/pause`)).body.reason, "OperationFinished");
});

test("a repair by hand is asked of a machine and shows what it does to the pods", async (t) => {
  const booth = await createBooth(t);
  await withPool(booth, 2);
  const gentle = await booth.ask("POST", "/machines/web-1/repair?dryRun=true", {
    body: { action: "RestartService" },
  });
  assert.equal(gentle.body.friction.kind, "Ask");
  const hard = await booth.ask("POST", "/machines/web-1/repair", { body: { action: "ReplaceInstance" } });
  assert.deepEqual([hard.status, hard.body.reason], [428, "ConfirmationNeeded"]);
  assert.deepEqual(
    hard.body.preview.effects.map(({ kind }: { kind: string }) => kind),
    ["RepairsNode", "ReleasesInstances", "LosesSystemDisks"],
  );
  const done = await booth.ask("POST", "/machines/web-1/repair", { body: { action: "Reboot" } });
  assert.equal(done.body.objects[0].kind, "NodeOperation");
});

test("nothing is done that was not shown: an outdated preview is refused with the new one", async (t) => {
  const booth = await createBooth(t);
  await withPool(booth, 2);
  const shown = await booth.ask("POST", "/pools/web/scale?dryRun=true", { body: { replicas: 1 } });
  await booth.ask("POST", "/pools/web/scale", { body: { add: 1 } });
  const late = await booth.ask("POST", "/pools/web/scale", { body: { replicas: 1, seen: shown.body.seen } });
  assert.deepEqual([late.status, late.body.reason], [409, "PreviewOutdated"]);
  assert.notEqual(late.body.preview.seen, shown.body.seen);
  assert.equal(booth.world.list("ManagedNodePool")[0]?.spec.replicas, 3);
});

test("a version that is no longer the newest is refused, the newest is taken", async (t) => {
  const booth = await createBooth(t);
  await withPool(booth, 1);
  const before = await booth.ask("GET", "/pools/web");
  await booth.ask("PATCH", "/pools/web", { body: { spec: { drain: { timeoutSeconds: 60 } } } });
  const body = { spec: { drain: { timeoutSeconds: 120 } } };
  const late = await booth.ask("PATCH", "/pools/web", {
    body,
    headers: { "if-match": before.headers["etag"] ?? "" },
  });
  assert.deepEqual([late.status, late.body.reason], [412, "VersionMismatch"]);
  await booth.world.clock.advance(60_000);
  const now = await booth.ask("GET", "/pools/web");
  const taken = await booth.ask("PATCH", "/pools/web", {
    body,
    headers: { "if-match": now.headers["etag"] ?? "" },
  });
  assert.equal(taken.body.outcome, "Done");
});

test("a wish that is sent twice under one key is carried out once", async (t) => {
  const booth = await createBooth(t);
  await withPool(booth, 1);
  const ask = { body: { add: 1 }, headers: { "idempotency-key": "k1" } };
  const [first, second] = await Promise.all([
    booth.ask("POST", "/pools/web/scale", ask),
    booth.ask("POST", "/pools/web/scale", ask),
  ]);
  assert.deepEqual(second.body, first.body);
  assert.equal(booth.world.list("ManagedNodePool")[0]?.spec.replicas, 2);
  const other = await booth.ask("POST", "/pools/web/scale", { ...ask, body: { add: 5 } });
  assert.deepEqual([other.status, other.body.reason], [409, "KeyReused"]);
  const preview = await booth.ask("POST", "/pools/web/scale?dryRun=true", { ...ask, body: { add: 5 } });
  assert.equal(preview.status, 200, "a preview uses up no key");
});

test("many additions at once are all counted", async (t) => {
  const booth = await createBooth(t);
  await withPool(booth, 1);
  const replies = await Promise.all(
    Array.from({ length: 5 }, () => booth.ask("POST", "/pools/web/scale", { body: { add: 1 } })),
  );
  assert.ok(
    replies.every(({ body }) => body.outcome === "Done"),
    JSON.stringify(replies.map(({ body }) => body)),
  );
  assert.equal(booth.world.list("ManagedNodePool")[0]?.spec.replicas, 6);
});

test("what the core refuses is answered with its reason, its facts, and the next command", async (t) => {
  const booth = await createBooth(t);
  await withPool(booth, 1);
  const cases: readonly (readonly [
    status: number,
    reason: string,
    method: string,
    path: string,
    body: object,
  ])[] = [
    [422, "CountOutOfRange", "POST", "/pools/web/scale", { replicas: 9999 }],
    [422, "CountOutOfRange", "POST", "/pools/web/scale", { add: 0 }],
    [422, "InvalidRequest", "POST", "/pools/web/scale", {}],
    [422, "InvalidRequest", "POST", "/pools/web/scale", { add: 1, replicas: 2 }],
    [404, "NotAMember", "POST", "/pools/web/remove", { nodes: ["i-nobody"] }],
    [409, "NameTaken", "POST", "/pools/web/clone", { name: "web" }],
    [422, "InvalidName", "POST", "/pools/web/clone", { name: "Web!" }],
    [422, "UnknownProvider", "POST", "/pools", { name: "x", spec: { providerRef: { name: "nope" } } }],
    [422, "InvalidRequest", "POST", "/pools", { name: "x", spec: { ...spec, replicass: 3 } }],
    [422, "InvalidRequest", "PATCH", "/pools/web", { spec: { upgrade: { maxSurge: 3 } } }],
    [422, "UnknownZone", "PATCH", "/pools/web", { spec: { template: { zones: ["moon"] } } }],
    [404, "RevisionUnknown", "POST", "/pools/web/rollback", { revision: 77 }],
    [422, "WindowUnknown", "POST", "/pools/web/upgrade", {}],
    [404, "NotFound", "POST", "/operations/none/pause", {}],
    [409, "ProviderInUse", "DELETE", "/providers/simulator", {}],
  ];
  for (const [status, reason, method, path, body] of cases) {
    const answer = await booth.ask(method, path, { body });
    const what = `${method} ${path} ${JSON.stringify(body)}: ${JSON.stringify(answer.body)}`;
    assert.deepEqual([answer.status, answer.body.reason], [status, reason], what);
    assert.ok(answer.body.detail.length > 10, what);
  }
  const zone = await booth.ask("PATCH", "/pools/web", { body: { spec: { template: { zones: ["moon"] } } } });
  assert.equal(zone.body.facts.zone, "moon");
  assert.equal(zone.body.try, "poolkeeper describe provider simulator");
});
