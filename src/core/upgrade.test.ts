/** Who is upgraded next, when, and everything that holds an upgrade back. */
import assert from "node:assert/strict";
import test from "node:test";
import type { MachineStatus } from "../schema/machine.ts";
import type { MachineProgress, NodeOperationObject } from "../schema/operation.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
import { type Brief, brief, doing, nothingToDo, waiting } from "./testing-brief.ts";
import {
  aDisk,
  aMachine,
  anOperation,
  aPool,
  aSnapshot,
  aWindow,
  capableOf,
  type MachineWishes,
  noon,
  type SnapshotWishes,
} from "./testing.ts";
import { hourMs, instantOf, minuteMs, timeOf } from "./time.ts";
import { surgeWanted, upgrade } from "./upgrade.ts";

const night: Instant = instantOf("2026-07-02T02:00:00Z");
const auto = { autoUpgrade: true, maintenanceWindowRef: { name: "night" } };

interface Scene {
  readonly at?: Instant;
  readonly size?: number;
  readonly pool?: Parameters<typeof aPool>[0];
  /** What the upgrade has reported of each machine. */
  readonly states?: Readonly<Record<string, Partial<MachineProgress>>>;
  /** What differs from a healthy machine with the old image. */
  readonly machines?: Readonly<Record<string, Partial<MachineWishes>>>;
  readonly operation?: Parameters<typeof anOperation>[0] | null;
  readonly around?: Partial<SnapshotWishes>;
}

/** Pool web of five old machines, all named by an upgrade that may start at once. */
function scene({ size = 5, pool, states = {}, machines = {}, operation, around }: Scene): Snapshot {
  const names = Array.from({ length: size }, (_, index) => `web-${index + 1}`);
  const { upgrade: rules, ...rest } = pool ?? {};
  return aSnapshot({
    pool: aPool({ replicas: size, upgrade: { maxUnavailable: size, ...rules }, ...rest }),
    machines: names.map((name) => aMachine({ name, image: "3.0", ...machines[name] })),
    operations: operation === null ? [] : [anUpgrade(names, states, operation)],
    window: aWindow(),
    ...around,
  });
}

function anUpgrade(
  names: readonly string[],
  states: NonNullable<Scene["states"]>,
  wishes: Parameters<typeof anOperation>[0] = {},
): NodeOperationObject {
  const machines = Object.entries(states).map(
    ([name, record]): MachineProgress => ({ name, uid: `uid-${name}`, state: "Waiting", ...record }),
  );
  return anOperation({
    targets: names.map((name) => ({ machine: name, uid: `uid-${name}` })),
    target: aDisk("3.1"),
    ...(machines.length === 0 ? {} : { status: { machines } }),
    ...wishes,
    options: { when: "Now", ...wishes.options },
  });
}

function act(wishes: Scene): Brief {
  return brief(upgrade(scene(wishes), wishes.at ?? noon));
}

type Case = readonly [name: string, scene: Scene, expected: Brief];
const table = (cases: readonly Case[]): void => {
  for (const [name, wishes, expected] of cases) test(name, () => assert.deepEqual(act(wishes), expected));
};

const begun = (...numbers: readonly number[]): readonly string[] =>
  numbers.map((number) => `web-${number}: Upgrade ReplaceSystemDisk Cordon`);
const done = (minutesAgo = 60) =>
  ({ state: "Succeeded", finishedTime: timeOf(noon - minutesAgo * minuteMs) }) as const;
const inHand = { operation: { operation: { name: "web-upgrade-1", uid: "uid-web-upgrade-1" } } };
const all = <T>(count: number, value: T): Record<string, T> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`web-${index + 1}`, value]));

table([
  ["the first goes alone", {}, { do: begun(1), wait: ["BatchInProgress"] }],
  ["while it is under way nobody follows", { machines: { "web-1": inHand } }, waiting("BatchInProgress")],
  ["when it is done the others wait for a while", { states: { "web-1": done(5) } }, waiting("Soaking")],
  ["then two go", { states: { "web-1": done(10) } }, { do: begun(2, 3), wait: ["BatchInProgress"] }],
  ["then four", { size: 9, states: all(3, done()) }, { do: begun(4, 5, 6, 7), wait: ["BatchInProgress"] }],
  [
    "then eight, but never more than may go at once",
    { size: 20, states: all(7, done()), pool: { upgrade: { maxParallel: 5 } } },
    { do: begun(8, 9, 10, 11, 12), wait: ["BatchInProgress"] },
  ],
  [
    "machines that were up to date already prove nothing: the first is still the first",
    { machines: all(3, { image: "3.1" }) },
    { do: begun(4), wait: ["BatchInProgress"] },
  ],
  ["an upgrade to what all have is nothing to do", { machines: all(5, { image: "3.1" }) }, nothingToDo],
  ["an upgrade of nobody too", { operation: { targets: [] } }, nothingToDo],
  [
    "a namesake is no target",
    { size: 1, machines: { "web-1": { metadata: { uid: "uid-other" } } } },
    nothingToDo,
  ],
  [
    "where somebody was about to begin, is begun first (S25)",
    { pool: { status: { promised: ["web-3"] } } },
    { do: begun(3), wait: ["BatchInProgress"] },
  ],
  ["a single machine needs no soak", { size: 1 }, doing(...begun(1))],
]);

