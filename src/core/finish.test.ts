/** What has begun: paused, turned back, and what a machine learns on the way. Each step has its own tests. */
import assert from "node:assert/strict";
import test from "node:test";
import type { OperationInHand } from "../schema/machine.ts";
import { finish } from "./finish.ts";
import { type Brief, brief, doing, nothingToDo, waiting } from "./testing-brief.ts";
import {
  act,
  create,
  ours,
  reboot,
  release,
  type Scene,
  scene,
  since,
  stopped,
  target,
} from "./testing-step.ts";
import { aDisk, aMachine, anOperation, aPod, aPool, aSnapshot, type MachineWishes, noon } from "./testing.ts";
import { hourMs, minuteMs, timeOf } from "./time.ts";

const late = noon + 30 * minuteMs;
const asked = (kind: "RemoveNodes" | "Repair", reason = "") => [
  anOperation({ kind, reason, targets: [{ machine: "web-1", uid: "uid-web-1" }] }),
];

type Case = readonly [name: string, scene: Scene, expected: Brief];

function table(cases: readonly Case[]): void {
  for (const [name, wishes, expected] of cases) test(name, () => assert.deepEqual(act(wishes), expected));
}

const paused = { around: { pool: aPool({ paused: true }) } };
const changed = (wishes: Parameters<typeof anOperation>[0]) => ({
  around: { operations: [anOperation({ targets: [{ machine: "web-1", uid: "uid-web-1" }], ...wishes })] },
});

table([
  [
    "a paused pool drains nothing",
    { operation: { step: "Drain" }, pods: [aPod()], ...paused },
    waiting("web-1 Paused"),
  ],
  [
    "a paused operation drains nothing",
    { operation: { step: "Drain" }, pods: [aPod()], ...changed({ state: "Pause" }) },
    waiting("web-1 PausedByUser"),
  ],
  [
    "a pause does not use up the time of the drain",
    { operation: { step: "Drain" }, pods: [aPod()], ...paused, at: late },
    doing("web-1: Upgrade ReplaceSystemDisk Drain"),
  ],
  [
    "an empty node waits too, before its instance is touched",
    { operation: { step: "Drain" }, ...paused },
    waiting("web-1 Paused"),
  ],
  [
    "what is stopped goes on in a paused pool",
    { operation: { step: "ReplaceDisk" }, instance: stopped, ...paused },
    doing("ReplaceSystemDisk web-1"),
  ],
  [
    "a paused pool requests no instance",
    { operation: { ...create, step: "Request" }, instance: null, node: null, ...paused },
    waiting("web-1 Paused"),
  ],
  [
    "cancelled before the point of no return, the node is put back",
    { operation: { step: "Drain" }, pods: [aPod()], ...changed({ state: "Cancel" }) },
    doing("web-1: Upgrade PutBack Restore (Cancelled Cancelled)"),
  ],
  [
    "a skipped node is put back too",
    { operation: { step: "Cordon" }, ...changed({ skip: ["web-1"] }) },
    doing("web-1: Upgrade PutBack Restore (Cancelled Cancelled)"),
  ],
  [
    "so is one whose operation was deleted",
    { operation: { step: "Drain" }, around: { operations: [] } },
    doing("web-1: Upgrade PutBack Restore (Cancelled Cancelled)"),
  ],
  [
    "cancelled after it, the disk is replaced all the same",
    { operation: { step: "ReplaceDisk" }, instance: stopped, ...changed({ state: "Cancel" }) },
    doing("ReplaceSystemDisk web-1"),
  ],
  [
    "repair of a node that is well again is put back",
    {
      operation: { ...reboot, step: "Drain" },
      pods: [aPod()],
      ...changed({ kind: "Repair", requestedBy: "Controller" }),
    },
    doing("web-1: Repair PutBack Restore (Cancelled WellAgain)"),
  ],
  [
    "a repair that a person asked for is done, well or not",
    {
      operation: { ...reboot, step: "Drain" },
      pods: [aPod()],
      ...changed({ kind: "Repair", requestedBy: "ann" }),
    },
    doing("EvictPod web-1 cart-0"),
  ],
]);

