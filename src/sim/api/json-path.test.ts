import assert from "node:assert/strict";
import test from "node:test";
import { valuesAt } from "./json-path.ts";

const object = {
  spec: {
    size: 3,
    list: [
      { name: "a", n: 1 },
      { name: "b", n: 2 },
    ],
    "odd.name": "x",
  },
  status: {
    conditions: [
      { type: "Ready", status: "True" },
      { type: "Other", status: "False" },
    ],
  },
};

const paths: readonly (readonly [string, readonly unknown[]])[] = [
  [".spec.size", [3]],
  [".spec.missing.deeper", []],
  [".spec.list[1].name", ["b"]],
  [".spec.list[*].n", [1, 2]],
  ["['spec'].size", [3]],
  [".spec['odd.name']", ["x"]],
  ['.status.conditions[?(@.type=="Ready")].status', ["True"]],
  [".status.conditions[?(@.type=='Other')].status", ["False"]],
  ['.status.conditions[?(@.type=="None")].status', []],
];

for (const [path, wanted] of paths) {
  test(`${path} leads to ${JSON.stringify(wanted)}`, () => assert.deepEqual(valuesAt(object, path), wanted));
}