const sickly = { ready: false } as const;
table([
  [
    "no more than may be away: two of five, one of them is away for another reason",
    { states: { "web-1": done() }, machines: { "web-5": sickly }, pool: { upgrade: { maxUnavailable: 2 } } },
    { do: begun(5, 2), wait: ["BatchInProgress"] },
  ],
  [
    "a machine that is away anyway costs nothing and goes first",
    { machines: { "web-5": sickly }, pool: { upgrade: { maxUnavailable: 1 } } },
    { do: begun(5), wait: ["BatchInProgress"] },
  ],
  [
    "and the others wait for it",
    {
      states: { "web-1": done() },
      machines: { "web-5": { ...sickly, ...inHand } },
      pool: { upgrade: { maxUnavailable: 1 } },
    },
    waiting("MaxUnavailable"),
  ],
  [
    "a share of the pool is rounded up",
    { size: 9, states: all(7, done()), pool: { upgrade: { maxUnavailable: "20%" } } },
    doing(...begun(8, 9)),
  ],
  [
    "a share of one tenth of nine is one",
    { size: 9, states: all(7, done()), pool: { upgrade: { maxUnavailable: "10%" } } },
    { do: begun(8), wait: ["MaxUnavailable"] },
  ],
  [
    "a pool that is short of nodes gives none away",
    { pool: { replicas: 6, upgrade: { maxUnavailable: 1 } } },
    waiting("MaxUnavailable"),
  ],
  [
    "a machine in other hands is waited for",
    { size: 1, machines: { "web-1": { operation: { kind: "Repair" } } } },
    waiting("BatchInProgress"),
  ],
  [
    "a machine that leaves is never taken back",
    { size: 1, machines: { "web-1": { operation: { kind: "Remove", plan: "Release", step: "Drain" } } } },
    waiting("BatchInProgress"),
  ],
  [
    "a machine that has not joined is waited for",
    { size: 1, machines: { "web-1": { node: null } } },
    waiting("BatchInProgress"),
  ],
  [
    "a busy instance is waited for",
    { size: 1, machines: { "web-1": { instance: { isBusy: true } } } },
    waiting("BatchInProgress"),
  ],
  [
    "a silent node cannot be drained: repair comes first",
    { size: 1, machines: { "web-1": sickly }, around: { evidence: { "web-1": { silentForMs: minuteMs } } } },
    waiting("BatchInProgress"),
  ],
  [
    "a machine that a removal names is left to it",
    {
      size: 1,
      operation: null,
      around: {
        operations: [
          anUpgrade(["web-1"], {}),
          anOperation({
            name: "gone",
            kind: "RemoveNodes",
            targets: [{ machine: "web-1", uid: "uid-web-1" }],
          }),
        ],
      },
    },
    waiting("BatchInProgress"),
  ],
]);

const failed = { state: "Failed", reason: "NodeNotReady" } as const;
const blocked = { state: "Blocked", reason: "DrainTimedOut" } as const;
const bad = (status: Partial<MachineStatus>): Partial<MachineWishes> => ({
  image: "3.1",
  status,
  ready: false,
});

