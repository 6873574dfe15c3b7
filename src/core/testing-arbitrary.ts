/** Generated snapshots for property tests: pools in any state, consistent or not. Not for the product. */
import * as fc from "fast-check";
import type { MachineStatus, OperationInHand } from "../schema/machine.ts";
import type { MachineProgress, NodeOperationObject } from "../schema/operation.ts";
import type { ManagedNodePoolObject, PoolSpec } from "../schema/pool.ts";
import { removalsAnnotation } from "./removals.ts";
import type { Evidence, Instance, Instant, Machine, Node, Outcome, Pod, Snapshot } from "./model.ts";
import { type PlanName, plans } from "./steps.ts";
import {
  aBudget,
  aDisk,
  aMachine,
  anOperation,
  aPod,
  aPool,
  aSnapshot,
  aWindow,
  capableOf,
} from "./testing.ts";
import { hourMs, instantOf, minuteMs, secondMs, timeOf } from "./time.ts";

/** In a window that is open, so that nothing waits for one. */
export const night: Instant = instantOf("2026-07-02T03:00:00Z");

const maybe = <T>(arbitrary: fc.Arbitrary<T>, nil: number = 2): fc.Arbitrary<T | null> =>
  fc.option(arbitrary, { freq: nil });
const ago = (...ages: readonly number[]): fc.Arbitrary<string> =>
  fc.constantFrom(...ages.map((ms) => timeOf(night - ms)));
const someTime = ago(0, secondMs, minuteMs, 10 * minuteMs, 40 * minuteMs, 2 * hourMs);
const age = maybe(fc.constantFrom(0, secondMs, 2 * minuteMs, 5 * minuteMs, 12 * minuteMs, hourMs));

const kindsByPlan: Readonly<Record<PlanName, readonly OperationInHand["kind"][]>> = {
  Create: ["Create"],
  Release: ["Remove", "Upgrade", "Repair"],
  Leave: ["Remove"],
  Vanished: ["Repair"],
  ReplaceSystemDisk: ["Upgrade", "Repair"],
  Reboot: ["Repair"],
  RestartService: ["Repair"],
  PutBack: ["Remove", "Upgrade", "Repair"],
  PutBackStopped: ["Upgrade", "Repair"],
};

const operationKinds = ["RemoveNodes", "Upgrade", "Repair", "SyncAttributes"] as const;
const kindOfCause: Readonly<Record<OperationInHand["kind"], (typeof operationKinds)[number] | null>> = {
  Create: null,
  Remove: "RemoveNodes",
  Upgrade: "Upgrade",
  Repair: "Repair",
};

const places = Object.entries(plans).flatMap(([plan, steps]) =>
  steps.flatMap((step) => kindsByPlan[plan as PlanName].map((kind) => ({ plan, step, kind }))),
);

/** An operation in hand; its cause is looked for among the pool's operations, and now and then there is none. */
function inHandOf(operations: readonly NodeOperationObject[]): fc.Arbitrary<Partial<OperationInHand>> {
  return fc
    .record({
      place: fc.constantFrom(...places),
      stepSince: someTime,
      drain: fc.boolean(),
      cause: fc.nat(20),
      failure: maybe(fc.constant({ reason: "DrainTimedOut", step: "Drain", outcome: "Blocked" } as const)),
      deadline: fc.constantFrom(-minuteMs, minuteMs),
      epoch: fc.constantFrom(1, 2),
      hasPrior: fc.boolean(),
    })
    .map(({ place, stepSince, drain, cause, failure, deadline, epoch, hasPrior }) => {
      const fitting = operations.filter(({ spec }) => spec.kind === kindOfCause[place.kind]);
      const found = fitting[cause % Math.max(1, fitting.length)];
      return {
        ...place,
        stepSince,
        startedTime: stepSince,
        epoch,
        options: { drain, release: place.plan === "Release" },
        target: aDisk("3.1"),
        drainDeadline: timeOf(night + deadline),
        ...(hasPrior ? { prior: { systemDiskId: "d-old", bootId: "boot-old" } } : {}),
        ...(found === undefined
          ? {}
          : { operation: { name: found.metadata.name, uid: found.metadata.uid ?? "" } }),
        ...(failure === null || !place.plan.startsWith("PutBack") ? {} : { failure }),
      };
    });
}

