/** From a body to an object that may be stored: read, pruned, filled in, and checked. Writes nothing. */
import { celErrors } from "./cel.ts";
import { copy, isObject, type Json, type JsonObject, type Stored, textOf } from "./json.ts";
import { metadataErrors } from "./metadata.ts";
import type { Call, Context } from "./request.ts";
import { apiVersionOf } from "./resources.ts";
import { prune, withDefaults } from "./schema.ts";
import { ApiFailure, badRequest, type FieldError, invalid } from "./status.ts";
import { strategyOf } from "./strategies.ts";
import { validateObject } from "./validate.ts";

/** The body as an object of the call's kind. Its metadata is what the client says, nothing more. */
export function readBody(call: Call): Stored {
  const { type, request } = call;
  const body = copy(request.body ?? null);
  if (!isObject(body)) throw badRequest("the body of the request is not a JSON object");
  const wanted = apiVersionOf(type);
  const kind = body["kind"] ?? type.kind;
  const apiVersion = body["apiVersion"] ?? wanted;
  if (kind !== type.kind || apiVersion !== wanted) {
    throw badRequest(
      `the API version in the data (${textOf(apiVersion)}, Kind=${textOf(kind)}) does not match the expected API version (${wanted}, Kind=${type.kind})`,
    );
  }
  return asDraft(body, call);
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
export function settle(context: Context, call: Call, draft: Stored): Stored {
  const schema = call.type.schema;
  const strategy = strategyOf(call.type.store);
  if (schema === null) return strategy.defaults === undefined ? draft : strategy.defaults(draft);
  const { value, unknown } = prune(draft, schema);
  if (unknown.length > 0) reportUnknown(context, call, unknown);
  return withDefaults(value, schema) as Stored;
}

function reportUnknown(_context: Context, call: Call, unknown: readonly string[]): void {
  const { fieldValidation } = call.options;
  if (fieldValidation === "Ignore") return;
  const texts = unknown.map((path) => `unknown field "${path}"`);
  if (fieldValidation === "Warn") {
    for (const text of texts) call.warn(text);
    return;
  }
  const { type, request } = call;
  const why = `strict decoding error: ${texts.join(", ")}`;
  if (request.verb === "patch" && request.patchType !== "apply") {
    const text = `Invalid value: ${JSON.stringify(JSON.stringify(request.body))}: ${why}`;
    throw invalid({ ...type, kind: "", group: "" }, "", [{ type: "Invalid", field: "patch", text }]);
  }
  if (request.patchType === "apply") throw new ApiFailure(500, "InternalError", why);
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
  const schema = call.type.schema;
  if (schema === null) return [];
  const errors = validateObject(object, schema);
  if (errors.some((error) => blocking.has(error.type))) {
    return schema["x-kubernetes-validations"] === undefined && !mentionsRules(schema)
      ? errors
      : [...errors, unchecked];
  }
  return [...errors, ...celErrors(object, before, schema)];
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
