/** Steps that take too long: forced, given up, put back or waited for. */
import assert from "node:assert/strict";
import test from "node:test";
import type { OnTimeout } from "./force.ts";
import { finish } from "./finish.ts";
import { type Brief, doing, waiting } from "./testing-brief.ts";
import {
  act,
  create,
  ours,
  reboot,
  release,
  restart,
  type Scene,
  scene,
  since,
  stopped,
} from "./testing-step.ts";
import { aBudget, anOperation, aPod, aPool, noon } from "./testing.ts";
import { hourMs, minuteMs, secondMs } from "./time.ts";

type Case = readonly [name: string, scene: Scene, expected: Brief];

function table(cases: readonly Case[]): void {
  for (const [name, wishes, expected] of cases) test(name, () => assert.deepEqual(act(wishes), expected));
}

const blockedPod = {
  pods: [aPod()],
  around: { budgets: [aBudget({ disruptionsAllowed: 0, desiredHealthy: 3 })] },
} as const;
const late = noon + 30 * minuteMs;
const asked = (kind: "RemoveNodes" | "Repair", reason = "") => [
  anOperation({ kind, reason, targets: [{ machine: "web-1", uid: "uid-web-1" }] }),
];

function blockedUnder(agreed: OnTimeout, says: OnTimeout = agreed): Scene {
  return {
    ...blockedPod,
    operation: { step: "Drain", options: { drain: true, release: false, onTimeout: agreed } },
    around: { ...blockedPod.around, pool: aPool({ drain: { onTimeout: says } }) },
  };
}

table([
  [
    "a drain that is blocked says so",
    { ...blockedUnder("Skip"), at: noon + minuteMs },
    waiting("web-1 DrainImpossible"),
  ],
  [
    "past its limit an upgrade skips the node",
    { ...blockedUnder("Skip"), at: late },
    doing("web-1: Upgrade PutBack Restore (Blocked DrainTimedOut)"),
  ],
  [
    "or stops, where the pool says so",
    { ...blockedUnder("Stop"), at: late },
    doing("web-1: Upgrade PutBack Restore (Failed DrainTimedOut)"),
  ],
  [
    "or deletes the pods, where the pool says so",
    { ...blockedUnder("Force"), at: late },
    { do: ["DeletePod web-1 cart-0"], wait: ["web-1 PodsTerminating"] },
  ],
  [
    "a pool that asks for force in the middle forces no drain that runs, and says so before its limit (S18)",
    { ...blockedUnder("Skip", "Force"), at: noon + minuteMs },
    waiting("web-1 DrainImpossible", "web-1 ForceTooLate"),
  ],
  [
    "nor at it",
    { ...blockedUnder("Skip", "Force"), at: late },
    doing("web-1: Upgrade PutBack Restore (Blocked DrainTimedOut)"),
  ],
  [
    "a licence that was taken back in the middle is gone at once",
    { ...blockedUnder("Force", "Stop"), at: late },
    doing("web-1: Upgrade PutBack Restore (Failed DrainTimedOut)"),
  ],
  [
    "an operation on which nothing was agreed is never forced",
    { ...blockedUnder("Force"), operation: { step: "Drain" }, at: late },
    doing("web-1: Upgrade PutBack Restore (Blocked DrainTimedOut)"),
  ],
  [
    "a deleted pod is not deleted again at once",
    { ...blockedUnder("Force"), at: late, outcome: { action: "DeletePod", at: late } },
    waiting("web-1 AwaitingInstance", "web-1 PodsTerminating"),
  ],
  [
    "pods that were deleted by force and do not end are ended by the stop",
    { ...blockedUnder("Force"), pods: [aPod({ deletionAt: late })], at: late + 2 * minuteMs },
    doing("web-1: Upgrade ReplaceSystemDisk Stop"),
  ],
  [
    "a removal keeps the node, also where upgrades may use force",
    {
      ...blockedUnder("Force"),
      operation: { ...release, step: "Drain" },
      around: {
        ...blockedPod.around,
        pool: aPool({ drain: { onTimeout: "Force" } }),
        operations: asked("RemoveNodes"),
      },
      at: late,
    },
    doing("web-1: Remove PutBack Restore (Failed DrainTimedOut)"),
  ],
  [
    "a pool that is deleted has no node to keep: its drain goes on",
    {
      ...blockedPod,
      operation: { ...release, step: "Drain" },
      around: { ...blockedPod.around, operations: asked("RemoveNodes", "PoolDeleted") },
      at: late,
    },
    waiting("web-1 DrainImpossible"),
  ],
  [
    "repair of a silent node goes on at the limit",
    {
      ...blockedPod,
      operation: { ...reboot, step: "Drain" },
      node: { ready: "Unknown" },
      around: {
        ...blockedPod.around,
        operations: asked("Repair"),
        evidence: { "web-1": { silentForMs: hourMs } },
      },
      at: late,
    },
    doing("web-1: Repair Reboot Reboot"),
  ],
  [
    "repair of a node that still answers keeps its pods and is put back",
    {
      ...blockedPod,
      operation: { ...reboot, step: "Drain" },
      node: { ready: "False" },
      around: { ...blockedPod.around, operations: asked("Repair") },
      at: late,
    },
    doing("web-1: Repair PutBack Restore (Failed DrainTimedOut)"),
  ],
]);

