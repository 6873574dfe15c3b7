/** The OpenAPI 3.1 document, made from the same schemas that requests are checked with. Names nothing that is not served. */
import { z } from "zod";
import { poolSpec } from "../schema/pool.ts";
import { providerSpec } from "../schema/provider.ts";
import { windowSpec } from "../schema/window.ts";
import * as answers from "./answers.ts";
import { streamQuery } from "./requests.ts";
import type { Documented } from "./route.ts";
import * as types from "./types.ts";

type Json = Readonly<Record<string, unknown>>;

export interface DocumentOptions {
  readonly routes: readonly Documented[];
  readonly root: string;
  readonly version: string;
}

/** What every route may answer with. 421: asked under another name. */
const everywhere = [400, 401, 403, 421, 422, 429, 431, 500, 503] as const;

const statusText: Readonly<Record<number, string>> = {
  200: "As asked",
  201: "Created",
  204: "Done, without an answer",
  302: "Go on there",
  400: "It cannot be read",
  401: "Not signed in",
  403: "Not permitted, with the permission that is missing",
  404: "No such object",
  409: "Refused, with the reason",
  412: "It has changed since it was read",
  413: "Too large",
  415: "Not JSON",
  421: "Asked under a name that is not ours",
  422: "Not possible, with each field that is wrong",
  428: "To be confirmed, with the preview",
  429: "Too many requests",
  431: "Headers too large",
  500: "A fault of Poolkeeper",
  503: "The API server does not answer, or the start is not over",
};

