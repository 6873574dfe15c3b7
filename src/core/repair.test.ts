/** Sick machines: which rung, when, and everything that keeps repair away from them. */
import assert from "node:assert/strict";
import test from "node:test";
import type { RepairRecord } from "../schema/machine.ts";
import type { Evidence, Instant } from "./model.ts";
import { repair } from "./repair.ts";
import { type Brief, brief, doing, nothingToDo, waiting } from "./testing-brief.ts";
import {
  aMachine,
  anOperation,
  aPool,
  aSnapshot,
  capableOf,
  type MachineWishes,
  noon,
  type SnapshotWishes,
} from "./testing.ts";
import { dayMs, hourMs, minuteMs, secondMs, timeOf } from "./time.ts";

interface Scene {
  /** How long web-1 has been silent and not ready. */
  readonly minutes?: number;
  readonly evidence?: Partial<Evidence>;
  readonly machine?: Partial<MachineWishes>;
  readonly repairs?: readonly RepairRecord[];
  readonly pool?: Parameters<typeof aPool>[0];
  readonly around?: Partial<SnapshotWishes>;
}

/** Pool web of ten, of which only web-1 is sick. */
function scene({ minutes = 5, evidence, machine, repairs, pool, around }: Scene) {
  const forMs = minutes * minuteMs;
  const sick = aMachine({
    node: { ready: "Unknown" },
    ...machine,
    status: { ...(repairs === undefined ? {} : { repairs: [...repairs] }), ...machine?.status },
  });
  const others = Array.from({ length: 9 }, (_, index) => aMachine({ name: `web-${index + 2}` }));
  return aSnapshot({
    pool: aPool({ replicas: 10, ...pool }),
    machines: [sick, ...others],
    evidence: { "web-1": evidence ?? { notReadyForMs: forMs, silentForMs: forMs } },
    ...around,
  });
}

function tried(rung: RepairRecord["rung"], minutesAgo: number): RepairRecord {
  const startedTime = timeOf(noon - minutesAgo * minuteMs);
  const finishedTime = timeOf(noon - (minutesAgo - 1) * minuteMs);
  return { rung, operation: "before", startedTime, finishedTime, outcome: "Failed" };
}

function downFor(minutes: number): Partial<Evidence> {
  const forMs = minutes * minuteMs;
  return { notReadyForMs: forMs, silentForMs: forMs, downForMs: forMs };
}

type Case = readonly [name: string, scene: Scene, expected: Brief];
const table = (cases: readonly Case[]): void => {
  for (const [name, wishes, expected] of cases)
    test(name, () => assert.deepEqual(brief(repair(scene(wishes), noon)), expected));
};

const restart = doing("Record Repair RestartService of web-1");
const reboot = doing("Record Repair Reboot of web-1");
const young = waiting("web-1 EvidenceTooYoung");
const human = waiting("web-1 NeedsHuman");
const untouched = { capabilities: capableOf({ restartService: false, replaceSystemDisk: false }) };

