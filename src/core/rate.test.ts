import assert from "node:assert/strict";
import test from "node:test";
import type { NodeOperationObject } from "../schema/operation.ts";
import { rateHold } from "./rate.ts";
import { aMachine, anOperation, aSnapshot, noon } from "./testing.ts";
import { hourMs, minuteMs, timeOf } from "./time.ts";

const ago = (minutes: number): number => noon - minutes * minuteMs;

function repaired(minutes: number, wishes: Parameters<typeof anOperation>[0] = {}): NodeOperationObject {
  return anOperation({
    name: `repair-${minutes}`,
    kind: "Repair",
    requestedBy: "Controller",
    status: { startedTime: timeOf(ago(minutes)) },
    ...wishes,
    options: { rung: "Reboot", ...wishes.options },
  });
}

interface Scene {
  readonly operations?: readonly NodeOperationObject[];
  readonly elsewhere?: readonly number[];
  readonly size?: number;
  readonly machines?: number;
}

function heldBy({ operations = [], elsewhere = [], size = 5, machines = size }: Scene): string {
  const members = Array.from({ length: size }, (_, index) => aMachine({ name: `web-${index + 1}` }));
  const cluster = { machines, repairStartsElsewhere: elsewhere.map(ago) };
  const hold = rateHold(aSnapshot({ machines: members, operations, cluster }), noon);
  if (hold === null) return "";
  const { pool = "all pools", count, limit } = hold.facts ?? {};
  return `${pool} ${count} of ${limit} until +${((hold.wakeAt ?? 0) - noon) / minuteMs}m`;
}

const cases: readonly (readonly [string, Scene, string])[] = [
  ["nothing has begun", {}, ""],
  ["three within the hour are allowed one more", { operations: [10, 20, 30].map((at) => repaired(at)) }, ""],
  [
    "four are not, until the first is an hour old",
    { operations: [10, 20, 30, 50].map((at) => repaired(at)) },
    "web 4 of 4 until +10m",
  ],
  ["what is older does not count", { operations: [10, 20, 30, 60].map((at) => repaired(at)) }, ""],
  [
    "restarts of the kubelet take nothing away",
    { operations: [10, 20, 30, 50].map((at) => repaired(at, { options: { rung: "RestartService" } })) },
    "",
  ],
  [
    "what a person asks for is not counted",
    { operations: [10, 20, 30, 50].map((at) => repaired(at, { requestedBy: "ann" })) },
    "",
  ],
  [
    "what was asked for and never began is not counted",
    { operations: [10, 20, 30, 50].map((at) => repaired(at, { status: {} })) },
    "",
  ],
  [
    "a pool of a hundred may have ten",
    { size: 100, machines: 400, operations: [1, 2, 3, 4, 5, 6, 7, 8, 9].map((at) => repaired(at)) },
    "",
  ],
  [
    "and no more",
    { size: 100, machines: 400, operations: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((at) => repaired(at)) },
    "web 10 of 10 until +50m",
  ],
  [
    "other pools count towards the limit of the cluster",
    { operations: [5, 6].map((at) => repaired(at)), elsewhere: [10, 20, 30, 40, 50, 55] },
    "all pools 8 of 8 until +5m",
  ],
  [
    "which grows with it",
    { operations: [5, 6].map((at) => repaired(at)), elsewhere: [10, 20, 30, 40, 50, 55], machines: 400 },
    "",
  ],
  [
    "a start from the future has only just been (S28)",
    { operations: [10, 20, 30, -500].map((at) => repaired(at)) },
    "web 4 of 4 until +30m",
  ],
];
for (const [name, scene, expected] of cases) test(name, () => assert.equal(heldBy(scene), expected));

test("the moment to look again comes nearer, and the hold ends with it", () => {
  const operations = [10, 20, 30, 50].map((at) => repaired(at));
  const snapshot = aSnapshot({ machines: [aMachine()], operations });
  const until = rateHold(snapshot, noon)?.wakeAt ?? 0;
  assert.equal(until, ago(50) + hourMs);
  assert.notEqual(rateHold(snapshot, until - 1), null);
  assert.equal(rateHold(snapshot, until), null);
});
