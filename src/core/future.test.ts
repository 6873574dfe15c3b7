/** Dates in our own records that lie in the future (S28): taken as now, once, and never waited for. */
import assert from "node:assert/strict";
import test from "node:test";
import type { ManagedMachineObject } from "../schema/machine.ts";
import type { OperationStatus } from "../schema/operation.ts";
import { decide } from "./decide.ts";
import { correctDates } from "./future.ts";
import type { Instant, Snapshot } from "./model.ts";
import { operationReport } from "./operation-status.ts";
import { actionLine } from "./testing-brief.ts";
import { aBudget, aMachine, anOperation, aPod, aPool, aSnapshot, aWindow, noon } from "./testing.ts";
import { dayMs, hourMs, minuteMs, timeOf } from "./time.ts";

const nextYear = timeOf(noon + 365 * dayMs);
const finalizers = ["poolkeeper.dev/instance-cleanup"];
const target = { machine: "web-1", uid: "uid-web-1" };
type Status = NonNullable<ManagedMachineObject["status"]>;

const draining = {
  kind: "Upgrade",
  plan: "ReplaceSystemDisk",
  step: "Drain",
  operation: { name: "web-upgrade-1", uid: "uid-web-upgrade-1" },
} as const;

/** web-1 with these dates, its pod blocked by a budget. */
function scene(wishes: Parameters<typeof aMachine>[0]): Snapshot {
  return aSnapshot({
    pool: aPool({ replicas: 1, metadata: { finalizers } }),
    machines: [aMachine({ pods: [aPod()], ...wishes })],
    operations: [anOperation({ targets: [target] })],
    budgets: [aBudget({ disruptionsAllowed: 0, desiredHealthy: 3 })],
  });
}

function corrected(snapshot: Snapshot, now: Instant = noon): Status | null {
  const [action] = correctDates(snapshot, now).actions;
  return action?.kind === "AdvanceMachine" ? action.status : null;
}

function carriedOut(snapshot: Snapshot, status: Status): Snapshot {
  const machines = snapshot.machines.map((machine) => ({
    ...machine,
    record: { ...machine.record, status },
  }));
  return { ...snapshot, machines };
}

test("a step that begins next year begins now, with the time that a drain has", () => {
  const snapshot = scene({ operation: { ...draining, stepSince: nextYear, drainDeadline: nextYear } });
  const decision = decide(snapshot, noon);
  assert.deepEqual(decision.actions.map(actionLine), ["web-1: Upgrade ReplaceSystemDisk Drain"]);
  const status = corrected(snapshot);
  assert.equal(status?.operation?.stepSince, timeOf(noon));
  assert.equal(status?.operation?.drainDeadline, timeOf(noon + 30 * minuteMs));
  assert.ok(status !== null && corrected(carriedOut(snapshot, status)) === null, "once is enough");
});

test("nothing is sent for a machine before its dates are right", () => {
  const snapshot = scene({ operation: { ...draining, step: "Stop", stepSince: nextYear }, pods: [] });
  assert.deepEqual(
    decide(snapshot, noon).actions.map(({ kind }) => kind),
    ["AdvanceMachine"],
  );
});

test("a deadline beyond the longest drain is none, though its step began in time", () => {
  const dates = { stepSince: timeOf(noon - hourMs), drainDeadline: nextYear };
  const status = corrected(scene({ operation: { ...draining, ...dates } }));
  assert.equal(status?.operation?.stepSince, dates.stepSince);
  assert.equal(status?.operation?.drainDeadline, timeOf(noon + 30 * minuteMs));
});

test("a longer limit from before the pool was changed is no wrong clock", () => {
  const dates = { stepSince: timeOf(noon), drainDeadline: timeOf(noon + 20 * hourMs) };
  assert.equal(corrected(scene({ operation: { ...draining, ...dates } })), null);
});

test("clocks that differ by less than a minute are let be", () => {
  assert.equal(corrected(scene({ status: { joinedTime: timeOf(noon + 59_000) } })), null);
});

test("what has ended in the future has ended now; what lies behind stays as it is", () => {
  const yesterday = timeOf(noon - dayMs);
  const record = { rung: "Reboot", startedTime: yesterday, operation: "web-repair-1" } as const;
  const status = corrected(
    scene({
      status: {
        joinedTime: nextYear,
        repairs: [
          { ...record, outcome: "Failed", finishedTime: nextYear },
          { ...record, outcome: "Running" },
        ],
      },
    }),
  );
  assert.equal(status?.joinedTime, timeOf(noon));
  assert.deepEqual(
    status?.repairs?.map(({ startedTime, finishedTime }) => [startedTime, finishedTime]),
    [
      [yesterday, timeOf(noon)],
      [yesterday, undefined],
    ],
  );
});

test("a finished operation is reported once more, with the times it can have had", () => {
  const record = { name: "web-1", uid: "uid-web-1", state: "Succeeded", finishedTime: nextYear } as const;
  const started = timeOf(noon - hourMs);
  const dates = { startedTime: started, finishedTime: nextYear };
  const status: OperationStatus = { phase: "Succeeded", ...dates, machines: [record] };
  const operation = anOperation({ targets: [target], status });
  const snapshot = aSnapshot({ machines: [aMachine()], operations: [operation] });
  const told = operationReport(operation, { snapshot, decision: decide(snapshot, noon) }, noon);
  const past = timeOf(noon);
  assert.deepEqual(told, { ...status, finishedTime: past, machines: [{ ...record, finishedTime: past }] });
});

test("an automatic upgrade that ended next year holds the next one for a day, not for a year", () => {
  const done = anOperation({
    targets: [target],
    requestedBy: "Controller",
    status: { finishedTime: nextYear },
  });
  const pool = aPool({
    replicas: 1,
    metadata: { finalizers },
    management: { autoUpgrade: true, maintenanceWindowRef: { name: "night" } },
  });
  const snapshot = aSnapshot({
    pool,
    machines: [aMachine({ image: "3.0" })],
    operations: [done],
    window: aWindow({ start: "00:00", durationMinutes: 1440 }),
  });
  const status = operationReport(done, { snapshot, decision: decide(snapshot, noon) }, noon);
  const tomorrow = { ...snapshot, operations: [{ ...done, status }] };
  assert.equal(decide(tomorrow, noon + dayMs - 1).held[0]?.reason, "RecentlyUpgraded");
  assert.deepEqual(decide(tomorrow, noon + dayMs).actions.map(actionLine), ["Record Upgrade of web-1"]);
});
