import assert from "node:assert/strict";
import test from "node:test";
import { aConfigMap, aWorld, startAt } from "./testing.ts";

test("the same seed and the same requests give the same world, to the last uid", () => {
  const play = (seed: number) => {
    const world = aWorld(seed);
    for (let i = 0; i < 5; i += 1) world.make("configmaps", { metadata: { generateName: "x-" } });
    return JSON.stringify(world.server.store.names().map((store) => world.server.store.list(store)));
  };
  assert.equal(play(7), play(7));
  assert.notEqual(play(7), play(8));
});

test("times are those of the clock that was given", async () => {
  const world = aWorld();
  await world.clock.advance(90_000);
  const made = world.make("configmaps", aConfigMap("a"));
  assert.equal(Date.parse(made.metadata.creationTimestamp), startAt + 90_000);
});

test("a caller cannot change what is stored by changing what it sent", () => {
  const world = aWorld();
  const body = { metadata: { name: "a" }, data: { a: "1" } };
  world.make("configmaps", body);
  body.data.a = "2";
  assert.deepEqual(world.get("configmaps", "default/a")?.["data"], { a: "1" });
});

test("a watch gets a bookmark with the newest version each minute, if it asked for them", async () => {
  const world = aWorld();
  const type = world.server.registry.ofStore("configmaps");
  assert.ok(type !== undefined);
  const seen: string[] = [];
  const stop = world.server.watch({ type, bookmarks: true, sendInitialEvents: null }, (event) => {
    seen.push(`${event.type} ${JSON.stringify(event.object["metadata"])}`);
  });
  world.make("secrets", { metadata: { name: "elsewhere" } });
  await world.clock.advance(130_000);
  stop();
  await world.clock.advance(600_000);
  const version = world.server.store.revision();
  const bookmark = `BOOKMARK {"resourceVersion":"${version}","creationTimestamp":null}`;
  assert.deepEqual(seen, [bookmark, bookmark]);
});

test("a watch from a forgotten version is told so, once, and hears no more", () => {
  const world = aWorld();
  const first = world.make("configmaps", aConfigMap("a"));
  world.make("configmaps", aConfigMap("b"));
  world.server.store.compact();
  const type = world.server.registry.ofStore("configmaps");
  assert.ok(type !== undefined);
  const seen: unknown[] = [];
  const options = { resourceVersion: first.metadata.resourceVersion };
  world.server.watch({ type, options, bookmarks: true, sendInitialEvents: null }, (event) =>
    seen.push([event.type, event.object["code"]]),
  );
  world.make("configmaps", aConfigMap("c"));
  assert.deepEqual(seen, [["ERROR", 410]]);
});

test("a page of a list that was forgotten meanwhile is Expired", () => {
  const world = aWorld();
  for (const name of ["a", "b", "c"]) world.make("configmaps", aConfigMap(name));
  const first = world.ask("list", "configmaps", { options: { limit: 1 } });
  const { continue: token } = first.body["metadata"] as { continue: string };
  world.make("configmaps", aConfigMap("d"));
  world.server.store.compact();
  const second = world.ask("list", "configmaps", { options: { limit: 1, continueToken: token } });
  assert.equal(second.code, 410);
  assert.match(JSON.stringify(second.body), /The provided continue parameter is too old/);
});

test("no write can make a namespace out of nothing", () => {
  const world = aWorld();
  const answer = world.ask("create", "configmaps", { namespace: "nowhere", body: aConfigMap("a") });
  assert.equal(answer.body["message"], 'namespaces "nowhere" not found');
});
