import assert from "node:assert/strict";
import test from "node:test";
import { request } from "undici";
import { serveApi } from "./http.ts";
import { aConfigMap, aWorld } from "./testing.ts";

async function served(run: (url: string, world: ReturnType<typeof aWorld>) => Promise<void>): Promise<void> {
  const world = aWorld();
  const api = await serveApi(world.server, { port: 0, host: "127.0.0.1" });
  try {
    await run(api.url, world);
  } finally {
    await api.close();
  }
}

interface Case {
  readonly name: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly code: number;
}

const configMaps = "/api/v1/namespaces/default/configmaps";
const json = { "content-type": "application/json" };

const cases: readonly Case[] = [
  {
    name: "a page that reaches this server under another name",
    method: "GET",
    path: "/api/v1/nodes",
    headers: { host: "evil.example.com" },
    code: 403,
  },
  {
    name: "a client that takes nothing but protobuf",
    method: "GET",
    path: "/api/v1/nodes",
    headers: { accept: "application/vnd.kubernetes.protobuf" },
    code: 406,
  },
  {
    name: "a client that would rather have protobuf",
    method: "GET",
    path: "/api/v1/nodes",
    headers: { accept: "application/vnd.kubernetes.protobuf,application/json" },
    code: 200,
  },
  {
    name: "a body that is too large",
    method: "POST",
    path: configMaps,
    headers: json,
    body: JSON.stringify({ ...aConfigMap("a"), data: { a: "x".repeat(4 * 1024 * 1024) } }),
    code: 413,
  },
  { name: "a body that is no JSON", method: "POST", path: configMaps, headers: json, body: "{", code: 400 },
  {
    name: "a body in YAML",
    method: "POST",
    path: configMaps,
    headers: { "content-type": "application/yaml" },
    body: "metadata:\n  name: a\n",
    code: 201,
  },
  { name: "a path that is none of ours", method: "GET", path: "/metrics", headers: {}, code: 404 },
];

for (const { name, method, path, headers, body, code } of cases) {
  test(`${name} is answered ${code}`, () =>
    served(async (url) => {
      const answer = await request(url + path, { method, headers, ...(body === undefined ? {} : { body }) });
      await answer.body.dump();
      assert.equal(answer.statusCode, code);
    }));
}

test("closing the server ends the watches that are open", async () => {
  const world = aWorld();
  const api = await serveApi(world.server, { port: 0, host: "127.0.0.1" });
  const answer = await request(`${api.url}${configMaps}?watch=true`, { method: "GET" });
  assert.equal(answer.statusCode, 200);
  const ended = answer.body.text().then(
    () => "ended",
    () => "ended",
  );
  await api.close();
  assert.equal(await ended, "ended");
});

test("a refusal that asks to wait says so in its head as well", () =>
  served(async (url, world) => {
    const future = "resourceVersion=999999&resourceVersionMatch=NotOlderThan";
    const answer = await request(`${url}${configMaps}?${future}`, { method: "GET" });
    await answer.body.dump();
    assert.equal(answer.headers["retry-after"], "1");
    assert.ok(world.server.store.revision() < 999_999);
  }));

test("a taken port is an error, with its number", () =>
  served(async (url, world) => {
    const port = Number(new URL(url).port);
    await assert.rejects(
      serveApi(world.server, { port, host: "127.0.0.1" }),
      new RegExp(`EADDRINUSE.*${port}`),
    );
  }));