table([
  ["a healthy pool needs no repair", { minutes: 0, evidence: {}, machine: { node: {} } }, nothingToDo],
  ["sick for a moment is too young", { minutes: 2 }, young],
  ["after 3 minutes the kubelet is restarted", { minutes: 3 }, restart],
  [
    "a restart that did not help is not repeated",
    { minutes: 9, repairs: [tried("RestartService", 6)] },
    young,
  ],
  [
    "after 10 minutes the machine is rebooted",
    { minutes: 10, repairs: [tried("RestartService", 6)] },
    reboot,
  ],
  [
    "an instance that is down is started after 3 minutes: it has nothing to lose by that",
    { minutes: 3, evidence: downFor(3), machine: { instance: { state: "Stopped" } } },
    reboot,
  ],
  [
    "but no earlier",
    { minutes: 2, evidence: downFor(2), machine: { instance: { state: "Stopped" } } },
    young,
  ],
  [
    "a reboot that did not help is not repeated",
    { minutes: 19, repairs: [tried("RestartService", 15), tried("Reboot", 9)] },
    young,
  ],
  [
    "after 20 minutes its disk is replaced",
    { minutes: 20, repairs: [tried("RestartService", 16), tried("Reboot", 10)] },
    doing("Record Repair ReplaceSystemDisk of web-1"),
  ],
  [
    "after 30 minutes its instance is",
    {
      minutes: 30,
      repairs: [tried("RestartService", 26), tried("Reboot", 20), tried("ReplaceSystemDisk", 10)],
    },
    doing("Record Repair ReplaceInstance of web-1"),
  ],
  [
    "a subscription is not replaced: a person has to judge",
    { minutes: 60, repairs: [tried("ReplaceSystemDisk", 10)], machine: { chargeType: "Subscription" } },
    human,
  ],
  [
    "what came before this sickness does not count as tried",
    { minutes: 5, repairs: [tried("RestartService", 90)] },
    restart,
  ],
  [
    "unless it failed shortly before: then we have only forgotten how long the sickness lasts",
    { minutes: 5, repairs: [tried("RestartService", 30)] },
    young,
  ],
  [
    "what helped shortly before belonged to another sickness",
    { minutes: 5, repairs: [{ ...tried("RestartService", 30), outcome: "Succeeded" }] },
    restart,
  ],
  [
    "a fourth ladder within a day is not begun",
    {
      repairs: [
        tried("RestartService", 600),
        tried("Reboot", 590),
        tried("RestartService", 400),
        tried("RestartService", 200),
      ],
    },
    human,
  ],
  [
    "ladders of the day before do not count",
    {
      repairs: [tried("RestartService", 25 * 60), tried("RestartService", 400), tried("RestartService", 200)],
    },
    restart,
  ],
  [
    "a third ladder is climbed to its end",
    {
      minutes: 12,
      repairs: [tried("RestartService", 600), tried("RestartService", 400), tried("RestartService", 9)],
    },
    reboot,
  ],
  [
    "a provider that cannot restart a service begins with the reboot",
    { minutes: 5, around: { provider: untouched } },
    young,
  ],
  [
    "and one that cannot replace disks goes on to the instance",
    { minutes: 30, repairs: [tried("Reboot", 20)], around: { provider: untouched } },
    doing("Record Repair ReplaceInstance of web-1"),
  ],
  [
    "a stopped instance is given its power, not a new kubelet",
    {
      minutes: 11,
      evidence: { notReadyForMs: 11 * minuteMs, downForMs: 11 * minuteMs },
      machine: { node: { ready: "Unknown" }, instance: { state: "Stopped" } },
    },
    reboot,
  ],
  [
    "a node object that a person deleted is brought back by a restart of its kubelet",
    {
      evidence: { notReadyForMs: 5 * minuteMs },
      machine: { node: null, status: { joinedTime: timeOf(noon - dayMs) } },
    },
    restart,
  ],
  ["a machine that has never been a node is the creation's matter", { machine: { node: null } }, nothingToDo],
]);

const cordoned = { node: { ready: "Unknown", isUnschedulable: true } } as const;
const ours = { "poolkeeper.dev/cordoned-by": "web-1:1" };
const scaledIn = [{ key: "ToBeDeletedByClusterAutoscaler", effect: "NoSchedule" }] as const;

table([
  ["where repair is not wanted, a person has to", { pool: { management: { autoRepair: false } } }, human],
  ["a person's cordon means: hands off", { machine: cordoned }, waiting("web-1 CordonedByPerson")],
  ["our own does not", { machine: { node: { ...cordoned.node, annotations: ours } } }, restart],
  [
    "nor that of a pool whose nodes start cordoned",
    { machine: cordoned, pool: { template: { unschedulable: true } } },
    restart,
  ],
  [
    "a node that the autoscaler takes is left to it",
    { machine: { node: { ready: "Unknown", taints: [...scaledIn] } } },
    waiting("web-1 AutoscalerOwnsNode"),
  ],
  [
    "nothing is concluded right after a gap in our view",
    { around: { cluster: { sinceGapMs: minuteMs } } },
    waiting("web-1 ViewTooYoung"),
  ],
  ["after two minutes it is", { around: { cluster: { sinceGapMs: 2 * minuteMs } } }, restart],
  [
    "a path that nothing proves is not taken",
    { around: { cluster: { otherLeaseRenewedMsAgo: null } } },
    waiting("web-1 PathUnproven"),
  ],
  [
    "in a storm nobody is repaired",
    {
      around: {
        evidence: {
          "web-1": { notReadyForMs: hourMs, silentForMs: hourMs },
          "web-2": { notReadyForMs: 0 },
          "web-3": { notReadyForMs: 0 },
        },
      },
    },
    waiting("web-1 Storm"),
  ],
  [
    "without the provider nothing can be repaired",
    { around: { provider: { isListComplete: false } } },
    waiting("web-1 ProviderUnavailable"),
  ],
  [
    "an instance at which the provider works is waited for",
    { machine: { ...cordonedFree(), instance: { isBusy: true } } },
    waiting("web-1 AwaitingInstance"),
  ],
  [
    "a machine in somebody's hands is theirs",
    { machine: { node: { ready: "Unknown" }, operation: { kind: "Upgrade" } } },
    nothingToDo,
  ],
  [
    "a machine that a removal names is left to it",
    {
      around: {
        operations: [anOperation({ kind: "RemoveNodes", targets: [{ machine: "web-1", uid: "uid-web-1" }] })],
      },
    },
    nothingToDo,
  ],
]);

