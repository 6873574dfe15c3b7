/** From a body to an object that may be stored: read, pruned, filled in, and checked. Writes nothing. */
import { celErrors } from "./cel.ts";
import { at, copy, isObject, type Json, type JsonObject, type Stored, stringAt, textOf } from "./json.ts";
import { metadataErrors } from "./metadata.ts";
import type { Call } from "./request.ts";
import { apiVersionOf, type ResourceType, type ScalePaths } from "./resources.ts";
import { prune, withDefaults } from "./schema.ts";
import { type ApiFailure, badRequest, type FieldError, invalid, invalidValue } from "./status.ts";
import { strategyOf } from "./strategies.ts";
import { validateObject } from "./validate.ts";

/** The body as an object of the call's kind. Its metadata is what the client says, nothing more. */
export function readBody(call: Call): Stored {
  const { type, request } = call;
  const body = copy(request.body ?? null);
  if (!isObject(body)) throw unrecognized(type, "the body of the request is not a JSON object");
  const wanted = apiVersionOf(type);
  if (type.schema !== null && body["kind"] === undefined)
    throw unrecognized(type, "Object 'Kind' is missing");
  const kind = textOf(body["kind"] ?? type.kind);
  const apiVersion = textOf(body["apiVersion"] ?? wanted);
  if (type.schema !== null && kind !== type.kind && apiVersion === wanted) {
    const error = invalidValue("kind", kind, `must be ${type.kind}`);
    throw invalid({ ...type, kind }, stringAt(body, "metadata", "name") ?? "", [error]);
  }
  if (kind !== type.kind || apiVersion !== wanted) {
    throw badRequest(
      `the API version in the data (${apiVersion}, Kind=${kind}) does not match the expected API version (${wanted}, Kind=${type.kind})`,
    );
  }
  return asDraft(body, call);
}

function unrecognized(type: ResourceType, why: string): ApiFailure {
  return badRequest(`the object provided is unrecognized (must be of type ${type.kind}): ${why}`);
}

/** A draft has the shape of an object but not yet the server's own metadata. */
export function asDraft(body: JsonObject, call: Call): Stored {
  const metadata = isObject(body["metadata"]) ? body["metadata"] : {};
  const draft = {
    ...body,
    apiVersion: apiVersionOf(call.type),
    kind: call.type.kind,
    metadata: cleanMetadata(metadata),
  } as Stored;
  return call.type.toStored === null ? draft : call.type.toStored(draft);
}

/** Nulls and empty collections in metadata mean nothing. */
function cleanMetadata(metadata: JsonObject): JsonObject {
  const kept = Object.entries(metadata).filter(([, value]) => {
    if (value === null || value === undefined) return false;
    return typeof value !== "object" || Object.keys(value).length > 0;
  });
  return Object.fromEntries(kept);
}

/** Prunes and fills in. Unknown fields are refused, told of, or dropped in silence, as the client asked. */
export function settle(call: Call, draft: Stored): Stored {
  const schema = call.type.schema;
  const strategy = strategyOf(call.type.store);
  if (schema === null) return strategy.defaults === undefined ? draft : strategy.defaults(draft);
  const { value, unknown } = prune(draft, schema);
  if (unknown.length > 0) reportUnknown(call, draft, unknown);
  return withDefaults(value, schema) as Stored;
}

function reportUnknown(call: Call, draft: Stored, unknown: readonly string[]): void {
  const { fieldValidation } = call.options;
  if (fieldValidation === "Ignore") return;
  const texts = unknown.map((path) => `unknown field "${path}"`);
  if (fieldValidation === "Warn") {
    for (const text of texts) call.warn(text);
    return;
  }
  const { type, request } = call;
  const why = `strict decoding error: ${texts.join(", ")}`;
  if (request.verb === "patch") {
    const error = invalidValue("patch", JSON.stringify(draft), why);
    throw invalid({ group: "", plural: "", kind: "" }, "", [error]);
  }
  throw badRequest(`${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: ${why}`);
}

const blocking = new Set(["NotSupported", "Required", "TooLong", "TooMany", "TypeInvalid"]);

const unchecked: FieldError = {
  type: "Invalid",
  field: "<nil>",
  text: "Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation",
};

/** Throws Invalid with everything that is wrong. */
export function check(call: Call, object: Stored, before: Stored | undefined): void {
  const { type } = call;
  const strategy = strategyOf(type.store);
  const errors = [
    ...metadataErrors(object, before),
    ...(strategy.validate === undefined ? [] : strategy.validate(object)),
    ...(before === undefined || strategy.validateUpdate === undefined
      ? []
      : strategy.validateUpdate(object, before)),
    ...(type.schema === null ? [] : schemaErrors(call, object, before)),
  ];
  if (errors.length > 0) throw invalid(type, object.metadata.name, errors);
}

function schemaErrors(call: Call, object: Stored, before: Stored | undefined): readonly FieldError[] {
  const { schema, scale } = call.type;
  if (schema === null) return [];
  const errors = [
    ...validateObject(object, before, schema),
    ...(scale === null ? [] : scaleErrors(object, scale)),
  ];
  if (errors.some((error) => blocking.has(error.type))) {
    return mentionsRules(schema) ? [...errors, unchecked] : errors;
  }
  return [...errors, ...celErrors(object, before, schema)];
}

/** What the scale subresource reads must be a number that makes sense to it. */
function scaleErrors(object: Stored, scale: ScalePaths): readonly FieldError[] {
  return [scale.spec, scale.status].flatMap((path) => {
    const field = `.${path.join(".")}`;
    const value = at(object, ...path);
    if (typeof value === "number" && value < 0)
      return [invalidValue(field, value, "should be a non-negative integer")];
    if (value === undefined || typeof value === "number") return [];
    const why = `${field} accessor error: ${textOf(value)} is of the type ${typeof value}, expected int64`;
    return [invalidValue(field, 0, why)];
  });
}

function mentionsRules(schema: object): boolean {
  return JSON.stringify(schema).includes('"x-kubernetes-validations"');
}

/** The object as the caller's version of its kind shows it. */
export function present(call: Call, object: Stored): JsonObject {
  const { type } = call;
  if (type.fromStored !== null) return type.fromStored(object);
  const apiVersion = apiVersionOf(type);
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

export function bodyObject(body: Json | undefined): JsonObject {
  const copied = copy(body ?? {});
  return isObject(copied) ? copied : {};
}
