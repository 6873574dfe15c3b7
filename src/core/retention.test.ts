/** How many finished operations are kept, and which ones go. */
import assert from "node:assert/strict";
import test from "node:test";
import type { NodeOperationObject } from "../schema/operation.ts";
import { retention } from "./retention.ts";
import { brief, doing, nothingToDo } from "./testing-brief.ts";
import { aMachine, anOperation, aSnapshot, noon } from "./testing.ts";
import { minuteMs, timeOf } from "./time.ts";

/** The first is the oldest. */
function finished(count: number): readonly NodeOperationObject[] {
  return Array.from({ length: count }, (_, index) =>
    anOperation({ name: `op-${index + 1}`, status: { finishedTime: timeOf(noon + index * minuteMs) } }),
  );
}

function forgotten(operations: readonly NodeOperationObject[], machines = [aMachine()]) {
  return brief(retention(aSnapshot({ machines, operations }), noon));
}

test("fifty finished operations are kept", () => assert.deepEqual(forgotten(finished(50)), nothingToDo));

test("beyond that the oldest go, in whatever order they are seen", () => {
  const expected = doing("ForgetOperation op-1", "ForgetOperation op-2");
  assert.deepEqual(forgotten(finished(52)), expected);
  assert.deepEqual(forgotten(finished(52).toReversed()), expected);
});

test("not more than twenty in one pass", () => assert.equal(forgotten(finished(100)).do.length, 20));

test("those that still have something to do are not counted", () => {
  const open = Array.from({ length: 60 }, (_, index) => anOperation({ name: `open-${index}` }));
  assert.deepEqual(forgotten([...finished(50), ...open]), nothingToDo);
});

test("one that a machine still has in hand stays", () => {
  const machine = aMachine({ operation: { operation: { name: "op-1", uid: "uid-op-1" } } });
  assert.deepEqual(forgotten(finished(51), [machine]), nothingToDo);
});