const instance: fc.Arbitrary<Partial<Instance> | null> = maybe(
  fc.record({
    state: fc.constantFrom(
      "Pending",
      "Starting",
      "Running",
      "Running",
      "Running",
      "Stopping",
      "Stopped",
      "Releasing",
    ),
    isBusy: fc.boolean(),
    systemDiskId: fc.constantFrom("d-old", "d-new"),
    chargeType: fc.constantFrom("PayAsYouGo", "PayAsYouGo", "Subscription"),
  } as const),
  5,
);

const node: fc.Arbitrary<Partial<Node> | null> = maybe(
  fc
    .record({
      ready: fc.constantFrom("True", "True", "False", "Unknown"),
      isUnschedulable: fc.boolean(),
      isOurs: fc.boolean(),
      isProtected: fc.constantFrom(false, false, false, true),
      bootId: fc.constantFrom("boot-old", "boot-new"),
      kubeletVersion: fc.constantFrom("v1.36.3", "v1.35.2"),
      pool: fc.constantFrom("web", "web", "other"),
    } as const)
    .map(({ isOurs, isProtected, pool, ...rest }) => ({
      ...rest,
      annotations: {
        ...(isOurs ? { "poolkeeper.dev/cordoned-by": "web:1" } : {}),
        ...(isProtected ? { "poolkeeper.dev/protected": "true" } : {}),
      },
      labels: { "poolkeeper.dev/pool": pool },
    })),
  5,
);

const pods: fc.Arbitrary<readonly Pod[]> = fc.array(
  fc
    .record({ name: fc.uuid(), isGoing: fc.boolean(), isReady: fc.boolean() })
    .map(({ name, isGoing, isReady }) => aPod({ name, isReady, deletionAt: isGoing ? night : null })),
  { maxLength: 2 },
);

const attributes = fc.constantFrom({}, { nodeLabels: { tier: "gold" } }, { instanceTags: { team: "shop" } });

function lastOf(operations: readonly NodeOperationObject[]): fc.Arbitrary<MachineStatus["lastOperation"]> {
  return fc
    .record({
      kind: fc.constantFrom("Create", "Remove", "Upgrade", "Repair"),
      outcome: fc.constantFrom("Succeeded", "Failed", "Blocked", "Cancelled"),
      finishedTime: someTime,
      cause: fc.nat(20),
    } as const)
    .map(({ cause, ...last }) => {
      const uid = operations[cause]?.metadata.uid;
      const times = { startedTime: last.finishedTime };
      return {
        ...last,
        ...times,
        reason: "",
        message: "",
        ...(uid === undefined ? {} : { operationUid: uid }),
      };
    });
}

function machineOf(number: number, operations: readonly NodeOperationObject[]): fc.Arbitrary<Machine> {
  return fc
    .record({
      operation: maybe(inHandOf(operations)),
      instance,
      node,
      pods,
      last: maybe(lastOf(operations)),
      image: fc.constantFrom("3.0", "3.1"),
      chargeType: fc.constantFrom("PayAsYouGo", "PayAsYouGo", "Subscription"),
      isFresh: fc.boolean(),
      isDeleted: maybe(fc.constant(true), 1),
      attributes,
      zone: fc.constantFrom("cn-hangzhou-a", "cn-hangzhou-b"),
    } as const)
    .map((wishes) => {
      const { operation, instance, node, last, isFresh, isDeleted, ...rest } = wishes;
      const isNew = isFresh && instance === null && node === null && operation === null;
      return aMachine({
        ...rest,
        name: `web-${number}`,
        instance,
        node,
        pods: node === null ? [] : rest.pods.map((pod) => ({ ...pod, uid: `${pod.uid}-${number}` })),
        ...(operation === null ? {} : { operation }),
        ...(isDeleted === true ? { metadata: { deletionTimestamp: timeOf(night) } } : {}),
        spec: { attributes: rest.attributes },
        status: {
          lastEpoch: 2,
          ...(isNew ? {} : { creation: { attempt: 1, clientToken: `uid-web-${number}-1`, request } }),
          ...(isNew || operation?.step === "Request" ? {} : { instanceId: `i-web-${number}` }),
          ...(last === null || last === undefined ? {} : { lastOperation: last }),
        },
      });
    });
}

