import assert from "node:assert/strict";
import test from "node:test";
import { objectsAt, type Stored, textOf } from "../api/json.ts";
import { isReady } from "./pod.ts";
import { aCluster, nodesOf } from "./testing.ts";

const taintsOf = (node: Stored | undefined) =>
  objectsAt(node, "spec", "taints").map((taint) => `${textOf(taint["key"])}:${textOf(taint["effect"])}`);
const readyOf = (node: Stored | undefined) =>
  objectsAt(node, "status", "conditions").find((one) => one["type"] === "Ready")?.["status"];

test("a node that beats stays ready for hours", async () => {
  const cluster = aCluster();
  cluster.node("a");
  await cluster.clock.advance(3 * 3_600_000);
  assert.equal(readyOf(cluster.get("nodes", "a")), "True");
  assert.deepEqual(taintsOf(cluster.get("nodes", "a")), []);
});

test("a silent node is Unknown after 40 seconds, its pods are not ready, and go after five minutes", async () => {
  const cluster = aCluster();
  cluster.node("a");
  cluster.deployment("web", 2);
  await cluster.clock.advance(10_000);
  cluster.node("b");
  cluster.silence("a");
  await cluster.clock.advance(30_000);
  assert.equal(readyOf(cluster.get("nodes", "a")), "True");
  await cluster.clock.advance(30_000);
  assert.equal(readyOf(cluster.get("nodes", "a")), "Unknown");
  assert.deepEqual(taintsOf(cluster.get("nodes", "a")), [
    "node.kubernetes.io/unreachable:NoSchedule",
    "node.kubernetes.io/unreachable:NoExecute",
  ]);
  assert.ok(cluster.pods().every((pod) => !isReady(pod)));
  assert.ok(cluster.pods().every((pod) => pod.metadata.deletionTimestamp === undefined));
  await cluster.clock.advance(300_000);
  const going = cluster.pods().filter((pod) => pod.metadata.deletionTimestamp !== undefined);
  assert.deepEqual(nodesOf(going), ["a", "a"]);
  assert.deepEqual(nodesOf(cluster.pods().filter(isReady)), ["b", "b"]);
});

test("a node that comes back loses the taints, and its pods stay", async () => {
  const cluster = aCluster();
  cluster.node("a");
  cluster.deployment("web", 1);
  await cluster.clock.advance(10_000);
  cluster.patch("nodes", "a", { status: { conditions: [{ type: "Ready", status: "False" }] } }, "status");
  await cluster.clock.advance(5_000);
  assert.deepEqual(taintsOf(cluster.get("nodes", "a")), [
    "node.kubernetes.io/not-ready:NoSchedule",
    "node.kubernetes.io/not-ready:NoExecute",
  ]);
  cluster.patch("nodes", "a", { status: { conditions: [{ type: "Ready", status: "True" }] } }, "status");
  await cluster.clock.advance(400_000);
  assert.deepEqual(taintsOf(cluster.get("nodes", "a")), []);
  assert.deepEqual(nodesOf(cluster.pods()), ["a"]);
});

test("a cordon shows as a taint, beside those that were there", async () => {
  const cluster = aCluster();
  cluster.node("a", { spec: { taints: [{ key: "gpu", effect: "NoSchedule" }] } });
  cluster.patch("nodes", "a", { spec: { unschedulable: true } });
  await cluster.clock.advance(1_000);
  assert.deepEqual(taintsOf(cluster.get("nodes", "a")), [
    "gpu:NoSchedule",
    "node.kubernetes.io/unschedulable:NoSchedule",
  ]);
  cluster.patch("nodes", "a", { spec: { unschedulable: null } });
  await cluster.clock.advance(1_000);
  assert.deepEqual(taintsOf(cluster.get("nodes", "a")), ["gpu:NoSchedule"]);
});

test("a NoExecute taint takes the pods that do not bear it at once", async () => {
  const cluster = aCluster();
  cluster.node("a");
  cluster.deployment("web", 1);
  cluster.deployment("agent", 1, { tolerations: [{ operator: "Exists" }] });
  await cluster.clock.advance(10_000);
  cluster.patch("nodes", "a", { spec: { taints: [{ key: "out", effect: "NoExecute" }] } });
  await cluster.clock.advance(5_000);
  const left = cluster.pods().filter((pod) => isReady(pod));
  assert.deepEqual(
    left.map((pod) => pod.metadata.labels?.["app"]),
    ["agent"],
  );
});

test("pods of a node that is gone are gone after 40 seconds, and come up elsewhere", async () => {
  const cluster = aCluster();
  cluster.node("a");
  cluster.deployment("web", 2);
  await cluster.clock.advance(10_000);
  cluster.node("b");
  cluster.ask("delete", "nodes", { name: "a" });
  await cluster.clock.advance(30_000);
  assert.deepEqual(nodesOf(cluster.pods()), ["a", "a"]);
  await cluster.clock.advance(30_000);
  assert.deepEqual(nodesOf(cluster.pods()), ["b", "b"]);
});
