/** OpenAPI documents: exact for defined kinds, permissive for built-in ones; enough for `kubectl apply` and `explain`. */
import type { Json, JsonObject } from "./json.ts";
import type { Registry } from "./registry.ts";
import { apiVersionOf, type ResourceType } from "./resources.ts";
import type { Schema } from "./schema.ts";

/** `/openapi/v3`: one document for each group and version. */
export function openapiIndex(registry: Registry): JsonObject {
  const paths = new Set(registry.all().map(groupPath));
  const entries = [...paths].map((path) => [
    path,
    { serverRelativeURL: `/openapi/v3/${path}?hash=${registry.version()}` },
  ]);
  return { paths: Object.fromEntries(entries) };
}

function groupPath(type: ResourceType): string {
  return type.group === "" ? `api/${type.version}` : `apis/${type.group}/${type.version}`;
}

/** Null where nothing is served under the path. */
export function openapiDocument(registry: Registry, path: string): JsonObject | null {
  const types = registry.all().filter((type) => groupPath(type) === path);
  if (types.length === 0) return null;
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: "v1.36.3" },
    paths: Object.fromEntries(types.map((type) => [pathOf(type), operationsOf(type, true)])),
    components: {
      schemas: Object.fromEntries([
        ...types.map((type) => [schemaName(type), kindSchema(type, "#/components/schemas/")]),
        [metaName, metaSchema],
      ]),
    },
  };
}

/** `/openapi/v2`, for older clients. */
export function swagger(registry: Registry): JsonObject {
  const types = registry.all();
  return {
    swagger: "2.0",
    info: { title: "Kubernetes", version: "v1.36.3" },
    paths: Object.fromEntries(types.map((type) => [pathOf(type), operationsOf(type, false)])),
    definitions: Object.fromEntries([
      ...types.map((type) => [schemaName(type), kindSchema(type, "#/definitions/")]),
      [metaName, metaSchema],
    ]),
  };
}

function pathOf(type: ResourceType): string {
  const namespace = type.isNamespaced ? "/namespaces/{namespace}" : "";
  return `/${groupPath(type)}${namespace}/${type.plural}/{name}`;
}

const metaName = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

const metaSchema: JsonObject = {
  type: "object",
  description: "What every object has: its name, namespace, labels, annotations, owners and finalizers.",
  properties: {
    name: { type: "string" },
    namespace: { type: "string" },
    labels: { type: "object", additionalProperties: { type: "string" } },
    annotations: { type: "object", additionalProperties: { type: "string" } },
    finalizers: { type: "array", items: { type: "string" } },
    ownerReferences: { type: "array", items: { type: "object" } },
    uid: { type: "string" },
    resourceVersion: { type: "string" },
    generation: { type: "integer" },
    creationTimestamp: { type: "string" },
    deletionTimestamp: { type: "string" },
  },
};

function schemaName(type: ResourceType): string {
  const group = type.group === "" ? "io.k8s.api.core" : type.group.split(".").toReversed().join(".");
  return `${group}.${type.version}.${type.kind}`;
}

function kindOf(type: ResourceType): JsonObject {
  return { group: type.group, version: type.version, kind: type.kind };
}

/** The patch types named here tell kubectl what it may send; strategic merge it knows by itself. */
function operationsOf(type: ResourceType, isV3: boolean): JsonObject {
  const parameter = (name: string): JsonObject =>
    isV3
      ? { name, in: "query", schema: { type: "string", uniqueItems: true } }
      : { name, in: "query", type: "string", uniqueItems: true };
  const content = Object.fromEntries(
    ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"].map(
      (name) => [name, { schema: { type: "object" } }],
    ),
  );
  const operation = {
    "x-kubernetes-group-version-kind": kindOf(type),
    responses: { "200": { description: "OK" } },
  };
  const patchParameters = ["dryRun", "fieldManager", "fieldValidation", "force"].map(parameter);
  return {
    get: { ...operation, "x-kubernetes-action": "get" },
    patch: {
      ...operation,
      "x-kubernetes-action": "patch",
      parameters: patchParameters,
      ...(isV3 ? { requestBody: { content } } : { consumes: Object.keys(content) }),
    },
  };
}

function kindSchema(type: ResourceType, references: string): JsonObject {
  const schema = type.schema as (Schema & JsonObject) | null;
  const properties: JsonObject =
    schema === null ? looseProperties : ((schema["properties"] ?? {}) as JsonObject);
  return {
    type: "object",
    description: schema?.description ?? `${type.kind} of ${apiVersionOf(type)}.`,
    ...(schema?.required === undefined ? {} : { required: schema.required }),
    properties: {
      ...properties,
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { allOf: [{ $ref: `${references}${metaName}` }], default: {} },
    },
    ...(schema === null ? { "x-kubernetes-preserve-unknown-fields": true } : {}),
    "x-kubernetes-group-version-kind": [kindOf(type)],
  };
}

const loose: Json = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
const looseProperties: JsonObject = { spec: loose, status: loose };
