/** The wire behaviours' one way to the server under test: a request in, an answer out. Knows no server in particular. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { Agent, request } from "undici";
import { parse } from "yaml";

export type Json = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Json;
  readonly text: string;
}

export interface WatchLine {
  readonly type: string;
  readonly object: Json;
}

export interface Wire {
  get(path: string, headers?: Headers): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
  /** `kind` is merge, json, strategic or apply. */
  patch(path: string, kind: PatchKind, body: unknown): Promise<Answer>;
  delete(path: string, options?: unknown): Promise<Answer>;
  /** Reads lines until there are enough of them for `isEnough`, or the server ends the watch. */
  watch(path: string, isEnough: (lines: readonly WatchLine[]) => boolean): Promise<readonly WatchLine[]>;
  /** A namespace of its own, so that behaviours do not meet. */
  namespace(): Promise<string>;
  close(): Promise<void>;
}

export type PatchKind = "merge" | "json" | "strategic" | "apply";
type Headers = Readonly<Record<string, string>>;

export interface Behaviour {
  readonly name: string;
  readonly run: (wire: Wire) => Promise<void>;
}

export interface Server {
  readonly url: string;
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
}

const patchTypes: Readonly<Record<PatchKind, string>> = {
  merge: "application/merge-patch+json",
  json: "application/json-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
};

const watchLimitMs = 20_000;

export function connectWire(server: Server): Wire {
  const dispatcher = new Agent(server.tls === undefined ? {} : { connect: { ...server.tls } });
  const run = process.pid.toString(36);
  let namespaces = 0;

  const ask = async (method: Method, where: string, headers: Headers, body?: unknown): Promise<Answer> => {
    const answer = await request(server.url + where, {
      dispatcher,
      method,
      headers: { "user-agent": "conformance/1", accept: "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    return { code: answer.statusCode, headers: answer.headers, text, body: parseJson(text) };
  };
  const json = { "content-type": "application/json" };
  const wire: Wire = {
    get: (where, headers) => ask("GET", where, headers ?? {}),
    post: (where, body) => ask("POST", where, json, body),
    put: (where, body) => ask("PUT", where, json, body),
    patch: (where, kind, body) => ask("PATCH", where, { "content-type": patchTypes[kind] }, body),
    delete: (where, options) => ask("DELETE", where, json, options),
    watch: async (where, isEnough) => {
      const aborter = AbortSignal.timeout(watchLimitMs);
      const answer = await request(server.url + where, { dispatcher, method: "GET", signal: aborter });
      assert.equal(answer.statusCode, 200, `the watch was refused: ${answer.statusCode}`);
      return readLines(answer.body, isEnough);
    },
    namespace: async () => {
      namespaces += 1;
      const name = `wire-${run}-${namespaces}`;
      const made = await wire.post("/api/v1/namespaces", { metadata: { name } });
      assert.equal(made.code, 201, made.text);
      return name;
    },
    close: () => dispatcher.destroy(),
  };
  return wire;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}

async function readLines(
  body: AsyncIterable<Uint8Array>,
  isEnough: (lines: readonly WatchLine[]) => boolean,
): Promise<readonly WatchLine[]> {
  const lines: WatchLine[] = [];
  let rest = "";
  for await (const chunk of body) {
    rest += Buffer.from(chunk).toString("utf8");
    const parts = rest.split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) lines.push(JSON.parse(part) as WatchLine);
    if (isEnough(lines)) break;
  }
  return lines;
}

/** The value under `spec.replicas`, `items.0.metadata.name` and the like. */
export function at(value: unknown, where: string): unknown {
  let here = value;
  for (const name of where.split(".")) {
    if (typeof here !== "object" || here === null) return undefined;
    here = (here as Json)[name];
  }
  return here;
}

export function list(value: unknown, where: string): readonly Json[] {
  const found = at(value, where);
  return Array.isArray(found) ? (found as readonly Json[]) : [];
}

export function names(value: unknown): readonly string[] {
  return list(value, "items").map((item) => String(at(item, "metadata.name")));
}

/** Fails unless the answer has this code; gives it back. */
export function must(answer: Answer, code: number): Answer {
  assert.equal(answer.code, code, answer.text.slice(0, 500));
  return answer;
}

/** Fails unless the answer is a refusal with this code, this reason and these words. */
export function refused(answer: Answer, code: number, reason: string, words: RegExp): Answer {
  must(answer, code);
  assert.equal(at(answer.body, "kind"), "Status");
  assert.equal(at(answer.body, "status"), "Failure");
  assert.equal(at(answer.body, "reason") ?? "", reason, answer.text);
  assert.match(String(at(answer.body, "message")), words);
  return answer;
}

/** Asks again and again: other controllers need their time. */
export async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 150; tries += 1) {
    const found = await ask();
    if (found !== undefined) return found;
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
  return assert.fail("it did not come true within 15 seconds");
}

/** For sorting words and what may be missing among them. */
export const byText = (a: unknown, b: unknown) => String(a).localeCompare(String(b));

export const core = "/api/v1";
export const inNamespace = (namespace: string, plural: string) => `/api/v1/namespaces/${namespace}/${plural}`;
export const widgets = (namespace: string) => `/apis/wire.poolkeeper.dev/v1/namespaces/${namespace}/widgets`;
export const pools = (namespace: string) =>
  `/apis/poolkeeper.dev/v1alpha1/namespaces/${namespace}/managednodepools`;

export const aPool = (name: string, spec: Json = {}) => ({
  apiVersion: "poolkeeper.dev/v1alpha1",
  kind: "ManagedNodePool",
  metadata: { name },
  spec: { providerRef: { name: "sim" }, ...spec },
});

export const aWidget = (name: string, spec: Json = {}, metadata: Json = {}) => ({
  apiVersion: "wire.poolkeeper.dev/v1",
  kind: "Widget",
  metadata: { name, ...metadata },
  spec: { size: 1, ...spec },
});

export const aConfigMap = (name: string, metadata: Json = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...metadata },
  data: { a: "1" },
});

