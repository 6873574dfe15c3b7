/** Who may boot now, and who waits. */
import assert from "node:assert/strict";
import test from "node:test";
import { createVirtualClock } from "../../sim/clock.ts";
import { createBootSlots } from "./boot-slots.ts";

const forEver = new AbortController().signal;

test("places are given in the order of asking, and a free one at once", async () => {
  const slots = createBootSlots(1, createVirtualClock(0));
  const first = await slots.take(forEver);
  assert.equal(slots.isFree(), false);
  const order: string[] = [];
  const second = slots.take(forEver).then((slot) => {
    order.push("second");
    return slot;
  });
  const third = slots.take(forEver).then(() => order.push("third"));
  first?.release();
  first?.release();
  (await second)?.release();
  await third;
  assert.deepEqual(order, ["second", "third"]);
});

test("who is called off leaves the queue, and nobody loses a place by it", async () => {
  const slots = createBootSlots(1, createVirtualClock(0));
  const first = await slots.take(forEver);
  const impatient = new AbortController();
  const called = slots.take(impatient.signal);
  const patient = slots.take(forEver);
  impatient.abort();
  assert.equal(await called, null);
  first?.release();
  assert.notEqual(await patient, null);
  assert.equal(await slots.take(impatient.signal), null);
});

test("a guest that never comes up gives its place away after two minutes", async () => {
  const clock = createVirtualClock(0);
  const slots = createBootSlots(1, clock);
  await slots.take(forEver);
  const next = slots.take(forEver);
  await clock.advance(119_000);
  assert.equal(slots.isFree(), false);
  await clock.advance(2000);
  assert.notEqual(await next, null);
});
