import assert from "node:assert/strict";
import test from "node:test";
import { fieldChanges, mergePatchOf, shownChanges, shownValue } from "./difference.ts";

const before = { replicas: 3, template: { zones: ["a", "b"], nodeLabels: { team: "web", "a.b/c": "1" } } };

test("Equal specs have no change, whatever the order of their keys", () => {
  const same = { template: { nodeLabels: { "a.b/c": "1", team: "web" }, zones: ["a", "b"] }, replicas: 3 };
  assert.deepEqual(fieldChanges(before, same), []);
});

test("Each changed field is told by its path, a list as a whole", () => {
  const after = { replicas: 4, template: { zones: ["a"], nodeLabels: { team: "web" } } };
  assert.deepEqual(fieldChanges(before, after), [
    { path: ["replicas"], from: 3, to: 4 },
    { path: ["template", "zones"], from: ["a", "b"], to: ["a"] },
    { path: ["template", "nodeLabels", "a.b/c"], from: "1", to: undefined },
  ]);
});

test("The patch is the smallest that makes the change, null for what goes", () => {
  const after = {
    replicas: 3,
    template: { zones: ["a", "b"], nodeLabels: { team: "shop" }, image: { family: "L" } },
  };
  assert.deepEqual(mergePatchOf(fieldChanges(before, after)), {
    template: { nodeLabels: { team: "shop", "a.b/c": null }, image: { family: "L" } },
  });
});

test("A field that is absent and one that is undefined are the same", () => {
  assert.deepEqual(fieldChanges({ a: 1 }, { a: 1, b: undefined }), []);
});

test("A map without entries is the same as none", () => {
  assert.deepEqual(fieldChanges({}, { nodeLabels: {} }), []);
});

const shop = { team: "shop", "a.b/c": "1" };

test("The first labels, and the last ones that go, are shown one by one", () => {
  assert.deepEqual(shownChanges(fieldChanges({ template: {} }, { template: { nodeLabels: shop } })), [
    { path: ["template", "nodeLabels", "team"], from: undefined, to: "shop" },
    { path: ["template", "nodeLabels", "a.b/c"], from: undefined, to: "1" },
  ]);
  assert.deepEqual(shownChanges(fieldChanges({ instanceTags: { cost: "42" } }, {})), [
    { path: ["instanceTags", "cost"], from: "42", to: undefined },
  ]);
});

test("An image that comes is shown as a whole", () => {
  const changes = fieldChanges({}, { image: { family: "L", version: "2" } });
  assert.deepEqual(shownChanges(changes), changes);
});

const shown: readonly (readonly [unknown, string | number])[] = [
  [undefined, "none"],
  [null, "none"],
  [[], "none"],
  [{}, "none"],
  [5, 5],
  ["a", "a"],
  [true, "true"],
  [["a", "b"], "a, b"],
  [{ family: "Linux", version: "2" }, "Linux 2"],
  [[{ key: "dedicated", effect: "NoSchedule" }], "dedicated NoSchedule"],
];

for (const [value, text] of shown) {
  test(`${JSON.stringify(value) ?? "nothing"} is shown as ${text}`, () => {
    assert.equal(shownValue(value), text);
  });
}
