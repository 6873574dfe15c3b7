import assert from "node:assert/strict";
import test from "node:test";
import type { Stored } from "../api/json.ts";
import { aConfigMap } from "../api/testing.ts";
import { aCluster } from "./testing.ts";

const owner = ({ apiVersion, kind, metadata }: Stored) => ({
  apiVersion,
  kind,
  name: metadata.name,
  uid: metadata.uid,
});

test("a deployment's deletion takes replica sets and pods along, generation by generation", async () => {
  const cluster = aCluster();
  cluster.node("a");
  cluster.deployment("web", 3);
  await cluster.clock.advance(5_000);
  cluster.ask("delete", "deployments.apps", { namespace: "default", name: "web" });
  await cluster.clock.advance(5_000);
  assert.deepEqual(cluster.server.store.list("replicasets.apps"), []);
  assert.deepEqual(cluster.pods(), []);
});

test("an object whose owner was deleted before it was made goes too", async () => {
  const cluster = aCluster();
  const parent = cluster.make("configmaps", aConfigMap("parent"));
  cluster.ask("delete", "configmaps", { namespace: "default", name: "parent" });
  cluster.make("configmaps", aConfigMap("child", { ownerReferences: [owner(parent)] }));
  await cluster.clock.advance(1_000);
  assert.equal(cluster.get("configmaps", "default/child"), undefined);
});

test("a namesake of the owner is not the owner", async () => {
  const cluster = aCluster();
  const parent = cluster.make("configmaps", aConfigMap("parent"));
  cluster.make("configmaps", aConfigMap("child", { ownerReferences: [owner(parent)] }));
  cluster.ask("delete", "configmaps", { namespace: "default", name: "parent" });
  cluster.make("configmaps", aConfigMap("parent"));
  await cluster.clock.advance(1_000);
  assert.equal(cluster.get("configmaps", "default/child"), undefined);
});

test("what exists when the neighbours start is looked at as well", async () => {
  const cluster = aCluster();
  cluster.stop();
  const parent = cluster.make("configmaps", aConfigMap("parent"));
  cluster.make("configmaps", aConfigMap("child", { ownerReferences: [owner(parent)] }));
  cluster.ask("delete", "configmaps", { namespace: "default", name: "parent" });
  await cluster.clock.advance(1_000);
  assert.notEqual(cluster.get("configmaps", "default/child"), undefined);
});

test("a namespace waits for the grace of its pods, and then goes", async () => {
  const cluster = aCluster();
  cluster.node("a");
  cluster.make("namespaces", { metadata: { name: "shop" } });
  cluster.make("pods", {
    metadata: { name: "p", namespace: "shop" },
    spec: { containers: [{ name: "c", image: "c:1" }] },
  });
  await cluster.clock.advance(5_000);
  cluster.ask("delete", "namespaces", { name: "shop" });
  await cluster.clock.advance(500);
  assert.notEqual(cluster.get("namespaces", "shop"), undefined);
  await cluster.clock.advance(5_000);
  assert.equal(cluster.get("namespaces", "shop"), undefined);
  assert.equal(cluster.get("pods", "shop/p"), undefined);
});

test("stopped neighbours do nothing and leave no timer", async () => {
  const cluster = aCluster();
  cluster.deployment("web", 1);
  cluster.stop();
  await cluster.clock.advance(3_600_000);
  assert.deepEqual(cluster.pods(), []);
});