table([
  ["one failure stops the rest", { states: { "web-1": failed } }, waiting("TooManyFailed")],
  [
    "unless the pool allows it",
    { states: { "web-1": failed }, pool: { upgrade: { maxFailedNodes: 1 } } },
    { do: begun(2), wait: ["BatchInProgress"] },
  ],
  [
    "one that could not be drained does not",
    { states: { "web-1": blocked } },
    { do: begun(2), wait: ["BatchInProgress"] },
  ],
  ["two do", { states: all(2, blocked) }, waiting("TooManyBlocked")],
  [
    "of thirty, three do not",
    { size: 30, states: all(3, blocked) },
    { do: begun(4), wait: ["BatchInProgress"] },
  ],
  [
    "a retry tries the failed one again",
    {
      size: 1,
      states: { "web-1": failed },
      operation: { retry: ["web-1"], status: { machines: [{ name: "web-1", uid: "uid-web-1", ...failed }] } },
    },
    doing(...begun(1)),
  ],
  [
    "also where its disk is the new one, but did not bring the node back",
    {
      size: 1,
      machines: { "web-1": bad({}) },
      operation: { retry: ["web-1"], status: { machines: [{ name: "web-1", uid: "uid-web-1", ...failed }] } },
    },
    doing(...begun(1)),
  ],
  [
    "a skipped machine is left out",
    { operation: { skip: ["web-1"] } },
    { do: begun(2), wait: ["BatchInProgress"] },
  ],
  ["a paused upgrade starts nobody", { operation: { state: "Pause" } }, waiting("PausedByUser")],
  ["nor does a paused pool", { pool: { paused: true } }, waiting("Paused")],
  ["a cancelled upgrade is over", { operation: { state: "Cancel" } }, nothingToDo],
  [
    "a pool that is deleted is not upgraded",
    { pool: { metadata: { deletionTimestamp: timeOf(noon) } } },
    nothingToDo,
  ],
  [
    "without the provider nothing starts",
    { around: { provider: { isListComplete: false } } },
    waiting("ProviderUnavailable"),
  ],
  [
    "nor where it cannot replace disks",
    {
      around: {
        provider: { capabilities: capableOf({ replaceSystemDisk: false }) },
      },
    },
    waiting("CapabilityMissing"),
  ],
  [
    "an upgrade without a target goes to what the template says",
    { size: 1, operation: { target: undefined } as object },
    doing(...begun(1)),
  ],
  [
    "and waits where that is unknown",
    { size: 1, operation: { target: undefined } as object, around: { provider: { catalogue: null } } },
    waiting("ProviderUnavailable"),
  ],
]);

const inWindow = { options: { when: "InWindow" } } as const;
table([
  ["an upgrade in the window waits for it", { operation: inWindow }, waiting("WindowClosed")],
  [
    "and starts when it opens",
    { operation: inWindow, at: night },
    { do: begun(1), wait: ["BatchInProgress"] },
  ],
  [
    "what would not be done before it closes does not start",
    { operation: inWindow, at: night + 4 * hourMs - 14 * minuteMs },
    waiting("WindowTooShort"),
  ],
  [
    "a window that does not exist never opens",
    { operation: inWindow, around: { window: "Missing" } },
    waiting("WindowMissing"),
  ],
  ["without a window nothing opens", { operation: inWindow, around: { window: null } }, waiting("NoWindow")],
  [
    "one pool at a time",
    { operation: inWindow, at: night, around: { cluster: { upgradesElsewhere: ["api"] } } },
    waiting("OtherPoolUpgrading"),
  ],
  [
    "unless it was asked for at once",
    { around: { cluster: { upgradesElsewhere: ["api"] } } },
    { do: begun(1), wait: ["BatchInProgress"] },
  ],
]);

const moved = (operationUid: string): Partial<MachineWishes> => ({
  image: "3.1",
  status: {
    lastOperation: {
      kind: "Upgrade",
      outcome: "Succeeded",
      reason: "Succeeded",
      message: "",
      operationUid,
      startedTime: timeOf(noon - 2 * hourMs),
      finishedTime: timeOf(noon - hourMs),
      workloads: ["shop/ReplicaSet/cart"],
    },
  },
});
const cart = (ready: number) => ({ workloads: { "shop/ReplicaSet/cart": { wanted: 3, ready } } });

table([
  [
    "the workloads that were moved have to be whole again",
    { machines: { "web-1": moved("uid-web-upgrade-1") }, around: cart(2) },
    waiting("HealthGate"),
  ],
  [
    "whole again, it goes on",
    { machines: { "web-1": moved("uid-web-upgrade-1") }, around: cart(3) },
    { do: begun(2, 3), wait: ["BatchInProgress"] },
  ],
  [
    "where nobody wants the gate, it is open",
    {
      machines: { "web-1": moved("uid-web-upgrade-1") },
      around: cart(2),
      pool: { upgrade: { healthGate: "Disabled" } },
    },
    { do: begun(2, 3), wait: ["BatchInProgress"] },
  ],
  [
    "what another upgrade has moved long ago is not this one's matter",
    { machines: { "web-1": moved("uid-before") }, around: cart(2) },
    { do: begun(2), wait: ["BatchInProgress"] },
  ],
]);

const automatic = (wishes: Scene = {}): Scene => ({
  at: night,
  operation: null,
  ...wishes,
  pool: { management: auto, ...wishes.pool },
});
const recorded = doing("Record Upgrade of web-1 web-2 web-3 web-4 web-5");
const before = (hours: number, wishes: Parameters<typeof anOperation>[0] = {}) => ({
  operations: [
    anUpgrade(
      [],
      {},
      { requestedBy: "Controller", status: { finishedTime: timeOf(night - hours * hourMs) }, ...wishes },
    ),
  ],
});

