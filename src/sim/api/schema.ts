/** Structural schemas as definitions carry them: what an object may hold. Prunes and fills in; refusing is validate.ts. */
import { isList, isObject, type Json, type JsonObject } from "./json.ts";

export interface Rule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly fieldPath?: string;
  readonly reason?: string;
  readonly optionalOldSelf?: boolean;
}

export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly properties?: { readonly [name: string]: Schema };
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly Json[];
  readonly default?: Json;
  readonly nullable?: boolean;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly not?: Schema;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-list-type"?: "atomic" | "set" | "map";
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: "atomic" | "granular";
  readonly "x-kubernetes-validations"?: readonly Rule[];
}

/** The schema of the values of a map, or null where the object is a struct. */
export function valueSchema(schema: Schema): Schema | null {
  return typeof schema.additionalProperties === "object" ? schema.additionalProperties : null;
}

/** The schema of one field, whether it is named or an entry of a map; null where the schema says nothing. */
export function fieldSchema(schema: Schema, name: string): Schema | null {
  const { properties } = schema;
  const named = properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
  return named ?? valueSchema(schema);
}

function keepsUnknown(schema: Schema): boolean {
  if (schema["x-kubernetes-preserve-unknown-fields"] === true) return true;
  if (schema.additionalProperties === true) return true;
  return schema.properties === undefined && schema.type === undefined;
}

export interface Pruned {
  readonly value: Json;
  /** Paths of what was dropped, such as `spec.foo`. */
  readonly unknown: readonly string[];
}

const rootFields = ["apiVersion", "kind", "metadata"];

/** Drops fields the schema does not name. The root's own three fields always stay. */
export function prune(object: JsonObject, schema: Schema): Pruned {
  const unknown: string[] = [];
  const kept: { [key: string]: Json | undefined } = {};
  for (const name of rootFields) if (object[name] !== undefined) kept[name] = object[name];
  const { apiVersion: _, kind: __, metadata: ___, ...rest } = object;
  const pruned = pruneValue(rest, schema, "", unknown);
  return { value: { ...kept, ...(isObject(pruned) ? pruned : {}) }, unknown };
}

function pruneValue(value: Json, schema: Schema, path: string, unknown: string[]): Json {
  if (isList(value)) {
    const items = schema.items;
    if (items === undefined) return value;
    return value.map((item, i) => pruneValue(item, items, `${path}[${i}]`, unknown));
  }
  if (!isObject(value)) return value;
  const result: { [key: string]: Json } = {};
  for (const [name, field] of Object.entries(value)) {
    if (field === undefined) continue;
    const known = fieldSchema(schema, name);
    const here = path === "" ? name : `${path}.${name}`;
    if (known !== null) result[name] = pruneValue(field, known, here, unknown);
    else if (keepsUnknown(schema)) result[name] = field;
    else unknown.push(here);
  }
  return result;
}

/** Fills in defaults, from the outside in. */
export function withDefaults(value: Json, schema: Schema): Json {
  if (isList(value)) {
    const items = schema.items;
    return items === undefined ? value : value.map((item) => withDefaults(item, items));
  }
  if (!isObject(value)) return value;
  const result: { [key: string]: Json | undefined } = { ...value };
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const present = presentOrDefault(result[name], field);
    if (present !== undefined) result[name] = withDefaults(present, field);
  }
  const values = valueSchema(schema);
  if (values === null) return result;
  for (const [name, field] of Object.entries(result)) {
    if (field !== undefined) result[name] = withDefaults(field, values);
  }
  return result;
}

/** A null where none is allowed counts as absent, if there is something to put in its place. */
function presentOrDefault(value: Json | undefined, schema: Schema): Json | undefined {
  if (value === undefined) return schema.default;
  return value === null && schema.nullable !== true ? (schema.default ?? value) : value;
}
