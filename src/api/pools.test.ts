import assert from "node:assert/strict";
import test from "node:test";
import type { Announcement } from "../core/announce.ts";
import { newsAnnotations } from "../core/event.ts";
import { brakeAnnotation } from "../core/trip.ts";
import { worldNamespace } from "../sim/world.ts";
import { noteText } from "../text/event.ts";
import { createBooth } from "./testing.ts";

const spec = { providerRef: { name: "simulator" }, upgrade: { soakSeconds: 0 } };

test("a pool that is asked for is created, grows, and shows the numbers of its status", async (t) => {
  const booth = await createBooth(t);
  const created = await booth.ask("POST", "/pools", {
    body: { name: "web", spec: { ...spec, replicas: 2 } },
  });
  assert.equal(created.status, 201);
  assert.equal(created.headers["location"], "/api/v1/pools/web");
  assert.equal(created.body.outcome, "Done");
  await booth.grown("web", 2);
  const { body: pool, headers } = await booth.ask("GET", "/pools/web");
  assert.deepEqual(pool.nodes, { desired: 2, machines: 2, ready: 2, upToDate: 2, unavailable: 0 });
  assert.deepEqual(pool.state, { code: "Active", word: "Active", tone: "Good" });
  assert.equal(headers["etag"], `"${pool.version}"`);
  const ready = pool.conditions.find(({ type }: { type: string }) => type === "Ready");
  assert.deepEqual([ready.status, ready.tone], ["True", "Good"]);
});

test("what waits is said in the caller's language, with its facts and the command that helps", async (t) => {
  const booth = await createBooth(t);
  await booth.ask("POST", "/pools", { body: { name: "web", spec: { ...spec, replicas: 1 } } });
  await booth.grown("web", 1);
  await booth.ask("POST", "/pools/web/pause");
  await booth.ask("POST", "/pools/web/scale", { body: { replicas: 3 } });
  await booth.world.clock.advance(5000);
  const english = await booth.ask("GET", "/pools/web");
  const chinese = await booth.ask("GET", "/pools/web", { headers: { "accept-language": "zh-CN, en;q=0.5" } });
  const [wait] = english.body.waits;
  assert.equal(wait.reason, "Paused");
  assert.equal(wait.facts.pool, "web");
  assert.equal(wait.try, "poolkeeper resume web");
  assert.match(wait.sentence, /paused/);
  assert.match(chinese.body.waits[0].sentence, /暂停/);
  assert.equal(chinese.body.state.word, "已暂停");
  assert.equal(chinese.body.state.code, "Paused");
  assert.equal(chinese.headers["content-language"], "zh");
});

test("what a condition says of a wait is said in the caller's language too", async (t) => {
  const booth = await createBooth(t);
  await booth.ask("POST", "/pools", { body: { name: "web", spec: { ...spec, replicas: 1 } } });
  await booth.grown("web", 1);
  await booth.world.kube.patch(
    "InfrastructureProvider",
    { namespace: worldNamespace, name: "simulator" },
    { type: "merge", body: { metadata: { annotations: { [brakeAnnotation]: "a storm" } } } },
  );
  await booth.ask("POST", "/pools/web/scale", { body: { replicas: 3 } });
  await booth.world.clock.advance(5000);
  const stalled = async (language: string): Promise<string> => {
    const { body } = await booth.ask("GET", "/pools/web", { headers: { "accept-language": language } });
    return body.conditions.find(({ type }: { type: string }) => type === "Stalled").message;
  };
  assert.match(await stalled("en"), /^The brake is on: a storm/);
  assert.match(await stalled("zh"), /制动.*a storm/);
});

test("a pool that is not there is a problem that names it", async (t) => {
  const booth = await createBooth(t);
  const { status, body, headers } = await booth.ask("GET", "/pools/nix");
  assert.equal(status, 404);
  assert.match(headers["content-type"] ?? "", /^application\/problem\+json/);
  assert.equal(body.reason, "NotFound");
  assert.match(body.detail, /pool nix/);
});

test("lists are cut into pages that hold together while objects come and go", async (t) => {
  const booth = await createBooth(t);
  for (const name of ["a", "b", "c", "d", "e"]) {
    await booth.ask("POST", "/pools", { body: { name, spec } });
  }
  const names = (reply: { body: { items: { name: string }[] } }) => reply.body.items.map(({ name }) => name);
  const first = await booth.ask("GET", "/pools?limit=2");
  assert.deepEqual(names(first), ["a", "b"]);
  assert.equal(first.body.total, 5);
  await booth.ask("DELETE", "/pools/b");
  await booth.ask("POST", "/pools", { body: { name: "aa", spec } });
  await booth.world.clock.advance(5000);
  const second = await booth.ask("GET", `/pools?limit=2&continue=${first.body.continue}`);
  assert.deepEqual(names(second), ["c", "d"], "neither a repeat nor a gap");
  const last = await booth.ask("GET", `/pools?limit=2&continue=${second.body.continue}`);
  assert.deepEqual(names(last), ["e"]);
  assert.equal(last.body.continue, null);
  const foreign = await booth.ask("GET", `/operations?continue=${first.body.continue}`);
  assert.equal(foreign.body.reason, "CursorInvalid");
});

