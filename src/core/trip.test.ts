/** The brake that lies in the API: who puts it on, what trips it, and what ends that. */
import assert from "node:assert/strict";
import test from "node:test";
import type { MachineProgress, NodeOperationObject, OperationSpec } from "../schema/operation.ts";
import { anOperation, noon } from "./testing.ts";
import { dayMs, minuteMs, timeOf } from "./time.ts";
import { brakeWords, liftedAt, type Tally, tallyOf, tripOf } from "./trip.ts";

type End = readonly [machine: string, minutesAgo: number, state?: MachineProgress["state"], reason?: string];

function ended(
  ends: readonly End[],
  spec: Partial<Pick<OperationSpec, "kind" | "requestedBy">> & {
    readonly rung?: "RestartService" | "Reboot";
  } = {},
): NodeOperationObject {
  const { rung, ...rest } = spec;
  const machines = ends.map(([name, minutes, state = "Failed", reason]): MachineProgress => {
    const finishedTime = timeOf(noon - minutes * minuteMs);
    return { name, uid: `uid-${name}`, state, finishedTime, ...(reason === undefined ? {} : { reason }) };
  });
  return anOperation({ ...rest, ...(rung === undefined ? {} : { options: { rung } }), status: { machines } });
}

function tripped(
  operations: readonly NodeOperationObject[],
  lifted = Number.NEGATIVE_INFINITY,
): readonly string[] {
  const tallies = operations.map(tallyOf).filter((tally): tally is Tally => tally !== null);
  return tripOf(tallies, lifted, noon)?.machines ?? [];
}

const three: readonly End[] = [
  ["api-1", 30],
  ["web-1", 20],
  ["db-1", 10],
];
const four: readonly End[] = [...three, ["gpu-1", 5]];
const names = ["gpu-1", "db-1", "web-1", "api-1"];
const alone = four.map((end) => ended([end]));

const rows: readonly (readonly [string, readonly NodeOperationObject[], readonly string[]])[] = [
  ["nothing has ended", [], []],
  ["three in a row may fail", [ended(three)], []],
  ["four may not, in one operation", [ended(four)], names],
  ["or in four, whatever their order", alone.toReversed(), names],
  ["a success in between begins the row anew", [...alone, ended([["ok-1", 15, "Succeeded"]])], []],
  ["one from before does not", [...alone, ended([["ok-1", 31, "Succeeded"]])], names],
  [
    "a machine that was there already proves nothing",
    [...alone, ended([["ok-1", 1, "Succeeded", "NothingToDo"]])],
    names,
  ],
  [
    "one machine that climbs the ladder counts once",
    [1, 2, 3, 4].map((minutes) => ended([["web-1", minutes]], { kind: "Repair", rung: "Reboot" })),
    [],
  ],
  [
    "restarts of the kubelet do not count, neither way",
    [
      ...alone,
      ended([["ok-1", 1, "Succeeded"]], { kind: "Repair", rung: "RestartService" }),
      ended([["bad-1", 1]], { kind: "Repair", rung: "RestartService" }),
    ],
    names,
  ],
  ["nor do drains that were blocked", [ended(three), ended([["gpu-1", 5, "Failed", "DrainTimedOut"]])], []],
  [
    "nor what was cancelled or skipped",
    [
      ended(three),
      ended([
        ["a", 5, "Cancelled"],
        ["b", 4, "Skipped"],
      ]),
    ],
    [],
  ],
  ["removals do not count", [ended(four, { kind: "RemoveNodes" })], []],
  ["after a week it is no row any more", [ended(three), ended([["gpu-1", 7 * 24 * 60]])], []],
];
for (const [name, operations, expected] of rows)
  test(`failures: ${name}`, () => assert.deepEqual(tripped(operations), expected));

test("what failed before a person lifted it does not count, and a new row does", () => {
  const lifted = noon - 7 * minuteMs;
  assert.deepEqual(tripped(alone, lifted), []);
  const again = [1, 2, 3].map((minutes) => ended([[`new-${minutes}`, minutes]]));
  assert.deepEqual(tripped([...alone, ...again], lifted), ["new-1", "new-2", "new-3", "gpu-1"]);
});

const provider = (annotations: Readonly<Record<string, string>>) => ({
  apiVersion: "",
  kind: "",
  metadata: { name: "simulator", annotations },
});

test("a person's mark on a provider is the brake, with its words", () => {
  assert.equal(brakeWords(undefined), null);
  assert.equal(brakeWords(provider({})), null);
  assert.equal(brakeWords(provider({ "poolkeeper.dev/brake": "rack 3 burns" })), "rack 3 burns");
  assert.match(brakeWords(provider({ "poolkeeper.dev/brake": " " })) ?? "", /poolkeeper\.dev\/brake/);
});

test("a time that cannot be read lifts nothing", () => {
  const at = timeOf(noon - dayMs);
  assert.equal(liftedAt(provider({ "poolkeeper.dev/brake-lifted": at })), noon - dayMs);
  for (const text of ["", "yes", "2026-13-01"])
    assert.equal(liftedAt(provider({ "poolkeeper.dev/brake-lifted": text })), Number.NEGATIVE_INFINITY);
});
