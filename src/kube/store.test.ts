/** The indexes follow every change. */
import assert from "node:assert/strict";
import test from "node:test";
import type { KubeObject } from "../schema/kubernetes.ts";
import { createStore } from "./store.ts";

function anObject(
  name: string,
  parts: { readonly pool?: string; readonly namespace?: string; readonly spec?: object },
): KubeObject {
  const { pool, namespace, spec } = parts;
  const labels = pool === undefined ? {} : { "poolkeeper.dev/pool": pool };
  const place = namespace === undefined ? {} : { namespace };
  return {
    apiVersion: "v1",
    kind: "X",
    metadata: { name, labels, ...place },
    ...(spec === undefined ? {} : { spec }),
  };
}

const names = (objects: readonly KubeObject[]): string =>
  objects.map(({ metadata }) => metadata.name).join(" ");

test("pods are found by node and namespace, wherever they move", () => {
  const store = createStore("Pod");
  store.set(anObject("a", { namespace: "shop", spec: { nodeName: "n1" } }));
  store.set(anObject("b", { namespace: "shop", spec: { nodeName: "n1" } }));
  store.set(anObject("c", { namespace: "shop", spec: {} }));
  assert.equal(names(store.byIndex("node", "n1")), "a b");
  assert.equal(names(store.byIndex("namespace", "shop")), "a b c");
  store.set(anObject("a", { namespace: "shop", spec: { nodeName: "n2" } }));
  store.remove("shop/b");
  assert.equal(names(store.byIndex("node", "n1")), "");
  assert.equal(names(store.byIndex("node", "n2")), "a");
  assert.equal(names(store.list()), "a c");
});

test("a pool's members are found by label, or by spec.poolName, under their namespace if they have one", () => {
  const nodes = createStore("Node");
  nodes.set(anObject("n1", { pool: "web" }));
  assert.equal(names(nodes.byIndex("pool", "web")), "n1");
  const machines = createStore("ManagedMachine");
  machines.set(anObject("m1", { pool: "web", namespace: "ns" }));
  machines.set(anObject("m2", { namespace: "ns", spec: { poolName: "web" } }));
  assert.equal(names(machines.byIndex("pool", "ns/web")), "m1 m2");
  assert.equal(names(machines.byIndex("pool", "web")), "");
});
