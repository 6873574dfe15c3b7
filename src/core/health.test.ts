/** Who is sick, on which evidence, and when so many are that nobody is. */
import assert from "node:assert/strict";
import test from "node:test";
import { isStorm, sicknessOf, unwell } from "./health.ts";
import type { ClusterView, Evidence, Snapshot } from "./model.ts";
import { handsOff } from "./repair-guard.ts";
import { aMachine, aSnapshot, type MachineWishes, noon, type SnapshotWishes } from "./testing.ts";
import { minuteMs } from "./time.ts";

const ages = { notReadyForMs: 5 * minuteMs, silentForMs: 4 * minuteMs };
const problem = (type: string, forMs = 5 * minuteMs) => ({ problems: [{ type, forMs }] });

function sickness(
  evidence: Partial<Evidence>,
  machine: Partial<MachineWishes> = { ready: false },
  cluster: SnapshotWishes["cluster"] = {},
): string {
  const found = aMachine(machine);
  const snapshot = aSnapshot({ machines: [found], evidence: { "web-1": evidence }, cluster });
  const sick = sicknessOf(snapshot, found);
  if (sick === null) return "well";
  return `${sick.signs.join("+")} ${sick.forMs / minuteMs}m${sick.isPathProven ? "" : " unproven"}`;
}

function inZone(nodes: number, notReady: number): ClusterView["zones"] {
  return new Map([["cn-hangzhou-a", { nodes, notReady }]]);
}

const unknown = { node: { ready: "Unknown" } } as const;
const cases: readonly (readonly [string, () => string, string])[] = [
  ["no sign, no sickness", () => sickness({}, {}), "well"],
  [
    "a silent node that is not ready is sick, since the younger sign",
    () => sickness(ages, unknown),
    "Silent+NotReady 4m",
  ],
  [
    "unless no other node has been heard since: the silence may be ours",
    () => sickness(ages, unknown, { otherLeaseRenewedMsAgo: 10 * minuteMs }),
    "Silent+NotReady 4m unproven",
  ],
  [
    "or there is no other node",
    () => sickness(ages, unknown, { otherLeaseRenewedMsAgo: null }),
    "Silent+NotReady 4m unproven",
  ],
  [
    "a zone in which nobody is well may be cut off",
    () => sickness(ages, unknown, { zones: inZone(2, 2) }),
    "Silent+NotReady 4m unproven",
  ],
  [
    "one that is well in its zone proves the path",
    () => sickness(ages, unknown, { zones: inZone(3, 2) }),
    "Silent+NotReady 4m",
  ],
  [
    "who is alone in its zone is compared with the others",
    () => sickness(ages, unknown, { zones: inZone(1, 1) }),
    "Silent+NotReady 4m",
  ],
  ["an unknown state alone is one sign only", () => sickness({ notReadyForMs: minuteMs }, unknown), "well"],
  ["silence alone is one sign only", () => sickness({ silentForMs: minuteMs }, {}), "well"],
  [
    "a kubelet that says itself that it is not ready is believed",
    () => sickness({ notReadyForMs: minuteMs }),
    "NotReady+LeaseRenewed 1m",
  ],
  [
    "an instance that is down needs no other node to prove it",
    () => sickness({ ...ages, downForMs: 2 * minuteMs }, unknown, { otherLeaseRenewedMsAgo: null }),
    "InstanceDown+NotReady 2m",
  ],
  [
    "a node that is missing while its instance runs is sick",
    () =>
      sickness({ notReadyForMs: minuteMs }, { node: null, status: { joinedTime: "2026-06-30T12:00:00Z" } }),
    "NodeMissing+InstanceRunning 1m",
  ],
  [
    "a node that is missing with its instance is not",
    () => sickness({ notReadyForMs: minuteMs }, { node: null, instance: null }),
    "well",
  ],
  [
    "a known problem is sickness",
    () => sickness(problem("KernelDeadlock"), {}),
    "KernelDeadlock+LeaseRenewed 5m",
  ],
  [
    "the oldest problem counts",
    () =>
      sickness(
        { problems: [{ type: "RuntimeOffline", forMs: minuteMs }, ...problem("KernelDeadlock").problems] },
        {},
      ),
    "KernelDeadlock+LeaseRenewed 5m",
  ],
  [
    "a problem of a silent node is old news",
    () => sickness({ ...problem("KernelDeadlock"), silentForMs: minuteMs }, {}),
    "KernelDeadlock+LeaseRenewed 5m unproven",
  ],
  ["pressure is for the scheduler", () => sickness(problem("MemoryPressure"), {}), "well"],
  ["a condition that nobody here knows may be good news", () => sickness(problem("EtcdIsVoter"), {}), "well"],
];
for (const [name, actual, expected] of cases) test(name, () => assert.equal(actual(), expected));

