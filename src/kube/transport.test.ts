/** What the transport does when the network and the server misbehave. */
import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import test from "node:test";
import type { Clock } from "../ports/clock.ts";
import { isPortError } from "../ports/errors.ts";
import { issueCertificate } from "../start/x509.ts";
import {
  answer,
  answerStatus,
  fastClock,
  plainConfig,
  plainTransport,
  startServer,
  until,
} from "./testing.ts";
import { type RequestSample, type StreamItem, type Transport, createTransport } from "./transport.ts";
import type { KubeRequest } from "./wire.ts";

const read: KubeRequest = {
  verb: "get",
  kind: "Node",
  target: "Node n1",
  method: "GET",
  path: "/api/v1/nodes/n1",
};
const write: KubeRequest = { ...read, verb: "patch", method: "PATCH", body: { a: 1 } };

test("a read whose socket is destroyed is repeated, a write is not and its outcome is unknown", async (t) => {
  let calls = 0;
  const server = await startServer((request, response) => {
    calls += 1;
    if (calls === 1 || request.method === "PATCH") response.destroy();
    else answer(response, 200, { ok: true });
  });
  const transport = plainTransport(server.url);
  t.after(() => Promise.all([transport.close(), server.close()]));

  assert.deepEqual((await transport.request(read)).json, { ok: true });
  assert.equal(calls, 2);
  await assert.rejects(transport.request(write), (error) => {
    assert.ok(isPortError(error, "Unknown"));
    assert.match(error.message, /patch Node n1, but .*may or may not have been done/);
    return true;
  });
  assert.equal(calls, 3);
});

test("a write that never left this machine is Unreachable and says that nothing was changed", async (t) => {
  const server = await startServer(() => {});
  await server.close();
  const transport = plainTransport(server.url);
  t.after(() => transport.close());
  await assert.rejects(transport.request(write), (error) => {
    assert.ok(isPortError(error, "Unreachable"));
    assert.match(error.message, /ECONNREFUSED.*Nothing was changed.*kubectl --context test version/);
    return true;
  });
});

test("a reply that is lost after the write, or comes too late, is Unknown", async (t) => {
  const server = await startServer(() => {});
  const transport = plainTransport(server.url);
  t.after(() => Promise.all([transport.close(), server.close()]));
  await assert.rejects(transport.request({ ...write, timeoutMs: 1000 }), (error) => {
    assert.ok(isPortError(error, "Unknown"));
    assert.match(error.message, /no answer came in time/);
    return true;
  });
  assert.equal(server.seen.length, 1);
});

test("429 and 503 with Retry-After are waited for, for writes too, up to a cap", async (t) => {
  const waits = ["1", "3600"];
  const server = await startServer((request, response) => {
    const wait = waits.shift();
    if (wait === undefined) answer(response, 200, request.body);
    else answer(response, wait === "1" ? 429 : 503, {}, { "retry-after": wait });
  });
  const delays: number[] = [];
  // Quicker still, and a busy machine would be taken for a server that does not answer.
  const quick = fastClock(20);
  const clock: Clock = {
    ...quick,
    after: (delayMs, run) => {
      delays.push(delayMs);
      return quick.after(delayMs, run);
    },
  };
  const transport = plainTransport(server.url, { clock });
  t.after(() => Promise.all([transport.close(), server.close()]));
  assert.deepEqual((await transport.request(write)).json, { a: 1 });
  assert.equal(server.seen.length, 3);
  assert.ok(delays.includes(1_000));
  assert.ok(delays.includes(10_000), "ten seconds instead of an hour");
});

test("a server that goes on throttling is reported with its wait, and an eviction is never repeated", async (t) => {
  const server = await startServer((_, response) => answer(response, 429, {}, { "retry-after": "1" }));
  const transport = plainTransport(server.url);
  t.after(() => Promise.all([transport.close(), server.close()]));
  assert.equal((await transport.request(read)).status, 429);
  assert.equal(server.seen.length, 4);
  assert.equal((await transport.request({ ...write, verb: "evict", method: "POST" })).status, 429);
  assert.equal(server.seen.length, 5);
});

test("refused credentials are fetched anew once", async (t) => {
  let token = "old";
  const server = await startServer((request, response) =>
    answer(response, request.headers.authorization === "Bearer new" ? 200 : 401, {}),
  );
  const config = {
    ...plainConfig(server.url),
    credentials: {
      current: async () => ({
        headers: { authorization: `Bearer ${token}` },
        ca: null,
        cert: null,
        key: null,
      }),
      forget: () => {
        token = "new";
      },
    },
  };
  const transport = plainTransport(server.url, { config });
  t.after(() => Promise.all([transport.close(), server.close()]));
  assert.equal((await transport.request(write)).status, 200);
});

test("calls go through the proxy that the config names", async (t) => {
  const proxy = await startServer((request, response) => answer(response, 200, { through: request.path }));
  const config = { ...plainConfig("http://cluster.invalid"), proxyUrl: proxy.url };
  const transport = plainTransport("", { config });
  t.after(() => Promise.all([transport.close(), proxy.close()]));
  assert.deepEqual((await transport.request(read)).json, { through: "/api/v1/nodes/n1" });
});

