/** What is kept of an object, and that equal parts are kept once. */
import assert from "node:assert/strict";
import test from "node:test";
import type { NodeObject, PodObject } from "../schema/kubernetes.ts";
import { createShare, shareNothing } from "./share.ts";
import { trim } from "./trim.ts";

function rawPod(name: string): unknown {
  return {
    metadata: {
      name,
      namespace: "shop",
      labels: { app: "web" },
      managedFields: [{ manager: "m" }],
      ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-1", uid: "u" }],
    },
    spec: {
      nodeName: "n1",
      serviceAccountName: "default",
      tolerations: [{ key: "k", operator: "Exists" }],
      volumes: [
        { name: `token-${name}`, projected: { sources: [] } },
        { name: "host", hostPath: { path: "/" } },
      ],
      containers: [{ name: "c", image: "i", command: ["x"], resources: { limits: { cpu: "1" } } }],
    },
    status: {
      phase: "Running",
      podIP: "10.0.0.1",
      conditions: [{ type: "Ready", status: "True", lastProbeTime: null, lastTransitionTime: "t" }],
    },
  };
}

test("of a pod only what decisions read is kept", () => {
  assert.deepEqual(trim("Pod", rawPod("p1"), shareNothing), {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "p1",
      namespace: "shop",
      labels: { app: "web" },
      ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-1", uid: "u" }],
    },
    spec: {
      nodeName: "n1",
      tolerations: [{ key: "k", operator: "Exists" }],
      volumes: [{ name: "host", hostPath: { path: "/" } }],
      containers: [{ name: "c", image: "i" }],
    },
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True", lastTransitionTime: "t" }] },
  });
});

test("of a node the images go and the rest of its state stays", () => {
  const raw = {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: "n1",
      annotations: { mine: "1", "kubectl.kubernetes.io/last-applied-configuration": "{}" },
    },
    spec: { podCIDR: "10.0.0.0/24", unschedulable: true, providerID: "p", taints: [] },
    status: { images: [{}], nodeInfo: { bootID: "b" }, capacity: { cpu: "4" }, conditions: [] },
  };
  const node = trim("Node", raw, shareNothing) as NodeObject;
  assert.deepEqual(node, {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "n1", annotations: { mine: "1" } },
    spec: { unschedulable: true, providerID: "p", taints: [] },
    status: { nodeInfo: { bootID: "b" }, capacity: { cpu: "4" }, conditions: [] },
  });
});

test("of any other kind everything stays but the bookkeeping of who wrote what", () => {
  const metadata = { name: "web", namespace: "ns", finalizers: ["f"], generation: 2 };
  const raw = { metadata: { ...metadata, managedFields: [{}] }, spec: { replicas: 3 }, status: { x: 1 } };
  assert.deepEqual(trim("ManagedNodePool", raw, shareNothing), {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "ManagedNodePool",
    metadata,
    spec: { replicas: 3 },
    status: { x: 1 },
  });
});

test("pods of one template share their equal parts", () => {
  const share = createShare();
  const [one, two] = ["p1", "p2"].map((name) => trim("Pod", rawPod(name), share) as PodObject);
  assert.equal(one?.metadata.labels, two?.metadata.labels);
  assert.equal(one?.metadata.ownerReferences, two?.metadata.ownerReferences);
  assert.equal(one?.spec?.containers, two?.spec?.containers);
  assert.notEqual(one?.metadata.name, two?.metadata.name);
});

test("what has no name is no object, and odd fields break nothing", () => {
  assert.equal(trim("Pod", { metadata: {} }, shareNothing), undefined);
  assert.equal(trim("Pod", null, shareNothing), undefined);
  const odd = { metadata: { name: "p", labels: 7 }, spec: { containers: "x", volumes: [null] }, status: [] };
  assert.equal(trim("Pod", odd, shareNothing)?.metadata.name, "p");
});
