import assert from "node:assert/strict";
import test from "node:test";
import type { NodeOperationObject } from "../schema/operation.ts";
import { isOfPool, sortBygone } from "./bygone.ts";
import { anOperation, aPool, noon } from "./testing.ts";
import { dayMs, hourMs, minuteMs, timeOf } from "./time.ts";

const ended = (name: string, daysAgo: number): NodeOperationObject =>
  anOperation({ name, status: { finishedTime: timeOf(noon - daysAgo * dayMs) } });
const open = (name: string, minutesAgo: number): NodeOperationObject =>
  anOperation({ name, metadata: { creationTimestamp: timeOf(noon - minutesAgo * minuteMs) } });
const many = (count: number, daysAgo: number): readonly NodeOperationObject[] =>
  Array.from({ length: count }, (_, index) => ended(`op-${index}`, daysAgo + index / 1000));

function sorted(operations: readonly NodeOperationObject[]): unknown {
  const { close, forget, wakeAt } = sortBygone(operations, noon);
  const names = (list: readonly NodeOperationObject[]): string =>
    list.map(({ metadata }) => metadata.name).join(" ");
  return [names(close), names(forget), wakeAt === null ? null : (wakeAt - noon) / hourMs];
}

test("nothing is looked after where nothing is left", () => assert.deepEqual(sorted([]), ["", "", null]));

test("the trail of a pool is kept for thirty days after its last entry, all of it", () => {
  assert.deepEqual(sorted([ended("old", 400), ended("last", 29)]), ["", "", 24]);
  assert.deepEqual(sorted([ended("old", 400), ended("last", 30)]), ["", "last old", 1]);
});

test("of more than fifty the oldest go, twenty in one look", () => {
  assert.deepEqual(sorted(many(50, 1)), ["", "", 29 * 24]);
  assert.deepEqual(sorted(many(52, 1)), ["", "op-50 op-51", 29 * 24]);
  assert.equal(sortBygone(many(100, 1), noon).forget.length, 20);
});

test("what nobody will end is ended after an hour, and kept like the others", () => {
  assert.deepEqual(sorted([open("early", 59)]), ["", "", 1]);
  assert.deepEqual(sorted([open("late", 60)]), ["late", "", 1]);
  assert.deepEqual(sorted([open("late", 60 * 24 * 40)]), ["late", "", 1]);
});

test("what was asked for before a pool was made was asked of its namesake", () => {
  const pool = aPool({ metadata: { creationTimestamp: timeOf(noon) } });
  const madeAt = (ms: number) => anOperation({ metadata: { creationTimestamp: timeOf(noon + ms) } });
  assert.equal(isOfPool(madeAt(-1000), pool), false);
  assert.equal(isOfPool(madeAt(0), pool), true);
  assert.equal(isOfPool(madeAt(1000), pool), true);
});
