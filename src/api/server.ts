/** The one port of the product: health and metrics, the REST API with its stream, and the console's files. */
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { z } from "zod";
import { parse } from "../schema/parse.ts";
import { resourceName } from "./answers.ts";
import { accessRoutes } from "./access.ts";
import { type ChangeLog, createChangeLog } from "./changes.ts";
import { type ConsoleFiles, createConsoleFiles } from "./console-files.ts";
import { createGate, type Gate } from "./gate.ts";
import { checkHost, checkOrigin, pageHeaders, secureHeaders } from "./guard.ts";
import { languageOf } from "./language.ts";
import { createLimiter, type Limiter } from "./limits.ts";
import { machineRoutes } from "./machines.ts";
import { operationRoutes } from "./operations.ts";
import { createPeople } from "./person.ts";
import { poolRoutes } from "./pools.ts";
import { answerError, failed } from "./problem.ts";
import { providerRoutes } from "./providers.ts";
import { streamQuery } from "./requests.ts";
import type { Documented, OpenCall, OpenRoute, Reply, Route } from "./route.ts";
import { createSessions } from "./sessions.ts";
import { signInRoutes } from "./sign-in.ts";
import { createStreams, type Streams } from "./stream.ts";
import { windowRoutes } from "./windows.ts";
import type { ApiDeps, World } from "./world.ts";

export const apiRoot = "/api/v1";
const bodyLimit = 1024 * 1024;
const requestLimitMs = 60_000;

export interface ApiServer {
  readonly app: FastifyInstance;
  /** Ends the streams, so that the port can be closed. */
  stop(): void;
}

/** Listens nowhere by itself. */
export function createApiServer(deps: ApiDeps): ApiServer {
  const app = Fastify({
    bodyLimit,
    requestTimeout: requestLimitMs,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    genReqId: () => deps.secret(9),
    routerOptions: { maxParamLength: 253, ignoreTrailingSlash: false, caseSensitive: true },
  });
  const { clock } = deps;
  const sessions = createSessions(deps);
  const people = createPeople(clock);
  const gate = createGate({ deps, sessions, people });
  const streams = createStreams(clock, headersOf(deps));
  const parts: Parts = {
    deps,
    gate,
    streams,
    logOf: logs(deps),
    files: deps.consoleDir === null ? null : createConsoleFiles(deps.consoleDir),
    requests: createLimiter({ perSecond: 50, burst: 300 }),
  };
  const guesses = createLimiter({ perSecond: 0.2, burst: 20 });
  const open = signInRoutes({ deps, gate, sessions, people, guesses });
  addErrors(app, parts);
  addHealth(app, deps);
  for (const route of open) addOpen(app, route, parts);
  for (const route of signedRoutes) addSigned(app, route, parts);
  addStream(app, parts);
  addFallback(app, parts, [...open, ...signedRoutes]);
  return { app, stop: () => streams.stop() };
}

const signedRoutes: readonly Route[] = [
  ...accessRoutes,
  ...poolRoutes,
  ...machineRoutes,
  ...operationRoutes,
  ...windowRoutes,
  ...providerRoutes,
];

interface Parts {
  readonly deps: ApiDeps;
  readonly gate: Gate;
  readonly streams: Streams;
  readonly logOf: (world: World) => Log;
  readonly files: ConsoleFiles | null;
  readonly requests: Limiter;
}

interface Log {
  readonly log: ChangeLog;
  readonly epoch: string;
}

/** Far more objects than a fleet of ten thousand nodes has. */
const rememberedChanges = 50_000;

function logs(deps: ApiDeps): (world: World) => Log {
  const known = new WeakMap<World, Log>();
  return (world) => {
    const before = known.get(world);
    if (before !== undefined) return before;
    const made = {
      log: createChangeLog({ cache: world.cache, limit: rememberedChanges }),
      epoch: deps.secret(9),
    };
    known.set(world, made);
    return made;
  };
}