const request = { zone: "cn-hangzhou-a", instanceType: "ecs.g7.large" } as NonNullable<
  MachineStatus["creation"]
>["request"];

function operationOf(number: number): fc.Arbitrary<NodeOperationObject> {
  return fc
    .record({
      kind: fc.constantFrom(...operationKinds),
      named: fc.subarray([1, 2, 3, 4, 5, 6, 7, 8, 9]),
      isNamesake: fc.boolean(),
      state: fc.constantFrom("Run", "Run", "Run", "Pause", "Cancel"),
      approval: fc.constantFrom("NotNeeded", "NotNeeded", "Waiting", "Approved", "Denied"),
      requestedBy: fc.constantFrom("Controller", "ann"),
      rung: fc.constantFrom("RestartService", "Reboot", "ReplaceSystemDisk", "ReplaceInstance"),
      when: fc.constantFrom("Now", "InWindow"),
      release: fc.boolean(),
      lowersReplicas: fc.boolean(),
      reason: fc.constantFrom("", "PoolDeleted", "AboveDesired"),
      states: fc.array(
        maybe(fc.constantFrom("Waiting", "Running", "Succeeded", "Failed", "Blocked", "Skipped")),
      ),
      isFinished: maybe(fc.constant(true), 1),
    } as const)
    .map(({ kind, named, isNamesake, states, isFinished, rung, when, release, lowersReplicas, ...spec }) => {
      const targets = named.map((index) => ({
        machine: `web-${index}`,
        uid: isNamesake && index % 3 === 0 ? "uid-other" : `uid-web-${index}`,
      }));
      const machines = targets.flatMap(({ machine, uid }, index): MachineProgress[] => {
        const state = states[index] ?? null;
        return state === null ? [] : [{ name: machine, uid, state }];
      });
      const options = { release: release && kind === "RemoveNodes", lowersReplicas, when };
      return anOperation({
        ...spec,
        name: `op-${number}`,
        kind,
        targets,
        target: aDisk("3.1"),
        options: kind === "Repair" ? { ...options, rung } : options,
        status: { machines, ...(isFinished === true ? { finishedTime: timeOf(night - minuteMs) } : {}) },
      });
    });
}

const pool: fc.Arbitrary<ManagedNodePoolObject> = fc
  .record({
    replicas: fc.nat(9),
    paused: maybe(fc.constant(true), 1).map((value) => value === true),
    isDeleted: maybe(fc.constant(true), 1),
    confirmed: fc.constantFrom("", "web:2", "web:9"),
    isHeld: fc.boolean(),
    note: fc.constantFrom("", "uid-op-1=1/0", "uid-op-1=2/1 uid-op-2=1/0"),
    image: fc.constantFrom("3.0", "3.1"),
    upgrade: upgradeRules(),
    onTimeout: fc.constantFrom("Stop", "Skip", "Force"),
    autoUpgrade: fc.boolean(),
    autoRepair: fc.boolean(),
    repairApproval: fc.constantFrom("Automatic", "Required"),
    template: attributes,
  } as const)
  .map(
    ({
      replicas,
      paused,
      isDeleted,
      confirmed,
      isHeld,
      note,
      image,
      upgrade,
      onTimeout,
      template,
      ...management
    }) =>
      aPool({
        replicas,
        paused,
        upgrade,
        drain: { onTimeout },
        management: { ...management, maintenanceWindowRef: { name: "night" } },
        template: { ...template, image: { family: "AlibabaCloudLinux", version: image } },
        metadata: {
          finalizers: isHeld ? ["poolkeeper.dev/instance-cleanup"] : [],
          annotations: { [removalsAnnotation]: note, "poolkeeper.dev/confirm-deletion": confirmed },
          ...(isDeleted === true ? { deletionTimestamp: timeOf(night) } : {}),
        },
      }),
  );

