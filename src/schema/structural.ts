/** A zod schema as the structural schema of a CustomResourceDefinition. Refuses what has no such form. Knows no kinds. */
import { z } from "zod";
import type { CelRule } from "./rule.ts";

/** The part of JSON Schema that Poolkeeper's CustomResourceDefinitions use. */
export interface Structural {
  readonly type?: "object" | "array" | "string" | "integer" | "boolean";
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Structural>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Structural;
  readonly maxProperties?: number;
  readonly items?: Structural;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly enum?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: "date-time" | "int32" | "int64";
  readonly "x-kubernetes-int-or-string"?: true;
  readonly "x-kubernetes-list-type"?: "atomic" | "set" | "map";
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-validations"?: readonly CelRule[];
}

/**
 * `spec` is people's input and carries the rules. `status` is written by the controller alone, from values that passed
 * them already; the same rules there would only cost the API server time, so they stay on its top level only.
 */
export function structural(schema: z.ZodType, part: "spec" | "status"): Structural {
  const json = z.toJSONSchema(schema, { target: "openapi-3.0", io: "input", reused: "inline" });
  const whole = translate(json, "");
  if (part === "spec") return whole;
  return { ...whole, properties: mapValues(whole.properties ?? {}, withoutRules) };
}

type Json = Readonly<Record<string, unknown>>;

const kept = new Set([
  "type",
  "description",
  "default",
  "required",
  "maxProperties",
  "minItems",
  "maxItems",
  "enum",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "format",
  "x-kubernetes-int-or-string",
  "x-kubernetes-list-type",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-validations",
]);

function translate(json: Json, path: string): Structural {
  const result: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(json)) {
    if (kept.has(keyword)) result[keyword] = value;
    else if (keyword === "properties") {
      result[keyword] = mapValues(asJson(value), (part, key) => translate(asJson(part), `${path}.${key}`));
    } else if (keyword === "items" || keyword === "additionalProperties") {
      result[keyword] = translate(asJson(value), `${path}[]`);
    } else if (keyword === "anyOf" && json["x-kubernetes-int-or-string"] === true) {
      Object.assign(result, textLimit(value));
    } else {
      throw new Error(`The schema at ${path} uses ${keyword}, which a structural schema cannot hold.`);
    }
  }
  if (json["type"] === "integer") Object.assign(result, integerFormat(json));
  if (json["type"] === "array") result["x-kubernetes-list-type"] ??= "atomic";
  return withoutUndefined(result);
}

/** Limits that only name the range of the number type become its format. */
function integerFormat(json: Json): Json {
  const { minimum, maximum } = json;
  if (minimum === Number.MIN_SAFE_INTEGER && maximum === Number.MAX_SAFE_INTEGER) {
    return { minimum: undefined, maximum: undefined, format: "int64" };
  }
  if (minimum === -(2 ** 31) && maximum === 2 ** 31 - 1) {
    return { minimum: undefined, maximum: undefined, format: "int32" };
  }
  return { format: typeof maximum === "number" && maximum < 2 ** 31 ? "int32" : "int64" };
}

/** Types may not stand inside junctions; of the text branch only its length is kept. */
function textLimit(branches: unknown): Json {
  const list: readonly unknown[] = Array.isArray(branches) ? branches : [];
  const textBranch = list.map(asJson).find((branch) => branch["type"] === "string");
  return { maxLength: textBranch?.["maxLength"] };
}

function withoutRules(schema: Structural): Structural {
  const { "x-kubernetes-validations": _, ...rest } = schema;
  return {
    ...rest,
    ...(schema.properties && { properties: mapValues(schema.properties, withoutRules) }),
    ...(schema.items && { items: withoutRules(schema.items) }),
    ...(schema.additionalProperties && { additionalProperties: withoutRules(schema.additionalProperties) }),
  };
}

function asJson(value: unknown): Json {
  if (typeof value !== "object" || value === null) throw new Error(`${String(value)} is no schema.`);
  return Object.fromEntries(Object.entries(value));
}

function withoutUndefined(record: Json): Json {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

function mapValues<T, U>(
  record: Readonly<Record<string, T>>,
  change: (value: T, key: string) => U,
): Readonly<Record<string, U>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}