test("no more calls are under way than allowed, and evictions wait only for evictions", async (t) => {
  let open = 0;
  let most = 0;
  const server = await startServer((request, response) => {
    if (request.method === "POST") return;
    open += 1;
    most = Math.max(most, open);
    setTimeout(() => {
      open -= 1;
      answer(response, 200, {});
    }, 5);
  });
  const transport = plainTransport(server.url, { maxConcurrent: 3 });
  t.after(() => Promise.all([transport.close(), server.close()]));
  const evictions = [1, 2, 3, 4].map(() =>
    transport
      .request({ ...write, verb: "evict", method: "POST", lane: "evict", timeoutMs: 20_000 })
      .catch(() => {}),
  );
  await Promise.all(Array.from({ length: 20 }, () => transport.request(read)));
  assert.equal(most, 3);
  await transport.close();
  await Promise.all(evictions);
});

test("every call is counted by verb, kind and code, and names who calls", async (t) => {
  const samples: RequestSample[] = [];
  const server = await startServer((request, response) => {
    if (request.path.endsWith("n2")) response.destroy();
    else answerStatus(response, 404, { reason: "NotFound" });
  });
  const transport = plainTransport(server.url, { onRequest: (sample) => samples.push(sample) });
  t.after(() => Promise.all([transport.close(), server.close()]));
  await transport.request(read);
  await transport.request({ ...write, path: "/api/v1/nodes/n2" }).catch(() => {});
  assert.deepEqual(
    samples.map(({ verb, kind, code }) => `${verb} ${kind} ${code}`),
    ["get Node 404", "patch Node error"],
  );
  assert.equal(server.seen[0]?.headers["user-agent"], "poolkeeper/0.0.0 (test)");
});

async function itemsOf(transport: Transport, signal = new AbortController().signal): Promise<StreamItem[]> {
  const stream = await transport.stream({ ...read, verb: "watch", idleTimeoutMs: 2000, signal });
  assert.equal(stream.kind, "Open");
  const items: StreamItem[] = [];
  if (stream.kind === "Open") for await (const item of stream.items) items.push(item);
  return items;
}

test("a stream gives lines as they come, bad ones included, and tells its ends apart", async (t) => {
  const ends = ["clean", "destroyed", "silent"];
  const server = await startServer((_, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write('{"a":1}\n{"b":');
    const end = ends.shift();
    setTimeout(() => {
      response.write('2}\n{"c": broken}\n{"never fin');
      if (end === "clean") response.end();
      else if (end === "destroyed") setTimeout(() => response.destroy(), 10);
    }, 10);
  });
  const transport = plainTransport(server.url);
  t.after(() => Promise.all([transport.close(), server.close()]));
  const summary = (items: readonly StreamItem[]): string => items.map((item) => item.kind).join(" ");

  const clean = await itemsOf(transport);
  assert.deepEqual(clean.slice(0, 2), [
    { kind: "Json", value: { a: 1 } },
    { kind: "Json", value: { b: 2 } },
  ]);
  assert.equal(summary(clean), "Json Json Undecodable");
  assert.equal(summary(await itemsOf(transport)), "Json Json Undecodable Broken");
  assert.equal(summary(await itemsOf(transport)), "Json Json Undecodable Silent");
});

test("a stream that is aborted ends without a word, and its connection with it", async (t) => {
  let isClosed = false;
  const server = await startServer((_, response) => {
    response.on("close", () => {
      isClosed = true;
    });
    response.writeHead(200).write("{}\n");
  });
  const transport = plainTransport(server.url, { clock: fastClock(1) });
  t.after(() => Promise.all([transport.close(), server.close()]));
  const aborting = new AbortController();
  setTimeout(() => aborting.abort(), 20);
  assert.deepEqual(await itemsOf(transport, aborting.signal), [{ kind: "Json", value: {} }]);
  await until(() => isClosed, "the server's side to close");
});

test("over TLS all calls and a watch share one HTTP/2 connection", async (t) => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const name = { commonName: "localhost" };
  const cert = issueCertificate({
    subject: name,
    issuer: name,
    key: privateKey,
    issuerKey: createPrivateKey(key),
    notBefore: Date.now() - 60_000,
    notAfter: Date.now() + 60_000,
    profile: { kind: "Server", dnsNames: ["localhost"], addresses: ["127.0.0.1"] },
  });
  const server = createSecureServer({ key, cert, allowHTTP1: true }, (request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    if (request.url === "/watch") response.write('{"type":"BOOKMARK"}\n');
    else response.end(JSON.stringify({ version: request.httpVersion }));
  });
  let sockets = 0;
  server.on("secureConnection", () => {
    sockets += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const plain = plainConfig(`https://localhost:${port}`);
  const credentials = {
    current: async () => ({ headers: {}, ca: cert, cert: null, key: null }),
    forget: () => {},
  };
  const transport = createTransport({
    config: { ...plain, credentials },
    clock: fastClock(1),
    version: "0.0.0",
    component: "test",
  });
  t.after(async () => {
    await transport.close();
    server.close();
  });
  const aborting = new AbortController();
  const watching = transport.stream({
    ...read,
    verb: "watch",
    path: "/watch",
    idleTimeoutMs: 10_000,
    signal: aborting.signal,
  });
  const answers = await Promise.all(Array.from({ length: 20 }, () => transport.request(read)));
  assert.equal((await watching).kind, "Open");
  assert.deepEqual(answers[19]?.json, { version: "2.0" });
  assert.equal(sockets, 1);

  const distrusting = plainTransport(plain.server);
  t.after(() => distrusting.close());
  await assert.rejects(distrusting.request(write), (error) => {
    assert.ok(isPortError(error, "Unreachable"));
    assert.match(error.message, /certificate/);
    return true;
  });
});
