/** Removals by name, deleted pools, deleted records. How the count follows is in removals.test.ts. */
import assert from "node:assert/strict";
import test from "node:test";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { Machine, Snapshot } from "./model.ts";
import { remove } from "./remove.ts";
import { removalsAnnotation } from "./removals.ts";
import { type Brief, brief, doing, nothingToDo, waiting } from "./testing-brief.ts";
import { ours } from "./testing-step.ts";
import { aMachine, anOperation, aPool, aSnapshot, type MachineWishes, noon } from "./testing.ts";
import { timeOf } from "./time.ts";

const finalizers = ["poolkeeper.dev/instance-cleanup"];
const deletionTimestamp = timeOf(noon);

function named(count: number): { machine: string; uid: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    machine: `web-${index + 1}`,
    uid: `uid-web-${index + 1}`,
  }));
}

type Asked = Parameters<typeof anOperation>[0];

/** Removes web-1, counted already. */
function aRemoval(wishes: Asked = {}): NodeOperationObject {
  return anOperation({
    name: "gone",
    kind: "RemoveNodes",
    targets: named(1),
    ...wishes,
    options: { release: true, ...wishes?.options },
  });
}

const counted = { annotations: { [removalsAnnotation]: "uid-gone=1/0 uid-more=1/0" }, finalizers };

function of(machines: readonly Machine[], operations = [aRemoval()], pool = {}): Brief {
  return brief(remove(scene(machines, operations, pool), noon));
}

function scene(
  machines: readonly Machine[],
  operations: readonly NodeOperationObject[],
  pool: Parameters<typeof aPool>[0],
): Snapshot {
  return aSnapshot({ machines, operations, pool: aPool({ metadata: counted, ...pool }) });
}

const one = (wishes: Partial<MachineWishes> = {}): readonly Machine[] => [aMachine(wishes)];
const busy = (kind: "Upgrade" | "Repair" | "Create", plan: string, step: string): Partial<MachineWishes> => ({
  operation: { kind, plan, step },
});
const keeping = [aRemoval({ options: { release: false } })];
const withRecord = (metadata: object): Partial<MachineWishes> => ({ metadata });

/** As a backup that is restored without statuses leaves it. */
const lost = { nodeName: undefined, instanceId: undefined, joinedTime: undefined };

const cases: readonly (readonly [string, () => Brief, Brief])[] = [
  ["a named machine is released", () => of(one()), doing("web-1: Remove Release Cordon")],
  ["or kept, as it was asked", () => of(one(), keeping), doing("web-1: Remove Leave Cordon")],
  [
    "one whose status was lost is not touched before its node is known: what runs there has to be drained",
    () => of(one({ status: lost })),
    waiting("web-1 AwaitingInstance"),
  ],
  [
    "also where the provider's list is not whole yet",
    () => {
      const { provider, ...rest } = scene(
        one({ status: lost, instance: null, node: null }),
        [aRemoval()],
        {},
      );
      return brief(remove({ ...rest, provider: { ...provider, isListComplete: false } }, noon));
    },
    waiting("web-1 AwaitingInstance"),
  ],
  [
    "a subscription is kept, whatever was asked",
    () => of(one({ chargeType: "Subscription" })),
    doing("web-1: Remove Leave Cordon"),
  ],
  [
    "also one that became a subscription at the provider",
    () => of(one({ instance: { chargeType: "Subscription" } })),
    doing("web-1: Remove Leave Cordon"),
  ],
  [
    "a record that has no instance has nothing to keep",
    () => of(one({ instance: null, node: null }), keeping),
    doing("web-1: Remove Release Cordon"),
  ],
  [
    "no more than ten at once, over all removals",
    () => {
      const machines = named(13).map(({ machine }) => aMachine({ name: machine }));
      const more = aRemoval({ name: "more", targets: named(13).slice(7) });
      const { do: actions, wait } = of(machines, [aRemoval({ targets: named(7) }), more]);
      return { do: [`${actions.length} begin`], wait };
    },
    {
      do: ["10 begin"],
      wait: ["web-11 RemovalsInProgress", "web-12 RemovalsInProgress", "web-13 RemovalsInProgress"],
    },
  ],
  [
    "those that leave already count as well",
    () => {
      const leaving = named(10).map(({ machine }) =>
        aMachine({ name: `old-${machine}`, operation: { kind: "Remove", plan: "Release" } }),
      );
      return of([...one(), ...leaving]);
    },
    waiting("web-1 RemovalsInProgress"),
  ],
  [
    "a machine that two removals name is begun once",
    () => of(one(), [aRemoval(), aRemoval({ name: "more" })]),
    doing("web-1: Remove Release Cordon"),
  ],
  [
    "it takes over from a creation",
    () => of(one({ ...busy("Create", "Create", "Boot"), ...ours, node: null })),
    doing("web-1: Remove Release Cordon"),
  ],
  [
    "from a repair",
    () => of(one(busy("Repair", "Reboot", "AwaitReady"))),
    doing("web-1: Remove Release Cordon"),
  ],
  [
    "from an upgrade, whatever the state of the disk",
    () =>
      of(
        one({
          ...busy("Upgrade", "ReplaceSystemDisk", "ReplaceDisk"),
          instance: { state: "Stopped", isBusy: true },
        }),
      ),
    doing("web-1: Remove Release Cordon"),
  ],
  [
    "but an instance that is kept is first in one piece and running again",
    () =>
      of(
        one({ ...busy("Upgrade", "ReplaceSystemDisk", "ReplaceDisk"), instance: { state: "Stopped" } }),
        keeping,
      ),
    waiting("web-1 BatchInProgress"),
  ],
  [
    "unless that instance is gone",
    () => {
      const machine = aMachine({
        ...busy("Upgrade", "PutBackStopped", "Start"),
        instance: null,
        status: { creation: {} as never },
      });
      const evidence = { "web-1": { vanishedForMs: 0 } };
      const snapshot = aSnapshot({
        machines: [machine],
        operations: keeping,
        pool: aPool({ metadata: counted }),
        evidence,
      });
      return brief(remove(snapshot, noon));
    },
    doing("web-1: Remove Leave Cordon"),
  ],
  [
    "an instance that is kept is taken over from a replacement that has not gone too far",
    () => of(one(busy("Upgrade", "Release", "Drain")), keeping),
    doing("web-1: Remove Leave Cordon"),
  ],
  [
    "what is being released already goes its way",
    () => of(one(busy("Upgrade", "Release", "Release"))),
    waiting("web-1 BatchInProgress"),
  ],
  [
    "what has vanished too",
    () => of(one(busy("Repair", "Vanished", "DeleteNode"))),
    waiting("web-1 BatchInProgress"),
  ],
  ["a paused pool lets nobody go", () => of(one(), [aRemoval()], { paused: true }), waiting("web-1 Paused")],
  [
    "a removal that waits for approval waits",
    () => of(one(), [aRemoval({ approval: "Waiting" })]),
    waiting("web-1 AwaitingApproval"),
  ],
  ["a paused removal waits", () => of(one(), [aRemoval({ state: "Pause" })]), waiting("web-1 PausedByUser")],
  [
    "nobody goes before the count is lowered",
    () => of(one(), [aRemoval()], { metadata: { finalizers } }),
    doing("AdjustReplicas 4 uid-gone=1/0"),
  ],
  [
    "a machine of another pool, or a namesake, is no target",
    () => of(one({ metadata: { uid: "uid-other" } })),
    nothingToDo,
  ],
  ["an empty list of targets is nobody", () => of(one(), [aRemoval({ targets: [] })]), nothingToDo],
  ["the finalizer comes first", () => of([], [], { metadata: {} }), doing("HoldPool")],
];
for (const [name, actual, expected] of cases) test(name, () => assert.deepEqual(actual(), expected));

