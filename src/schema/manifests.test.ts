/** Whether the roles give what is needed and no more. What a real API server makes of them is in test/crd. */
import assert from "node:assert/strict";
import test from "node:test";
import type { KubeObject } from "./kubernetes.ts";
import { forceManifests, installManifests, rbacManifests, simulatorManifests } from "./manifests.ts";

interface Grant {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
}

function grantsOf(
  objects: readonly KubeObject[],
  kind: string,
  name: string,
  namespace?: string,
): readonly Grant[] {
  const role = objects.find(
    (object) =>
      object.kind === kind &&
      object.metadata.name === name &&
      (namespace === undefined || object.metadata.namespace === namespace),
  );
  assert(role !== undefined, name);
  const rules: readonly Readonly<Record<string, readonly string[]>>[] = Reflect.get(role, "rules");
  return rules.flatMap(({ apiGroups = [], resources = [], verbs = [] }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => ({ group, resource, verb }))),
    ),
  );
}

const roles = rbacManifests();
const inCluster = grantsOf(roles, "ClusterRole", "poolkeeper-controller");
const inNamespace = grantsOf(roles, "Role", "poolkeeper-controller", "poolkeeper-system");
const inLeases = grantsOf(roles, "Role", "poolkeeper-controller", "kube-node-lease");

test("no role uses a wildcard", () => {
  assert.doesNotMatch(JSON.stringify([...roles, ...forceManifests(), ...simulatorManifests()]), /"\*"/);
});

test("the controller cannot delete pods, unless the extra role is applied", () => {
  assert.deepEqual(verbsOn(inCluster, "pods"), ["get", "list", "watch"]);
  assert.deepEqual(verbsOn(inCluster, "pods/eviction"), ["create"]);
  assert.deepEqual(grantsOf(forceManifests(), "ClusterRole", "poolkeeper-controller-force"), [
    { group: "", resource: "pods", verb: "delete" },
  ]);
});

test("the controller reads single secrets of its own namespace only", () => {
  assert.deepEqual(verbsOn(inCluster, "secrets"), []);
  assert.deepEqual(verbsOn(inNamespace, "secrets"), ["get"]);
});

test("the controller changes nodes by patch, and takes them away", () => {
  assert.deepEqual(verbsOn(inCluster, "nodes"), ["get", "list", "watch", "patch", "delete"]);
});

test("kubelets' work is granted only together with the simulator", () => {
  assert.deepEqual(verbsOn(inCluster, "nodes/status"), []);
  assert.deepEqual(verbsOn(inCluster, "pods/status"), []);
  assert.deepEqual(verbsOn(inLeases, "leases"), ["get"]);
  const kubelets = grantsOf(simulatorManifests(), "ClusterRole", "poolkeeper-controller-simulator");
  assert.deepEqual(verbsOn(kubelets, "nodes"), ["get", "create", "patch"]);
});

test("the scaler reads pools and sets their count, nothing else", () => {
  const grants = grantsOf(roles, "ClusterRole", "poolkeeper-scaler");
  assert.deepEqual(
    grants.map(({ resource, verb }) => `${verb} ${resource}`),
    [
      "get managednodepools",
      "list managednodepools",
      "watch managednodepools",
      "get managednodepools/scale",
      "update managednodepools/scale",
      "patch managednodepools/scale",
    ],
  );
});

test("the viewer only reads, and the operator neither makes nor deletes pools", () => {
  const viewer = grantsOf(roles, "ClusterRole", "poolkeeper-viewer");
  assert.deepEqual([...new Set(viewer.map(({ verb }) => verb))], ["get", "list", "watch"]);
  const operator = verbsOn(grantsOf(roles, "ClusterRole", "poolkeeper-operator"), "managednodepools");
  assert.deepEqual(operator, ["get", "list", "watch", "update", "patch"]);
});

test("roles that join the cluster's own speak of our kinds only", () => {
  const joining = roles.filter(({ metadata }) => JSON.stringify(metadata.labels).includes("aggregate-to-"));
  assert.deepEqual(
    joining.map(({ metadata }) => metadata.name),
    ["poolkeeper-viewer", "poolkeeper-operator", "poolkeeper-admin"],
  );
  for (const { kind, metadata } of joining) {
    const groups = new Set(grantsOf(roles, kind, metadata.name).map(({ group }) => group));
    assert.deepEqual([...groups], ["poolkeeper.dev"], metadata.name);
  }
});

test("what is installed has the definitions, then the namespace, then what is in it", () => {
  const order = installManifests().map(({ kind }) => kind);
  assert.deepEqual(order.slice(0, 7), [
    ...Array.from({ length: 5 }, () => "CustomResourceDefinition"),
    "Namespace",
    "ServiceAccount",
  ]);
});

function verbsOn(grants: readonly Grant[], resource: string): readonly string[] {
  return grants.filter((grant) => grant.resource === resource).map(({ verb }) => verb);
}