table([
  ["outdated machines are upgraded by themselves where the pool says so", automatic(), recorded],
  ["and not where it does not", { operation: null, at: night }, nothingToDo],
  [
    "only the outdated ones",
    automatic({ machines: { "web-2": { image: "3.1" } } }),
    doing("Record Upgrade of web-1 web-3 web-4 web-5"),
  ],
  [
    "when all are up to date there is nothing to do",
    automatic({ machines: all(5, { image: "3.1" }) }),
    nothingToDo,
  ],
  ["outside of the window they wait", automatic({ at: noon }), waiting("WindowClosed")],
  ["two in a row are a day apart", automatic({ around: before(23) }), waiting("RecentlyUpgraded")],
  ["after that day it may", automatic({ around: before(24) }), recorded],
  [
    "an upgrade by a person does not count",
    automatic({ around: before(1, { requestedBy: "ann" }) }),
    recorded,
  ],
  [
    "one pool at a time, also by themselves",
    automatic({ around: { cluster: { upgradesElsewhere: ["api"] } } }),
    waiting("OtherPoolUpgrading"),
  ],
  [
    "a machine that has failed with this very disk is not tried again by itself",
    automatic({
      size: 1,
      machines: {
        "web-1": {
          image: "3.0",
          status: {
            lastOperation: {
              kind: "Upgrade",
              outcome: "Blocked",
              reason: "DrainTimedOut",
              message: "",
              diskHash: aDisk("3.1").hash,
              startedTime: timeOf(noon),
              finishedTime: timeOf(noon),
            },
          },
        },
      },
    }),
    nothingToDo,
  ],
  [
    "an image that the catalogue does not have starts nothing",
    automatic({ pool: { template: { image: { family: "Mars", version: "1" } } } }),
    nothingToDo,
  ],
  [
    "a machine that leaves is not named",
    automatic({ machines: { "web-1": { operation: { kind: "Remove", plan: "Release" } } } }),
    doing("Record Upgrade of web-2 web-3 web-4 web-5"),
  ],
]);

test("one upgrade after the other: what was asked for first, and of the same second by name", () => {
  const first = (...operations: readonly NodeOperationObject[]): unknown => {
    const [action] = upgrade(scene({ operation: null, around: { operations } }), noon).actions;
    return action?.kind === "AdvanceMachine" ? action.status.operation?.operation?.name : null;
  };
  const b = anUpgrade(["web-1"], {}, { name: "b" });
  const c = anUpgrade(["web-2"], {}, { name: "c" });
  const older = anUpgrade(
    ["web-3"],
    {},
    { name: "z", metadata: { creationTimestamp: timeOf(noon - 9 * 24 * hourMs) } },
  );
  assert.deepEqual([first(b, c), first(c, b), first(c, b, older)], ["b", "b", "z"]);
});

test("by new instances, a machine is released, and a subscription gets a new disk all the same", () => {
  const pool = { upgrade: { method: "ReplaceInstance" } } as const;
  assert.deepEqual(act({ size: 1, pool }).do, ["web-1: Upgrade Release Cordon"]);
  const machines = { "web-1": { chargeType: "Subscription" } } as const;
  assert.deepEqual(act({ size: 1, pool, machines }).do, begun(1));
});

test("extra instances are wanted for those that wait, not for those on their way out", () => {
  const pool = { upgrade: { method: "ReplaceInstance", maxSurge: 2 } } as const;
  const wanted = (wishes: Scene): number => surgeWanted(scene({ pool, ...wishes }), noon);
  assert.equal(wanted({}), 2);
  assert.equal(wanted({ states: all(4, done()) }), 1);
  assert.equal(wanted({ states: all(4, done()), machines: { "web-5": inHand } }), 0);
  assert.equal(wanted({ operation: { state: "Pause" } }), 0);
  assert.equal(wanted({ pool: { ...pool, paused: true } }), 0);
  assert.equal(wanted({ operation: null }), 0);
});

test("a window that is closed says when it opens, and waits for that", () => {
  const [held] = upgrade(scene({ operation: inWindow }), noon).held;
  assert.equal(held?.wakeAt, night);
  assert.equal(held.facts["until"], timeOf(night));
});

test("machines are begun in their order", () => {
  const machines: readonly Machine[] = scene({}).machines;
  const turned = { ...scene({ states: all(3, done()) }), machines: machines.toReversed() };
  assert.deepEqual(brief(upgrade(turned, noon)).do, begun(4, 5));
});
