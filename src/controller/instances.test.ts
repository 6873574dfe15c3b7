import assert from "node:assert/strict";
import test from "node:test";
import type { Instance } from "../core/model.ts";
import { anInstance } from "../core/testing.ts";
import { ownershipTags, type Provider } from "../ports/provider.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { createInstances } from "./instances.ts";

const mine = (uid: string): Instance =>
  anInstance({ id: `i-${uid}`, tags: { [ownershipTags.machine]: uid } });

const sought = (uid: string, recordedId?: string) => ({ uid, recordedId, poolName: "web" });

/** A provider whose list a test sets; what else it could do is not asked of it here. */
function aList(first: readonly Instance[]) {
  const state = { list: first as readonly Instance[] | Error, asked: 0, changed: () => {} };
  const provider = {
    list: async () => {
      state.asked += 1;
      if (state.list instanceof Error) throw state.list;
      return state.list;
    },
    onChange: (changed: () => void) => {
      state.changed = changed;
      return () => {};
    },
  } as unknown as Provider;
  return { state, provider };
}

async function started(first: readonly Instance[]) {
  const clock = createVirtualClock(0);
  const { state, provider } = aList(first);
  const told: (readonly string[] | "all")[] = [];
  const onChange = (pools: ReadonlySet<string> | null): void => {
    told.push(pools === null ? "all" : [...pools]);
  };
  const instances = createInstances({ provider, clusterUid: "c", clock, onChange });
  instances.start();
  await clock.advance(1);
  return { clock, state, instances, told };
}

test("nothing is concluded before the first complete list", () => {
  const { provider } = aList([]);
  const instances = createInstances({
    provider,
    clusterUid: "c",
    clock: createVirtualClock(0),
    onChange: () => {},
  });
  assert.equal(instances.isComplete(), false);
  assert.equal(instances.absentForMs(sought("a")), null);
});

test("an instance is found by the machine it was made for, and absence ages from list to list", async () => {
  const { clock, instances } = await started([mine("a")]);
  assert.equal(instances.ofMachine("a")?.id, "i-a");
  assert.equal(instances.absentForMs(sought("a")), null);
  assert.equal(instances.absentForMs(sought("b")), 0);
  await clock.advance(20_000);
  assert.equal(instances.absentForMs(sought("b")), 0, "no list has come since");
  await clock.advance(40_000);
  assert.equal(instances.absentForMs(sought("b")), 59_999);
});

test("an instance that somebody else has made and recorded is looked for anew (S27)", async () => {
  const { clock, instances } = await started([]);
  instances.absentForMs(sought("b"));
  await clock.advance(240_000);
  assert.equal(instances.absentForMs(sought("b")), 239_999);
  assert.equal(instances.absentForMs(sought("b", "i-b")), 0, "no list could have shown it yet");
  await clock.advance(60_000);
  assert.ok((instances.absentForMs(sought("b", "i-b")) ?? 0) > 29_000);
});

test("a recorded instance is absent, though another one carries the machine's tag", async () => {
  const { instances } = await started([mine("a")]);
  assert.equal(instances.absentForMs(sought("a", "i-a")), null);
  assert.equal(instances.absentForMs(sought("a", "i-other")), 0);
});

test("a failed list breaks the count of absence and says why", async () => {
  const { clock, state, instances } = await started([]);
  instances.absentForMs(sought("b"));
  state.list = new Error("the provider answers 503");
  await clock.advance(31_000);
  assert.equal(instances.isComplete(), false);
  assert.equal(instances.absentForMs(sought("b")), null);
  assert.equal(instances.problem(), "the provider answers 503");
  state.list = [];
  await clock.advance(31_000);
  assert.ok((instances.absentForMs(sought("b")) ?? Infinity) < 31_000);
});

test("the answer of a create outlives lists that lag behind it, but not for ever", async () => {
  const { clock, instances } = await started([]);
  instances.learn(mine("new"));
  await clock.advance(31_000);
  assert.equal(instances.ofMachine("new")?.id, "i-new");
  await clock.advance(90_000);
  assert.equal(instances.ofMachine("new"), null);
});

test("it lists closely while work is under way and seldom when nothing happens", async () => {
  const { clock, state, instances } = await started([]);
  const idle = state.asked;
  await clock.advance(60_000);
  assert.equal(state.asked - idle, 2);
  instances.hurry();
  const busy = state.asked;
  await clock.advance(20_000);
  assert.ok(state.asked - busy >= 10);
});

test("of two instances with one machine's tag the recorded one counts; before that the older", async () => {
  const older = { ...mine("a"), id: "i-old", createdAt: 1 };
  const newer = { ...mine("a"), id: "i-new", createdAt: 2 };
  const { instances } = await started([newer, older]);
  assert.equal(instances.ofMachine("a")?.id, "i-old");
  assert.equal(instances.ofMachine("a", "i-new")?.id, "i-new");
  assert.equal(instances.ofMachine("a", "i-other"), null);
  assert.equal(instances.all().length, 2);
});

test("a list tells the pools whose instances have changed; the first complete one and a failure tell all", async () => {
  const inPool = (uid: string, pool: string, state: Instance["state"] = "Running"): Instance => ({
    ...mine(uid),
    state,
    tags: { [ownershipTags.machine]: uid, [ownershipTags.pool]: pool },
  });
  const { clock, state, told } = await started([inPool("a", "web"), inPool("b", "batch")]);
  assert.deepEqual(told.splice(0), ["all"]);
  await clock.advance(30_000);
  assert.deepEqual(told.splice(0), [], "nothing is new");
  state.list = [inPool("a", "web", "Stopped"), inPool("b", "batch")];
  await clock.advance(30_000);
  assert.deepEqual(told.splice(0), [["web"]]);
  state.list = [inPool("a", "web", "Stopped")];
  await clock.advance(30_000);
  assert.deepEqual(told.splice(0), [["batch"]]);
  state.list = new Error("the provider answers 503");
  await clock.advance(60_000);
  assert.deepEqual(told.splice(0), ["all"], "the same problem is told once");
});

test("a pool hears of each complete list that lacks one of its machines, for its absence ages", async () => {
  const { clock, instances, told } = await started([]);
  instances.absentForMs(sought("a"));
  told.splice(0);
  await clock.advance(60_000);
  assert.deepEqual(told, [["web"], ["web"]]);
});

test("a pool whose create was answered hears of the next list, even when that shows the very same", async () => {
  const { clock, state, instances, told } = await started([]);
  const created = { ...mine("new"), tags: { ...mine("new").tags, [ownershipTags.pool]: "web" } };
  told.splice(0);
  instances.learn(created);
  state.list = [created];
  await clock.advance(30_000);
  assert.deepEqual(told, [["web"]]);
});

test("a provider that tells of changes without a pause is listed all the same", async () => {
  const { clock, state } = await started([]);
  const before = state.asked;
  for (let times = 0; times < 50; times++) {
    state.changed();
    await clock.advance(20);
  }
  assert.ok(state.asked - before >= 10, `${state.asked - before} lists in a second`);
});
