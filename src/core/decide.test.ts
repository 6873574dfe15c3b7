/** The policies together: who wins where two want the same machine, and what a person sees of a whole pass. */
import assert from "node:assert/strict";
import test from "node:test";
import { decide } from "./decide.ts";
import { brief, doing } from "./testing-brief.ts";
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
import { hourMs, minuteMs, timeOf } from "./time.ts";
import type { InstanceRequest } from "../schema/machine.ts";

const finalizers = ["poolkeeper.dev/instance-cleanup"];
const web1 = { machine: "web-1", uid: "uid-web-1" };
const removal = anOperation({
  name: "gone",
  kind: "RemoveNodes",
  targets: [web1],
  options: { release: true },
});
const counted = { annotations: { "poolkeeper.dev/counted-removals": "uid-gone=1/0" }, finalizers };
const upgrade = { operation: { name: "web-upgrade-1", uid: "uid-web-upgrade-1" } };

function act(
  machine: Partial<MachineWishes>,
  around: Partial<SnapshotWishes> = {},
  metadata: object = { finalizers },
) {
  const snapshot = aSnapshot({
    machines: [aMachine(machine)],
    pool: aPool({ replicas: 1, metadata }),
    ...around,
  });
  return brief(decide(snapshot, noon));
}

test("a person's removal takes over from a drain that is in full swing", () => {
  const machine = {
    cordoned: true,
    pods: [aPod()],
    operation: { ...upgrade, step: "Drain", drainDeadline: timeOf(noon + hourMs) },
  };
  const operations = [anOperation({ targets: [web1] }), removal];
  assert.deepEqual(act(machine, { operations, pool: aPool({ replicas: 0, metadata: counted }) }), {
    do: ["web-1: Remove Release Cordon"],
    wait: ["web-1 Superseded"],
  });
});

test("a request that was not sent yet is not sent any more", () => {
  const creation = { attempt: 1, clientToken: "uid-web-1-1", request: {} as InstanceRequest };
  const machine = {
    instance: null,
    node: null,
    status: { creation },
    operation: { kind: "Create", plan: "Create", step: "Request" },
  } as const;
  assert.deepEqual(act(machine, { operations: [removal], pool: aPool({ replicas: 0, metadata: counted }) }), {
    do: ["web-1: Remove Release Cordon"],
    wait: ["web-1 Superseded"],
  });
});

test("what a removal has begun goes on like everything else", () => {
  const machine = {
    cordoned: true,
    operation: {
      kind: "Remove",
      plan: "Release",
      step: "Stop",
      operation: { name: "gone", uid: "uid-gone" },
    },
  } as const;
  const around = { operations: [removal], pool: aPool({ replicas: 0, metadata: counted }) };
  assert.deepEqual(act(machine, around), doing("StopInstance web-1"));
});

test("an instance that vanished in the middle of an upgrade ends the upgrade", () => {
  const machine = {
    instance: null,
    node: { ready: "Unknown" },
    status: { instanceId: "i-web-1" },
    operation: { ...upgrade, step: "Start" },
  } as const;
  const around = {
    operations: [anOperation({ targets: [web1] })],
    evidence: { "web-1": { vanishedForMs: minuteMs } },
  };
  assert.deepEqual(act(machine, around).do, ["web-1: Repair Vanished DeleteNode"]);
});

test("a calm pool is left alone, and nothing wakes it", () => {
  const snapshot = aSnapshot({
    machines: [aMachine()],
    pool: aPool({ replicas: 1, metadata: { finalizers } }),
  });
  assert.deepEqual(decide(snapshot, noon), { actions: [], held: [], wakeAt: null });
});
