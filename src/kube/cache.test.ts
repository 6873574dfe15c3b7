/** How the watched copies come through everything a watch can meet. Each server below is a script, not a model. */
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import test, { type TestContext } from "node:test";
import type { Clock } from "../ports/clock.ts";
import type { Change, Kind } from "../ports/kube.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { type CacheOptions, type WatchedCache, createCache } from "./cache.ts";
import {
  type Script,
  type SeenRequest,
  answer,
  answerStatus,
  fastClock,
  plainTransport,
  startServer,
  until,
} from "./testing.ts";

const endOfInitialEvents = { "k8s.io/initial-events-end": "true" };

function node(name: string, version: number, uid = `uid-${name}`): object {
  return { metadata: { name, uid, resourceVersion: String(version), managedFields: [{}] } };
}

function event(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}

function bookmark(version: number, annotations: object = {}): string {
  return event("BOOKMARK", { metadata: { resourceVersion: String(version), annotations } });
}

function expired(): string {
  return event("ERROR", {
    kind: "Status",
    code: 410,
    reason: "Expired",
    message: "too old resource version",
  });
}

/** Begins a watch that stays open, with these lines. */
function stream(response: ServerResponse, ...lines: readonly string[]): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.write(lines.join("") || "\n");
}

/** Everything at once, then the end of the beginning. */
function streamAll(response: ServerResponse, version: number, ...objects: readonly object[]): void {
  stream(response, ...objects.map((object) => event("ADDED", object)), bookmark(version, endOfInitialEvents));
}

interface Rig {
  readonly cache: WatchedCache;
  readonly seen: readonly SeenRequest[];
  readonly restarts: string[];
  readonly changes: string[];
  names(): string;
}