function upgradeRules(): fc.Arbitrary<PoolSpec["upgrade"]> {
  return fc
    .record({
      method: fc.constantFrom("ReplaceSystemDisk", "ReplaceInstance"),
      maxUnavailable: fc.constantFrom(1, 2, "25%", "100%"),
      maxSurge: fc.nat(2),
      maxParallel: fc.integer({ min: 1, max: 4 }),
      soakSeconds: fc.constantFrom(0, 600),
      maxFailedNodes: fc.nat(2),
      healthGate: fc.constantFrom("Enabled", "Disabled"),
    } as const)
    .map((rules) => ({ ...rules, maxSurge: rules.method === "ReplaceInstance" ? rules.maxSurge : 0 }));
}

const evidence: fc.Arbitrary<Evidence> = fc.record({
  notReadyForMs: age,
  silentForMs: age,
  problems: fc.constantFrom(
    [],
    [],
    [{ type: "KernelDeadlock", forMs: 5 * minuteMs }],
    [{ type: "EtcdIsVoter", forMs: hourMs }],
  ),
  downForMs: age,
  vanishedForMs: age,
});

const outcome: fc.Arbitrary<Outcome> = fc.record({
  action: fc.constantFrom(
    "StopInstance",
    "RequestInstance",
    "ReplaceSystemDisk",
    "LeaveCluster",
    "AdvanceMachine",
    "EvictPod",
    "RebootInstance",
    "ReleaseInstance",
  ),
  error: fc.constantFrom(
    null,
    { kind: "OutOfStock", message: "" },
    { kind: "Invalid", message: "" },
    { kind: "Unknown", message: "" },
  ),
  at: fc.constantFrom(night, night - 2 * secondMs, night - hourMs),
  epoch: fc.constantFrom(null, 1, 2),
  failures: fc.nat(4),
});

/** One pool of up to eight machines, seen at `night`, with up to four operations and anything that may be around them. */
export const aSnapshotOfAnything: fc.Arbitrary<Snapshot> = fc
  .tuple(fc.nat(4), fc.nat(8))
  .chain(([operations, machines]) =>
    fc.tuple(fc.tuple(...numbers(operations).map(operationOf)), fc.constant(machines)),
  )
  .chain(([operations, machines]) =>
    fc.record({
      operations: fc.constant(operations),
      machines: fc.tuple(...numbers(machines).map((number) => machineOf(number, operations))),
      evidence: fc.tuple(...numbers(machines).map(() => evidence)),
      outcomes: fc.tuple(...numbers(machines).map(() => maybe(outcome))),
      isCalm: fc.boolean(),
      pool,
      window: fc.constantFrom<Snapshot["window"]>(null, "Missing", aWindow(), aWindow()),
      isListComplete: fc.constantFrom(true, true, true, false),
      canReplaceDisks: fc.constantFrom(true, true, false),
      allowed: fc.nat(2),
      sinceGapMs: fc.constantFrom(0, hourMs),
      brake: maybe(fc.constant("by ann"), 1),
      tripped: maybe(fc.constant({ machines: ["a-1", "b-1", "c-1", "d-1"], at: 0 }), 1),
      repairsElsewhere: fc.constantFrom(0, 0, 0, 1),
      upgradesElsewhere: fc.constantFrom([], [], ["api"]),
    }),
  )
  .map((found) => {
    const names = found.machines.map(({ record }) => record.metadata.name);
    const byName = <T>(list: readonly T[]): Record<string, T> =>
      Object.fromEntries(
        names.flatMap((name, index) => (list[index] === undefined ? [] : [[name, list[index]]])),
      );
    const kept = found.outcomes.filter((item) => item !== null);
    return aSnapshot({
      pool: found.pool,
      machines: found.machines,
      operations: found.operations,
      window: found.window,
      evidence: found.isCalm ? {} : byName(found.evidence),
      outcomes: byName(kept),
      budgets: [aBudget({ disruptionsAllowed: found.allowed })],
      workloads: { "shop/ReplicaSet/cart": { wanted: 3, ready: 3 } },
      provider: {
        isListComplete: found.isListComplete,
        capabilities: capableOf({ replaceSystemDisk: found.canReplaceDisks }),
      },
      cluster: {
        sinceGapMs: found.sinceGapMs,
        brake: found.brake,
        tripped: found.tripped,
        repairsElsewhere: found.repairsElsewhere,
        upgradesElsewhere: found.upgradesElsewhere,
        nodesNotReady: 0,
      },
    });
  });

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
