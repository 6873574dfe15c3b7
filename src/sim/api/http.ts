/** The wire protocol on loopback, so that stock kubectl talks to the world in memory. Knows HTTP, no rule of the API. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { parse } from "yaml";
import { type Form, formOf } from "./accept.ts";
import { aggregated, groupList, groupOf, legacyVersions, resourceList, serverVersion } from "./discovery.ts";
import { bodyObject } from "./draft.ts";
import { copy, isList, type JsonObject, numberAt, objectAt } from "./json.ts";
import { openapiDocument, openapiIndex, swagger } from "./openapi.ts";
import { decodeObject } from "./protobuf.ts";
import { type Incoming, parsePath, type Target, toRequest } from "./route.ts";
import type { ApiServer } from "./server.ts";
import { ApiFailure, badRequest, statusOf } from "./status.ts";
import { tableOfResponse } from "./table.ts";
import { streamWatch } from "./watch-stream.ts";

export interface ServedApi {
  readonly url: string;
  readonly close: () => Promise<void>;
}

export interface ServeOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly host: "127.0.0.1";
}

const maxBodyBytes = 3 * 1024 * 1024;

export async function serveApi(server: ApiServer, options: ServeOptions): Promise<ServedApi> {
  const http = createServer((request, response) => {
    void handle(server, request, response);
  });
  http.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen(options.port, options.host, resolve);
  });
  const address = http.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;
  return {
    url: `http://${options.host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

async function handle(server: ApiServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    refuseForeignHost(request);
    const url = new URL(request.url ?? "/", "http://localhost");
    const form = formOf(request.headers.accept ?? "");
    if (answerFixed(server, { path: url.pathname, form }, response)) return;
    const target = parsePath(server.registry, url.pathname);
    if (target === null) {
      sendText(response, 404, "404 page not found\n");
      return;
    }
    await answerResource(server, { target, url, form }, request, response);
  } catch (error) {
    sendFailure(response, error);
  }
}

/** A page in a browser may not reach this world through a name that happens to lead here. */
function refuseForeignHost(request: IncomingMessage): void {
  const host = (request.headers.host ?? "").replace(/:\d+$/, "");
  if (["127.0.0.1", "localhost", "[::1]"].includes(host)) return;
  throw new ApiFailure(403, "Forbidden", `this server answers on loopback only, not as ${host}`, {});
}

function sendFailure(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (error instanceof ApiFailure) {
    sendJson(response, error.code, statusOf(error));
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  sendJson(response, 500, statusOf(new ApiFailure(500, "InternalError", message)));
}

function sendText(response: ServerResponse, code: number, text: string): void {
  response.writeHead(code, { "content-type": "text/plain; charset=utf-8" });
  response.end(text);
}

function sendJson(response: ServerResponse, code: number, body: JsonObject, type = "application/json"): void {
  const retryAfter = numberAt(objectAt(body, "details"), "retryAfterSeconds");
  response.writeHead(code, {
    "content-type": type,
    ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
  });
  response.end(JSON.stringify(body));
}

interface Fixed {
  readonly path: string;
  readonly form: Form;
}

const aggregatedType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** Health, version, discovery and OpenAPI. False where the path is none of these. */
function answerFixed(server: ApiServer, { path, form }: Fixed, response: ServerResponse): boolean {
  if (/^\/(healthz|livez|readyz)(\/.*)?$/.test(path)) {
    sendText(response, 200, "ok");
    return true;
  }
  if ((path === "/api" || path === "/apis") && form === "aggregated") {
    sendJson(response, 200, aggregated(server.registry, path === "/api"), aggregatedType);
    return true;
  }
  const document = documentAt(server, path.replace(/\/$/, ""));
  if (document === null) return false;
  sendJson(response, 200, document);
  return true;
}

function documentAt(server: ApiServer, path: string): JsonObject | null {
  const { registry } = server;
  if (path === "/version") return serverVersion;
  if (path === "/api") return legacyVersions();
  if (path === "/apis") return groupList(registry);
  if (path === "/api/v1") return resourceList(registry, "", "v1");
  if (path === "/openapi/v2") return swagger(registry);
  if (path === "/openapi/v3") return openapiIndex(registry);
  if (path.startsWith("/openapi/v3/")) return openapiDocument(registry, path.slice("/openapi/v3/".length));
  const [, group, version] = /^\/apis\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
  if (group === undefined) return null;
  return version === undefined ? groupOf(registry, group) : resourceList(registry, group, version);
}

interface Asked {
  readonly target: Target;
  readonly url: URL;
  readonly form: Form;
}

async function answerResource(
  server: ApiServer,
  asked: Asked,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { target, url, form } = asked;
  const incoming = await readIncoming(request, url);
  const apiRequest = toRequest(target, incoming);
  const includeObject = url.searchParams.get("includeObject") ?? "Metadata";
  if (apiRequest.verb === "list" && ["true", "1"].includes(url.searchParams.get("watch") ?? "")) {
    streamWatch(server, { request: apiRequest, query: url.searchParams, form, includeObject }, response);
    return;
  }
  const answer = server.apply(apiRequest);
  for (const warning of answer.warnings) response.appendHeader("warning", `299 - ${JSON.stringify(warning)}`);
  const isObject = answer.code < 300 && answer.body["kind"] !== "Status" && (target.subresource ?? "") === "";
  if (!isObject || form === "object" || form === "aggregated") {
    sendJson(response, answer.code, answer.body);
    return;
  }
  if (form === "metadata") {
    sendJson(response, answer.code, metadataOnly(answer.body));
    return;
  }
  const table = { nowMs: server.clock.now(), includeObject, hasColumns: true };
  sendJson(response, answer.code, tableOfResponse(target.type, answer.body, table));
}

function metadataOnly(body: JsonObject): JsonObject {
  const apiVersion = "meta.k8s.io/v1";
  const items = body["items"];
  if (!isList(items))
    return { kind: "PartialObjectMetadata", apiVersion, metadata: objectAt(body, "metadata") };
  return {
    kind: "PartialObjectMetadataList",
    apiVersion,
    metadata: objectAt(body, "metadata"),
    items: items.map((item) => metadataOnly(bodyObject(item))),
  };
}

async function readIncoming(request: IncomingMessage, url: URL): Promise<Incoming> {
  const contentType = (request.headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
  const bytes = await readBody(request);
  return {
    method: request.method ?? "GET",
    query: url.searchParams,
    contentType,
    userAgent: request.headers["user-agent"] ?? "",
    body: parseBody(bytes, contentType),
  };
}

function parseBody(bytes: Buffer, contentType: string): JsonObject {
  if (bytes.length === 0) return {};
  if (contentType === "application/vnd.kubernetes.protobuf") return decodeObject(bytes);
  const text = bytes.toString("utf8");
  try {
    const parsed: unknown = contentType.endsWith("yaml") ? parse(text) : JSON.parse(text);
    // A JSON patch is a list; it travels as the body all the same.
    return copy(parsed) as JsonObject;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw badRequest(`error decoding the body of the request: ${why}`);
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > maxBodyBytes) {
      throw new ApiFailure(
        413,
        "RequestEntityTooLarge",
        `Request entity too large: limit is ${maxBodyBytes}`,
        {},
      );
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
