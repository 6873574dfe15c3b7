import assert from "node:assert/strict";
import test from "node:test";
import { aNode, anInstance } from "../core/testing.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { createEvidenceBook, type Signs } from "./evidence.ts";

const quiet: Signs = {
  machineUid: "m-1",
  node: aNode({ name: "n-1", ready: "True" }),
  conditions: [],
  instance: anInstance({ state: "Running" }),
  hasJoined: true,
  isInOurHands: false,
  leaseSilentForMs: null,
  vanishedForMs: null,
};
const ill: Signs = { ...quiet, node: aNode({ name: "n-1", ready: "Unknown" }) };

test("a sign is as old as its first look without a break, on our own clock", async () => {
  const clock = createVirtualClock(0);
  const book = createEvidenceBook(clock, () => 0);
  assert.equal(book.look(ill).notReadyForMs, 0);
  await clock.advance(60_000);
  assert.equal(book.look(ill).notReadyForMs, 60_000);
  assert.equal(book.look(quiet).notReadyForMs, null);
  await clock.advance(1000);
  assert.equal(book.look(ill).notReadyForMs, 0, "a break begins the count anew");
});

test("a jump of the wall clock ages nothing", async () => {
  const clock = createVirtualClock(0);
  const book = createEvidenceBook(clock, () => 0);
  book.look(ill);
  clock.jump(3_600_000);
  assert.equal(book.look(ill).notReadyForMs, 0);
});

test("a node that was well between two looks is young again, though both looks found it ill", async () => {
  const clock = createVirtualClock(0);
  const book = createEvidenceBook(clock, () => 0);
  book.look(ill);
  await clock.advance(300_000);
  book.sawReady("n-1");
  assert.equal(book.look(ill).notReadyForMs, 0);
});

test("a stopped instance is a sign only when nobody here stopped it", () => {
  const book = createEvidenceBook(createVirtualClock(0), () => 0);
  const stopped = { ...quiet, instance: anInstance({ state: "Stopped" }) };
  assert.equal(book.look({ ...stopped, isInOurHands: true }).downForMs, null);
  assert.equal(book.look(stopped).downForMs, 0);
});

test("problem conditions age one by one, and Ready is none of them", async () => {
  const clock = createVirtualClock(0);
  const book = createEvidenceBook(clock, () => 0);
  const deadlock = { type: "KernelDeadlock", status: "True" } as const;
  book.look({ ...quiet, conditions: [deadlock, { type: "Ready", status: "True" }] });
  await clock.advance(5000);
  const { problems } = book.look({
    ...quiet,
    conditions: [deadlock, { type: "ReadonlyFilesystem", status: "True" }],
  });
  assert.deepEqual(problems, [
    { type: "KernelDeadlock", forMs: 5000 },
    { type: "ReadonlyFilesystem", forMs: 0 },
  ]);
});

test("a node that is missing is not ready, once it has been there", () => {
  const book = createEvidenceBook(createVirtualClock(0), () => 0);
  assert.equal(book.look({ ...quiet, node: null, hasJoined: false }).notReadyForMs, null);
  assert.equal(book.look({ ...quiet, node: null }).notReadyForMs, 0);
});

test("a gap in our view begins every count anew", async () => {
  const clock = createVirtualClock(0);
  let gapAt = 0;
  const book = createEvidenceBook(clock, () => gapAt);
  book.look(ill);
  await clock.advance(300_000);
  gapAt = 250_000;
  assert.equal(book.look(ill).notReadyForMs, 50_000);
});

test("a machine that is gone is forgotten, under its node's name too", async () => {
  const clock = createVirtualClock(0);
  const book = createEvidenceBook(clock, () => 0);
  book.look(ill);
  await clock.advance(1000);
  book.forget("m-1");
  assert.equal(book.look(ill).notReadyForMs, 0);
});