/** Poolkeeper's definitions, and one small kind that has what they have not. Waits until all are served. */
export async function installDefinitions(wire: Wire): Promise<void> {
  const folder = path.resolve(import.meta.dirname, "../../deploy/crds");
  const ours = readdirSync(folder).map(
    (file) => parse(readFileSync(path.join(folder, file), "utf8")) as Json,
  );
  for (const definition of [...ours, widgetDefinition]) {
    const made = await wire.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition);
    assert.ok(made.code === 201 || made.code === 409, made.text);
  }
  for (const where of [widgets("default"), pools("default")]) {
    await eventually(async () => ((await wire.get(where)).code === 200 ? true : undefined));
  }
}

const widgetSpec = {
  type: "object",
  required: ["size"],
  "x-kubernetes-validations": [
    { rule: "self.size != 13", message: "13 brings bad luck: take 12 or 14", fieldPath: ".size" },
    {
      rule: "!has(oldSelf.code) || !has(self.code) || self.code == oldSelf.code",
      message: "code cannot change",
    },
    { rule: "!has(self.maybe) || self.parts.size() > 0", message: "maybe needs parts" },
    {
      rule: "!has(self.limit) || self.size <= self.limit",
      messageExpression: "self.size > 50 ? 'size is far above the limit' : 'size is above the limit'",
    },
  ],
  properties: {
    size: { type: "integer", minimum: 0, maximum: 100 },
    limit: { type: "integer" },
    ratio: { type: "number" },
    code: { type: "string", maxLength: 8, pattern: "^[a-z]*$" },
    color: { type: "string", enum: ["red", "green"], default: "red" },
    when: { type: "string", format: "date-time" },
    share: { "x-kubernetes-int-or-string": true },
    maybe: { type: "string", nullable: true },
    parts: {
      type: "array",
      maxItems: 3,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
      items: {
        type: "object",
        required: ["name"],
        properties: {
          name: { type: "string" },
          count: { type: "integer", default: 1 },
          note: { type: "string" },
        },
      },
    },
    tags: { type: "array", "x-kubernetes-list-type": "set", items: { type: "string" } },
    words: { type: "array", items: { type: "string" } },
    free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
    labels: { type: "object", maxProperties: 2, additionalProperties: { type: "string" } },
  },
} as const;

const widgetDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.wire.poolkeeper.dev" },
  spec: {
    group: "wire.poolkeeper.dev",
    scope: "Namespaced",
    names: {
      plural: "widgets",
      singular: "widget",
      kind: "Widget",
      listKind: "WidgetList",
      shortNames: ["wg"],
    },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: {
            specReplicasPath: ".spec.size",
            statusReplicasPath: ".status.size",
            labelSelectorPath: ".status.selector",
          },
        },
        additionalPrinterColumns: [
          { name: "Size", type: "integer", jsonPath: ".spec.size" },
          { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
          { name: "Color", type: "string", jsonPath: ".spec.color", priority: 1 },
          { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
        ],
        schema: {
          openAPIV3Schema: {
            type: "object",
            required: ["spec"],
            properties: {
              spec: widgetSpec,
              status: {
                type: "object",
                properties: {
                  size: { type: "integer" },
                  selector: { type: "string" },
                  conditions: {
                    type: "array",
                    items: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};