test("machines are found by pool, state, part of a name, and by their node's or instance's name", async (t) => {
  const booth = await createBooth(t);
  for (const name of ["web", "db"])
    await booth.ask("POST", "/pools", { body: { name, spec: { ...spec, replicas: 2 } } });
  await booth.grown("web", 2);
  await booth.grown("db", 2);
  const all = await booth.ask("GET", "/machines");
  assert.deepEqual(
    all.body.items.map(({ name }: { name: string }) => name),
    ["db-1", "db-2", "web-1", "web-2"],
  );
  const { body } = await booth.ask("GET", "/machines?pool=web&state=Ready&sort=-name");
  assert.deepEqual(
    body.items.map(({ name }: { name: string }) => name),
    ["web-2", "web-1"],
  );
  const [{ node, instance }] = body.items;
  for (const name of [node, instance, "web-2"]) {
    const found = await booth.ask("GET", `/machines/${name}`);
    assert.equal(found.body.name, "web-2");
    assert.deepEqual(found.body.podList, []);
  }
  const part = await booth.ask("GET", `/machines?q=${instance.slice(2, 7).toUpperCase()}`);
  assert.equal(part.body.total, 1);
  const unknown = await booth.ask("GET", "/machines?colour=red");
  assert.equal(unknown.status, 422);
});

test("the fleet, its cells, a provider's catalogue and the windows are read from the same caches", async (t) => {
  const booth = await createBooth(t);
  const window = { weekdays: ["Saturday"], start: "02:00", durationMinutes: 240, timeZone: "Europe/Berlin" };
  await booth.ask("POST", "/windows", { body: { name: "nights", spec: window } });
  const management = { autoUpgrade: true, maintenanceWindowRef: { name: "nights" } };
  await booth.ask("POST", "/pools", { body: { name: "web", spec: { ...spec, replicas: 2, management } } });
  await booth.grown("web", 2);
  const fleet = (await booth.ask("GET", "/fleet")).body;
  assert.deepEqual(fleet.nodes, { desired: 2, machines: 2, ready: 2, upToDate: 2 });
  assert.deepEqual(fleet.windows[0].pools, ["web"]);
  const cells = (await booth.ask("GET", "/fleet/cells")).body;
  assert.equal(cells.cells.length, 2);
  assert.equal(cells.states[cells.cells[0][2]].code, "Ready");
  const catalogue = (await booth.ask("GET", "/providers/simulator/catalogue")).body;
  assert.ok(catalogue.isKnown && catalogue.images.length > 0);
  assert.ok(catalogue.images.every((image: { fitting: string[] }) => image.fitting.length > 0));
  const { body: shown } = await booth.ask("GET", "/windows/nights?openings=30");
  assert.equal(shown.openings.length, 30);
  assert.ok(
    shown.openings.some(({ offset }: { offset: string }) => offset === "+02:00"),
    "summer time is seen",
  );
});

test("events and the audit log say what happened and who asked for it", async (t) => {
  const booth = await createBooth(t);
  await booth.ask("POST", "/pools", { body: { name: "web", spec: { ...spec, replicas: 1 } } });
  await booth.grown("web", 1);
  const [machine] = (await booth.ask("GET", "/machines?pool=web")).body.items;
  const body = { nodes: [machine.node], confirm: "web", release: true };
  await booth.ask("POST", "/pools/web/remove", { body });
  const { items } = (await booth.ask("GET", "/audit?pool=web")).body;
  const verbs = items.map(({ verb, who }: { verb: string; who: string }) => `${who} ${verb}`);
  assert.ok(verbs.includes("jane remove"));
  assert.ok(verbs.includes("jane create"));
  assert.deepEqual(
    booth.audit.map(({ verb, result }) => [verb, result]),
    [
      ["create", "Done"],
      ["remove", "Done"],
    ],
  );
});

test("an event is told in the language of who asks, from what it holds beside its sentence", async (t) => {
  const booth = await createBooth(t);
  await booth.ask("POST", "/pools", { body: { name: "web", spec } });
  const news: Announcement = {
    type: "Warning",
    reason: "NodeUpgradeFailed",
    because: "DrainTimedOut",
    facts: { object: "Pod shop/cart-0" },
    machine: "web-1",
    node: "cn-hangzhou.i-1",
  };
  const event = {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name: "web.1", namespace: worldNamespace, annotations: newsAnnotations(news) },
    reportingController: "poolkeeper.dev/controller",
    reportingInstance: "one",
    eventTime: "2026-11-23T00:00:00.000000Z",
    type: news.type,
    reason: news.reason,
    action: "Reconcile",
    note: noteText(news),
    regarding: { kind: "ManagedNodePool", name: "web", namespace: worldNamespace },
  };
  await booth.world.kube.create("Event", event);
  const noteIn = async (language: string): Promise<string> => {
    const { body } = await booth.ask("GET", "/events?pool=web", { headers: { "accept-language": language } });
    return body.items.map(({ note }: { note: string }) => note).join("\n");
  };
  assert.equal(
    await noteIn("en"),
    "web-1 (cn-hangzhou.i-1): The node could not be drained in time: Pod shop/cart-0 was in the way; it was kept.",
  );
  assert.equal(await noteIn("zh"), noteText(news, "zh"));
  assert.match(await noteIn("zh"), /Pod shop\/cart-0.*[。]/);
});

test("what is wrong with a request is said in the language of who asks", async (t) => {
  const booth = await createBooth(t);
  const bad = {
    body: { name: "web", spec: { ...spec, replicas: -1 } },
    headers: { "accept-language": "zh" },
  };
  const { status, body } = await booth.ask("POST", "/pools", bad);
  assert.equal(status, 422);
  assert.equal(body.detail, "请求无效：spec.replicas: 不能小于 0。未做任何更改。");
  assert.deepEqual(body.fields, [{ path: "spec.replicas", message: "不能小于 0" }]);
});
