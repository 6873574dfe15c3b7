import assert from "node:assert/strict";
import test from "node:test";
import type { Change } from "../../ports/kube.ts";
import { createSimCache } from "./cache.ts";
import { createSimKube } from "./port.ts";
import { aWorld } from "./testing.ts";

function watched() {
  const world = aWorld();
  const kube = createSimKube(world.server);
  const cache = createSimCache(world.server, ["Node", "Pod"]);
  const seen: string[] = [];
  cache.onChange(({ kind, key, before, after }: Change) => {
    const verb = before === undefined ? "+" : after === undefined ? "-" : "~";
    seen.push(`${verb}${kind} ${key}`);
  });
  const node = (name: string) =>
    kube.create("Node", {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name, labels: { "poolkeeper.dev/pool": "web" } },
    });
  const cordon = (name: string) =>
    kube.patch("Node", { name }, { type: "merge", body: { spec: { unschedulable: true } } });
  return { ...world, kube, cache, seen, node, cordon };
}

test("a change is told after the write has returned, in the order of the writes", async () => {
  const { cache, seen, node, cordon } = watched();
  const made = node("a");
  assert.equal(cache.get("Node", "a"), undefined);
  await made;
  await cordon("a");
  await Promise.resolve();
  assert.deepEqual(seen, ["+Node a", "~Node a"]);
  assert.equal(cache.get("Node", "a")?.spec?.unschedulable, true);
});

test("a kind on hold shows the past until it is released, and then everything in order", async () => {
  const { cache, seen, node, cordon, kube } = watched();
  await node("a");
  cache.hold("Node");
  await cordon("a");
  await node("b");
  await kube.delete("Node", { name: "b" });
  assert.equal(cache.get("Node", "a")?.spec?.unschedulable, undefined);
  assert.deepEqual(seen, ["+Node a"]);
  cache.release("Node");
  await Promise.resolve();
  assert.deepEqual(seen, ["+Node a", "~Node a", "+Node b", "-Node b"]);
});

test("other kinds flow while one is on hold", async () => {
  const { cache, seen, make, node } = watched();
  cache.hold("Pod");
  make("pods", { metadata: { name: "p" }, spec: { containers: [{ name: "c", image: "c:1" }] } });
  await node("a");
  assert.deepEqual(seen, ["+Node a"]);
});

test("after a gap the copy is as the server, what came and went between is never seen, and the time is kept", async () => {
  const { cache, seen, node, cordon, kube, clock } = watched();
  await node("a");
  cache.hold("Node");
  await node("b");
  await kube.delete("Node", { name: "b" });
  await cordon("a");
  await clock.advance(5_000);
  assert.equal(cache.lastGapAt("Node"), 0);
  cache.gap("Node");
  assert.deepEqual(seen, ["+Node a", "~Node a"]);
  assert.equal(cache.lastGapAt("Node"), 5_000);
  assert.equal(cache.lastGapAt("Pod"), 0);
});

test("objects are found by pool, by node and by namespace", async () => {
  const { cache, node, make, clock } = watched();
  await node("a");
  make("pods", {
    metadata: { name: "p" },
    spec: { nodeName: "a", containers: [{ name: "c", image: "c:1" }] },
  });
  await clock.advance(0);
  const names = (list: readonly { readonly metadata: { readonly name: string } }[]) =>
    list.map((one) => one.metadata.name);
  assert.deepEqual(names(cache.byIndex("Node", "pool", "web")), ["a"]);
  assert.deepEqual(names(cache.byIndex("Pod", "node", "a")), ["p"]);
  assert.deepEqual(names(cache.byIndex("Pod", "namespace", "default")), ["p"]);
  assert.deepEqual(names(cache.byIndex("Pod", "node", "b")), []);
});
