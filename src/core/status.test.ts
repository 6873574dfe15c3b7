/** The one word, the counts and the conditions of a pool, as people and tools see them. */
import assert from "node:assert/strict";
import test from "node:test";
import type { ConditionType } from "./conditions.ts";
import { decide } from "./decide.ts";
import type { Snapshot } from "./model.ts";
import { poolReport } from "./status.ts";
import {
  aBudget,
  aDisk,
  aMachine,
  anOperation,
  aPod,
  aPool,
  aSnapshot,
  aWindow,
  type MachineWishes,
  noon,
  type SnapshotWishes,
} from "./testing.ts";
import { hourMs, instantOf, minuteMs, timeOf } from "./time.ts";

const finalizers = ["poolkeeper.dev/instance-cleanup"];
const initialized = {
  conditions: [
    {
      type: "Initialized",
      status: "True",
      reason: "WasComplete",
      message: "",
      lastTransitionTime: timeOf(noon),
    },
  ],
} as const;

interface Scene {
  readonly pool?: Parameters<typeof aPool>[0];
  readonly machines?: readonly Partial<MachineWishes>[];
  readonly operations?: readonly Parameters<typeof anOperation>[0][];
  readonly around?: Partial<SnapshotWishes>;
  readonly isNew?: true;
}

const three: readonly Partial<MachineWishes>[] = [{}, {}, {}];
const targets = (...numbers: readonly number[]) =>
  numbers.map((number) => ({ machine: `web-${number}`, uid: `uid-web-${number}` }));

/** Pool web of three healthy machines that has been Active. */
function scene({ pool, machines = three, operations = [], around, isNew }: Scene): Snapshot {
  const { metadata, ...spec } = pool ?? {};
  return aSnapshot({
    pool: aPool({
      replicas: 3,
      metadata: { finalizers, ...metadata },
      ...(isNew === true ? {} : { status: { ...initialized, conditions: [...initialized.conditions] } }),
      ...spec,
    }),
    machines: machines.map((wishes, index) => aMachine({ name: `web-${index + 1}`, ...wishes })),
    operations: operations.map(anOperation),
    ...around,
  });
}

function report(wishes: Scene, now = noon) {
  const snapshot = scene(wishes);
  return poolReport(snapshot, decide(snapshot, now), now);
}

const joining = {
  instance: {},
  node: null,
  operation: { kind: "Create", plan: "Create", step: "Join" },
} as const;
const leaving = { operation: { kind: "Remove", plan: "Release", step: "Stop" } } as const;
const note = (text: string) => ({ "poolkeeper.dev/counted-removals": text });
const removal = { name: "gone", kind: "RemoveNodes", targets: targets(1) } as const;
const counted = { replicas: 2, metadata: { annotations: note("uid-gone=1/0") } };
const upgrading = { targets: targets(1, 2, 3), target: aDisk("3.1") };
const old = { image: "3.0" } as const;
const olds = [old, old, old];
const inHand = {
  operation: {
    operation: { name: "web-upgrade-1", uid: "uid-web-upgrade-1" },
    target: aDisk("3.1"),
    prior: { systemDiskId: "d-i-web-1" },
    step: "Stop",
  },
};
const sick = { "web-1": { notReadyForMs: 5 * minuteMs, silentForMs: 5 * minuteMs } };
const unready = { node: { ready: "Unknown" } } as const;
const failedCreation = {
  ...leaving,
  operation: { ...leaving.operation, step: "Forget" },
  node: null,
  instance: null,
  status: {
    lastOperation: {
      kind: "Create",
      outcome: "Failed",
      reason: "StepTimedOut",
      message: "",
      startedTime: timeOf(noon),
      finishedTime: timeOf(noon),
    },
  },
} as const;
const autoUpgrade = { autoUpgrade: true, maintenanceWindowRef: { name: "night" } };

