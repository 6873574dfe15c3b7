/** The last word: one action per machine, pauses, brakes, the budget, refused writes. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Action } from "./action.ts";
import { begin } from "./begin.ts";
import { brake } from "./brake.ts";
import { maxUnavailable } from "./budget.ts";
import type { Snapshot } from "./model.ts";
import { type Brief, brief, doing, waiting } from "./testing-brief.ts";
import {
  aMachine,
  anOperation,
  aPod,
  aPool,
  aSnapshot,
  type MachineWishes,
  noon,
  type SnapshotWishes,
} from "./testing.ts";
import { minuteMs, secondMs } from "./time.ts";

interface Scene {
  readonly pool?: Parameters<typeof aPool>[0];
  readonly machines?: readonly Partial<MachineWishes>[];
  readonly around?: Partial<SnapshotWishes>;
}

function scene({ pool, machines = [{}, {}, {}], around }: Scene): Snapshot {
  return aSnapshot({
    pool: aPool({ replicas: machines.length, ...pool }),
    machines: machines.map((wishes, index) => aMachine({ name: `web-${index + 1}`, ...wishes })),
    ...around,
  });
}

const because = { reason: "InProgress", facts: {} } as const;
const sent = (number: number) => ({ machine: `web-${number}`, epoch: 1, step: "", because });
const evict = (number: number, name: string): Action => ({
  ...sent(number),
  kind: "EvictPod",
  pod: aPod({ name }),
});
const stop = (number: number): Action => ({ ...sent(number), kind: "StopInstance", instanceId: "i" });
const replaceDisk = (number: number): Action => ({
  ...sent(number),
  kind: "ReplaceSystemDisk",
  instanceId: "i",
  clientToken: "",
  disk: { image: { family: "", version: "" }, kubernetesVersion: "", hash: "" },
});
const request = (number: number): Action => ({ ...sent(number), kind: "RequestInstance" });
const uncordon = (number: number): Action => ({
  ...sent(number),
  kind: "UncordonNode",
  node: aMachine().node ?? never(),
});
const record: Extract<Action, { kind: "RecordOperation" }> = {
  kind: "RecordOperation",
  name: "op",
  spec: anOperation({ targets: [{ machine: "web-1", uid: "uid-web-1" }] }).spec,
  because,
};

function never(): never {
  throw new Error("The builder makes a node.");
}

function beginning(
  snapshot: Snapshot,
  number: number,
  plan: "ReplaceSystemDisk" | "Reboot" | "RestartService" | "Release",
  cause = "",
): Action {
  const kinds = {
    ReplaceSystemDisk: "Upgrade",
    Reboot: "Repair",
    RestartService: "Repair",
    Release: "Remove",
  } as const;
  const machine = snapshot.machines[number - 1] ?? never();
  const options = { drain: true, release: false };
  const operation = snapshot.operations.find(({ metadata }) => metadata.uid === cause) ?? null;
  return begin(snapshot, machine, { kind: kinds[plan], plan, cause: operation, options, because }, noon);
}

function act(wishes: Scene, actions: readonly Action[] | ((snapshot: Snapshot) => readonly Action[])): Brief {
  const snapshot = scene(wishes);
  const wanted = typeof actions === "function" ? actions(snapshot) : actions;
  return brief(brake(snapshot, noon, [{ actions: wanted, held: [] }]));
}

const braked = { around: { cluster: { brake: "by ann" } } };
const target = { machine: "web-1", uid: "uid-web-1" };
const ours = { ...record, spec: { ...record.spec, requestedBy: "Controller" } };
const tripped: Scene = {
  around: {
    cluster: { tripped: { machines: ["a-1", "b-1", "c-1", "d-1"], at: noon } },
    operations: [
      anOperation({ name: "ours", requestedBy: "Controller", retry: ["web-2"] }),
      anOperation({
        name: "restart",
        kind: "Repair",
        requestedBy: "Controller",
        targets: [target],
        options: { rung: "RestartService" },
      }),
    ],
  },
};
const paused = { pool: { paused: true } };
const upgrades = (snapshot: Snapshot) =>
  [1, 2].map((number) => beginning(snapshot, number, "ReplaceSystemDisk"));
const begun = (number: number): string => `web-${number}: Upgrade ReplaceSystemDisk Cordon`;

const cases: readonly (readonly [string, () => Brief, Brief])[] = [
  [
    "what is wanted is done",
    () => act({}, [stop(1), stop(2)]),
    doing("StopInstance web-1", "StopInstance web-2"),
  ],
  [
    "on one machine the earlier wish wins",
    () => act({}, [stop(1), uncordon(1)]),
    { do: ["StopInstance web-1"], wait: ["web-1 Superseded"] },
  ],
  [
    "but many of its pods are evicted at once",
    () => act({}, [evict(1, "a"), evict(1, "b")]),
    doing("EvictPod web-1 a", "EvictPod web-1 b"),
  ],
  ["a paused pool records nothing new", () => act(paused, [record]), waiting("Paused")],
  [
    "and begins nothing",
    () => act(paused, (snapshot) => [beginning(snapshot, 1, "Release")]),
    waiting("web-1 Paused"),
  ],
  ["what it has begun goes on", () => act(paused, [stop(1)]), doing("StopInstance web-1")],
  [
    "under the brake nothing disturbing is sent",
    () => act(braked, [stop(1), evict(2, "a")]),
    waiting("web-1 BrakeOn", "web-2 BrakeOn"),
  ],
  ["nor made", () => act(braked, [request(1)]), waiting("web-1 BrakeOn")],
  ["nor begun", () => act(braked, upgrades), waiting("web-1 BrakeOn", "web-2 BrakeOn")],
  ["a node is given back all the same", () => act(braked, [uncordon(1)]), doing("UncordonNode web-1")],
  [
    "and a stopped instance is not left without its disk",
    () => act(braked, [replaceDisk(1)]),
    doing("ReplaceSystemDisk web-1"),
  ],
  [
    "after failures in a row no upgrade is asked for by ourselves",
    () => act(tripped, [ours]),
    waiting("BrakeTripped"),
  ],
  ["a person's is", () => act(tripped, [record]), doing("Record Upgrade of web-1")],
  [
    "none of ours begins on another node",
    () => act(tripped, (snapshot) => [beginning(snapshot, 1, "ReplaceSystemDisk", "uid-ours")]),
    waiting("web-1 BrakeTripped"),
  ],
  [
    "but on one that a person wants to try once more",
    () => act(tripped, (snapshot) => [beginning(snapshot, 2, "ReplaceSystemDisk", "uid-ours")]),
    doing(begun(2)),
  ],
  [
    "restarts of the kubelet go on, and so does what has begun",
    () => act(tripped, (snapshot) => [beginning(snapshot, 1, "RestartService", "uid-restart"), stop(2)]),
    doing("web-1: Repair RestartService RestartService", "StopInstance web-2"),
  ],
  [
    "no more upgrades begin than nodes may be away",
    () => act({}, upgrades),
    { do: [begun(1)], wait: ["web-2 MaxUnavailable"] },
  ],
  [
    "two, where two may",
    () => act({ pool: { upgrade: { maxUnavailable: 2 } } }, upgrades),
    doing(begun(1), begun(2)),
  ],
  [
    "a removal of the same pass counts",
    () =>
      act({}, (snapshot) => [beginning(snapshot, 1, "Release"), beginning(snapshot, 2, "ReplaceSystemDisk")]),
    { do: ["web-1: Remove Release Cordon"], wait: ["web-2 MaxUnavailable"] },
  ],
  [
    "a restart of a kubelet takes nothing away",
    () =>
      act({}, (snapshot) => [
        beginning(snapshot, 1, "RestartService"),
        beginning(snapshot, 2, "ReplaceSystemDisk"),
      ]),
    doing("web-1: Repair RestartService RestartService", begun(2)),
  ],
  [
    "a node that is not ready costs nothing",
    () =>
      act({ machines: [{ ready: false }, {}, {}] }, (snapshot) => [
        beginning(snapshot, 1, "ReplaceSystemDisk"),
      ]),
    doing(begun(1)),
  ],
  [
    "but leaves none for the others",
    () =>
      act({ machines: [{ ready: false }, {}, {}] }, (snapshot) => [
        beginning(snapshot, 2, "ReplaceSystemDisk"),
      ]),
    waiting("web-2 MaxUnavailable"),
  ],
  [
    "a step in the very moment of the beginning is no second beginning",
    () => act({ machines: [{}, {}, { operation: { step: "Cordon" } }] }, (snapshot) => [goOn(snapshot)]),
    doing("web-3: Upgrade ReplaceSystemDisk Drain"),
  ],
];
for (const [name, actual, expected] of cases) test(name, () => assert.deepEqual(actual(), expected));

function goOn({ machines }: Snapshot): Action {
  const { status } = (machines[2] ?? never()).record;
  const operation = { ...(status?.operation ?? never()), step: "Drain" };
  return { kind: "AdvanceMachine", machine: "web-3", status: { ...status, operation }, because };
}

const refused = (action: string, failures: number) => ({
  action,
  error: { kind: "Invalid", message: "no" },
  at: noon - secondMs,
  epoch: null,
  failures,
});

test("a write of ours that the API server refuses is repeated ever later", () => {
  const look = (failures: number): Brief =>
    act({ around: { outcomes: { "": refused("RecordOperation", failures) } } }, [record]);
  assert.deepEqual(look(1), doing("Record Upgrade of web-1"));
  assert.deepEqual(look(3), waiting("BackingOff"));
});

test("also one about a machine; effects have their own back-off", () => {
  const outcomes = { "web-3": refused("AdvanceMachine", 3) };
  const machines = [{}, {}, { operation: { step: "Cordon" } }];
  assert.deepEqual(
    act({ machines, around: { outcomes } }, (snapshot) => [goOn(snapshot)]),
    waiting("web-3 BackingOff"),
  );
  assert.deepEqual(
    act({ around: { outcomes: { "web-1": refused("StopInstance", 3) } } }, [stop(1)]),
    doing("StopInstance web-1"),
  );
});

test("it looks again when the first of those that wait may go on, and never in the past", () => {
  const wait = (wakeAt: number | null) =>
    ({ wish: "Step", machine: "", reason: "Soaking", facts: {}, wakeAt }) as const;
  const wakeAt = (...times: readonly (number | null)[]) =>
    brake(scene({}), noon, [{ actions: [], held: times.map(wait) }]).wakeAt;
  assert.equal(wakeAt(), null);
  assert.equal(wakeAt(null), null);
  assert.equal(wakeAt(noon + minuteMs, noon + secondMs, null), noon + secondMs);
  assert.equal(wakeAt(noon - minuteMs), noon + 1);
});

const shares: readonly (readonly [number | string, number, number])[] = [
  [0, 10, 0],
  [3, 10, 3],
  ["0%", 10, 0],
  ["5%", 10, 1],
  ["20%", 10, 2],
  ["25%", 10, 3],
  ["100%", 10, 10],
  ["50%", 0, 0],
];
for (const [limit, replicas, expected] of shares) {
  test(`maxUnavailable ${limit} of ${replicas} is ${expected}`, () => {
    assert.equal(maxUnavailable(aPool({ replicas, upgrade: { maxUnavailable: limit } }).spec), expected);
  });
}
