import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import test, { type TestContext } from "node:test";
import { PortError } from "../ports/errors.ts";
import type { Kube } from "../ports/kube.ts";
import { type StreamEventName, streamEvents } from "./answers.ts";
import { createChangeLog } from "./changes.ts";
import { type Booth, createBooth, host, origin } from "./testing.ts";

const spec = { providerRef: { name: "simulator" }, replicas: 0 };

interface Event {
  readonly id: string;
  readonly name: StreamEventName;
  readonly data: any; // oxlint-disable-line no-explicit-any -- the schema of the event is what checks it
}

interface Listener {
  readonly response: IncomingMessage;
  readonly events: readonly Event[];
  /** The next event of the name, in virtual time. */
  next(name: StreamEventName): Promise<Event>;
  close(): void;
}

/** Signs in once and listens over a real socket. */
async function createEars(t: TestContext, booth: Booth) {
  await booth.server.app.listen({ port: 0, host: "127.0.0.1" });
  const address = booth.server.app.server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const answer = await booth.raw(
    "POST",
    "/api/v1/session",
    { "content-type": "application/json" },
    JSON.stringify({ code: booth.door.issue().code }),
  );
  const [cookie = ""] = (answer.headers["set-cookie"] ?? "").split(";");
  const signedIn = { cookie, origin, "x-poolkeeper-csrf": String(answer.body.csrf) };
  const open = async (query = "", headers: Readonly<Record<string, string>> = {}): Promise<Listener> => {
    const asked = request({ port, path: `/api/v1/stream${query}`, headers: { host, cookie, ...headers } });
    asked.end();
    const [response] = (await once(asked, "response")) as [IncomingMessage];
    t.after(() => response.destroy());
    return listenTo(booth, response);
  };
  return { open, signedIn };
}

