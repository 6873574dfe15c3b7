/** Checks an object against its schema. The messages are those of a real API server, field by field. CEL is cel.ts. */
import { isEqual, isList, isObject, type Json, type JsonObject } from "./json.ts";
import { fieldSchema, type Schema } from "./schema.ts";
import { type FieldError, invalidValue, requiredValue, shown, unsupportedValue } from "./status.ts";

/** All that is wrong with an object. `metadata` is checked elsewhere, and what was there before is let be. */
export function validateObject(
  object: JsonObject,
  before: JsonObject | undefined,
  schema: Schema,
): readonly FieldError[] {
  const changed = Object.entries(object).filter(([name, value]) => {
    return !rootFields.has(name) && (before === undefined || !isEqual(value, before[name]));
  });
  const missing = (schema.required ?? []).filter(
    (name) => !rootFields.has(name) && object[name] === undefined,
  );
  return [
    ...missing.map((name) => requiredValue(name)),
    ...validateValue(Object.fromEntries(changed), { ...schema, required: [] }, ""),
  ];
}

const rootFields = new Set(["apiVersion", "kind", "metadata"]);

export function child(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function validateValue(value: Json, schema: Schema, path: string): readonly FieldError[] {
  if (value === null && schema.nullable === true) return [];
  const typeError = wrongType(value, schema, path);
  if (typeError !== null) return [typeError];
  const errors = [...combinationErrors(value, schema, path), ...enumErrors(value, schema, path)];
  if (typeof value === "number") return [...errors, ...numberErrors(value, schema, path)];
  if (typeof value === "string") return [...errors, ...stringErrors(value, schema, path)];
  if (isList(value)) return [...errors, ...listErrors(value, schema, path)];
  if (isObject(value)) return [...errors, ...objectErrors(value, schema, path)];
  return errors;
}

/** The type's name as Go's validator calls it. */
function typeName(value: Json): string {
  if (value === null) return "null";
  if (isList(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function wrongType(value: Json, schema: Schema, path: string): FieldError | null {
  const actual = typeName(value);
  if (schema["x-kubernetes-int-or-string"] === true) {
    if (actual === "integer" || actual === "string") return null;
    const why = `${path} in body must be of type integer,string: "${actual}"`;
    return { type: "TypeInvalid", field: path, text: `Invalid value: "${actual}": ${why}` };
  }
  if (schema.type === undefined || actual === schema.type) return null;
  if (schema.type === "number" && actual === "integer") return null;
  const why = `${path} in body must be of type ${schema.type}: "${actual}"`;
  return { type: "TypeInvalid", field: path, text: `Invalid value: "${actual}": ${why}` };
}

function combinationErrors(value: Json, schema: Schema, path: string): readonly FieldError[] {
  const isValid = (one: Schema) => validateValue(value, one, path).length === 0;
  const errors = (schema.allOf ?? []).flatMap((one) => validateValue(value, one, path));
  if (schema.anyOf !== undefined && !schema.anyOf.some(isValid)) {
    return [
      ...errors,
      invalidValue(path, value, `${path} in body must validate at least one schema (anyOf)`),
    ];
  }
  if (schema.oneOf !== undefined && schema.oneOf.filter(isValid).length !== 1) {
    return [
      ...errors,
      invalidValue(path, value, `${path} in body must validate one and only one schema (oneOf)`),
    ];
  }
  if (schema.not !== undefined && isValid(schema.not)) {
    return [...errors, invalidValue(path, value, `${path} in body must not validate the schema (not)`)];
  }
  return errors;
}

function enumErrors(value: Json, schema: Schema, path: string): readonly FieldError[] {
  if (schema.enum === undefined || schema.enum.some((one) => isEqual(one, value))) return [];
  return [
    unsupportedValue(
      path,
      value,
      schema.enum.map((one) => (typeof one === "string" ? one : shown(one))),
    ),
  ];
}

function numberErrors(value: number, schema: Schema, path: string): readonly FieldError[] {
  const { minimum, maximum, multipleOf } = schema;
  const errors: FieldError[] = [];
  if (minimum !== undefined && (schema.exclusiveMinimum === true ? value <= minimum : value < minimum)) {
    const how = schema.exclusiveMinimum === true ? "greater than" : "greater than or equal to";
    errors.push(invalidValue(path, value, `${path} in body should be ${how} ${minimum}`));
  }
  if (maximum !== undefined && (schema.exclusiveMaximum === true ? value >= maximum : value > maximum)) {
    const how = schema.exclusiveMaximum === true ? "less than" : "less than or equal to";
    errors.push(invalidValue(path, value, `${path} in body should be ${how} ${maximum}`));
  }
  if (multipleOf !== undefined && value % multipleOf !== 0) {
    errors.push(invalidValue(path, value, `${path} in body should be a multiple of ${multipleOf}`));
  }
  return errors;
}

const patterns = new Map<string, RegExp>();

function patternOf(source: string): RegExp {
  const known = patterns.get(source);
  if (known !== undefined) return known;
  const made = new RegExp(source);
  patterns.set(source, made);
  return made;
}

/** Of length and pattern only the first fault is told; the format is another matter. */
function stringErrors(value: string, schema: Schema, path: string): readonly FieldError[] {
  const fault = textFault(value, schema, path);
  const errors = fault === null ? [] : [fault];
  if (schema.format !== "date-time" || !Number.isNaN(Date.parse(value))) return errors;
  const why = `${path} in body must be of type date-time: ${shown(value)}`;
  return [...errors, { type: "TypeInvalid", field: path, text: `Invalid value: ${shown(value)}: ${why}` }];
}

function textFault(value: string, schema: Schema, path: string): FieldError | null {
  const { minLength, maxLength, pattern } = schema;
  const length = Array.from(value).length;
  if (maxLength !== undefined && length > maxLength) {
    const unit = maxLength === 1 ? "byte" : "bytes";
    return { type: "TooLong", field: path, text: `Too long: may not be more than ${maxLength} ${unit}` };
  }
  if (minLength !== undefined && length < minLength) {
    return invalidValue(path, value, `${path} in body should be at least ${minLength} chars long`);
  }
  if (pattern !== undefined && !patternOf(pattern).test(value)) {
    return invalidValue(path, value, `${path} in body should match '${pattern}'`);
  }
  return null;
}

function tooMany(path: string, count: number, limit: number): FieldError {
  const unit = limit === 1 ? "item" : "items";
  return { type: "TooMany", field: path, text: `Too many: ${count}: must have at most ${limit} ${unit}` };
}

function listErrors(value: readonly Json[], schema: Schema, path: string): readonly FieldError[] {
  const { items, minItems, maxItems } = schema;
  const errors: FieldError[] = [];
  if (maxItems !== undefined && value.length > maxItems) errors.push(tooMany(path, value.length, maxItems));
  if (minItems !== undefined && value.length < minItems) {
    errors.push(invalidValue(path, value.length, `${path} in body should have at least ${minItems} items`));
  }
  if (items !== undefined) {
    errors.push(...value.flatMap((item, i) => validateValue(item, items, `${path}[${i}]`)));
  }
  return [...errors, ...duplicateErrors(value, schema, path)];
}

/** Items of a set, or the keys of a list-map, must differ. */
function duplicateErrors(value: readonly Json[], schema: Schema, path: string): readonly FieldError[] {
  const listType = schema["x-kubernetes-list-type"];
  if (listType !== "map" && listType !== "set") return [];
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const seen = new Set<string>();
  return value.flatMap((item, i) => {
    const id = listType === "set" ? item : keyOfItem(item, keys);
    const text = shown(id);
    if (!seen.has(text)) {
      seen.add(text);
      return [];
    }
    return [{ type: "Duplicate" as const, field: `${path}[${i}]`, text: `Duplicate value: ${text}` }];
  });
}

function keyOfItem(item: Json, keys: readonly string[]): Json {
  if (!isObject(item)) return item;
  return Object.fromEntries(keys.toSorted().map((key) => [key, item[key] ?? null]));
}

function objectErrors(value: JsonObject, schema: Schema, path: string): readonly FieldError[] {
  const { minProperties, maxProperties } = schema;
  const names = Object.keys(value);
  const errors: FieldError[] = [];
  if (maxProperties !== undefined && names.length > maxProperties) {
    errors.push(tooMany(path, names.length, maxProperties));
  }
  if (minProperties !== undefined && names.length < minProperties) {
    errors.push(
      invalidValue(path, names.length, `${path} in body should have at least ${minProperties} properties`),
    );
  }
  for (const name of schema.required ?? []) {
    if (value[name] === undefined) errors.push(requiredValue(child(path, name)));
  }
  for (const name of names) {
    const known = fieldSchema(schema, name);
    const field = value[name];
    if (known === null || field === undefined) continue;
    errors.push(...validateValue(field, known, child(path, name)));
  }
  return errors;
}
