/** PATCH in its four forms. */
import { createFrom, managerOf } from "./create.ts";
import { asDraft, bodyObject, present } from "./draft.ts";
import { isObject, type JsonObject, type Stored, stringAt, textOf, withValue } from "./json.ts";
import { applyConfiguration } from "./manage.ts";
import { jsonPatch, mergePatch, strategicMerge } from "./merge.ts";
import type { Call, Context } from "./request.ts";
import { apiVersionOf } from "./resources.ts";
import { prune } from "./schema.ts";
import { shapeOf } from "./shape.ts";
import {
  ApiFailure,
  badRequest,
  conflict,
  invalid,
  notFound,
  requiredValue,
  unsupportedMediaType,
} from "./status.ts";
import { findLive, requireLive, writeOver } from "./update.ts";

export interface Written {
  readonly object: Stored;
  readonly isNew: boolean;
}

export function patch(context: Context, call: Call): Written {
  if (call.request.patchType === "apply") return serverSideApply(context, call);
  const live = requireLive(context, call);
  const patched = patchedBody(call, present(call, live));
  return {
    object: writeOver(context, call, { live, draft: asDraft(patched, call), own: null }),
    isNew: false,
  };
}

const acceptedForDefined = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/apply-patch+yaml",
];

/** Any object with a non-apply patch on it. */
export function patchedBody(call: Call, target: JsonObject): JsonObject {
  const { type, request } = call;
  if (request.patchType === "json") return jsonPatch(target, request.body ?? null);
  const body = bodyObject(request.body);
  if (request.patchType === "merge") {
    const merged = mergePatch(target, body);
    return isObject(merged) ? merged : {};
  }
  if (type.schema !== null) {
    throw unsupportedMediaType("application/strategic-merge-patch+json", acceptedForDefined);
  }
  return strategicMerge(target, body, shapeOf(null));
}

function serverSideApply(context: Context, call: Call): Written {
  const { type, request, options } = call;
  const configuration = bodyObject(request.body);
  requireApplicable(call, configuration);
  requireDeclared(call, configuration);
  const live = findLive(context, call);
  const name = request.name ?? "";
  const uid = isObject(configuration["metadata"]) ? configuration["metadata"]["uid"] : undefined;
  if (live === undefined && (request.subresource ?? "") !== "") throw notFound(type, name);
  if (live === undefined && typeof uid === "string") {
    throw conflict(
      type,
      name,
      `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
    );
  }
  const metadata = isObject(configuration["metadata"]) ? configuration["metadata"] : {};
  const named = withValue(configuration, ["metadata"], { ...metadata, name });
  const applied = applyConfiguration(live, named, managerOf(context, call), {
    shape: shapeOf(type.schema),
    force: options.force,
  });
  const draft = asDraft(applied.object, call);
  if (live === undefined) {
    return { object: createFrom(context, call, draft, applied.own), isNew: true };
  }
  const requested = metadata["resourceVersion"];
  const versioned = withValue(
    draft,
    ["metadata", "resourceVersion"],
    typeof requested === "string" ? requested : live.metadata.resourceVersion,
  ) as Stored;
  return { object: writeOver(context, call, { live, draft: versioned, own: applied.own }), isNew: false };
}

/** Ownership can only be kept of fields that the schema names. */
function requireDeclared(call: Call, configuration: JsonObject): void {
  const { type } = call;
  if (type.schema === null) return;
  const unknown = prune(configuration, type.schema).unknown.map(
    (path) => `.${path}: field not declared in schema`,
  );
  if (unknown.length === 0) return;
  const namespace = stringAt(configuration, "metadata", "namespace") ?? "";
  const object = `(${namespace}/${call.request.name ?? ""}; ${apiVersionOf(type)}, Kind=${type.kind})`;
  const why =
    unknown.length === 1 ? unknown.join("") : ["errors:", ...unknown.map((one) => `  ${one}`)].join("\n");
  throw new ApiFailure(500, "", `failed to create typed patch object ${object}: ${why}`);
}

function requireApplicable(call: Call, configuration: JsonObject): void {
  const { type, options } = call;
  if (options.fieldManager === "") {
    const error = requiredValue("fieldManager", "is required for apply patch");
    throw invalid({ group: "meta.k8s.io", plural: "", kind: "PatchOptions" }, "", [error]);
  }
  const metadata = isObject(configuration["metadata"]) ? configuration["metadata"] : {};
  if (metadata["managedFields"] !== undefined && metadata["managedFields"] !== null) {
    throw badRequest("metadata.managedFields must be nil");
  }
  if (configuration["apiVersion"] === undefined || configuration["kind"] === undefined) {
    throw badRequest("invalid object type: apiVersion and kind must be set in an applied configuration");
  }
  const wanted = apiVersionOf(type);
  if (configuration["apiVersion"] !== wanted || configuration["kind"] !== type.kind) {
    throw badRequest(
      `invalid object type: ${textOf(configuration["apiVersion"])}, Kind=${textOf(configuration["kind"])}`,
    );
  }
  const name = metadata["name"];
  if (name !== undefined && name !== call.request.name) {
    throw badRequest(
      `the name of the object (${textOf(name)}) does not match the name on the URL (${textOf(call.request.name)})`,
    );
  }
}
