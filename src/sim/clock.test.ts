/** The virtual clock: order, completeness of each step, and limits. */
import assert from "node:assert/strict";
import test from "node:test";
import { sleep } from "../ports/clock.ts";
import { createVirtualClock } from "./clock.ts";

test("events run in order of time, and of asking where the time is the same", async () => {
  const clock = createVirtualClock(1000);
  const seen: string[] = [];
  const note = (name: string) => () => {
    seen.push(`${name}@${clock.now()}`);
  };
  clock.after(30, note("late"));
  clock.after(10, note("first"));
  clock.after(10, note("second"));
  const cancel = clock.after(5, note("cancelled"));
  cancel();
  await clock.advance(20);
  assert.deepEqual(seen, ["first@1010", "second@1010"]);
  assert.equal(clock.now(), 1020);
  await clock.advance(10);
  assert.deepEqual(seen.at(-1), "late@1030");
});

test("a thousand events in shuffled order come out sorted", async () => {
  const clock = createVirtualClock(0);
  const seen: number[] = [];
  for (let index = 0; index < 1000; index++) {
    const at = (index * 7919) % 1009;
    clock.after(at, () => seen.push(at));
  }
  await clock.advance(2000);
  assert.equal(seen.length, 1000);
  assert.deepEqual(
    seen,
    seen.toSorted((one, other) => one - other),
  );
});

test("everything that follows from an event through promises has happened before the next one", async () => {
  const clock = createVirtualClock(0);
  const seen: string[] = [];
  const longChain = async () => {
    for (let hop = 0; hop < 50; hop++) await Promise.resolve();
    seen.push("end of chain");
  };
  clock.after(1, () => void longChain());
  clock.after(1, () => seen.push("next event"));
  await clock.advance(1);
  assert.deepEqual(seen, ["end of chain", "next event"]);
});

test("what was started before advancing is finished before the first event", async () => {
  const clock = createVirtualClock(0);
  const seen: string[] = [];
  void (async () => {
    for (let hop = 0; hop < 50; hop++) await Promise.resolve();
    seen.push("started before");
  })();
  clock.after(0, () => seen.push("event"));
  await clock.advance(0);
  assert.deepEqual(seen, ["started before", "event"]);
});

test("events that events ask for run within the same advance", async () => {
  const clock = createVirtualClock(0);
  let wakes = 0;
  const loop = async () => {
    for (;;) {
      await sleep(clock, 10);
      wakes += 1;
    }
  };
  void loop();
  await clock.advance(1000);
  assert.equal(wakes, 100);
});

test("runUntil stops at the event that meets the condition, or at its limit", async () => {
  const clock = createVirtualClock(0);
  let isDone = false;
  clock.after(70, () => {
    isDone = true;
  });
  assert.equal(await clock.runUntil(() => isDone, 50), false);
  assert.equal(clock.monotonic(), 50);
  assert.equal(await clock.runUntil(() => isDone, 50), true);
  assert.equal(clock.monotonic(), 70);
});

test("a jump moves the wall clock and no event", async () => {
  const clock = createVirtualClock(0);
  let ranAt = -1;
  clock.after(10, () => {
    ranAt = clock.now();
  });
  clock.jump(3_600_000);
  await clock.advance(10);
  assert.equal(ranAt, 3_600_010);
  assert.equal(clock.monotonic(), 10);
});

test("two callers that advance at once are told so", async () => {
  const clock = createVirtualClock(0);
  const first = clock.advance(10);
  await assert.rejects(clock.advance(10), /two callers at once/);
  await first;
});
