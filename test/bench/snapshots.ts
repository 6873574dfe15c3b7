/** Large pools in several states, as snapshots: what the controller would see of them. Nothing here is measured. */
import {
  aBudget,
  aDisk,
  aMachine,
  anOperation,
  anOperationInHand,
  aPod,
  aPool,
  aSnapshot,
  noon,
} from "../../src/core/testing.ts";
import type { Budget, Machine, Pod, Snapshot, Workload } from "../../src/core/model.ts";
import { targetOf } from "../../src/core/remove.ts";
import { timeOf } from "../../src/core/time.ts";

export const states = ["idle", "scaling", "upgrade", "sick"] as const;
export type State = (typeof states)[number];

const podsPerMachine = 10;
const podsPerWorkload = 50;
const inFlight = 50;
const sickShare = 0.05;
const newShare = 0.05;

export function largePool(machines: number, state: State): Snapshot {
  const built = Array.from({ length: machines }, (_, index) => machineIn(state, index, machines));
  const workloads = Math.ceil((machines * podsPerMachine) / podsPerWorkload);
  return aSnapshot({
    pool: aPool({
      replicas: state === "scaling" ? Math.ceil(machines * (1 + newShare)) : machines,
      template: attributes,
      upgrade: { maxUnavailable: "5%", maxParallel: inFlight, soakSeconds: 0 },
      metadata: { finalizers: ["poolkeeper.dev/instance-cleanup"] },
    }),
    machines: built,
    operations: state === "upgrade" ? [upgradeOf(built)] : [],
    budgets: Array.from({ length: workloads }, (_, index) => budget(index)),
    workloads: Object.fromEntries(Array.from({ length: workloads }, (_, index) => workload(index))),
    evidence: state === "sick" ? evidenceOf(built) : {},
  });
}

const attributes = {
  nodeLabels: { tier: "web", team: "shop" },
  taints: [{ key: "dedicated", value: "web", effect: "NoSchedule" as const }],
  instanceTags: { cost: "shop" },
};

function machineIn(state: State, index: number, machines: number): Machine {
  const common = {
    name: `web-${index + 1}`,
    zone: `cn-hangzhou-${"abc"[index % 3] ?? "a"}`,
    spec: { attributes },
    status: { applied: attributes, creation: creationOf(index) },
    node: { labels: { "poolkeeper.dev/pool": "web", ...attributes.nodeLabels }, taints: attributes.taints },
    pods: podsOf(index),
  };
  if (state === "scaling" && index >= machines * (1 - newShare)) {
    return aMachine({ ...common, node: null, pods: [], operation: creating });
  }
  if (state === "upgrade") {
    const operation = index < inFlight ? { operation: stepsInFlight[index % stepsInFlight.length] } : {};
    const image = index < inFlight || index > machines / 2 ? "3.0" : "3.1";
    const { operation: inHand } = operation;
    return aMachine({
      ...common,
      image,
      ...(inHand === undefined ? {} : { operation: inHand, cordoned: true }),
    });
  }
  return aMachine({ ...common, ready: !(state === "sick" && isSick(index)) });
}

/** Every machine that was ever asked for keeps its request. */
function creationOf(index: number): NonNullable<Machine["record"]["status"]>["creation"] {
  const disk = aDisk();
  return {
    attempt: 1,
    clientToken: `uid-web-${index + 1}-1`,
    request: {
      zone: "cn-hangzhou-a",
      instanceType: "ecs.g7.large",
      image: disk.image,
      kubernetesVersion: disk.kubernetesVersion,
      systemDisk: { sizeGiB: 40 },
      dataDisks: [],
      chargeType: "PayAsYouGo",
      tags: attributes.instanceTags,
      nodeLabels: attributes.nodeLabels,
      taints: attributes.taints,
      unschedulable: false,
    },
  };
}

const creating = {
  kind: "Create",
  plan: "Create",
  step: "Boot",
  options: { drain: false, release: false },
} as const;

const upgradeUid = "uid-web-upgrade-1";
const stepsInFlight = (
  ["Cordon", "Drain", "Stop", "ReplaceDisk", "Start", "AwaitReady", "Restore"] as const
).map((step) =>
  anOperationInHand({
    step,
    operation: { name: "web-upgrade-1", uid: upgradeUid },
    target: aDisk("3.1"),
    drainDeadline: timeOf(noon + 1_800_000),
  }),
);

function upgradeOf(machines: readonly Machine[]): Snapshot["operations"][number] {
  return anOperation({
    targets: machines.map(targetOf),
    target: aDisk("3.1"),
    options: { when: "Now" },
    status: {
      machines: machines.map(({ record: { metadata } }) => ({
        name: metadata.name,
        uid: metadata.uid ?? "",
        state: "Waiting",
      })),
    },
  });
}

function isSick(index: number): boolean {
  return index % Math.round(1 / sickShare) === 0;
}

function evidenceOf(machines: readonly Machine[]): Record<string, { notReadyForMs: number }> {
  const sick = machines.filter((_, index) => isSick(index));
  return Object.fromEntries(sick.map(({ record }) => [record.metadata.name, { notReadyForMs: 200_000 }]));
}

function podsOf(index: number): readonly Pod[] {
  return Array.from({ length: podsPerMachine }, (_, position) => {
    const number = index * podsPerMachine + position;
    const app = appOf(Math.floor(number / podsPerWorkload));
    return aPod({
      name: `${app}-${number}`,
      labels: { app },
      owner: { kind: "ReplicaSet", name: app, uid: `uid-${app}` },
    });
  });
}

function appOf(number: number): string {
  return `app-${number}`;
}

function budget(index: number): Budget {
  const app = appOf(index);
  return aBudget({
    name: app,
    selector: { matchLabels: { app } },
    expectedPods: podsPerWorkload,
    currentHealthy: podsPerWorkload,
    desiredHealthy: podsPerWorkload - 1,
  });
}

function workload(index: number): readonly [string, Workload] {
  return [`shop/ReplicaSet/${appOf(index)}`, { wanted: podsPerWorkload, ready: podsPerWorkload }];
}

/** The same snapshot as a next look would build it: new arrays and machines around objects that have not changed. */
export function lookAgain(snapshot: Snapshot): Snapshot {
  return {
    ...snapshot,
    machines: snapshot.machines.map((machine) => ({ ...machine, pods: [...machine.pods] })),
    operations: [...snapshot.operations],
    budgets: [...snapshot.budgets],
    workloads: new Map(snapshot.workloads),
  };
}