function statusAfter(wishes: Scene) {
  const [action] = finish(scene(wishes), wishes.at ?? noon).actions;
  assert.equal(action?.kind, "AdvanceMachine");
  return action.kind === "AdvanceMachine" ? action.status : {};
}

test("a machine learns its instance and its node's name when the request is answered", () => {
  const status = statusAfter({
    operation: { ...create, step: "Request" },
    node: null,
    instance: { id: "i-7", zone: "cn-hangzhou-b" },
    status: { instanceId: "" },
  });
  assert.equal(status.instanceId, "i-7");
  assert.equal(status.nodeName, "cn-hangzhou.i-7");
  assert.equal(status.zone, "cn-hangzhou-b");
  assert.deepEqual(status.disk, target);
});

test("a machine learns when, and as which node, it has joined", () => {
  const status = statusAfter({ operation: { ...create, step: "Join" }, node: { uid: "uid-node" } });
  assert.equal(status.joinedTime, timeOf(noon));
  assert.equal(status.nodeUid, "uid-node");
});

test("the disk in use changes when it is replaced, not before", () => {
  const old = aDisk("3.0");
  const begun = statusAfter({ operation: { step: "Stop" }, instance: stopped, status: { disk: old } });
  assert.deepEqual(begun.disk, old);
  const replaced = { ...stopped, systemDiskId: "d-new" };
  const done = statusAfter({ operation: { step: "ReplaceDisk" }, instance: replaced, status: { disk: old } });
  assert.deepEqual(done.disk, target);
});

test("a kubelet of another version than asked for is no success, and the machine is behind", () => {
  const node = { kubeletVersion: "v1.35.2" };
  const instance = { systemDiskId: "d-new" };
  const status = statusAfter({ operation: { step: "AwaitReady" }, node, instance });
  assert.equal(status.operation?.step, "Restore");
  const { failure } = status.operation;
  assert.equal(failure?.reason, "VersionMismatch");
  const names = { machine: "web-1", node: "cn-hangzhou.i-web-1" };
  assert.deepEqual(failure.facts, { ...names, have: "v1.35.2", wanted: target.kubernetesVersion });
  assert.equal(status.disk?.kubernetesVersion, "v1.35.2");
  assert.notEqual(status.disk.hash, target.hash);
});

test("a new node of another version than asked for has joined, and is behind", () => {
  const status = statusAfter({
    operation: { ...create, step: "Join" },
    node: { kubeletVersion: "v1.35.2" },
    status: { disk: target },
  });
  assert.equal(status.lastOperation?.outcome, "Succeeded");
  assert.notEqual(status.disk?.hash, target.hash);
});

test("a disk that came after it was given up is known all the same, and at once", () => {
  for (const step of ["Start", "AwaitReady"]) {
    const status = statusAfter({
      operation: { plan: "PutBackStopped", step },
      instance: { systemDiskId: "d-new" },
      status: { disk: aDisk("3.0") },
    });
    assert.deepEqual(status.disk, target, step);
  }
});

test("a creation that failed is remembered as failed", () => {
  const operation = { ...create, step: "Join", ...since(15 * minuteMs) };
  const { lastOperation } = statusAfter({ ...ours, operation, node: null });
  assert.deepEqual([lastOperation?.kind, lastOperation?.outcome], ["Create", "Failed"]);
});

test("the time for a drain begins with the drain", () => {
  const operation = { step: "Cordon", drainDeadline: undefined };
  const { drainDeadline } = statusAfter({ operation: operation as Partial<OperationInHand> }).operation ?? {};
  assert.equal(drainDeadline, timeOf(noon + 30 * minuteMs));
});

test("a silent node in repair is given two minutes to drain, and so is one that is missing", () => {
  const operation = { ...reboot, step: "Cordon" };
  const operations = asked("Repair");
  const silent = { operations, evidence: { "web-1": { silentForMs: hourMs } } };
  const deadlines = [
    statusAfter({ operation, node: { ready: "Unknown" }, around: silent }),
    statusAfter({ operation, node: null, around: { operations } }),
  ].map((status) => status.operation?.drainDeadline);
  assert.deepEqual(deadlines, [timeOf(noon + 2 * minuteMs), timeOf(noon + 2 * minuteMs)]);
});

