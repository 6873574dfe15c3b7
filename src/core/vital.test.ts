/** Nodes that run Poolkeeper itself or the cluster's DNS: last, alone, and only while another node could take those over. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Node, Pod } from "./model.ts";
import { remove } from "./remove.ts";
import { repair } from "./repair.ts";
import { pickVictims } from "./scale.ts";
import { type Brief, brief, doing, waiting } from "./testing-brief.ts";
import {
  aDisk,
  aMachine,
  aNode,
  anOperation,
  aPod,
  aPool,
  aSnapshot,
  type MachineWishes,
  noon,
} from "./testing.ts";
import { hourMs } from "./time.ts";
import { upgrade } from "./upgrade.ts";
import { isRefuge, isVital, type Vital } from "./vital.ts";

const us = aPod({
  namespace: "poolkeeper-system",
  name: "poolkeeper-0",
  labels: { "app.kubernetes.io/name": "poolkeeper" },
});
const dns = aPod({ namespace: "kube-system", name: "coredns-0", labels: { "k8s-app": "kube-dns" } });

const pods: readonly (readonly [string, Pod, boolean])[] = [
  ["Poolkeeper itself", us, true],
  ["cluster DNS", dns, true],
  ["a pod of anybody else", aPod(), false],
  ["a namesake of ours in another namespace", { ...us, namespace: "shop" }, false],
  ["DNS that runs on every node", { ...dns, owner: { kind: "DaemonSet", name: "dns", uid: "u" } }, false],
  ["a pod of ours that has ended", { ...us, phase: "Succeeded" }, false],
];
for (const [name, pod, expected] of pods) {
  test(`${expected ? "vital" : "not vital"}: ${name}`, () => {
    const machine = aMachine({ pods: [pod] });
    assert.equal(isVital(aSnapshot({ machines: [machine] }), machine), expected);
  });
}

const master = { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" } as const;
const nodes: readonly (readonly [string, Partial<Node>, readonly Vital[]])[] = [
  ["a ready node takes over both", {}, ["Poolkeeper", "Dns"]],
  ["one that is not ready neither", { ready: "Unknown" }, []],
  ["a cordoned one neither", { isUnschedulable: true }, []],
  ["a tainted one neither", { taints: [{ key: "gpu", effect: "NoSchedule" }] }, []],
  [
    "one that is only not preferred takes both",
    { taints: [{ key: "gpu", effect: "PreferNoSchedule" }] },
    ["Poolkeeper", "Dns"],
  ],
  ["a control plane takes the DNS", { taints: [master] }, ["Dns"]],
];
for (const [name, wishes, expected] of nodes) {
  test(name, () => {
    const node = aNode({ name: "n", ...wishes });
    assert.deepEqual(
      (["Poolkeeper", "Dns"] as const).filter((vital) => isRefuge(node, vital)),
      expected,
    );
  });
}

interface Scene {
  readonly machines: readonly Partial<MachineWishes>[];
  /** Nodes of the cluster that could take such pods over; absent: those of the pool. */
  readonly able?: number;
  readonly by?: string;
  readonly maxUnavailable?: number;
}

const cause = { operation: { operation: { name: "web-upgrade-1", uid: "uid-web-upgrade-1" } } };

function upgraded({ machines, able = machines.length, by = "ann", maxUnavailable = 1 }: Scene): Brief {
  const members = machines.map((wishes, index) =>
    aMachine({ name: `web-${index + 1}`, image: "3.0", ...wishes }),
  );
  const targets = members.map(({ record: { metadata } }) => ({
    machine: metadata.name,
    uid: metadata.uid ?? "",
  }));
  const operation = anOperation({ targets, target: aDisk("3.1"), requestedBy: by, options: { when: "Now" } });
  const pool = aPool({ replicas: members.length, upgrade: { maxUnavailable } });
  const cluster = { refuges: { Poolkeeper: able, Dns: able } };
  return brief(upgrade(aSnapshot({ pool, machines: members, operations: [operation], cluster }), noon));
}

const begun = (...numbers: readonly number[]): readonly string[] =>
  numbers.map((number) => `web-${number}: Upgrade ReplaceSystemDisk Cordon`);
const batch = ["BatchInProgress"];

