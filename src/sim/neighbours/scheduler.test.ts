import assert from "node:assert/strict";
import test from "node:test";
import { objectsAt, type Stored, stringAt } from "../api/json.ts";
import { aPod } from "../api/testing.ts";
import { aCluster, type NodeOptions, nodesOf } from "./testing.ts";

test("pods spread over the nodes, the same way each time", async () => {
  const play = async () => {
    const cluster = aCluster();
    for (const name of ["a", "b", "c"]) cluster.node(name);
    cluster.deployment("web", 6, {
      containers: [{ name: "c", image: "c:1", resources: { requests: { cpu: "1" } } }],
    });
    await cluster.clock.advance(5_000);
    return cluster.pods().map((pod) => `${pod.metadata.name} ${stringAt(pod, "spec", "nodeName") ?? ""}`);
  };
  const first = await play();
  assert.deepEqual(await play(), first);
  const count = (node: string) => first.filter((line) => line.endsWith(` ${node}`)).length;
  assert.deepEqual(["a", "b", "c"].map(count), [2, 2, 2]);
});

interface Case {
  readonly name: string;
  readonly node: NodeOptions;
  readonly pod?: Parameters<typeof aPod>[2];
  readonly why: RegExp | null;
}

const gpu = { key: "gpu", value: "yes", effect: "NoSchedule" };

const cases: readonly Case[] = [
  { name: "a plain pod on a plain node", node: {}, why: null },
  { name: "a cordoned node", node: { spec: { unschedulable: true } }, why: /1 node\(s\) were unschedulable/ },
  { name: "a taint", node: { spec: { taints: [gpu] } }, why: /1 node\(s\) had untolerated taint\(s\)/ },
  {
    name: "a taint that the pod tolerates by value",
    node: { spec: { taints: [gpu] } },
    pod: { tolerations: [{ key: "gpu", operator: "Equal", value: "yes", effect: "NoSchedule" }] },
    why: null,
  },
  {
    name: "a taint that the pod tolerates whatever its value",
    node: { spec: { taints: [gpu] } },
    pod: { tolerations: [{ operator: "Exists" }] },
    why: null,
  },
  {
    name: "a taint of another value",
    node: { spec: { taints: [gpu] } },
    pod: { tolerations: [{ key: "gpu", operator: "Equal", value: "no" }] },
    why: /untolerated/,
  },
  {
    name: "a node selector that the node does not have",
    node: { labels: { zone: "a" } },
    pod: { nodeSelector: { zone: "b" } },
    why: /didn't match Pod's node affinity\/selector/,
  },
  {
    name: "a node selector that the node has",
    node: { labels: { zone: "b" } },
    pod: { nodeSelector: { zone: "b" } },
    why: null,
  },
  {
    name: "more than the node has",
    node: { cpu: "500m" },
    pod: { containers: [{ name: "c", image: "c:1", resources: { requests: { cpu: "1" } } }] },
    why: /1 Insufficient cpu/,
  },
];

for (const { name, node, pod, why } of cases) {
  test(`${why === null ? "fits" : "does not fit"}: ${name}`, async () => {
    const cluster = aCluster();
    cluster.node("a", node);
    cluster.make("pods", aPod("p", {}, pod ?? {}));
    await cluster.clock.advance(1_000);
    const found = cluster.get("pods", "default/p");
    const scheduled = scheduledOf(found);
    assert.equal(scheduled?.["status"], why === null ? "True" : "False");
    if (why !== null) assert.match(stringAt(scheduled, "message") ?? "", why);
    assert.equal(stringAt(found, "spec", "nodeName"), why === null ? "a" : undefined);
  });
}

function scheduledOf(pod: Stored | undefined) {
  return objectsAt(pod, "status", "conditions").find((one) => one["type"] === "PodScheduled");
}

test("a waiting pod is placed when room appears", async () => {
  const cluster = aCluster();
  cluster.make("pods", aPod("p"));
  await cluster.clock.advance(1_000);
  assert.equal(
    stringAt(scheduledOf(cluster.get("pods", "default/p")), "message"),
    "no nodes available to schedule pods",
  );
  cluster.node("a");
  await cluster.clock.advance(1_000);
  assert.deepEqual(nodesOf(cluster.pods()), ["a"]);
});