const spent = {
  operation: { ...release, step: "Forget" },
  node: null,
  status: {
    lastOperation: {
      kind: "Create",
      outcome: "Failed",
      reason: "StepTimedOut",
      message: "",
      startedTime: timeOf(noon - hourMs),
      finishedTime: timeOf(noon),
    },
  },
} as const;

table([
  [
    "the record of a failed creation is kept for an hour",
    { ...spent, at: noon + hourMs - 1 },
    waiting("web-1 Remembered"),
  ],
  ["and then it goes", { ...spent, at: noon + hourMs }, doing("ForgetMachine web-1")],
  [
    "a pool that is deleted remembers nothing",
    { ...spent, around: { pool: aPool({ metadata: { deletionTimestamp: timeOf(noon) } }) } },
    doing("ForgetMachine web-1"),
  ],
]);

const labels = { nodeLabels: { tier: "gold" } };
const rest = (wishes: Partial<MachineWishes>): Brief =>
  brief(finish(aSnapshot({ machines: [aMachine(wishes)] }), noon));
const poolLabels = { "poolkeeper.dev/pool": "web" };
const ourCordon = { isUnschedulable: true, annotations: { "poolkeeper.dev/cordoned-by": "web-1:1" } };

const atRest: readonly (readonly [string, Partial<MachineWishes>, Brief])[] = [
  ["a machine at rest that carries everything is left alone", {}, nothingToDo],
  ["labels that the record asks for are set", { spec: { attributes: labels } }, doing("LabelNode web-1")],
  [
    "once they are there that is recorded",
    { spec: { attributes: labels }, node: { labels: { ...poolLabels, tier: "gold" } } },
    doing("web-1: applied"),
  ],
  [
    "what a person changes on the node afterwards is theirs",
    {
      spec: { attributes: labels },
      status: { applied: labels },
      node: { labels: { ...poolLabels, tier: "tin" } },
    },
    nothingToDo,
  ],
  [
    "the pool's own label is kept",
    { node: { labels: { "poolkeeper.dev/pool": "other" } } },
    doing("LabelNode web-1"),
  ],
  [
    "a node that was deleted and made anew gets its labels again",
    { spec: { attributes: labels }, status: { applied: labels, nodeUid: "uid-before" } },
    doing("LabelNode web-1"),
  ],
  [
    "tags go to the instance",
    { spec: { attributes: { instanceTags: { team: "shop" } } } },
    doing("TagInstance web-1"),
  ],
  ["a node left cordoned by us is given back", { node: ourCordon }, doing("UncordonNode web-1")],
  ["a node cordoned by a person is not", { cordoned: true }, nothingToDo],
  ["without a node there is nothing to set", { spec: { attributes: labels }, node: null }, nothingToDo],
];
for (const [name, wishes, expected] of atRest) test(name, () => assert.deepEqual(rest(wishes), expected));

test("an upgraded node takes the template's labels along before it is given back", () => {
  const pool = aPool({ template: { nodeLabels: { tier: "gold" } } });
  const lines = [
    act({ operation: { step: "Restore" }, around: { pool } }),
    act({ operation: { step: "Restore" }, spec: { attributes: labels }, around: { pool } }),
    act({
      operation: { step: "Restore" },
      spec: { attributes: labels },
      node: { labels: { ...poolLabels, tier: "gold" } },
      around: { pool },
    }),
    act({
      operation: { step: "Restore" },
      spec: { attributes: labels },
      status: { applied: labels },
      node: { labels: { ...poolLabels, tier: "gold" } },
      around: { pool },
    }),
  ].map((answer) => answer.do);
  assert.deepEqual(lines, [
    ["SetAttributes web-1"],
    ["LabelNode web-1"],
    ["web-1: Upgrade ReplaceSystemDisk Restore"],
    ["UncordonNode web-1"],
  ]);
});

test("what is put back does not wait for labels", () => {
  const pool = aPool({ template: { nodeLabels: { tier: "gold" } } });
  const putBack = { plan: "PutBack", step: "Restore" };
  assert.deepEqual(
    act({ operation: putBack, spec: { attributes: labels }, instance: null, around: { pool } }),
    doing("UncordonNode web-1"),
  );
});