const turns: readonly (readonly [string, Scene, Brief])[] = [
  ["others go first", { machines: [{ pods: [us] }, {}] }, { do: begun(2), wait: batch }],
  [
    "while they are under way the vital one waits, whatever may be away",
    { machines: [{ pods: [us] }, cause], maxUnavailable: 2 },
    { do: [], wait: batch },
  ],
  [
    "then it goes, alone",
    { machines: [{ pods: [us] }, { pods: [dns] }, { image: "3.1" }], maxUnavailable: 3 },
    { do: begun(1), wait: batch },
  ],
  [
    "where nobody could take Poolkeeper over, it stays, whoever asks",
    { machines: [{ pods: [us] }], able: 1 },
    waiting("NoOtherNode"),
  ],
  ["another node of the cluster is enough", { machines: [{ pods: [us] }], able: 2 }, doing(...begun(1))],
  [
    "nor does an automatic upgrade take the last node for DNS",
    { machines: [{ pods: [dns] }], able: 1, by: "Controller" },
    waiting("NoOtherNode"),
  ],
  ["a person may", { machines: [{ pods: [dns] }], able: 1 }, doing(...begun(1))],
  [
    "where one cannot go, another one can",
    { machines: [{ pods: [us] }, { pods: [dns] }], able: 0 },
    { do: begun(2), wait: batch },
  ],
];
for (const [name, scene, expected] of turns)
  test(`upgrade: ${name}`, () => assert.deepEqual(upgraded(scene), expected));

test("the count takes such a node last of all", () => {
  const machines = [aMachine({ name: "web-1" }), aMachine({ name: "web-2", pods: [us], ready: false })];
  const snapshot = aSnapshot({ machines });
  assert.deepEqual(
    pickVictims(snapshot, machines, 2).map(({ record }) => record.metadata.name),
    ["web-1", "web-2"],
  );
});

function removed(able: number, names: readonly string[]): Brief {
  const machines = [aMachine({ name: "web-1", pods: [us] }), aMachine({ name: "web-2" })];
  const targets = names.map((machine) => ({ machine, uid: `uid-${machine}` }));
  const options = { lowersReplicas: false };
  const operations = [anOperation({ name: "rm", kind: "RemoveNodes", targets, options })];
  const pool = aPool({ metadata: { finalizers: ["poolkeeper.dev/instance-cleanup"] } });
  return brief(
    remove(
      aSnapshot({ pool, machines, operations, cluster: { refuges: { Poolkeeper: able, Dns: 0 } } }),
      noon,
    ),
  );
}

test("a removal does not take the ground from under us, and counts what else it names as gone", () => {
  assert.deepEqual(removed(2, ["web-1"]), doing("web-1: Remove Leave Cordon"));
  assert.deepEqual(removed(2, ["web-1", "web-2"]), {
    do: ["web-2: Remove Leave Cordon"],
    wait: ["web-1 NoOtherNode"],
  });
});

function repaired(wishes: Partial<MachineWishes>, requestedBy: string): Brief {
  const machines = [aMachine({ ...wishes })];
  const targets = [{ machine: "web-1", uid: "uid-web-1" }];
  const operation = anOperation({
    name: "fix",
    kind: "Repair",
    targets,
    requestedBy,
    options: { rung: "Reboot" },
  });
  const evidence = { "web-1": { problems: [{ type: "KernelDeadlock", forMs: hourMs }] } };
  const cluster = { refuges: { Poolkeeper: 1, Dns: 1 } };
  const { held, actions } = repair(aSnapshot({ machines, operations: [operation], evidence, cluster }), noon);
  return brief({ held, actions });
}

test("repair leaves the last node that can run us, and by itself the last one for DNS while it is ready", () => {
  const begins = doing("web-1: Repair Reboot Cordon");
  const stays = waiting("web-1 NoOtherNode");
  assert.deepEqual(repaired({ pods: [us] }, "ann"), stays);
  assert.deepEqual(repaired({ pods: [dns] }, "ann"), begins);
  assert.deepEqual(repaired({ pods: [dns] }, "Controller"), stays);
  assert.deepEqual(repaired({ pods: [dns], ready: false }, "ann"), begins);
});