function cordonedFree(): Partial<MachineWishes> {
  return { node: { ready: "Unknown" } };
}

const target = { machine: "web-1", uid: "uid-web-1" };
const recorded = (wishes: Parameters<typeof anOperation>[0] = {}, minutes = 5): Scene => ({
  minutes,
  around: {
    operations: [
      anOperation({
        name: "web-1-reboot-1",
        kind: "Repair",
        targets: [target],
        requestedBy: "Controller",
        ...wishes,
        options: { rung: "Reboot", ...wishes.options },
      }),
    ],
  },
});
const also = (base: Scene, more: Partial<SnapshotWishes>, machine?: Partial<MachineWishes>): Scene => ({
  ...base,
  around: { ...base.around, ...more },
  ...(machine === undefined ? {} : { machine }),
});
const byAnn = { requestedBy: "ann" };
const finished = timeOf(noon - minuteMs);

table([
  ["a repair that is written down begins", recorded(), doing("web-1: Repair Reboot Cordon")],
  [
    "replacing the instance is a release",
    recorded({ options: { rung: "ReplaceInstance" } }),
    doing("web-1: Repair Release Cordon"),
  ],
  ["it waits for approval", recorded({ approval: "Waiting" }), waiting("web-1 AwaitingApproval")],
  ["an approved one begins", recorded({ approval: "Approved" }), doing("web-1: Repair Reboot Cordon")],
  [
    "a denied one never does, and is not asked for again",
    recorded({ approval: "Denied", status: { finishedTime: finished } }),
    human,
  ],
  [
    "nor is one that a person cancelled",
    recorded({ state: "Cancel", status: { finishedTime: finished } }),
    human,
  ],
  [
    "a no to an earlier sickness does not count, and its name is not used again",
    recorded({
      name: "web-1-restartservice-1",
      approval: "Denied",
      status: { finishedTime: timeOf(noon - hourMs) },
    }),
    restart,
  ],
  ["a paused one waits", recorded({ state: "Pause" }), waiting("web-1 PausedByUser")],
  ["a paused pool repairs nothing", { ...recorded(), pool: { paused: true } }, waiting("web-1 Paused")],
  [
    "one machine at a time over the cluster",
    also(recorded(), { cluster: { repairsElsewhere: 1 } }),
    waiting("web-1 RepairsElsewhere"),
  ],
  [
    "a storm that has come up meanwhile stops it",
    also(recorded(), {
      evidence: {
        "web-2": { notReadyForMs: 0 },
        "web-3": { notReadyForMs: 0 },
        "web-4": { notReadyForMs: 0 },
      },
    }),
    waiting("web-1 Storm"),
  ],
  ["so does a person's cordon", also(recorded(), {}, cordoned), waiting("web-1 CordonedByPerson")],
  [
    "but not for what a person has asked for",
    also(recorded(byAnn), {}, cordoned),
    doing("web-1: Repair Reboot Cordon"),
  ],
  [
    "a machine that is well again needs no repair any more",
    { ...also(recorded(), {}, { node: {} }), evidence: {} },
    nothingToDo,
  ],
  [
    "one that a person sends to repair is repaired, well or not",
    { ...also(recorded(byAnn), {}, { node: {} }), evidence: {} },
    doing("web-1: Repair Reboot Cordon"),
  ],
  [
    "a person who names no rung gets the next of the ladder",
    recorded({ ...byAnn, options: {}, name: "plain" }),
    doing("web-1: Repair Reboot Cordon"),
  ],
  [
    "what the provider cannot do does not begin",
    also(recorded({ options: { rung: "ReplaceSystemDisk" } }), { provider: untouched }),
    waiting("web-1 CapabilityMissing"),
  ],
  [
    "a machine in other hands is waited for",
    also(recorded(), {}, { operation: { kind: "Upgrade" } }),
    waiting("web-1 BatchInProgress"),
  ],
  [
    "one whose status was lost since is learned of anew first",
    also(recorded(), {}, { status: { joinedTime: undefined } }),
    waiting("web-1 AwaitingNode"),
  ],
]);

test("one machine at a time in the pool", () => {
  const two = ["web-1", "web-2"].map((name) =>
    anOperation({
      name: `${name}-reboot-1`,
      kind: "Repair",
      targets: [{ machine: name, uid: `uid-${name}` }],
      requestedBy: "ann",
      options: { rung: "Reboot" },
    }),
  );
  const snapshot = scene({ evidence: {}, machine: { node: {} }, around: { operations: two } });
  assert.deepEqual(brief(repair(snapshot, noon)), {
    do: ["web-1: Repair Reboot Cordon"],
    wait: ["web-2 RepairInProgress"],
  });
});