function pool(sick: number, size: number, cluster: SnapshotWishes["cluster"] = {}): Snapshot {
  const names = Array.from({ length: size }, (_, index) => `web-${index + 1}`);
  return aSnapshot({
    machines: names.map((name) => aMachine({ name })),
    evidence: Object.fromEntries(names.slice(0, sick).map((name) => [name, { notReadyForMs: 0 }])),
    cluster: { nodesNotReady: 0, ...cluster },
  });
}

const storms: readonly (readonly [string, Snapshot, boolean])[] = [
  ["one of one is no storm", pool(1, 1), false],
  ["one of five is no storm", pool(1, 5), false],
  ["two of five are", pool(2, 5), true],
  ["two of ten are not", pool(2, 10), false],
  ["three of ten are", pool(3, 10), true],
  ["most of the cluster is, wherever it is", pool(0, 5, { nodes: 20, nodesNotReady: 11 }), true],
  ["half of the cluster is not", pool(0, 5, { nodes: 20, nodesNotReady: 10 }), false],
  ["most of a tiny cluster is not", pool(0, 1, { nodes: 4, nodesNotReady: 4 }), false],
];
for (const [name, snapshot, expected] of storms)
  test(`storms: ${name}`, () => assert.equal(isStorm(snapshot, noon), expected));

const zones: readonly (readonly [string, number, number, boolean])[] = [
  ["most of a zone is a storm", 9, 5, true],
  ["half of it is not", 10, 5, false],
  ["nor is all of a tiny one", 4, 4, false],
];
for (const [name, nodes, notReady, expected] of zones) {
  test(`storms: ${name}`, () => {
    const machine = aMachine({ ready: false });
    const snapshot = aSnapshot({ machines: [machine], cluster: { zones: inZone(nodes, notReady) } });
    assert.equal(handsOff(snapshot, machine, noon)?.reason === "Storm", expected);
  });
}

const suspects: readonly (readonly [string, Partial<MachineWishes>, Partial<Evidence>, number])[] = [
  ["a machine without a node counts", { node: null, status: { joinedTime: "2026-06-30T12:00:00Z" } }, {}, 1],
  ["one that has never been a node does not", { node: null }, { vanishedForMs: 0 }, 0],
  ["one that is being upgraded does not", { ready: false, operation: {} }, { notReadyForMs: 0 }, 0],
  ["one under repair does", { ready: false, operation: { kind: "Repair" } }, { notReadyForMs: 0 }, 1],
  ["one that leaves does not", { ready: false, operation: { kind: "Remove" } }, { notReadyForMs: 0 }, 0],
  ["one whose instance has vanished does", {}, { vanishedForMs: 0 }, 1],
];
for (const [name, machine, evidence, expected] of suspects) {
  test(`suspects: ${name}`, () => {
    const snapshot = aSnapshot({ machines: [aMachine(machine)], evidence: { "web-1": evidence } });
    assert.equal(unwell(snapshot, noon).length, expected);
  });
}