table([
  [
    "an instance that does not boot is given back",
    {
      ...ours,
      operation: { ...create, step: "Boot", ...since(15 * minuteMs) },
      instance: { state: "Starting" },
      node: null,
    },
    doing("web-1: Remove Release Cordon"),
  ],
  [
    "a node that does not join is given back",
    { ...ours, operation: { ...create, step: "Join", ...since(15 * minuteMs) }, node: null },
    doing("web-1: Remove Release Cordon"),
  ],
  [
    "one that was found and not asked for may have been a node before: it is kept, for repair to judge (S33)",
    { operation: { ...create, step: "Join", ...since(15 * minuteMs) }, node: null },
    doing("web-1: Create Succeeded"),
  ],
  [
    "also where it does not run",
    { operation: { ...create, step: "Boot", ...since(15 * minuteMs) }, instance: stopped, node: null },
    doing("web-1: Create Create Join"),
  ],
  [
    "a subscription that does not join is for a person to judge",
    {
      ...ours,
      operation: { ...create, step: "Join", ...since(15 * minuteMs) },
      node: null,
      chargeType: "Subscription",
    },
    waiting("web-1 StepStuck"),
  ],
  [
    "a stop that does not even begin is put back",
    { operation: { step: "Stop", ...since(hourMs) } },
    doing("web-1: Upgrade PutBack Restore (Failed StepTimedOut)"),
  ],
  [
    "a stop that hangs is waited for, visibly",
    { operation: { step: "Stop", ...since(hourMs) }, instance: { state: "Stopping" } },
    waiting("web-1 AwaitingInstance", "web-1 StepStuck"),
  ],
  [
    "a disk that does not come is put back by a start",
    { operation: { step: "ReplaceDisk", ...since(30 * minuteMs) }, instance: stopped },
    doing("web-1: Upgrade PutBackStopped Start (Failed StepTimedOut)"),
  ],
  [
    "a disk that is being replaced is waited for, visibly",
    {
      operation: { step: "ReplaceDisk", ...since(30 * minuteMs) },
      instance: { ...stopped, isBusy: true },
    },
    waiting("web-1 AwaitingInstance", "web-1 StepStuck"),
  ],
  [
    "a node that does not come back is uncordoned and has failed",
    { operation: { step: "AwaitReady", ...since(15 * minuteMs) }, node: { ready: "False" } },
    doing("web-1: Upgrade PutBack Restore (Failed NodeNotReady)"),
  ],
  [
    "a repair does not wait that long: the next rung is due",
    {
      operation: { ...reboot, step: "AwaitReady", ...since(8 * minuteMs) },
      node: { ready: "False" },
      around: { operations: asked("Repair") },
    },
    doing("web-1: Repair PutBack Restore (Failed NotHealed)"),
  ],
  [
    "a restart that does not heal has failed, and there is nothing to put back",
    {
      operation: { ...restart, step: "AwaitHealthy", ...since(3 * minuteMs) },
      node: { ready: "False" },
      around: { operations: asked("Repair") },
    },
    doing("web-1: Repair Failed NotHealed"),
  ],
  [
    "an instance that was put back and is running is restored, ready or not",
    {
      operation: { plan: "PutBackStopped", step: "AwaitReady", ...since(15 * minuteMs) },
      node: { ready: "False" },
    },
    doing("web-1: Upgrade PutBackStopped Restore"),
  ],
  [
    "an instance is never left stopped: its start is repeated, visibly",
    { operation: { plan: "PutBackStopped", step: "Start", ...since(hourMs) }, instance: stopped },
    { do: ["StartInstance web-1"], wait: ["web-1 StepStuck"] },
  ],
  [
    "a step that nobody here knows is left alone",
    { operation: { step: "Defragment" } },
    waiting("web-1 StepStuck"),
  ],
  ["so is a plan", { operation: { plan: "MoveToMars" } }, waiting("web-1 StepStuck")],
  [
    "and a step that is not of its plan",
    { operation: { plan: "Reboot", step: "Release" } },
    waiting("web-1 StepStuck"),
  ],
]);

test("what the provider says of a guest that never came is kept with the failure", () => {
  const diagnosis = "the console ends with: Kernel panic";
  const operation = { ...create, step: "Join", ...since(15 * minuteMs) };
  const late = { ...ours, node: null, diagnosis, operation };
  const [action] = finish(scene(late), noon).actions;
  assert.equal(action?.kind, "AdvanceMachine");
  assert.equal(
    action?.kind === "AdvanceMachine" ? action.status.lastOperation?.facts?.["message"] : "",
    diagnosis,
  );
});

test("whoever waits looks again at the limit of the step, and never in the past", () => {
  const waits = (wishes: Scene) => finish(scene(wishes), wishes.at ?? noon).held.map(({ wakeAt }) => wakeAt);
  assert.deepEqual(waits({ ...blockedUnder("Skip"), at: noon + minuteMs }), [late]);
  const hanging = { operation: { step: "Stop", ...since(hourMs) }, instance: { state: "Stopping" } } as const;
  assert.deepEqual(waits(hanging), [noon + 5 * secondMs, null]);
  const unending = {
    ...blockedPod,
    operation: { ...release, step: "Drain" },
    around: { ...blockedPod.around, operations: asked("RemoveNodes", "PoolDeleted") },
    at: late,
  };
  assert.deepEqual(waits(unending), [null]);
});