function listenTo(booth: Booth, response: IncomingMessage): Listener {
  const events: Event[] = [];
  let rest = "";
  let taken = 0;
  response.setEncoding("utf8");
  response.on("data", (chunk: string) => {
    const blocks = (rest + chunk).split("\n\n");
    rest = blocks.pop() ?? "";
    events.push(...blocks.flatMap(eventOf));
  });
  response.on("error", () => {});
  return {
    response,
    events,
    next: async (name) => {
      for (;;) {
        const at = events.findIndex((event, index) => index >= taken && event.name === name);
        const found = events[at];
        if (found !== undefined) {
          taken = at + 1;
          return found;
        }
        await booth.world.clock.advance(200);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    close: () => response.destroy(),
  };
}

function eventOf(block: string): readonly Event[] {
  const fields = new Map(
    block.split("\n").map((line) => [line.split(": ", 1)[0], line.slice(line.indexOf(": ") + 2)]),
  );
  const name = fields.get("event") as StreamEventName | undefined;
  if (name === undefined) return [];
  const data: unknown = JSON.parse(fields.get("data") ?? "");
  const parsed = streamEvents[name].safeParse(data);
  assert.ok(parsed.success, `${name} is not as documented: ${parsed.error?.message}`);
  return [{ id: fields.get("id") ?? "", name, data }];
}

test("changes arrive as the objects they left, and removals by name", async (t) => {
  const booth = await createBooth(t);
  const { open } = await createEars(t, booth);
  const listener = await open();
  assert.match(String(listener.response.headers["content-type"]), /^text\/event-stream/);
  const ready = await listener.next("ready");
  assert.deepEqual(ready.data.resources, ["pools", "machines", "operations", "windows", "providers"]);
  await booth.ask("POST", "/pools", { body: { name: "web", spec: { ...spec, replicas: 1 } } });
  const first = await listener.next("changed");
  assert.deepEqual([first.data.resource, first.data.object.name], ["pools", "web"]);
  await booth.grown("web", 1);
  await listener.next("tick");
  const last = listener.events
    .filter(({ name, data }) => name === "changed" && data.resource === "machines")
    .at(-1);
  assert.equal(last?.data.object.isReady, true, "the Ready of its node is told too");
  await booth.ask("DELETE", "/pools/web", { body: { confirm: "web" } });
  for (;;) {
    const { data } = await listener.next("removed");
    if (data.resource === "pools") return assert.equal(data.name, "web");
  }
});

test("it can be narrowed, and speaks the caller's language", async (t) => {
  const booth = await createBooth(t);
  const { open } = await createEars(t, booth);
  const listener = await open("?resources=pools", { "accept-language": "zh" });
  assert.deepEqual((await listener.next("ready")).data.resources, ["pools"]);
  await booth.ask("POST", "/pools", { body: { name: "web", spec: { ...spec, paused: true } } });
  await listener.next("tick");
  await listener.next("tick");
  const told = listener.events.filter(({ name }) => name === "changed");
  assert.ok(told.every(({ data }) => data.resource === "pools"));
  assert.equal(told.at(-1)?.data.object.state.word, "已暂停");
  const bad = await open("?resources=pools,secrets");
  assert.equal(bad.response.statusCode, 422);
});

test("it goes on where it broke off, and says so where it cannot", async (t) => {
  const booth = await createBooth(t);
  const { open } = await createEars(t, booth);
  const before = await open("?resources=windows");
  await before.next("ready");
  const window = { weekdays: ["Saturday"], start: "02:00", durationMinutes: 240, timeZone: "UTC" };
  await booth.ask("POST", "/windows", { body: { name: "one", spec: window } });
  const seen = await before.next("changed");
  before.close();
  await booth.ask("POST", "/windows", { body: { name: "two", spec: window } });
  await booth.ask("PATCH", "/windows/two", { body: { spec: { start: "03:00" } } });
  const after = await open("?resources=windows", { "last-event-id": seen.id });
  const missed = await after.next("changed");
  assert.deepEqual([missed.data.object.name, missed.data.object.spec.start], ["two", "03:00"]);
  assert.ok(!after.events.some(({ name }) => name === "reset"));
  const [epoch = ""] = seen.id.split("-");
  for (const [id, why] of [
    [`${epoch}-999999`, "TooOld"],
    ["otherrun-3", "Restarted"],
    ["what?", "Unknown"],
  ] as const) {
    const listener = await open("?resources=windows", { "last-event-id": id });
    assert.equal((await listener.next("reset")).data.why, why);
  }
});

test("the log of changes is bounded: each object stands in it once, and whoever is too far behind begins anew", async (t) => {
  const { world } = await createBooth(t);
  const log = createChangeLog({ cache: world.cache, limit: 3 });
  t.after(() => log.stop());
  const ref = (name: string) => ({ name, namespace: "poolkeeper-system" });
  const make = (name: string) =>
    world.kube.create("MaintenanceWindow", {
      apiVersion: "poolkeeper.dev/v1alpha1",
      kind: "MaintenanceWindow",
      metadata: ref(name),
      spec: { enabled: true, weekdays: ["Monday"], start: "01:00", durationMinutes: 60, timeZone: "UTC" },
    });
  for (const name of ["a", "b"]) await make(name);
  const start = log.latest() - 2;
  for (let touch = 0; touch < 50; touch++) {
    const body = { metadata: { annotations: { touch: String(touch) } } };
    await world.kube.patch("MaintenanceWindow", ref("a"), { type: "merge", body });
  }
  const keys = log.since(start, 10)?.map(({ key }) => key);
  assert.deepEqual(
    keys,
    ["poolkeeper-system/b", "poolkeeper-system/a"],
    "fifty changes of one object are one",
  );
  for (const name of ["c", "d", "e"]) await make(name);
  assert.equal(log.since(start, 10), null, "b is forgotten, so nothing is known since then");
  assert.equal(log.since(log.latest(), 10)?.length, 0);
});

test("C19: a stream ends soon after its session does", async (t) => {
  const booth = await createBooth(t);
  const { open, signedIn } = await createEars(t, booth);
  const listener = await open();
  await listener.next("ready");
  await booth.raw("DELETE", "/api/v1/session", signedIn);
  assert.equal((await listener.next("end")).data.why, "SignedOut");
  if (!listener.response.readableEnded) await once(listener.response, "end");
});

test("an API server that does not answer ends a stream, and signs nobody out", async (t) => {
  let isSilent = false;
  const wrap = (kube: Kube): Kube => ({
    ...kube,
    create: (kind, object, options) =>
      isSilent
        ? Promise.reject(new PortError({ kind: "Unreachable", message: "the API server does not answer" }))
        : kube.create(kind, object, options),
  });
  const booth = await createBooth(t, { wrap });
  const { open } = await createEars(t, booth);
  const listener = await open();
  await listener.next("ready");
  isSilent = true;
  assert.equal((await listener.next("end")).data.why, "Unanswered");
  isSilent = false;
  const again = await open();
  await again.next("ready");
});

test("C20: one caller has so many streams and no more, and a closed one counts no longer", async (t) => {
  const booth = await createBooth(t);
  const { open } = await createEars(t, booth);
  const listeners: Listener[] = [];
  for (let count = 0; count < 12; count++) listeners.push(await open());
  const more = await open();
  assert.equal(more.response.statusCode, 429);
  listeners[0]?.close();
  for (;;) {
    const again = await open();
    if (again.response.statusCode === 200) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
});
