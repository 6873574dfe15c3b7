import assert from "node:assert/strict";
import test from "node:test";
import { minuteMs, timeOf } from "../core/time.ts";
import { aDisk, anOperation, noon } from "../core/testing.ts";
import type { MachineProgress } from "../schema/operation.ts";
import type { Look } from "./table.ts";
import { watchLines } from "./upgrade-watch.ts";
import { operationSighting, poolSighting } from "./wait.ts";
import { aPool } from "../core/testing.ts";

const look: Look = { now: noon, timeZone: "UTC", hasColor: false };
const names = ["web-1", "web-2", "web-3", "web-4"];
const since = timeOf(noon - 11 * minuteMs);

function machine(
  name: string,
  state: MachineProgress["state"],
  rest: Partial<MachineProgress> = {},
): MachineProgress {
  return { name, uid: `uid-${name}`, state, ...rest };
}

const blockers = [
  { reason: "DrainBlocked", object: "Pod shop/cart-0", message: "budget shop/cart allows 0", since },
];
const operation = anOperation({
  targets: names.map((name) => ({ machine: name, uid: `uid-${name}` })),
  target: aDisk("3.1"),
  status: {
    phase: "Running",
    startedTime: timeOf(noon - 41 * minuteMs),
    machines: [
      machine("web-1", "Succeeded", { finishedTime: timeOf(noon - 20 * minuteMs) }),
      machine("web-2", "Waiting"),
      machine("web-3", "Running", { step: "Drain", since, blockers }),
      machine("web-4", "Succeeded", { finishedTime: timeOf(noon - 30 * minuteMs) }),
    ],
  },
});

test("A running upgrade shows how far it is, and first who is in work", () => {
  const [head = "", titles = "", first = "", second = ""] = watchLines(operation, look);
  assert.equal(
    head,
    "web -> AlibabaCloudLinux 3.1, v1.36.3   [##########>.........] 2/4   elapsed 41m   Running",
  );
  assert.match(titles, /^NODE +STATE +STEP +FOR +NOTE$/);
  assert.match(first, /^web-3 +Running +drain +11m +Pod shop\/cart-0: budget shop\/cart allows 0$/);
  assert.match(second, /^web-2 +Waiting/);
});

test("A finished upgrade has a full bar and the time it took", () => {
  const status = {
    ...operation.status,
    phase: "Succeeded" as const,
    finishedTime: timeOf(noon - 11 * minuteMs),
  };
  const machines = names.map((name) => machine(name, "Succeeded"));
  const [head = ""] = watchLines({ ...operation, status: { ...status, machines } }, look);
  assert.match(head, /\[#{20}\] 4\/4 {3}elapsed 30m {3}Succeeded$/);
});

test("Waiting for an operation ends well or badly with it", () => {
  const end = { finishedTime: timeOf(noon) };
  assert.equal(operationSighting(operation).state, "Waiting");
  assert.equal(operationSighting({ ...operation, status: { phase: "Succeeded", ...end } }).state, "Done");
  assert.equal(operationSighting({ ...operation, status: { phase: "Failed", ...end } }).state, "Failed");
  assert.equal(operationSighting({ ...operation, status: { phase: "Cancelled", ...end } }).state, "Failed");
});

const whole = { summary: "Active", replicas: 5, readyReplicas: 5 };

test("A pool is as wanted only when the controller has seen the wish and every node is ready", () => {
  const states = [
    aPool({ status: { ...whole, observedGeneration: 1 } }),
    aPool({ status: whole }),
    aPool({ status: { ...whole, observedGeneration: 0 } }),
    aPool({ status: { ...whole, observedGeneration: 1, readyReplicas: 4 } }),
    aPool({ status: { ...whole, observedGeneration: 1, replicas: 6 } }),
    aPool({ status: { ...whole, observedGeneration: 1, summary: "Scaling" } }),
  ].map((pool) => poolSighting(pool).state);
  assert.deepEqual(states, ["Done", "Waiting", "Waiting", "Waiting", "Waiting", "Waiting"]);
});
