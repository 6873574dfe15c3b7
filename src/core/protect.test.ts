/** Protected nodes: left alone by every policy, and by what has begun on them. */
import assert from "node:assert/strict";
import test from "node:test";
import { finish } from "./finish.ts";
import { remove } from "./remove.ts";
import { repair } from "./repair.ts";
import { scale } from "./scale.ts";
import { type Brief, brief, doing, waiting } from "./testing-brief.ts";
import { scene } from "./testing-step.ts";
import {
  aDisk,
  aMachine,
  anOperation,
  aPool,
  aSnapshot,
  aWindow,
  type MachineWishes,
  noon,
  type SnapshotWishes,
} from "./testing.ts";
import { hourMs, minuteMs } from "./time.ts";
import { upgrade } from "./upgrade.ts";

const mark = { annotations: { "poolkeeper.dev/protected": "true" } };
const finalizers = ["poolkeeper.dev/instance-cleanup"];

function three(around: Partial<SnapshotWishes>, first: Partial<MachineWishes> = {}) {
  const machines = [
    aMachine({ name: "web-1", image: "3.0", ...first, node: { ...mark, ...first.node } }),
    aMachine({ name: "web-2", image: "3.0" }),
    aMachine({ name: "web-3", image: "3.0" }),
  ];
  return aSnapshot({ machines, ...around });
}

const targetsOf = (...numbers: readonly number[]) =>
  numbers.map((number) => ({ machine: `web-${number}`, uid: `uid-web-${number}` }));
const roll = (...numbers: readonly number[]) =>
  anOperation({ targets: targetsOf(...numbers), target: aDisk("3.1"), options: { when: "Now" } });
const counted = { lowersReplicas: false };

const cases: readonly (readonly [string, () => Brief, Brief])[] = [
  [
    "an upgrade goes on with the others",
    () => brief(upgrade(three({ operations: [roll(1, 2, 3)] }), noon)),
    { do: ["web-2: Upgrade ReplaceSystemDisk Cordon"], wait: ["BatchInProgress"] },
  ],
  [
    "and says so when only protected nodes are left",
    () => brief(upgrade(three({ operations: [roll(1)] }), noon)),
    waiting("Protected"),
  ],
  [
    "an automatic upgrade does not name them",
    () => {
      const pool = aPool({ management: { autoUpgrade: true, maintenanceWindowRef: { name: "w" } } });
      const window = aWindow({ start: "00:00", durationMinutes: 1440 });
      return brief(upgrade(three({ pool, window }), noon));
    },
    doing("Record Upgrade of web-2 web-3"),
  ],
  [
    "the count takes the others",
    () => brief(scale(three({ pool: aPool({ replicas: 1, metadata: { finalizers } }) }), noon)),
    doing("Record RemoveNodes of web-3 web-2"),
  ],
  [
    "as many as there are",
    () => brief(scale(three({ pool: aPool({ replicas: 0, metadata: { finalizers } }) }), noon)),
    { do: ["Record RemoveNodes of web-3 web-2"], wait: ["web-1 Protected"] },
  ],
  [
    "a removal that names it waits",
    () => {
      const operations = [anOperation({ kind: "RemoveNodes", targets: targetsOf(1, 2), options: counted })];
      return brief(remove(three({ operations, pool: aPool({ metadata: { finalizers } }) }), noon));
    },
    { do: ["web-2: Remove Leave Cordon"], wait: ["web-1 Protected"] },
  ],
  [
    "a sick one gets its kubelet restarted",
    () => brief(repair(sick(5), noon)),
    doing("Record Repair RestartService of web-1"),
  ],
  ["and no more", () => brief(repair(sick(15, true), noon)), waiting("web-1 Protected")],
  [
    "a repair that a person asks for waits too",
    () => {
      const options = { rung: "Reboot" } as const;
      const operations = [anOperation({ name: "fix", kind: "Repair", targets: targetsOf(1), options })];
      return brief(repair(three({ operations }), noon));
    },
    waiting("web-1 Protected"),
  ],
  [
    "its node is not deleted when its instance has vanished",
    () => {
      const evidence = { "web-1": { vanishedForMs: hourMs, notReadyForMs: hourMs } };
      return brief(
        repair(three({ evidence }, { instance: null, ready: false, status: { instanceId: "i" } }), noon),
      );
    },
    waiting("web-1 AwaitingInstance", "web-1 Protected"),
  ],
  [
    "a drain stands while it is protected",
    () => brief(finish(scene({ operation: { step: "Drain" }, node: protectedByNow }), noon)),
    waiting("web-1 Protected"),
  ],
  [
    "and uses up none of its time",
    () => brief(finish(scene({ operation: { step: "Drain" }, node: protectedByNow }), noon + hourMs)),
    doing("web-1: Upgrade ReplaceSystemDisk Drain"),
  ],
];

const protectedByNow = {
  annotations: { "poolkeeper.dev/cordoned-by": "web-1:1", "poolkeeper.dev/protected": "true" },
};

function sick(minutes: number, isRestarted = false) {
  const age = minutes * minuteMs;
  const evidence = { "web-1": { notReadyForMs: age, silentForMs: age } };
  const tried = { rung: "RestartService", operation: "r", startedTime: "2026-11-23T11:50:00Z" } as const;
  const repairs = isRestarted
    ? [{ ...tried, outcome: "Failed" as const, finishedTime: "2026-11-23T11:53:00Z" }]
    : [];
  return three({ evidence }, { ready: false, status: { repairs } });
}

for (const [name, actual, expected] of cases) test(name, () => assert.deepEqual(actual(), expected));
