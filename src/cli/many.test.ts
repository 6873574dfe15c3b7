import assert from "node:assert/strict";
import test from "node:test";
import { aMachine, anOperation, aPool, noon } from "../core/testing.ts";
import { minuteMs, timeOf } from "../core/time.ts";
import type { BlockerFields } from "../schema/field.ts";
import type { MachineProgress } from "../schema/operation.ts";
import { operationColumns } from "./columns.ts";
import { describeOperation } from "./describe-operation.ts";
import { describePool } from "./describe-pool.ts";
import { blockerLines } from "./detail.ts";
import type { Look } from "./table.ts";
import { whyPool } from "./why.ts";

const look: Look = { now: noon, timeZone: "UTC", hasColor: false };
const names = Array.from({ length: 1000 }, (_, at) => `web-${at + 1}`);

function progressOf(name: string, at: number): MachineProgress {
  const state = at < 900 ? "Succeeded" : at < 980 ? "Waiting" : "Failed";
  return { name, uid: `uid-${name}`, state };
}

const operation = anOperation({
  targets: names.map((name) => ({ machine: name, uid: `uid-${name}` })),
  status: { phase: "Running", machines: names.map(progressOf) },
});

function waitOf(name: string, at: number, message: string): BlockerFields {
  return { reason: "AwaitingApproval", object: name, message, since: timeOf(noon - (at + 1) * minuteMs) };
}

function approvals(count: number): readonly BlockerFields[] {
  return names
    .slice(0, count)
    .map((name, at) => waitOf(name, at, `A repair of node-${name} waits for a person's approval.`));
}

test("An operation of a thousand nodes shows those in trouble first, and a count of the rest", () => {
  const lines = describeOperation(operation, look);
  assert.ok(lines.length < 30, String(lines.length));
  const first = lines.findIndex((line) => line.includes("NODE")) + 1;
  assert.match(lines[first] ?? "", /web-981 +Failed/);
  assert.equal(lines.at(-1), "  and 988 more: 8 Failed, 80 Waiting, 900 Succeeded");
});

test("A row of a table does not name a thousand nodes", () => {
  const nodes = operationColumns.find(({ title }) => title === "NODES");
  assert.match(nodes?.text(operation, look) ?? "", /web-8 and 992 more$/);
});

test("why shows some of the nodes that an operation could not bring along", () => {
  const pool = aPool({ status: { observedGeneration: 1 } });
  const lines = whyPool(pool, { operations: [operation], machines: [] }, look);
  assert.ok(lines.length < 20, String(lines.length));
  assert.equal(lines.at(-1), "  and 8 more: 8 Failed");
});

test("why of an upgrade that left many nodes behind counts them", () => {
  const pool = aPool({ replicas: 1, status: { observedGeneration: 1, upToDateReplicas: 0 } });
  const status = { ...operation.status, phase: "Failed" as const, finishedTime: timeOf(noon) };
  const machines = [aMachine({ status: { summary: "Ready" } }).record];
  const lines = whyPool(pool, { operations: [{ ...operation, status }], machines }, look);
  assert.ok(lines.includes("  and 12 more"), lines.join("\n"));
});

test("A pool of a thousand machines shows those that are not ready first, and a count of the rest", () => {
  const machines = names.map(
    (name, at) => aMachine({ name, status: { summary: at === 999 ? "NotReady" : "Ready" } }).record,
  );
  const lines = describePool(aPool({ replicas: 1000 }), { machines, operations: [] }, look);
  assert.ok(lines.length < 70, String(lines.length));
  const titles = lines.findIndex((line) => line.startsWith("  NAME"));
  assert.match(lines[titles + 1] ?? "", /web-1000 .*NotReady/);
  assert.equal(lines.at(-1), "  and 980 more: poolkeeper get machines --pool web");
});

test("Machines that wait for the same, each by its own name, are grouped by the reason", () => {
  assert.deepEqual(blockerLines({ blockers: approvals(12) }, look), [
    "A repair of node-web-12 waits for a person's approval. (12m)",
    "A repair of node-web-11 waits for a person's approval. (11m)",
    "A repair of node-web-10 waits for a person's approval. (10m)",
    "and 9 more machines for the same reason, for up to 9m: web-9, web-8, web-7, web-6, web-5, web-4, web-3, web-2 and 1 more",
  ]);
});

test("Machines that wait with the same words are one line", () => {
  const waits = names.slice(0, 12).map((name, at) => waitOf(name, at, "Out of stock."));
  assert.deepEqual(blockerLines({ blockers: waits }, look), ["Out of stock. (12 machines, for up to 12m)"]);
});

test("A list that was cut short says how much more there is", () => {
  const blockers = names.slice(0, 50).map((name, at) => waitOf(name, at, "Out of stock."));
  assert.deepEqual(blockerLines({ blockers, blockersOmitted: 950 }, look), [
    "Out of stock. (50 or more machines, for up to 50m)",
    "950 more waits, which the status of the pool does not list",
  ]);
});

test("One reason with different words for a few machines keeps the words of each", () => {
  assert.equal(blockerLines({ blockers: approvals(4) }, look).length, 4);
});
