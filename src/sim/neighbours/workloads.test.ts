import assert from "node:assert/strict";
import test from "node:test";
import { type JsonObject, numberAt, objectAt } from "../api/json.ts";
import { isGoing, isReady } from "./pod.ts";
import { aCluster, type Cluster } from "./testing.ts";

const healthy = (cluster: Cluster) => cluster.pods().filter((pod) => isReady(pod) && !isGoing(pod)).length;

test("a deployment has its pods, and reports them", async () => {
  const cluster = aCluster();
  cluster.node("a");
  cluster.deployment("web", 3);
  await cluster.clock.advance(5_000);
  const status = objectAt(cluster.get("deployments.apps", "default/web"), "status");
  const { conditions: _, ...counts } = status;
  assert.deepEqual(counts, {
    observedGeneration: 1,
    replicas: 3,
    updatedReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
  });
});

test("a pod that is lost is made anew", async () => {
  const cluster = aCluster();
  cluster.node("a");
  cluster.deployment("web", 3);
  await cluster.clock.advance(5_000);
  const [first] = cluster.pods();
  cluster.ask("delete", "pods", { namespace: "default", name: first?.metadata.name });
  await cluster.clock.advance(5_000);
  assert.equal(healthy(cluster), 3);
});

test("fewer replicas take the pods that do least", async () => {
  const cluster = aCluster();
  cluster.node("a", { cpu: "1" });
  cluster.deployment("web", 3, {
    containers: [{ name: "c", image: "c:1", resources: { requests: { cpu: "400m" } } }],
  });
  await cluster.clock.advance(5_000);
  assert.equal(healthy(cluster), 2);
  cluster.patch("deployments.apps", "default/web", { spec: { replicas: 2 } });
  await cluster.clock.advance(5_000);
  assert.equal(healthy(cluster), 2);
  assert.equal(cluster.pods().length, 2);
});

test("a new template rolls through without falling below what must be available", async () => {
  const cluster = aCluster();
  cluster.node("a");
  cluster.deployment("web", 8);
  await cluster.clock.advance(10_000);
  let lowest = healthy(cluster);
  let highest = cluster.pods().length;
  cluster.server.store.subscribe(() => {
    lowest = Math.min(lowest, healthy(cluster));
    highest = Math.max(highest, cluster.pods().filter((pod) => !isGoing(pod)).length);
  });
  const image = { spec: { template: { spec: { containers: [{ name: "c", image: "c:2" }] } } } };
  cluster.patch("deployments.apps", "default/web", image);
  await cluster.clock.advance(60_000);
  assert.ok(lowest >= 6, `only ${lowest} were available; 25 % of 8 may be away`);
  assert.ok(highest <= 10, `${highest} pods at once; 25 % of 8 may be extra`);
  const images = cluster.pods().map((pod) => objectAt(pod, "spec")["containers"]);
  assert.ok(images.every((containers) => JSON.stringify(containers).includes("c:2")));
  assert.equal(numberAt(cluster.get("deployments.apps", "default/web"), "status", "availableReplicas"), 8);
});

interface Budget {
  readonly spec: JsonObject;
  readonly replicas: number;
  readonly wanted: readonly [desired: number, allowed: number];
}

const budgets: readonly Budget[] = [
  { spec: { minAvailable: 2 }, replicas: 3, wanted: [2, 1] },
  { spec: { minAvailable: 3 }, replicas: 3, wanted: [3, 0] },
  { spec: { minAvailable: "50%" }, replicas: 3, wanted: [2, 1] },
  { spec: { maxUnavailable: 1 }, replicas: 3, wanted: [2, 1] },
  { spec: { maxUnavailable: "30%" }, replicas: 3, wanted: [2, 1] },
  { spec: { maxUnavailable: "0%" }, replicas: 3, wanted: [3, 0] },
  { spec: { maxUnavailable: "100%" }, replicas: 3, wanted: [0, 3] },
  { spec: { minAvailable: 0 }, replicas: 3, wanted: [0, 3] },
];

for (const { spec, replicas, wanted } of budgets) {
  test(`a budget of ${JSON.stringify(spec)} over ${replicas} pods wants ${wanted[0]} and lets ${wanted[1]} go`, async () => {
    const cluster = aCluster();
    cluster.node("a");
    cluster.deployment("web", replicas);
    cluster.make("poddisruptionbudgets.policy", {
      metadata: { name: "web" },
      spec: { ...spec, selector: { matchLabels: { app: "web" } } },
    });
    await cluster.clock.advance(5_000);
    const status = objectAt(cluster.get("poddisruptionbudgets.policy", "default/web"), "status");
    assert.deepEqual([status["desiredHealthy"], status["disruptionsAllowed"]], wanted);
    assert.equal(status["currentHealthy"], replicas);
    assert.equal(status["observedGeneration"], 1);
  });
}

test("a budget with a share over pods of no controller fails, and lets none go", async () => {
  const cluster = aCluster();
  cluster.node("a");
  cluster.make("pods", {
    metadata: { name: "p", labels: { app: "x" } },
    spec: { containers: [{ name: "c", image: "c:1" }] },
  });
  const spec = { minAvailable: "50%", selector: { matchLabels: { app: "x" } } };
  cluster.make("poddisruptionbudgets.policy", { metadata: { name: "b" }, spec });
  await cluster.clock.advance(5_000);
  const status = objectAt(cluster.get("poddisruptionbudgets.policy", "default/b"), "status");
  assert.equal(status["disruptionsAllowed"], 0);
  assert.match(JSON.stringify(status["conditions"]), /SyncFailed/);
});

test("a pod that was let go but stays counts again after two minutes", async () => {
  const cluster = aCluster();
  cluster.node("a");
  cluster.deployment("web", 2);
  const spec = { minAvailable: 1, selector: { matchLabels: { app: "web" } } };
  cluster.make("poddisruptionbudgets.policy", { metadata: { name: "b" }, spec });
  await cluster.clock.advance(5_000);
  const [pod] = cluster.pods();
  const time = new Date(cluster.clock.now()).toISOString();
  const status = { disruptionsAllowed: 0, disruptedPods: { [pod?.metadata.name ?? ""]: time } };
  cluster.patch("poddisruptionbudgets.policy", "default/b", { status }, "status");
  const allowed = () =>
    numberAt(cluster.get("poddisruptionbudgets.policy", "default/b"), "status", "disruptionsAllowed");
  await cluster.clock.advance(60_000);
  assert.equal(allowed(), 0);
  await cluster.clock.advance(70_000);
  assert.equal(allowed(), 1);
});