function headersOf(deps: ApiDeps): Readonly<Record<string, string>> {
  return deps.address().isSecure ? { ...pageHeaders, ...secureHeaders } : pageHeaders;
}

/** Every error of every route ends here, those of the framework too. */
function addErrors(app: FastifyInstance, { deps }: Parts): void {
  app.setErrorHandler((error, request, reply) => {
    const asked = { language: languageOf(request.headers["accept-language"]), request: nameOf(request) };
    const { problem, headers, isFault } = answerError(ofFramework(error), asked);
    if (isFault) deps.fault(asked.request, error);
    return reply
      .code(problem.status)
      .headers({ ...headers, "content-language": asked.language, "content-type": "application/problem+json" })
      .send(JSON.stringify(problem));
  });
}

/** Without the query, which may hold what nobody should read in a log. */
function nameOf(request: FastifyRequest): string {
  const [path = ""] = request.url.split("?");
  return `${request.method} ${path} ${request.id}`;
}

function ofFramework(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = "code" in error ? error.code : "";
  const statusCode = "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : 500;
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return failed("TooLarge", { limit: `${bodyLimit / 1024} KiB` });
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") return failed("WrongMedia");
  const isTheirs = statusCode >= 400 && statusCode < 500;
  return isTheirs ? failed("Malformed", { message: plain(error.message) }) : error;
}

function plain(message: string): string {
  return message.replace(/[.\s]+$/, "");
}

function addHealth(app: FastifyInstance, deps: ApiDeps): void {
  const text = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };
  app.get("/healthz", (_request, reply) => reply.headers(text).send("ok\n"));
  app.get("/readyz", (_request, reply) => {
    const missing = deps.notReadyBecause();
    if (missing === null) return reply.headers(text).send("ok\n");
    return reply.code(503).headers(text).send(`not ready: ${missing}\n`);
  });
  app.get("/metrics", async (_request, reply) => reply.headers(text).send(await deps.metrics()));
}

function addOpen(app: FastifyInstance, route: OpenRoute, parts: Parts): void {
  addRoute(app, route, async (request, reply) => {
    const call = callOf(parts, route, request);
    return send(reply, await route.run(call), call);
  });
}

