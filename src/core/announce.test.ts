/** What people hear of: one piece of news for each step that matters, and none for the others. */
import assert from "node:assert/strict";
import test from "node:test";
import type { MachineStatus } from "../schema/machine.ts";
import type { Action } from "./action.ts";
import { announcementOf } from "./announce.ts";
import { eventText } from "../text/event.ts";
import { begin, ended } from "./begin.ts";
import type { Machine } from "./model.ts";
import { aMachine, anOperation, anOperationInHand, aSnapshot, noon } from "./testing.ts";

const because = { reason: "InProgress", facts: {} } as const;
const options = { drain: true, release: true };

function told(action: Action, machine: Machine | null): string {
  const news = announcementOf(action, machine);
  return news === null ? "" : `${news.type} ${news.reason} ${news.machine}: ${eventText(news)}`;
}

function advance(machine: Machine, status: MachineStatus): string {
  return told({ kind: "AdvanceMachine", machine: "web-1", status, because }, machine);
}

type InHand = NonNullable<Parameters<typeof aMachine>[0]>["operation"];

function step(before: InHand, after: InHand): string {
  const machine = aMachine(before === undefined ? {} : { operation: before });
  const operation = anOperationInHand(after);
  return advance(machine, { ...machine.record.status, operation });
}

const steps: readonly (readonly [string, () => string, string])[] = [
  [
    "a drain begins",
    () => step({ step: "Cordon" }, { step: "Drain" }),
    "Normal NodeDrainStarted web-1: It is cordoned; its pods are being evicted.",
  ],
  [
    "and ends",
    () => step({ step: "Drain" }, { step: "Stop" }),
    "Normal NodeDrained web-1: Every pod that can move has moved.",
  ],
  [
    "a disk is new",
    () => step({ step: "ReplaceDisk" }, { step: "Start" }),
    "Normal SystemDiskReplaced web-1: The system disk is new; data disks are untouched.",
  ],
  [
    "but not where the replacement was given up",
    () =>
      step(
        { step: "ReplaceDisk" },
        {
          plan: "PutBackStopped",
          step: "Start",
          failure: {
            reason: "EffectRefused",
            step: "ReplaceDisk",
            facts: { error: "no" },
            outcome: "Failed",
          },
        },
      ),
    "Warning EffectRefused web-1: The provider refused what the machine needs: no.",
  ],
  [
    "a turn without words names the step",
    () =>
      step(
        { step: "Drain" },
        {
          plan: "PutBack",
          step: "Restore",
          failure: { reason: "DrainTimedOut", step: "Drain", outcome: "Blocked" },
        },
      ),
    "Warning DrainTimedOut web-1: The node could not be drained in time; it was kept.",
  ],
  [
    "an instance was given back",
    () => step({ plan: "Release", step: "Release" }, { plan: "Release", step: "DeleteNode" }),
    "Normal InstanceReleased web-1: The instance was given back.",
  ],
  [
    "one that left was not",
    () => step({ plan: "Leave", step: "Leave" }, { plan: "Leave", step: "DeleteNode" }),
    "",
  ],
  ["a beginning is the operation's news, not the machine's", () => step(undefined, { step: "Cordon" }), ""],
  [
    "a longer deadline is no news",
    () => step({ step: "Drain" }, { step: "Drain", drainDeadline: "later" }),
    "",
  ],
  [
    "an operation that takes over is no news",
    () => step({ step: "Stop" }, { kind: "Remove", plan: "Release", step: "Cordon", epoch: 2 }),
    "",
  ],
];
for (const [name, actual, expected] of steps) test(name, () => assert.equal(actual(), expected));

function ending(kind: "Create" | "Upgrade" | "Repair" | "Remove", outcome: "Succeeded" | "Failed"): string {
  const operation = anOperationInHand({ kind });
  const machine = aMachine({ operation });
  const reason = outcome === "Succeeded" ? outcome : "NodeNotReady";
  return advance(
    machine,
    ended(machine.record.status ?? {}, operation, { outcome, reason, facts: {} }, noon),
  );
}

test("an operation ends well or badly", () => {
  assert.deepEqual(
    (["Create", "Upgrade", "Repair", "Remove"] as const).flatMap((kind) => [
      ending(kind, "Succeeded"),
      ending(kind, "Failed"),
    ]),
    [
      "Normal NodeAdded web-1: The node has joined its pool.",
      "Warning NodeAddFailed web-1: The node did not become ready.",
      "Normal NodeUpgraded web-1: The node runs what its pool asks for.",
      "Warning NodeUpgradeFailed web-1: The node did not become ready.",
      "Normal RepairSucceeded web-1: The node is well again.",
      "Warning RepairFailed web-1: The node did not become ready.",
      "Normal NodeRemoved web-1: The node is no longer in the pool.",
      "Warning NodeKept web-1: The node did not become ready.",
    ],
  );
});

test("a creation that failed is told, though the machine goes on to be released", () => {
  const machine = aMachine({ operation: { kind: "Create", plan: "Create", step: "Join" } });
  const failure = { reason: "StepTimedOut", facts: { step: "Join" } };
  const action = begin(
    aSnapshot({ machines: [machine] }),
    machine,
    { kind: "Remove", plan: "Release", cause: null, options, failure, because },
    noon,
  );
  assert.equal(
    told(action, machine),
    "Warning NodeAddFailed web-1: The node took too long at step join the cluster.",
  );
});

const forget: Action = { kind: "ForgetMachine", machine: "web-1", because };
const forgotten: readonly (readonly [string, Parameters<typeof aMachine>[0], string])[] = [
  [
    "released",
    { operation: { plan: "Release" } },
    "NodeRemoved web-1: The node is no longer in the pool; its instance i-web-1 is gone.",
  ],
  [
    "kept",
    { operation: { plan: "Leave" } },
    "InstanceLeft web-1: Instance i-web-1 left the pool, is kept and goes on being billed.",
  ],
  [
    "vanished",
    { operation: { plan: "Vanished" } },
    "NodeRemoved web-1: The node is no longer in the pool; its instance i-web-1 is gone.",
  ],
  ["never there", { instance: null }, "NodeRemoved web-1: The node is no longer in the pool."],
];
for (const [name, machine, news] of forgotten) {
  test(`a machine that is gone: ${name}`, () => {
    assert.equal(told(forget, aMachine(machine)), `Normal ${news}`);
  });
}

test("what is recorded is told with its machines; a repair on its machine", () => {
  const { spec } = anOperation({
    kind: "Upgrade",
    targets: [
      { machine: "web-1", uid: "1" },
      { machine: "web-2", uid: "2" },
    ],
  });
  assert.equal(
    told({ kind: "RecordOperation", name: "op", spec, because }, null),
    "Normal UpgradeRecorded : Operation op upgrades web-1, web-2.",
  );
  const repair = { ...spec, kind: "Repair", options: { ...spec.options, rung: "Reboot" } } as const;
  const why = { reason: "NodeSick", facts: { object: "Silent+NotReady" } } as const;
  assert.equal(
    told({ kind: "RecordOperation", name: "op", spec: repair, because: why }, null),
    "Warning RepairStarted web-1: Repair begins with: reboot (Silent+NotReady).",
  );
});

test("effects and upkeep are no news", () => {
  assert.equal(told({ kind: "HoldPool", because }, null), "");
  assert.equal(advance(aMachine(), { applied: {} }), "");
});