test("with approval required everything but a restart of the kubelet asks first", () => {
  const pool = { management: { repairApproval: "Required" } } as const;
  assert.deepEqual(brief(repair(scene({ pool }), noon)), restart);
  const later = scene({ pool, minutes: 12, repairs: [tried("RestartService", 8)] });
  assert.deepEqual(brief(repair(later, noon)).do, ["Record Repair Reboot of web-1 (asks)"]);
});

test("a rung is written down on the machine when it begins", () => {
  const [action] = repair(scene(recorded()), noon).actions;
  assert.equal(action?.kind, "AdvanceMachine");
  const repairs = action?.kind === "AdvanceMachine" ? action.status.repairs : [];
  assert.deepEqual(
    repairs?.map(({ rung, outcome }) => [rung, outcome]),
    [["Reboot", "Running"]],
  );
});

test("a repair is recorded under the same name by all who see the same", () => {
  const name = (wishes: Scene): string | undefined => {
    const [action] = repair(scene(wishes), noon).actions;
    return action?.kind === "RecordOperation" ? action.name : undefined;
  };
  assert.equal(name({}), "web-1-restartservice-1");
  assert.equal(name({ minutes: 6 }), name({}));
  const taken = recorded({
    name: "web-1-restartservice-1",
    approval: "Denied",
    status: { finishedTime: timeOf(noon - hourMs) },
  });
  assert.equal(name(taken), "web-1-restartservice-1-2");
});

test("what is said of a sick machine does not change from one look to the next", () => {
  const said = (at: Instant, ageMs: number) =>
    repair(scene({ evidence: { notReadyForMs: ageMs, silentForMs: ageMs } }), at).held.map(
      ({ facts }) => facts,
    );
  assert.deepEqual(said(noon + 7, 90 * secondMs + 5), said(noon, 90 * secondMs));
});

const gone = (vanishedForMs: number, machine: Partial<MachineWishes> = {}): Scene => ({
  evidence: { vanishedForMs },
  machine: { instance: null, status: { instanceId: "i-web-1" }, node: { ready: "Unknown" }, ...machine },
});
const manyGone = (vanishedForMs: number): Scene => ({
  ...gone(vanishedForMs),
  around: {
    evidence: { "web-1": { vanishedForMs }, "web-2": { notReadyForMs: 0 }, "web-3": { notReadyForMs: 0 } },
  },
});
const lastly = (base: Scene, more: Partial<SnapshotWishes>): Scene => ({ ...base, around: more });

table([
  [
    "an instance that is gone takes its record along",
    gone(minuteMs),
    doing("web-1: Repair Vanished DeleteNode"),
  ],
  ["not before it is gone for a minute", gone(59 * secondMs), young],
  [
    "not on the word of half a list",
    lastly(gone(hourMs), { provider: { isListComplete: false } }),
    waiting("web-1 ProviderUnavailable"),
  ],
  ["not while its node reports", gone(hourMs, { node: {} }), young],
  ["when many are gone at once it waits", manyGone(9 * minuteMs), waiting("web-1 Storm")],
  [
    "and believes it after ten minutes, while others are still listed",
    manyGone(10 * minuteMs),
    doing("web-1: Repair Vanished DeleteNode"),
  ],
  [
    "also in the middle of an upgrade",
    gone(minuteMs, { operation: { step: "ReplaceDisk" } }),
    doing("web-1: Repair Vanished DeleteNode"),
  ],
  [
    "not in the middle of a removal, which ends in the same way",
    gone(minuteMs, { operation: { kind: "Remove", plan: "Release" } }),
    nothingToDo,
  ],
  ["a machine that has no instance yet has lost none", gone(minuteMs, { status: {} }), nothingToDo],
]);

test("a list that shows none of ours at all is not believed when all are gone", () => {
  const names = ["web-1", "web-2", "web-3"];
  const machines = names.map((name) =>
    aMachine({ name, instance: null, status: { instanceId: `i-${name}` }, node: { ready: "Unknown" } }),
  );
  const evidence = Object.fromEntries(names.map((name) => [name, { vanishedForMs: hourMs }]));
  const { wait } = brief(repair(aSnapshot({ machines, evidence }), noon));
  assert.deepEqual(wait, ["web-1 Storm", "web-2 Storm", "web-3 Storm"]);
});

test("an instance that is gone before it was a node is a creation that failed", () => {
  const operation = { kind: "Create", plan: "Create", step: "Boot" } as const;
  const [action] = repair(scene(gone(minuteMs, { operation, node: null })), noon).actions;
  const last = action?.kind === "AdvanceMachine" ? action.status.lastOperation : undefined;
  assert.deepEqual([last?.kind, last?.outcome, last?.reason], ["Create", "Failed", "InstanceVanished"]);
});
