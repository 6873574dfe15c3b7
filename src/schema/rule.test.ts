/** Whether a rule says the same to the API server and to the parser. */
import assert from "node:assert/strict";
import test from "node:test";
import { z } from "zod";
import { celRule, celText, distinct, frozen, guarded, keyed, keyRule, ruled } from "./rule.ts";

const even = { cel: "self % 2 == 0", holds: (self: number) => self % 2 === 0, says: "must be even" };
const positive = { cel: "self > 0", holds: (self: number) => self > 0, says: "must be above 0" };

function messages(schema: z.ZodType, value: unknown): readonly string[] {
  return (
    schema.safeParse(value).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? []
  );
}

test("a rule stands in the schema and in the parser", () => {
  const schema = ruled(z.int(), even);
  assert.deepEqual(schema.meta()?.["x-kubernetes-validations"], [
    { rule: "self % 2 == 0", message: "must be even" },
  ]);
  assert.deepEqual(messages(schema, 2), []);
  assert.deepEqual(messages(schema, 3), [": must be even"]);
});

test("rules that come later stand beside the earlier ones, and the description stays", () => {
  const schema = guarded(ruled(ruled(z.int().describe("A number."), even), positive), {
    cel: "self >= oldSelf",
    says: "cannot fall",
  });
  assert.equal(schema.meta()?.description, "A number.");
  assert.deepEqual(schema.meta()?.["x-kubernetes-validations"], [
    { rule: "self % 2 == 0", message: "must be even" },
    { rule: "self > 0", message: "must be above 0" },
    { rule: "self >= oldSelf", message: "cannot fall" },
  ]);
  assert.deepEqual(messages(schema, -1), [": must be even", ": must be above 0"]);
});

test("a message can show the value of the field that is to blame", () => {
  const schema = ruled(z.object({ a: z.object({ b: z.string() }) }), {
    cel: "self.a.b != 'x'",
    holds: (self) => self.a.b !== "x",
    says: "b is '{found}': choose another",
    field: "a.b",
    reason: "FieldValueForbidden",
  });
  assert.deepEqual(schema.meta()?.["x-kubernetes-validations"], [
    {
      rule: "self.a.b != 'x'",
      messageExpression: "'b is \\'' + self.a.b + '\\': choose another'",
      fieldPath: ".a.b",
      reason: "FieldValueForbidden",
    },
  ]);
  assert.deepEqual(messages(schema, { a: { b: "x" } }), ["a.b: b is 'x': choose another"]);
});

test("a rule about keys names the first bad key", () => {
  const rule = keyRule({ cel: "k != 'x'", holds: (key) => key !== "x", says: "key {found} is taken" });
  assert.deepEqual(celRule(rule), {
    rule: "self.all(k, k != 'x')",
    messageExpression: "'key ' + self.filter(k, !(k != 'x'))[0] + ' is taken'",
  });
  assert.deepEqual(messages(ruled(z.record(z.string(), z.string()), rule), { a: "", x: "" }), [
    ": key x is taken",
  ]);
});

test("a frozen field can neither change, come nor go", () => {
  assert.deepEqual(celRule(frozen("kind", "kind cannot change")), {
    rule: "has(self.kind) == has(oldSelf.kind) && (!has(self.kind) || self.kind == oldSelf.kind)",
    message: "kind cannot change",
    fieldPath: ".kind",
  });
});

test("lists refuse twins by their keys or by their value", () => {
  const byKeys = keyed(z.array(z.object({ a: z.string(), b: z.string(), c: z.int() })), "a", "b");
  const twins = [
    { a: "x", b: "y", c: 1 },
    { a: "x", b: "z", c: 1 },
    { a: "x", b: "y", c: 2 },
  ];
  assert.deepEqual(messages(byKeys, twins), ["2: x:y is in the list twice: remove one"]);
  assert.deepEqual(byKeys.meta(), {
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["a", "b"],
  });
  const set = distinct(z.array(z.string()));
  assert.deepEqual(messages(set, ["x", "x", "x"]), [
    "1: x is in the list twice: remove one",
    "2: x is in the list twice: remove one",
  ]);
});

test("quotes and backslashes survive in CEL texts", () => {
  assert.equal(celText("it's \\d"), "'it\\'s \\\\d'");
});