const deleting = (wishes: Parameters<typeof aPool>[0] & { readonly confirmed?: string } = {}) => {
  const { confirmed = "web:1", metadata, ...pool } = wishes;
  const annotations = { "poolkeeper.dev/confirm-deletion": confirmed };
  return { ...pool, metadata: { finalizers, deletionTimestamp, annotations, ...metadata } };
};
const removingAll = "Record RemoveNodes of web-1";

const deletions: readonly (readonly [string, () => Brief, Brief])[] = [
  ["a pool that is deleted removes its machines", () => of(one(), [], deleting()), doing(removingAll)],
  [
    "not before somebody has confirmed that",
    () => of(one(), [], deleting({ confirmed: "" })),
    waiting("DeletionNotConfirmed"),
  ],
  ["for this pool", () => of(one(), [], deleting({ confirmed: "shop:1" })), waiting("DeletionNotConfirmed")],
  ["with a number", () => of(one(), [], deleting({ confirmed: "web" })), waiting("DeletionNotConfirmed")],
  [
    "that is not smaller than what there is now",
    () => of([...one(), aMachine({ name: "web-2" })], [], deleting()),
    waiting("DeletionNotConfirmed"),
  ],
  [
    "machines that are on their way out already are not named again",
    () => of(one({ operation: { kind: "Remove", plan: "Release" } }), [], deleting()),
    nothingToDo,
  ],
  [
    "a removal for a deleted pool lowers no count",
    () => of(one(), [aRemoval({ reason: "PoolDeleted" })], deleting()),
    doing("web-1: Remove Release Cordon"),
  ],
  ["the finalizer goes when nothing is left", () => of([], [], deleting()), doing("LetPoolGo")],
  ["and only once", () => of([], [], deleting({ metadata: { finalizers: ["other"] } })), nothingToDo],
  ["an empty pool needs no confirmation", () => of([], [], deleting({ confirmed: "" })), doing("LetPoolGo")],
];
for (const [name, actual, expected] of deletions) test(name, () => assert.deepEqual(actual(), expected));

test("the instances of a deleted pool are kept where it says so", () => {
  const { actions } = remove(
    scene(one(), [], deleting({ deletion: { instances: "Keep", drain: false } })),
    noon,
  );
  const [action] = actions;
  assert.equal(action?.kind, "RecordOperation");
  if (action?.kind !== "RecordOperation") return;
  const { release, drain, lowersReplicas } = action.spec.options;
  assert.deepEqual(
    { release, drain, lowersReplicas },
    { release: false, drain: false, lowersReplicas: false },
  );
});

const records: readonly (readonly [string, () => Brief, Brief])[] = [
  [
    "a record that a person deleted keeps its instance, and that is said",
    () => of(one(withRecord({ deletionTimestamp })), []),
    waiting("web-1 MachineDeleted"),
  ],
  [
    "one that never asked for an instance goes",
    () => of(one({ ...withRecord({ deletionTimestamp }), instance: null, node: null }), []),
    doing("ForgetMachine web-1"),
  ],
  [
    "but not before the provider's list is whole: its status may be lost, and its instance be there",
    () => {
      const machine = { ...withRecord({ deletionTimestamp }), instance: null, node: null };
      const { provider, ...rest } = scene(one(machine), [], {});
      return brief(remove({ ...rest, provider: { ...provider, isListComplete: false } }, noon));
    },
    waiting("web-1 MachineDeleted"),
  ],
  [
    "one that a removal names is removed as any other",
    () => of(one(withRecord({ deletionTimestamp }))),
    doing("web-1: Remove Release Cordon"),
  ],
];
for (const [name, actual, expected] of records) test(name, () => assert.deepEqual(actual(), expected));