export function openapiDocument({ routes, root, version }: DocumentOptions): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const path = `${root}${route.path}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  paths[`${root}/stream`] = { get: streamOperation() };
  return {
    openapi: "3.1.0",
    info: {
      title: "Poolkeeper",
      version,
      description:
        "Managed node pools for any Kubernetes cluster. What a caller may do is what Kubernetes allows them. Each wish takes dryRun=true and then says what it would do.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    security: [{ bearer: [] }, { session: [] }],
    paths,
    components: { schemas: namedSchemas(), securitySchemes },
  };
}

const securitySchemes = {
  bearer: { type: "http", scheme: "bearer", description: "A token of the cluster." },
  session: {
    type: "apiKey",
    in: "cookie",
    name: "poolkeeper-7410",
    description: "Of a one-time link; the name ends with the port. Changes also need X-Poolkeeper-Csrf.",
  },
};

function operationOf(route: Documented): Json {
  const { method, path, tag, summary, query, body, answers: own } = route;
  const statuses = [...new Set([...everywhere, ...route.problems, ...(body === null ? [] : [413, 415])])];
  const isChange = method !== "GET";
  return {
    operationId: operationIdOf(route),
    tags: [tag],
    summary,
    ...(path.startsWith("/session") ? { security: [] } : {}),
    parameters: [
      ...pathParameters(path),
      ...queryParameters(query),
      ...headerParameters(isChange && query !== null),
    ],
    ...(body === null ? {} : { requestBody: bodyOf(body) }),
    responses: {
      ...Object.fromEntries(
        Object.entries(own).map(([status, schema]) => [status, answerOf(Number(status), schema)]),
      ),
      ...Object.fromEntries(statuses.toSorted((a, b) => a - b).map((status) => [status, problemOf(status)])),
    },
  };
}

/** Such as getPools or postPoolsNameScale. */
function operationIdOf({ method, path }: Documented): string {
  const words = path.split(/[/{}]+/).filter((word) => word !== "");
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function pathParameters(path: string): readonly Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string", minLength: 1, maxLength: 253 },
  }));
}

function queryParameters(query: z.ZodType | null): readonly Json[] {
  if (query === null) return [];
  const { properties = {}, required = [] } = { ...inputSchema(query) };
  return Object.entries({ ...Object(properties) }).map(([name, schema]) => {
    const { description, ...rest } = { description: undefined, ...Object(schema) };
    return {
      name,
      in: "query",
      required: Array.isArray(required) && required.includes(name),
      ...(typeof description === "string" ? { description } : {}),
      schema: rest,
    };
  });
}

const language = {
  name: "Accept-Language",
  in: "header",
  description: "en or zh, for every word that people read.",
  schema: { type: "string" },
};

function headerParameters(isWish: boolean): readonly Json[] {
  if (!isWish) return [language];
  return [
    language,
    {
      name: "Idempotency-Key",
      in: "header",
      description: "Of your own making: a repeat under the same key does nothing, and gets the same answer.",
      schema: { type: "string", maxLength: 200 },
    },
    {
      name: "If-Match",
      in: "header",
      description: "The version that was read: the wish is refused when the object has changed since.",
      schema: { type: "string" },
    },
  ];
}

function bodyOf(body: z.ZodType): Json {
  const schema = inputSchema(body);
  const { required = [] } = { ...schema };
  const isRequired = Array.isArray(required) && required.length > 0;
  return { required: isRequired, content: { "application/json": { schema } } };
}

function answerOf(status: number, schema: z.ZodType | null): Json {
  const description = statusText[status] ?? "";
  if (schema === null) return { description };
  return { description, content: { "application/json": { schema: outputSchema(schema) } } };
}

function problemOf(status: number): Json {
  const schema = { $ref: "#/components/schemas/Problem" };
  return { description: statusText[status] ?? "", content: { "application/problem+json": { schema } } };
}

/** The data of each event is described in the schemas Stream…. */
function streamOperation(): Json {
  return {
    operationId: "getStream",
    tags: ["Stream"],
    summary: "Changes as Server-Sent Events: ready, changed, removed, reset, tick, end",
    parameters: [
      ...queryParameters(streamQuery),
      language,
      {
        name: "Last-Event-ID",
        in: "header",
        description: "Go on after this event; a reset follows where that is not possible.",
        schema: { type: "string" },
      },
    ],
    responses: {
      200: { description: "The stream", content: { "text/event-stream": { schema: { type: "string" } } } },
      ...Object.fromEntries(everywhere.map((status) => [status, problemOf(status)])),
    },
  };
}

const named: readonly (readonly [name: string, schema: z.ZodType])[] = [
  ["Said", types.said],
  ["Wait", types.wait],
  ["State", types.state],
  ["Condition", types.condition],
  ["Pool", types.poolView],
  ["PoolDetail", types.poolDetail],
  ["Machine", types.machineView],
  ["MachineDetail", types.machineDetail],
  ["Pod", types.podView],
  ["Operation", types.operationView],
  ["OperationDetail", types.operationDetail],
  ["Window", types.windowView],
  ["Provider", types.providerView],
  ["Catalogue", types.catalogueView],
  ["Event", types.eventView],
  ["Problem", answers.problem],
  ["Outcome", answers.outcome],
  ["Access", answers.access],
  ["Session", answers.session],
  ["Forecast", answers.forecast],
  ["Fleet", answers.fleet],
  ["Cells", answers.cells],
  ["AuditEntry", answers.auditEntry],
  ...Object.entries(answers.streamEvents).map(
    ([name, schema]) => [`Stream${name.charAt(0).toUpperCase()}${name.slice(1)}`, schema] as const,
  ),
];

/** What may be left out has a default. */
const inputs: readonly (readonly [name: string, schema: z.ZodType])[] = [
  ["PoolSpecInput", poolSpec],
  ["WindowSpecInput", windowSpec],
  ["ProviderSpecInput", providerSpec],
];

const registry = z.registry<{ id: string }>();
for (const [id, schema] of named) registry.add(schema, { id });

const options = {
  target: "draft-2020-12",
  unrepresentable: "any",
  override: ({ jsonSchema }: { jsonSchema: Record<string, unknown> }) => {
    // What the API server needs of a kind is no business of a client.
    for (const key of Object.keys(jsonSchema)) if (key.startsWith("x-kubernetes")) delete jsonSchema[key];
    const input = jsonSchema["x-poolkeeper-input"];
    if (typeof input !== "string") return;
    for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
    jsonSchema["$ref"] = `#/components/schemas/${input}`;
  },
} as const;

function namedSchemas(): Json {
  const { schemas } = z.toJSONSchema(registry, {
    ...options,
    io: "output",
    uri: (id) => `#/components/schemas/${id}`,
  });
  return Object.fromEntries([
    ...inputs.map(([id, schema]) => [id, inputSchema(schema)] as const),
    ...Object.entries(schemas).map(([id, schema]) => [id, bare(schema)] as const),
  ]);
}

/** A reference to the named schema, or the schema itself with references in it. */
function outputSchema(schema: z.ZodType): Json {
  const id = registry.get(schema)?.id;
  if (id !== undefined) return { $ref: `#/components/schemas/${id}` };
  const only = z.registry<{ id: string }>();
  for (const [name, item] of named) only.add(item, { id: name });
  only.add(schema, { id: "Answer" });
  const { schemas } = z.toJSONSchema(only, {
    ...options,
    io: "output",
    uri: (name) => `#/components/schemas/${name}`,
  });
  return bare(schemas["Answer"] ?? {});
}

function inputSchema(schema: z.ZodType): Json {
  return bare(z.toJSONSchema(schema, { ...options, io: "input" }));
}

function bare(schema: object): Json {
  const { $schema: _schema, $id: _id, ...rest } = { $schema: "", $id: "", ...schema };
  return rest;
}
