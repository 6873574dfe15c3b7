import assert from "node:assert/strict";
import test from "node:test";
import { createVirtualClock } from "../clock.ts";
import type { Stored } from "./json.ts";
import { ApiFailure } from "./status.ts";
import { createStore, historyLimit, historyMs } from "./store.ts";

function thing(name: string, size: number, namespace?: string): Stored {
  const place = namespace === undefined ? {} : { namespace };
  const metadata = { name, ...place, uid: name, resourceVersion: "", creationTimestamp: "" };
  return { apiVersion: "v1", kind: "Thing", metadata, spec: { size } };
}

const isExpired = (error: unknown) => error instanceof ApiFailure && error.code === 410;

test("every commit has the next version, whatever it is about", () => {
  const store = createStore(createVirtualClock(0));
  const a = store.put("things", thing("a", 1));
  const b = store.put("others", thing("b", 1));
  const gone = store.remove("things", a);
  assert.deepEqual(
    [a, b, gone].map((one) => one.metadata.resourceVersion),
    ["1", "2", "3"],
  );
  assert.equal(store.revision(), 3);
});

test("lists are in the order of keys, of all namespaces or of one", () => {
  const store = createStore(createVirtualClock(0));
  for (const [namespace, name] of [
    ["b", "x"],
    ["a", "z"],
    ["a", "y"],
  ] as const) {
    store.put("things", thing(name, 1, namespace));
  }
  const keys = (list: readonly Stored[]) =>
    list.map((one) => `${one.metadata.namespace}/${one.metadata.name}`);
  assert.deepEqual(keys(store.list("things")), ["a/y", "a/z", "b/x"]);
  assert.deepEqual(keys(store.list("things", "a")), ["a/y", "a/z"]);
});

test("a list of the past is what it was", () => {
  const store = createStore(createVirtualClock(0));
  const a = store.put("things", thing("a", 1));
  store.put("things", thing("a", 2));
  const then = store.revision();
  store.put("things", thing("b", 1));
  store.put("things", thing("a", 3));
  store.remove("things", a);
  const past = store.listAt("things", then);
  assert.deepEqual(
    past.map((one) => [one.metadata.name, one.spec?.["size"]]),
    [["a", 2]],
  );
  assert.deepEqual(
    store.list("things").map((one) => one.metadata.name),
    ["b"],
  );
});

test("commits older than five minutes are forgotten, and asking for them is Expired", async () => {
  const clock = createVirtualClock(0);
  const store = createStore(clock);
  for (let i = 0; i < 5; i += 1) store.put("things", thing(`old-${i}`, i));
  await clock.advance(historyMs * 2);
  store.put("things", thing("new", 1));
  assert.throws(() => store.since("things", 2), isExpired);
  assert.throws(() => store.listAt("things", 2), isExpired);
  assert.deepEqual(
    store.since("things", 5).map((commit) => commit.object.metadata.name),
    ["new"],
  );
});

test("a kind that is quiet for hours never expires", async () => {
  const clock = createVirtualClock(0);
  const store = createStore(clock);
  store.put("things", thing("a", 1));
  for (let hour = 0; hour < 5; hour += 1) {
    await clock.advance(3_600_000);
    store.put("others", thing("b", hour));
  }
  assert.deepEqual(store.since("things", 1), []);
});

test("no more than the limit is remembered, however fast it comes", () => {
  const store = createStore(createVirtualClock(0));
  for (let i = 0; i < historyLimit * 1.2; i += 1) store.put("things", thing("a", i));
  assert.throws(() => store.since("things", 1), isExpired);
  assert.equal(store.since("things", store.revision() - historyLimit / 2).length, historyLimit / 2);
});

test("compaction forgets all, at once", () => {
  const store = createStore(createVirtualClock(0));
  store.put("things", thing("a", 1));
  store.put("things", thing("a", 2));
  store.compact();
  assert.throws(() => store.since("things", 1), isExpired);
  assert.deepEqual(store.since("things", 2), []);
});
