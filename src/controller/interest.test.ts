import assert from "node:assert/strict";
import test from "node:test";
import type { Held } from "../core/action.ts";
import { anOperation, aPool } from "../core/testing.ts";
import type { Change } from "../ports/kube.ts";
import { customResourceDefinitions } from "../schema/crd.ts";
import type { NodeObject, PodObject, WorkloadObject } from "../schema/kubernetes.ts";
import { createSimCache } from "../sim/api/cache.ts";
import { createSimKube } from "../sim/api/port.ts";
import { createApiServer } from "../sim/api/server.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { concernedKeys, createWaits, poolsOfProvider } from "./interest.ts";

const namespace = "poolkeeper-system";
const web = `pool ${namespace}/web`;

const watched = ["Node", "Pod", "NodeOperation", "ManagedNodePool"] as const;

async function aView() {
  const server = createApiServer({ clock: createVirtualClock(0), seed: 1 });
  const kube = createSimKube(server);
  for (const definition of customResourceDefinitions())
    await kube.create("CustomResourceDefinition", definition);
  await kube.create("Namespace", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  const cache = createSimCache(server, watched);
  const waits = createWaits();
  return { kube, waits, interest: { cache, namespace, waits } };
}

function aNode(wishes: Partial<NodeObject["metadata"]> = {}, rest: Partial<NodeObject> = {}): NodeObject {
  const metadata = { name: "n-1", labels: { "poolkeeper.dev/pool": "web" }, ...wishes };
  return { apiVersion: "v1", kind: "Node", metadata, ...rest };
}

function seenAt(
  lastHeartbeatTime: string,
  status: "True" | "Unknown" = "True",
): NonNullable<NodeObject["status"]> {
  return { conditions: [{ type: "Ready", status, lastHeartbeatTime }] };
}

function nodeChange(before: NodeObject | undefined, after: NodeObject | undefined): Change {
  return { kind: "Node", key: "n-1", before, after };
}

function held(reason: Held["reason"]): Held {
  return { wish: "Step", machine: "web-1", reason, facts: {}, wakeAt: null };
}

test("a heartbeat of a node concerns nobody; its health, its cordon and its end concern its pool", async () => {
  const { interest } = await aView();
  const before = aNode({ resourceVersion: "1" }, { status: seenAt("12:00") });
  const changes: readonly (readonly [NodeObject | undefined, readonly string[]])[] = [
    [aNode({ resourceVersion: "2" }, { status: seenAt("12:05") }), []],
    [aNode({ resourceVersion: "2" }, { status: seenAt("12:05", "Unknown") }), [web]],
    [aNode({}, { status: seenAt("12:00"), spec: { unschedulable: true } }), [web]],
    [aNode({ annotations: { a: "b" } }, { status: seenAt("12:00") }), [web]],
    [undefined, [web]],
  ];
  for (const [after, keys] of changes)
    assert.deepEqual(concernedKeys(nodeChange(before, after), interest), keys);
});

test("a node that loses or changes its pool's label concerns the pool it was of, too", async () => {
  const { interest } = await aView();
  assert.deepEqual(concernedKeys(nodeChange(aNode(), aNode({ labels: {} })), interest), [web]);
  const moved = aNode({ labels: { "poolkeeper.dev/pool": "batch" } });
  assert.deepEqual(concernedKeys(nodeChange(aNode(), moved), interest), [web, `pool ${namespace}/batch`]);
});

test("a pod concerns its node's pool while the node is cordoned and the pool has an unfinished operation", async () => {
  const { kube, interest } = await aView();
  const pod: PodObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "cart-0", namespace: "shop" },
    spec: { nodeName: "n-1" },
  };
  const keysNow = async (): Promise<readonly string[]> => {
    await Promise.resolve(); // The view follows its server by one turn.
    return concernedKeys({ kind: "Pod", key: "shop/cart-0", before: pod, after: undefined }, interest);
  };
  await kube.create("Node", aNode());
  const { metadata, ...operation } = anOperation();
  const { name } = metadata;
  await kube.create("NodeOperation", { ...operation, metadata: { name, namespace } });
  assert.deepEqual(await keysNow(), [], "the node still takes pods");
  await kube.patch("Node", { name: "n-1" }, { type: "merge", body: { spec: { unschedulable: true } } });
  assert.deepEqual(await keysNow(), [web]);
  const finished = { status: { finishedTime: "2026-07-01T12:00:00Z" } };
  const ref = { namespace, name };
  await kube.patch("NodeOperation", ref, { type: "merge", subresource: "status", body: finished });
  assert.deepEqual(await keysNow(), [], "nobody empties the node");
});

test("budgets and workloads concern those whose last decision waits for them, and nobody else", async () => {
  const { interest, waits } = await aView();
  const metadata = { name: "cart", namespace: "shop" };
  const budget: Change = {
    kind: "PodDisruptionBudget",
    key: "shop/cart",
    before: undefined,
    after: { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata },
  };
  const workload = (readyReplicas: number): WorkloadObject => {
    return { apiVersion: "apps/v1", kind: "ReplicaSet", metadata, status: { readyReplicas } };
  };
  const ready: Change = { kind: "ReplicaSet", key: "shop/cart", before: workload(1), after: workload(2) };
  assert.deepEqual(
    [budget, ready].flatMap((change) => concernedKeys(change, interest)),
    [],
  );
  waits.note(`${namespace}/web`, [held("DrainBlocked")]);
  waits.note(`${namespace}/batch`, [held("HealthGate")]);
  assert.deepEqual(concernedKeys(budget, interest), [web]);
  assert.deepEqual(concernedKeys(ready, interest), [`pool ${namespace}/batch`]);
  assert.deepEqual(concernedKeys({ ...ready, before: workload(2) }, interest), [], "as ready as before");
  waits.note(`${namespace}/web`, []);
  assert.deepEqual(concernedKeys(budget, interest), []);
});

test("of a provider's pools all are concerned, or those that are named", async () => {
  const { kube, interest } = await aView();
  for (const name of ["batch", "web"]) {
    const { spec, apiVersion, kind } = aPool({ name });
    await kube.create("ManagedNodePool", { apiVersion, kind, metadata: { name, namespace }, spec });
  }
  await Promise.resolve();
  const provider = `${namespace}/simulator`;
  assert.deepEqual(poolsOfProvider(provider, interest), [`pool ${namespace}/batch`, web]);
  assert.deepEqual(poolsOfProvider(provider, interest, new Set(["web"])), [web]);
  assert.deepEqual(poolsOfProvider(`${namespace}/other`, interest), []);
});