/** A cache of Nodes over a server whose n-th answer is the n-th script; the last one serves all that follow. */
async function startRig(
  t: TestContext,
  scripts: readonly Script[],
  options: Partial<CacheOptions> = {},
): Promise<Rig> {
  let calls = 0;
  const server = await startServer((request, response) => {
    const script = scripts[Math.min(calls, scripts.length - 1)];
    calls += 1;
    script?.(request, response);
  });
  const { clock = fastClock(50) } = options;
  const transport = plainTransport(server.url, { clock });
  const restarts: string[] = [];
  const changes: string[] = [];
  const kinds: readonly Kind[] = ["Node"];
  const cache = createCache({
    transport,
    kinds,
    clock,
    random: () => 0,
    onRestart: (kind, cause) => restarts.push(`${kind} ${cause}`),
    ...options,
  });
  cache.onChange((change) => changes.push(describe(change)));
  t.after(async () => {
    await cache.stop();
    await transport.close();
    await server.close();
  });
  cache.start();
  const names = (): string =>
    cache
      .list("Node")
      .map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`)
      .join(" ");
  return { cache, seen: server.seen, restarts, changes, names };
}

function describe({ key, before, after }: Change): string {
  const from = before?.metadata.resourceVersion ?? "-";
  return `${key} ${from}>${after?.metadata.resourceVersion ?? "-"}`;
}

const stayOpen: Script = (_, response) => stream(response);

test("the whole comes as a stream, changes follow, and what is not read is dropped", async (t) => {
  const rig = await startRig(t, [
    (_, response) => {
      streamAll(response, 10, node("a", 3), node("b", 7));
      response.write(
        event("MODIFIED", node("a", 11)) + event("DELETED", node("b", 12)) + event("ADDED", node("c", 13)),
      );
    },
  ]);
  await rig.cache.waitSynced(60_000);
  await until(() => rig.changes.length === 5, "five changes");
  assert.equal(rig.names(), "a@11 c@13");
  assert.deepEqual(rig.changes, ["a ->3", "b ->7", "a 3>11", "b 7>-", "c ->13"]);
  assert.deepEqual(rig.cache.get("Node", "a"), {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "a", uid: "uid-a", resourceVersion: "11" },
    spec: {},
    status: {},
  });
  const query = rig.seen[0]?.query;
  assert.equal(query?.get("sendInitialEvents"), "true");
  assert.equal(query?.get("resourceVersionMatch"), "NotOlderThan");
  assert.equal(query?.get("allowWatchBookmarks"), "true");
  assert.equal(query?.get("timeoutSeconds"), "300");
});

for (const code of [400, 422]) {
  test(`a server that answers streaming lists with ${code} is listed page by page`, async (t) => {
    const rig = await startRig(t, [
      (_, response) => answerStatus(response, code, { message: "sendInitialEvents is forbidden" }),
      (_, response) =>
        answer(response, 200, { metadata: { resourceVersion: "10", continue: "p2" }, items: [node("a", 3)] }),
      (_, response) => answer(response, 200, { metadata: { resourceVersion: "10" }, items: [node("b", 4)] }),
      (_, response) => stream(response, event("ADDED", node("c", 11))),
    ]);
    await until(() => rig.changes.length === 3, "three changes");
    assert.equal(rig.names(), "a@3 b@4 c@11");
    assert.equal(rig.seen[1]?.query.get("limit"), "500");
    assert.equal(rig.seen[2]?.query.get("continue"), "p2");
    assert.equal(rig.seen[3]?.query.get("resourceVersion"), "10");
    assert.deepEqual(rig.restarts, []);
  });
}

test("a server so old that it takes a streaming list for a plain watch is listed page by page", async (t) => {
  const rig = await startRig(t, [
    (_, response) => stream(response, event("ADDED", node("a", 3)), bookmark(9)),
    (_, response) => answer(response, 200, { metadata: { resourceVersion: "10" }, items: [node("a", 3)] }),
    stayOpen,
  ]);
  await rig.cache.waitSynced(60_000);
  assert.equal(rig.names(), "a@3");
});

test("an expiry between two pages begins the list again", async (t) => {
  const page =
    (token: string | undefined, ...items: readonly object[]): Script =>
    (_, response) =>
      answer(response, 200, { metadata: { resourceVersion: "10", continue: token }, items });
  const rig = await startRig(t, [
    (_, response) => answerStatus(response, 422, {}),
    page("p2", node("a", 3)),
    (_, response) => answerStatus(response, 410, { reason: "Expired" }),
    page("p2", node("a", 5)),
    page(undefined, node("b", 6)),
    stayOpen,
  ]);
  await rig.cache.waitSynced(60_000);
  assert.equal(rig.names(), "a@5 b@6");
  assert.equal(rig.seen[3]?.query.has("continue"), false);
});

const breaks: readonly (readonly [string, string, (response: ServerResponse) => void])[] = [
  ["ends in good order", "Ended", (response) => response.end()],
  ["loses its socket", "Broken", (response) => response.destroy()],
  ["falls silent", "Silent", () => {}],
  ["is cut within a line", "Broken", (response) => response.write('{"type":"ADD', () => response.destroy())],
];

for (const [what, cause, end] of breaks) {
  test(`a watch that ${what} goes on from the last bookmark, without a new list`, async (t) => {
    const rig = await startRig(t, [
      (_, response) => {
        streamAll(response, 10, node("a", 3));
        response.write(bookmark(20), () => end(response));
      },
      (_, response) => stream(response, event("MODIFIED", node("a", 21))),
    ]);
    await until(() => rig.names() === "a@21", "the change after the restart");
    assert.equal(rig.seen[1]?.query.get("resourceVersion"), "20");
    assert.equal(rig.seen[1]?.query.has("sendInitialEvents"), false);
    assert.deepEqual(rig.restarts, [`Node ${cause}`]);
  });
}

test("a line that is not JSON is asked for again, and if it stays so, the whole is", async (t) => {
  const bad = '{"type":"MODIFIED","object":{"metadata":\n';
  const rig = await startRig(t, [
    (_, response) => {
      streamAll(response, 10, node("a", 3));
      response.write(bad);
    },
    (_, response) => stream(response, bad),
    (_, response) => streamAll(response, 12, node("a", 12)),
  ]);
  await until(() => rig.names() === "a@12", "the list");
  assert.equal(rig.seen[1]?.query.get("resourceVersion"), "10");
  assert.equal(rig.seen[2]?.query.get("sendInitialEvents"), "true");
  assert.deepEqual(rig.restarts, ["Node Undecodable", "Node Undecodable"]);
});

test("an object without a name and a line that is no event stop nothing", async (t) => {
  const odd = [
    event("ADDED", { metadata: { resourceVersion: "11" } }),
    "null\n",
    '{"type":"ODD","object":7}\n',
  ];
  const rig = await startRig(t, [
    (_, response) => {
      streamAll(response, 10);
      response.write(odd.join("") + event("ADDED", node("a", 12)));
    },
  ]);
  await until(() => rig.names() === "a@12", "the good object");
  assert.deepEqual(rig.restarts, []);
});

for (const [where, script] of [
  ["as an event", (_, response) => stream(response, expired())],
  ["as the answer", (_, response) => answerStatus(response, 410, { reason: "Expired" })],
] as readonly (readonly [string, Script])[]) {
  test(`410 ${where} lists anew: what is gone is deleted, what is unchanged is not reported`, async (t) => {
    const rig = await startRig(t, [
      (_, response) => {
        streamAll(response, 10, node("a", 3), node("b", 4), node("c", 5));
        response.end();
      },
      script,
      (_, response) => streamAll(response, 50, node("a", 3), node("c", 41, "uid-new")),
    ]);
    await until(() => rig.names() === "a@3 c@41", "the new whole");
    assert.deepEqual(rig.changes.slice(3), ["c 5>41", "b 4>-"]);
    assert.deepEqual(rig.restarts, ["Node Ended", "Node Expired"]);
  });
}

test("a busy server is waited for as long as it asks, and keeps our place", async (t) => {
  const rig = await startRig(t, [
    (_, response) => {
      streamAll(response, 10, node("a", 3));
      response.end();
    },
    (_, response) => answerStatus(response, 429, { details: { retryAfterSeconds: 2 } }),
    (_, response) => answerStatus(response, 500, {}),
    (_, response) => stream(response, event("MODIFIED", node("a", 11))),
  ]);
  await until(() => rig.names() === "a@11", "the change");
  assert.deepEqual(rig.restarts, ["Node Ended", "Node Refused", "Node Refused"]);
  assert.equal(rig.seen[3]?.query.get("resourceVersion"), "10");
});

test("a list older than what was seen is not believed, until it is plain that the server was restored", async (t) => {
  const restored: Script = (_, response) => streamAll(response, 40, node("a", 30));
  const rig = await startRig(t, [
    (_, response) => {
      streamAll(response, 100, node("a", 90), node("b", 95));
      response.write(expired());
    },
    restored,
    restored,
    restored,
  ]);
  await until(() => rig.names() === "a@30", "the restored state");
  assert.deepEqual(rig.restarts, ["Node Expired", "Node Stale", "Node Stale"]);
  assert.deepEqual(rig.changes.slice(2), ["a 90>30", "b 95>-"]);
});

test("a view that was out of touch for long says so, and when its gap ended", async (t) => {
  let isServing = true;
  const rig = await startRig(t, [
    (_, response) => {
      streamAll(response, 10, node("a", 3));
      setTimeout(() => response.end(), 5);
    },
    (_, response) => {
      if (isServing) stream(response);
      else answerStatus(response, 503, {});
    },
  ]);
  await rig.cache.waitSynced(60_000);
  const firstGapAt = rig.cache.lastGapAt("Node");
  isServing = false;
  await until(() => !rig.cache.isSynced(), "the view to be out of touch");
  assert.ok(rig.cache.lastGapAt("Node") > firstGapAt, "the gap lasts until now");
  assert.equal(rig.names(), "a@3", "what was seen last is still served");
  isServing = true;
  await rig.cache.waitSynced(60_000);
  const secondGapAt = rig.cache.lastGapAt("Node");
  assert.ok(secondGapAt > firstGapAt);
  assert.equal(rig.cache.lastGapAt("Node"), secondGapAt);
});

test("a silence is a gap when something was missed in it, and none when nothing was", async (t) => {
  const silenceMs = 75_000;
  const virtual = createVirtualClock(0);
  const watches: number[] = [];
  const clock: Clock = {
    ...virtual,
    after: (delayMs, run) => {
      // A watch that runs listens for silence.
      if (delayMs === silenceMs) watches.push(virtual.monotonic());
      return virtual.after(delayMs, run);
    },
  };
  const rig = await startRig(
    t,
    [
      (_, response) => streamAll(response, 10, node("a", 3)),
      stayOpen,
      (_, response) => stream(response, event("MODIFIED", node("a", 11))),
    ],
    { clock },
  );
  /** Time stands still but for the silence: how long the server takes to answer does not count. */
  const falls = async (): Promise<void> => {
    const before = watches.length;
    await virtual.advance(silenceMs);
    while (watches.length === before) await virtual.advance(0);
  };
  await until(() => watches.length === 1 && rig.cache.isSynced(), "the first watch");
  const firstGapAt = rig.cache.lastGapAt("Node");
  await falls();
  assert.equal(rig.cache.lastGapAt("Node"), firstGapAt);
  assert.ok(rig.cache.isSynced());
  await falls();
  await until(() => rig.names() === "a@11", "the change that came after the second silence");
  assert.ok(rig.cache.lastGapAt("Node") > firstGapAt);
  assert.deepEqual(rig.restarts, ["Node Silent", "Node Silent"]);
});

test("a watch that is cut after each event begins again at once, as often as it is cut", async (t) => {
  const pauses: number[] = [];
  const inner = fastClock(50);
  const clock = {
    ...inner,
    after: (delayMs: number, run: () => void) => {
      // Requests have a limit of 30 s, and their watches one for silence.
      if (delayMs > 0 && delayMs < 30_000) pauses.push(delayMs);
      return inner.after(delayMs, run);
    },
  };
  let version = 10;
  const cut: Script = (_, response) => {
    version += 1;
    stream(response, event("MODIFIED", node("a", version)));
    response.end();
  };
  const first: Script = (_, response) => {
    streamAll(response, 10, node("a", 10));
    response.end();
  };
  const rig = await startRig(t, [first, ...Array.from({ length: 8 }, () => cut), stayOpen], { clock });
  await until(() => rig.names() === "a@18", "the eighth cut watch has brought its event");
  assert.deepEqual(pauses, [], "nothing was waited for");
});

test("duplicated and older events move no object backwards", async (t) => {
  const rig = await startRig(t, [
    (_, response) => {
      streamAll(response, 10, node("a", 9));
      const lines = [
        event("MODIFIED", node("a", 12)),
        event("MODIFIED", node("a", 11)),
        event("MODIFIED", node("a", 12)),
        event("DELETED", node("a", 8)),
        event("ADDED", node("b", 13)),
      ];
      response.write(lines.join(""));
    },
  ]);
  await until(() => rig.names().includes("b"), "the last event");
  assert.deepEqual(rig.changes, ["a ->9", "a 9>12", "b ->13"]);
});

test("one listener that throws keeps nothing from the others", async (t) => {
  const errors: unknown[] = [];
  const rig = await startRig(t, [(_, response) => streamAll(response, 10, node("a", 3))], {
    onListenerError: (error) => errors.push(error),
  });
  const heard: string[] = [];
  rig.cache.onChange(() => {
    throw new Error("a bug");
  });
  rig.cache.onChange((change) => heard.push(change.key));
  await rig.cache.waitSynced(60_000);
  assert.deepEqual(heard, ["a"]);
  assert.equal(errors.length, 1);
});

test("a kind that cannot be read is named, with the reason", async (t) => {
  const message =
    'nodes is forbidden: User "eve" cannot list resource "nodes" in API group "" at the cluster scope';
  const rig = await startRig(t, [
    (_, response) => answerStatus(response, 403, { reason: "Forbidden", message }),
  ]);
  await assert.rejects(
    rig.cache.waitSynced(3_000),
    /Node: .*cannot list.*kubectl auth can-i list nodes --as eve/,
  );
  assert.equal(rig.cache.isSynced(), false);
});
