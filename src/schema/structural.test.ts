/** Whether zod schemas become structural schemas, and whether what has no such form is refused. */
import assert from "node:assert/strict";
import test from "node:test";
import { z } from "zod";
import { int, mapOf, text, time } from "./field.ts";
import { ruled } from "./rule.ts";
import { structural } from "./structural.ts";

function field(schema: z.ZodType) {
  return structural(z.object({ field: schema }), "spec").properties?.["field"];
}

test("whole numbers get the format that their limits fit in", () => {
  assert.deepEqual(field(int(0, 2000)), { type: "integer", minimum: 0, maximum: 2000, format: "int32" });
  assert.deepEqual(field(int(0, 3_000_000_000)), {
    type: "integer",
    minimum: 0,
    maximum: 3_000_000_000,
    format: "int64",
  });
  assert.deepEqual(field(z.int()), { type: "integer", format: "int64" });
  assert.deepEqual(field(z.int32()), { type: "integer", format: "int32" });
});

test("a number or percentage keeps no junction, only the limit of its text", () => {
  const schema = z.union([z.int(), text(16)]).meta({ "x-kubernetes-int-or-string": true });
  assert.deepEqual(field(schema.default(1)), {
    default: 1,
    "x-kubernetes-int-or-string": true,
    maxLength: 16,
  });
});

test("times, maps and plain lists carry what the API server needs to know", () => {
  assert.deepEqual(field(time()), { type: "string", maxLength: 64, format: "date-time" });
  assert.deepEqual(field(mapOf(text(5), 3)), {
    type: "object",
    additionalProperties: { type: "string", maxLength: 5 },
    maxProperties: 3,
  });
  assert.deepEqual(field(z.array(text(5)).max(2)), {
    type: "array",
    items: { type: "string", maxLength: 5 },
    maxItems: 2,
    "x-kubernetes-list-type": "atomic",
  });
});

test("a field is required only when it has no default", () => {
  const schema = z.object({ a: text(1), b: text(1).default("b"), c: text(1).optional() });
  assert.deepEqual(structural(schema, "spec").required, ["a"]);
});

test("rules stay on a spec, and on the top level of a status", () => {
  const even = { cel: "self % 2 == 0", holds: (self: number) => self % 2 === 0, says: "must be even" };
  const inner = z.object({ list: z.array(ruled(z.int32(), even)).max(1) });
  const schema = ruled(inner, { cel: "true", holds: () => true, says: "never" });
  const item = (part: "spec" | "status") => structural(schema, part).properties?.["list"]?.items;
  assert.deepEqual(item("spec")?.["x-kubernetes-validations"]?.length, 1);
  assert.deepEqual(item("status"), { type: "integer", format: "int32" });
  assert.deepEqual(structural(schema, "status")["x-kubernetes-validations"]?.length, 1);
});

test("what a structural schema cannot hold is refused by name and place", () => {
  const unions = { a: z.object({ b: z.union([z.string(), z.int()]) }) };
  assert.throws(() => structural(z.object(unions), "spec"), /schema at \.a\.b uses anyOf/);
  assert.throws(() => field(z.string().nullable()), /schema at \.field uses nullable/);
  assert.throws(() => field(z.string().regex(/x/)), /schema at \.field uses pattern/);
});
