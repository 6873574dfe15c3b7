import assert from "node:assert/strict";
import test from "node:test";
import { createSimCache } from "../sim/api/cache.ts";
import { createSimKube } from "../sim/api/port.ts";
import { createApiServer } from "../sim/api/server.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { createFreshness } from "./freshness.ts";

async function aView() {
  const server = createApiServer({ clock: createVirtualClock(0), seed: 1 });
  const cache = createSimCache(server, ["Node"]);
  return { kube: createSimKube(server), cache, freshness: createFreshness(cache) };
}

const node = { apiVersion: "v1", kind: "Node", metadata: { name: "n-1" } } as const;

test("a pool is stale until the view has caught up with our own write, and only that pool", async () => {
  const { kube, cache, freshness } = await aView();
  cache.hold("Node");
  freshness.wrote("p", "Node", await kube.create("Node", node));
  assert.equal(freshness.isStale("p"), true);
  assert.equal(freshness.isStale("other"), false);
  cache.release("Node");
  await Promise.resolve();
  assert.equal(freshness.isStale("p"), false);
});

test("a newer version than ours is as good as ours", async () => {
  const { kube, cache, freshness } = await aView();
  const created = await kube.create("Node", node);
  await kube.patch("Node", { name: "n-1" }, { type: "merge", body: { metadata: { labels: { a: "b" } } } });
  await Promise.resolve();
  freshness.wrote("p", "Node", created);
  assert.equal(freshness.isStale("p"), false);
  cache.stop();
});

test("an object that is deleted before our write was seen is waited for no longer", async () => {
  const { kube, cache, freshness } = await aView();
  cache.hold("Node");
  freshness.wrote("p", "Node", await kube.create("Node", node));
  await kube.delete("Node", { name: "n-1" });
  cache.release("Node");
  await Promise.resolve();
  assert.equal(freshness.isStale("p"), false);
});

test("our own deletion is waited for", async () => {
  const { kube, cache, freshness } = await aView();
  const created = await kube.create("Node", node);
  await Promise.resolve();
  cache.hold("Node");
  await kube.delete("Node", { name: "n-1" });
  freshness.removed("p", "Node", created);
  assert.equal(freshness.isStale("p"), true);
  cache.release("Node");
  await Promise.resolve();
  assert.equal(freshness.isStale("p"), false);
});
