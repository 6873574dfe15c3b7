/** From a URL to what it asks for: one resource, one verb, and the options of the query. */
import { type JsonObject, numberAt, stringAt } from "./json.ts";
import type { Registry } from "./registry.ts";
import type { ApiRequest, Options, PatchType, Verb } from "./request.ts";
import type { ResourceType } from "./resources.ts";
import {
  ApiFailure,
  badRequest,
  invalid,
  methodNotAllowed,
  noSuchPath,
  unsupportedMediaType,
  unsupportedValue,
} from "./status.ts";

export interface Target {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

function partsOf(path: string): readonly string[] {
  return path
    .split("/")
    .filter((part) => part !== "")
    .map(decodeURIComponent);
}

/** Null where the path is not one of resources at all. */
export function parsePath(registry: Registry, path: string): Target | null {
  const [root, ...parts] = partsOf(path);
  if (root !== "api" && root !== "apis") return null;
  const [group = "", version = "", ...rest] = root === "api" ? ["", ...parts] : parts;
  // A group that nobody serves is no path of ours; a resource of a served one is refused in the API's own words.
  const isServed = registry.all().some((type) => type.group === group && type.version === version);
  return rest.length === 0 || !isServed ? null : targetOf(registry, { group, version }, rest);
}

interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

function targetOf(registry: Registry, { group, version }: GroupVersion, parts: readonly string[]): Target {
  const isWithin = isInNamespace(parts);
  const [plural = "", name, subresource, ...more] = isWithin ? parts.slice(2) : parts;
  const type = registry.find(group, version, plural);
  if (type === undefined || more.length > 0 || (isWithin && !type.isNamespaced)) throw noSuchPath();
  return { type, namespace: isWithin ? parts[1] : undefined, name, subresource };
}

/** `namespaces/x/status` is about the namespace itself, `namespaces/x/pods` about what is in it. */
function isInNamespace(parts: readonly string[]): boolean {
  const [first, , third] = parts;
  return first === "namespaces" && third !== undefined && third !== "status" && third !== "finalize";
}

const verbs: { readonly [method: string]: { readonly one: Verb; readonly many: Verb } } = {
  GET: { one: "get", many: "list" },
  POST: { one: "create", many: "create" },
  PUT: { one: "update", many: "update" },
  PATCH: { one: "patch", many: "patch" },
  DELETE: { one: "delete", many: "deletecollection" },
};

export interface Incoming {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly userAgent: string;
  readonly body: JsonObject;
}

export function toRequest(target: Target, incoming: Incoming): ApiRequest {
  const { type, name, subresource } = target;
  const pair = verbs[incoming.method];
  if (pair === undefined) throw methodNotAllowed(type, incoming.method.toLowerCase());
  const verb = name === undefined ? pair.many : pair.one;
  const isAimless = name === undefined && (verb === "update" || verb === "patch");
  const isMisaimed = name !== undefined && verb === "create" && subresource === undefined;
  if (isAimless || isMisaimed) {
    throw new ApiFailure(
      405,
      "MethodNotAllowed",
      "the server does not allow this method on the requested resource",
      {},
    );
  }
  const isDelete = verb === "delete" || verb === "deletecollection";
  const options = optionsOf(incoming, isDelete ? incoming.body : {});
  return {
    verb,
    type,
    namespace: target.namespace,
    name,
    subresource,
    body: incoming.body,
    patchType: verb === "patch" ? patchTypeOf(incoming.contentType) : undefined,
    options,
  };
}

const patchTypes: { readonly [contentType: string]: PatchType } = {
  "application/json-patch+json": "json",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "strategic",
  "application/apply-patch+yaml": "apply",
};

function patchTypeOf(contentType: string): PatchType {
  const found = patchTypes[contentType];
  if (found === undefined) throw unsupportedMediaType(contentType, Object.keys(patchTypes));
  return found;
}

export function optionsOf(incoming: Incoming, body: JsonObject): Options {
  const { query } = incoming;
  const text = (name: string) => query.get(name) ?? "";
  const dryRun = [...query.getAll("dryRun"), ...(Array.isArray(body["dryRun"]) ? body["dryRun"] : [])];
  if (dryRun.some((one) => one !== "All")) {
    const error = unsupportedValue("dryRun", dryRun, ["All"]);
    throw invalid({ group: "meta.k8s.io", plural: "", kind: "CreateOptions" }, "", [error]);
  }
  const grace = numberAt(body, "gracePeriodSeconds") ?? numberOrNull(text("gracePeriodSeconds"));
  return {
    dryRun: dryRun.length > 0,
    fieldManager:
      text("fieldManager") === "" && incoming.contentType !== "application/apply-patch+yaml"
        ? (incoming.userAgent.split("/")[0] ?? "")
        : text("fieldManager"),
    force: text("force") === "true",
    fieldValidation: fieldValidationOf(text("fieldValidation")),
    labelSelector: text("labelSelector"),
    fieldSelector: text("fieldSelector"),
    limit: numberOrNull(text("limit")) ?? 0,
    continueToken: text("continue"),
    resourceVersion: text("resourceVersion"),
    resourceVersionMatch: text("resourceVersionMatch"),
    gracePeriodSeconds: grace,
    propagationPolicy: stringAt(body, "propagationPolicy") ?? text("propagationPolicy"),
    preconditions: {
      uid: stringAt(body, "preconditions", "uid"),
      resourceVersion: stringAt(body, "preconditions", "resourceVersion"),
    },
  };
}

function numberOrNull(text: string): number | null {
  return text === "" || Number.isNaN(Number(text)) ? null : Number(text);
}

function fieldValidationOf(text: string): Options["fieldValidation"] {
  if (text === "" || text === "Warn") return "Warn";
  if (text === "Strict" || text === "Ignore") return text;
  throw badRequest(
    `fieldValidation: Unsupported value: ${JSON.stringify(text)}: supported values: "", "Ignore", "Strict", "Warn"`,
  );
}
