import assert from "node:assert/strict";
import test from "node:test";
import { aMachine, anOperation, noon } from "../core/testing.ts";
import { hourMs, minuteMs, timeOf } from "../core/time.ts";
import type { Change, ChangeListener, KubeCache } from "../ports/kube.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";
import type { NodeObject } from "../schema/kubernetes.ts";
import { createCensus } from "./census.ts";

const namespace = "poolkeeper-system";

/** A view that starts with these objects, and is told of changes by the test. */
function aView(nodes: readonly NodeObject[], machines: readonly ManagedMachineObject[]) {
  let tell: ChangeListener = () => {};
  const cache = {
    list: (kind: string) => ({ Node: nodes, ManagedMachine: machines })[kind] ?? [],
    onChange: (listener: ChangeListener) => {
      tell = listener;
      return () => {};
    },
  } as unknown as KubeCache;
  return { census: createCensus(cache), tell: (change: Change) => tell(change) };
}

function aNode(name: string, status: "True" | "Unknown", zone?: string): NodeObject {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, ...(zone === undefined ? {} : { labels: { "topology.kubernetes.io/zone": zone } }) },
    status: { conditions: [{ type: "Ready", status }] },
  };
}

function busy(name: string, pool: string, kind: "Repair" | "Upgrade" | "Create"): ManagedMachineObject {
  return aMachine({ name, pool, operation: { kind } }).record;
}

test("it begins with what is there and follows every change", () => {
  const { census, tell } = aView([aNode("n-1", "True"), aNode("n-2", "Unknown")], []);
  const seen = () => census.seenFrom(`${namespace}/web`, noon);
  assert.deepEqual([seen().nodes, seen().nodesNotReady], [2, 1]);
  tell({ kind: "Node", key: "n-2", before: aNode("n-2", "Unknown"), after: aNode("n-2", "True") });
  assert.deepEqual([seen().nodes, seen().nodesNotReady], [2, 0]);
  tell({ kind: "Node", key: "n-1", before: aNode("n-1", "True"), after: undefined });
  assert.deepEqual([seen().nodes, seen().nodesNotReady], [1, 0]);
});

test("it counts the nodes of each zone, and those of none in no zone", () => {
  const { census, tell } = aView(
    [aNode("n-1", "True", "h"), aNode("n-2", "Unknown", "i"), aNode("n-3", "True")],
    [],
  );
  const seen = () => Object.fromEntries(census.seenFrom(`${namespace}/web`, noon).zones);
  const change = (before: NodeObject, after: NodeObject | undefined): void =>
    tell({ kind: "Node", key: before.metadata.name, before, after });
  assert.deepEqual(seen(), { h: { nodes: 1, notReady: 0 }, i: { nodes: 1, notReady: 1 } });
  change(aNode("n-2", "Unknown", "i"), aNode("n-2", "Unknown", "h"));
  assert.deepEqual(seen(), { h: { nodes: 2, notReady: 1 }, i: { nodes: 0, notReady: 0 } });
  change(aNode("n-1", "True", "h"), undefined);
  assert.deepEqual(seen()["h"], { nodes: 1, notReady: 1 });
});

test("a pool sees the repairs and upgrades of the others, each upgraded pool once, and none of its own", () => {
  const machines = [
    busy("web-1", "web", "Upgrade"),
    busy("batch-1", "batch", "Upgrade"),
    busy("batch-2", "batch", "Upgrade"),
    busy("gpu-1", "gpu", "Repair"),
    busy("gpu-2", "gpu", "Create"),
  ];
  const { census, tell } = aView([], machines);
  const fromWeb = census.seenFrom(`${namespace}/web`, noon);
  assert.deepEqual([fromWeb.upgradesElsewhere, fromWeb.repairsElsewhere], [["batch"], 1]);
  const fromGpu = census.seenFrom(`${namespace}/gpu`, noon);
  assert.deepEqual([fromGpu.upgradesElsewhere, fromGpu.repairsElsewhere], [["batch", "web"], 0]);
  const after = aMachine({ name: "gpu-1", pool: "gpu" }).record;
  tell({ kind: "ManagedMachine", key: `${namespace}/gpu-1`, before: machines[3], after });
  assert.equal(census.seenFrom(`${namespace}/web`, noon).repairsElsewhere, 0);
});

test("a pool sees when repairs of the others have begun by themselves within the hour, and counts all machines (S11)", () => {
  const { census, tell } = aView([], [busy("web-1", "web", "Create"), busy("gpu-1", "gpu", "Repair")]);
  const began = (name: string, poolName: string, at: number, requestedBy = "Controller"): void => {
    const after = anOperation({
      name,
      kind: "Repair",
      poolName,
      requestedBy,
      options: { rung: "Reboot" },
      status: { startedTime: timeOf(at) },
    });
    tell({ kind: "NodeOperation", key: `${namespace}/${name}`, before: undefined, after });
  };
  began("a", "gpu", noon - minuteMs);
  began("b", "gpu", noon - hourMs);
  began("c", "web", noon - minuteMs);
  began("d", "gpu", noon - 2 * minuteMs, "ann");
  const fromWeb = census.seenFrom(`${namespace}/web`, noon);
  assert.deepEqual([fromWeb.repairStartsElsewhere, fromWeb.machines], [[noon - minuteMs], 2]);
  tell({
    kind: "NodeOperation",
    key: `${namespace}/a`,
    before: anOperation({ name: "a" }),
    after: undefined,
  });
  assert.deepEqual(census.seenFrom(`${namespace}/web`, noon).repairStartsElsewhere, []);
});