const words: readonly (readonly [string, Scene, string])[] = [
  ["a new pool is Initializing", { isNew: true, machines: [] }, "Initializing"],
  ["while its first nodes come", { isNew: true, machines: [{}, {}, joining] }, "Initializing"],
  ["with all nodes it is Active", { isNew: true }, "Active"],
  ["a new pool of none is Active", { isNew: true, machines: [], pool: { replicas: 0 } }, "Active"],
  [
    "a new pool that cannot go on says so",
    { isNew: true, machines: [], around: { cluster: { brake: "by ann" } } },
    "Stalled",
  ],
  ["a pool as it should be is Active", {}, "Active"],
  ["with a node missing it is Scaling", { pool: { replicas: 4 } }, "Scaling"],
  ["with a node on its way too", { machines: [{}, {}, joining] }, "Scaling"],
  ["with too many too", { pool: { replicas: 2 } }, "Scaling"],
  ["with one that the count takes too", { pool: { replicas: 2 }, machines: [{}, {}, leaving] }, "Scaling"],
  ["with one that a person takes it is Removing", { pool: counted, operations: [removal] }, "Removing"],
  [
    "the memory of a failed creation is no node that leaves",
    { machines: [...three, failedCreation] },
    "Active",
  ],
  [
    "a sync is Updating",
    {
      pool: { template: { nodeLabels: { a: "b" } } },
      operations: [{ kind: "SyncAttributes", targets: targets(1) }],
    },
    "Updating",
  ],
  [
    "an upgrade is Upgrading",
    { machines: [inHand, old, old], operations: [{ ...upgrading, options: { when: "Now" } }] },
    "Upgrading",
  ],
  [
    "or waits for its window",
    { machines: olds, operations: [upgrading], around: { window: aWindow() } },
    "Waiting for window",
  ],
  [
    "but not while a node is still under way",
    { machines: [inHand, old, old], operations: [upgrading], around: { window: aWindow() } },
    "Upgrading",
  ],
  [
    "a person's pause of it is said at once",
    { machines: [inHand, old, old], operations: [{ ...upgrading, state: "Pause" }] },
    "Paused",
  ],
  [
    "an upgrade that has failed too often stands",
    {
      machines: olds,
      operations: [
        {
          ...upgrading,
          options: { when: "Now" },
          status: { machines: [{ name: "web-1", uid: "uid-web-1", state: "Failed" }] },
        },
      ],
    },
    "Stalled",
  ],
  ["so does one without a window", { machines: olds, operations: [upgrading] }, "Stalled"],
  [
    "one that waits to begin by itself leaves the pool Active",
    { machines: olds, pool: { management: autoUpgrade }, around: { window: aWindow() } },
    "Active",
  ],
  [
    "a repair is Repairing",
    { machines: [{ operation: { kind: "Repair", plan: "Reboot", step: "AwaitReady" } }, {}, {}] },
    "Repairing",
  ],
  [
    "a sick node before that is Degraded",
    { machines: [unready, {}, {}], around: { evidence: { "web-1": { notReadyForMs: 0 } } } },
    "Degraded",
  ],
  [
    "one that only a person can heal is Stalled",
    { machines: [unready, {}, {}], pool: { management: { autoRepair: false } }, around: { evidence: sick } },
    "Stalled",
  ],
  [
    "a record that somebody deleted is too",
    { machines: [{ metadata: { deletionTimestamp: timeOf(noon) } }, {}, {}] },
    "Stalled",
  ],
  ["a paused pool is Paused", { pool: { paused: true, replicas: 9 } }, "Paused"],
  [
    "a pool that is deleted is Deleting",
    { pool: { paused: true, metadata: { deletionTimestamp: timeOf(noon) } } },
    "Deleting",
  ],
  [
    "a drain that can never end is Stalled",
    {
      pool: { replicas: 2 },
      machines: [
        {},
        {},
        {
          operation: { kind: "Remove", plan: "Release", step: "Drain", drainDeadline: timeOf(noon + hourMs) },
          cordoned: true,
          pods: [aPod()],
        },
      ],
      around: { budgets: [aBudget({ disruptionsAllowed: 0, desiredHealthy: 3 })] },
    },
    "Stalled",
  ],
  [
    "a provider that does not answer is Stalled",
    { machines: [unready, {}, {}], around: { evidence: sick, provider: { isListComplete: false } } },
    "Stalled",
  ],
  [
    "but not in the first moments after a start",
    {
      machines: [unready, {}, {}],
      around: { evidence: sick, provider: { isListComplete: false }, cluster: { sinceGapMs: 5000 } },
    },
    "Degraded",
  ],
];
for (const [name, wishes, expected] of words)
  test(`${name}: ${expected}`, () => assert.equal(report(wishes).summary, expected));

test("machines are counted once, by what becomes of them", () => {
  const machines = [{}, old, joining, leaving, failedCreation, unready];
  assert.deepEqual(report({ pool: { replicas: 5 }, machines }).counts, {
    machines: 4,
    wanted: 5,
    ready: 2,
    upToDate: 2,
    leaving: 1,
  });
});

test("a pool that is deleted wants none", () => {
  assert.equal(report({ pool: { metadata: { deletionTimestamp: timeOf(noon) } } }).counts.wanted, 0);
});