function addSigned(app: FastifyInstance, route: Route, parts: Parts): void {
  addRoute(app, route, async (request, reply) => {
    guard(parts, request);
    const entered = await parts.gate.enter(request.headers, route.method !== "GET");
    const seconds = parts.requests.take(entered.person.id, parts.deps.clock.monotonic());
    if (seconds !== null) {
      throw failed("TooManyRequests", { seconds }, { headers: { "retry-after": String(seconds) } });
    }
    const call = callOf(parts, route, request);
    return send(reply, await route.run({ ...call, ...entered }), call);
  });
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

function addRoute(app: FastifyInstance, { method, path }: Documented, handler: Handler): void {
  app.route({ method, url: `${apiRoot}${path.replaceAll(/\{(\w+)\}/g, ":$1")}`, handler });
}

function guard({ deps }: Parts, { headers }: FastifyRequest): void {
  const address = deps.address();
  checkHost(headers, address);
  checkOrigin(headers, address);
}

function callOf(parts: Parts, route: Documented, request: FastifyRequest): OpenCall {
  guard(parts, request);
  return {
    params: { ...Object(request.params) },
    query: checked(route.query, request.query ?? {}),
    body: checked(route.body, request.body ?? {}),
    language: languageOf(request.headers["accept-language"]),
    now: parts.deps.clock.now(),
    headers: request.headers,
    request: nameOf(request),
  };
}

/** Null where the route takes none; what is sent all the same is not looked at. */
function checked(schema: z.ZodType | null, value: unknown): unknown {
  if (schema === null) return null;
  const parsed = parse(schema, value);
  if (parsed.ok) return parsed.value;
  const fields = parsed.problems.map(({ path, message }) => ({ path, message }));
  const [first] = fields;
  throw failed(
    "InvalidRequest",
    { message: `${first?.path ?? ""} ${first?.message ?? ""}`.trim() },
    { fields },
  );
}

function send(reply: FastifyReply, { status, body, headers = {} }: Reply, call: OpenCall): FastifyReply {
  void reply.code(status).headers({
    ...headers,
    "content-language": call.language,
    "cache-control": "no-store",
    vary: "Accept-Language, Authorization, Cookie",
  });
  if (body === null) return reply.send();
  return reply.header("content-type", "application/json; charset=utf-8").send(JSON.stringify(body));
}

function addStream(app: FastifyInstance, parts: Parts): void {
  app.get(`${apiRoot}/stream`, async (request, reply) => {
    guard(parts, request);
    const { headers } = request;
    const { person, world } = await parts.gate.enter(headers, false);
    const query = checked(streamQuery, request.query ?? {}) as z.output<typeof streamQuery>;
    const { log, epoch } = parts.logOf(world);
    const streamRequest = {
      world,
      log,
      epoch,
      person,
      language: languageOf(headers["accept-language"]),
      resources: query.resources === undefined ? null : resourcesOf(query.resources),
      lastEventId: String(headers["last-event-id"] ?? query.lastEventId ?? ""),
      authenticate: async () => (await parts.gate.enter(headers, false)).person,
    };
    await parts.streams.open(streamRequest, reply.raw);
    reply.hijack();
  });
}

function resourcesOf(text: string): (typeof resourceName.options)[number][] {
  const names = text.split(",").filter((name) => name !== "");
  return names.map((name) => {
    const found = resourceName.options.find((option) => option === name);
    if (found !== undefined) return found;
    const message = `resources: ${name} is none of ${resourceName.options.join(", ")}`;
    throw failed("InvalidRequest", { message }, { fields: [{ path: "resources", message }] });
  });
}

/** Everything else: the console's files, its places, or a problem. */
function addFallback(app: FastifyInstance, parts: Parts, routes: readonly Documented[]): void {
  app.addHook("onSend", async (_request, reply, payload) => {
    void reply.headers(headersOf(parts.deps));
    return payload;
  });
  app.setNotFoundHandler((request, reply) => {
    guard(parts, request);
    const [path = "/"] = request.url.split("?");
    if (path.startsWith("/api")) throw unknownPath(request.method, path, routes);
    const isRead = request.method === "GET" || request.method === "HEAD";
    const file = isRead ? (parts.files?.find(decoded(path)) ?? null) : null;
    if (file === null) return plainPage(reply, path);
    void reply.headers({
      "content-type": file.type,
      etag: file.etag,
      "cache-control": file.isImmutable ? "public, max-age=31536000, immutable" : "no-cache",
    });
    if (request.headers["if-none-match"] === file.etag) return reply.code(304).send();
    return reply.code(200).send(request.method === "HEAD" ? undefined : file.bytes);
  });
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function unknownPath(method: string, path: string, routes: readonly Documented[]): Error {
  const allowed = routes
    .filter((route) => new RegExp(`^${apiRoot}${route.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path))
    .map((route) => route.method);
  if (allowed.length === 0) return failed("UnknownPath", { found: path });
  const valid = [...new Set(allowed)].join(", ");
  return failed("MethodNotAllowed", { found: method, valid }, { headers: { allow: valid } });
}

function plainPage(reply: FastifyReply, path: string): FastifyReply {
  const text = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };
  if (path !== "/") return reply.code(404).headers(text).send(`no such page: ${path}\n`);
  return reply
    .code(200)
    .headers(text)
    .send(
      "poolkeeper is running, without the console: it is not built.\n" +
        "Try: bin/poolkeeper status\nAPI: /api/v1, described at /api/docs. Health: /healthz /readyz, metrics: /metrics\n",
    );
}
