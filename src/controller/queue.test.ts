/** The promises of the work queue, on a clock that stands still unless told otherwise. */
import assert from "node:assert/strict";
import test from "node:test";
import { createVirtualClock } from "../sim/clock.ts";
import { type WorkQueue, createQueue } from "./queue.ts";

interface Rig {
  readonly queue: WorkQueue;
  advance(ms: number): Promise<void>;
}

function aQueue(): Rig {
  const clock = createVirtualClock(0);
  return { queue: createQueue(clock), advance: clock.advance };
}

/** Takes everything that is ready now, and finishes it. */
async function drain(queue: WorkQueue): Promise<string[]> {
  const keys: string[] = [];
  while (queue.size() > 0) {
    const key = await queue.next();
    if (key === null) break;
    keys.push(key);
    queue.done(key);
  }
  return keys;
}

test("a key that is added many times is given out once, in order of the first time", async () => {
  const { queue } = aQueue();
  for (const key of ["b", "a", "b", "a", "c"]) queue.add(key);
  assert.deepEqual(await drain(queue), ["b", "a", "c"]);
});

test("a key is never worked on twice at a time, and comes back once when it was added meanwhile", async () => {
  const { queue } = aQueue();
  queue.add("a");
  assert.equal(await queue.next(), "a");
  queue.add("a");
  queue.add("a");
  assert.equal(queue.size(), 0);
  queue.done("a");
  assert.deepEqual(await drain(queue), ["a"]);
});

test("a waiting taker gets the next key", async () => {
  const { queue } = aQueue();
  const takers = [queue.next(), queue.next()];
  queue.add("a");
  queue.add("b");
  assert.deepEqual(await Promise.all(takers), ["a", "b"]);
  queue.add("a");
  assert.equal(queue.size(), 0);
});

test("of several delays the earliest counts, and a delayed key that is added now still comes once per wish", async () => {
  const { queue, advance } = aQueue();
  queue.addAfter("a", 1_000);
  queue.addAfter("a", 500);
  queue.addAfter("a", 2_000);
  queue.addAfter("b", 0);
  assert.deepEqual(await drain(queue), ["b"]);
  await advance(499);
  assert.equal(queue.size(), 0);
  await advance(1);
  assert.deepEqual(await drain(queue), ["a"]);
  await advance(10_000);
  assert.equal(queue.size(), 0);
});

test("a delay longer than a timer can hold wakes early rather than at once", async () => {
  const delays: number[] = [];
  const queue = createQueue({
    now: () => 0,
    monotonic: () => 0,
    after: (delayMs) => {
      delays.push(delayMs);
      return () => {};
    },
  });
  queue.addAfter("a", 90 * 86_400_000);
  assert.deepEqual(delays, [2_147_483_647]);
});

test("failures of one key wait twice as long each time, up to a limit, until the key is forgotten", async () => {
  const { queue, advance } = aQueue();
  const waits: number[] = [];
  for (let failure = 0; failure < 20; failure += 1) {
    queue.addRateLimited("a");
    let waited = 0;
    // The shortest step is the first wait, so the waits are measured in it.
    while (queue.size() === 0) {
      const step = Math.max(5, waited);
      await advance(step);
      waited += step;
    }
    waits.push(waited);
    await drain(queue);
  }
  assert.deepEqual(waits.slice(0, 4), [5, 10, 20, 40]);
  assert.equal(queue.failures("a"), 20);
  queue.addRateLimited("a");
  await advance(999_999);
  assert.equal(queue.size(), 0);
  await advance(1);
  assert.deepEqual(await drain(queue), ["a"]);
  queue.forget("a");
  assert.equal(queue.failures("a"), 0);
  queue.addRateLimited("a");
  await advance(5);
  assert.deepEqual(await drain(queue), ["a"]);
});

test("many keys that fail at once share a bucket: a hundred now, then ten a second", async () => {
  const { queue, advance } = aQueue();
  for (let key = 0; key < 130; key += 1) queue.addRateLimited(`k${key}`);
  await advance(5);
  assert.equal((await drain(queue)).length, 100);
  await advance(1_000);
  assert.equal((await drain(queue)).length, 10);
  await advance(2_000);
  assert.equal((await drain(queue)).length, 20);
});

test("after the shutdown what is ready is given out, then null; nothing new is taken in", async () => {
  const { queue, advance } = aQueue();
  queue.add("a");
  queue.addAfter("late", 10);
  queue.shutDown();
  queue.add("b");
  queue.addAfter("c", 5);
  await advance(1_000);
  assert.equal(await queue.next(), "a");
  assert.equal(await queue.next(), null);

  const other = aQueue();
  const waiting = other.queue.next();
  other.queue.shutDown();
  assert.equal(await waiting, null);
});