function conditions(wishes: Scene, ...types: readonly ConditionType[]): readonly string[] {
  const found = report(wishes).conditions;
  return types.map((wanted) => {
    const condition = found.find(({ type }) => type === wanted);
    return `${wanted}=${String(condition?.isTrue)} ${condition?.reason ?? ""}`;
  });
}

test("conditions of a pool as it should be", () => {
  assert.deepEqual(
    conditions(
      {},
      "Ready",
      "Available",
      "Initialized",
      "Reconciling",
      "Stalled",
      "UpToDate",
      "ScalingOut",
      "ScalingIn",
    ),
    [
      "Ready=true AllNodesReady",
      "Available=true NodesReady",
      "Initialized=true WasComplete",
      "Reconciling=false Settled",
      "Stalled=false Progressing",
      "UpToDate=true TemplateMatches",
      "ScalingOut=false CountReached",
      "ScalingIn=false CountReached",
    ],
  );
  assert.deepEqual(conditions({}, "Upgrading", "RepairInProgress", "Paused", "Deleting"), [
    "Upgrading=false NoUpgrade",
    "RepairInProgress=false AllHealthy",
    "Paused=false NotPaused",
    "Deleting=false NotDeleted",
  ]);
});

const conditionCases: readonly (readonly [string, Scene, readonly string[]])[] = [
  [
    "a pool of none is available",
    { pool: { replicas: 0 }, machines: [] },
    ["Available=true NoNodeWanted", "Ready=true AllNodesReady"],
  ],
  [
    "one without a ready node is not",
    { machines: [unready, unready, unready] },
    ["Available=false NoNodeReady", "Ready=false NodesNotReady"],
  ],
  [
    "a whole pool that waits for a person is not Ready, and says why",
    {
      around: { cluster: { brake: "x" } },
      machines: [{ metadata: { deletionTimestamp: timeOf(noon) } }, {}, {}],
    },
    ["Ready=false MachineDeleted", "Stalled=true MachineDeleted"],
  ],
  ["outdated nodes are not up to date", { machines: [old, {}, {}] }, ["UpToDate=false Outdated"]],
  [
    "what they should be may be unknown",
    { around: { provider: { catalogue: null } } },
    ["UpToDate=false TargetUnknown"],
  ],
  [
    "a pool that grows is scaling out",
    { pool: { replicas: 4 } },
    ["ScalingOut=true NodesPending", "Reconciling=true Working"],
  ],
  [
    "a pool that shrinks is scaling in",
    { pool: { replicas: 2 }, machines: [{}, {}, leaving] },
    ["ScalingIn=true NodesLeaving"],
  ],
  [
    "an automatic upgrade says what it waits for",
    { machines: olds, pool: { management: autoUpgrade }, around: { window: aWindow() } },
    ["Upgrading=false WindowClosed", "UpToDate=false Outdated"],
  ],
  [
    "suspects are named before they are repaired",
    { machines: [unready, {}, {}], around: { evidence: { "web-1": { notReadyForMs: 0 } } } },
    ["RepairInProgress=false Suspects"],
  ],
  [
    "repair says what it waits for",
    { machines: [unready, {}, {}], around: { evidence: { "web-1": { notReadyForMs: 0, silentForMs: 0 } } } },
    ["RepairInProgress=false PathUnproven"],
  ],
  [
    "a deletion waits to be confirmed",
    { pool: { metadata: { deletionTimestamp: timeOf(noon) } } },
    ["Deleting=true DeletionRequested"],
  ],
];
for (const [name, wishes, expected] of conditionCases) {
  test(name, () => {
    const types = expected.map((line) => line.slice(0, line.indexOf("=")) as ConditionType);
    assert.deepEqual(conditions(wishes, ...types), expected);
  });
}

test("the next window is told, open or not", () => {
  const around = { window: aWindow() };
  assert.deepEqual(report({ around }).nextWindow, {
    opens: "2026-07-02T02:00:00Z",
    closes: "2026-07-02T06:00:00Z",
    isOpen: false,
  });
  assert.equal(report({ around }, instantOf("2026-07-02T03:00:00Z")).nextWindow?.isOpen, true);
  assert.equal(report({}).nextWindow, null);
  assert.equal(report({ around: { window: "Missing" } }).nextWindow, null);
});

test("what only a person can end is told first, and the ordinary course of things not at all", () => {
  const machines = [{ metadata: { deletionTimestamp: timeOf(noon) } }, unready, joining];
  const evidence = { "web-2": { notReadyForMs: minuteMs, silentForMs: minuteMs } };
  const { held } = report({ machines, around: { evidence } });
  assert.deepEqual(
    held.map(({ reason }) => reason),
    ["MachineDeleted", "EvidenceTooYoung"],
  );
});
