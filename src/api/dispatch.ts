/** From Fastify's requests to routes and back: what is checked before a route runs, and how answers and errors leave. */
import { maxHeaderSize } from "node:http";
import type { Socket } from "node:net";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import { parse } from "../schema/parse.ts";
import type { Gate } from "./gate.ts";
import { checkHost, checkOrigin } from "./guard.ts";
import { languageOf } from "./language.ts";
import type { Limiter } from "./limits.ts";
import { answerError, failed, invalid } from "./problem.ts";
import type { Documented, OpenCall, OpenRoute, Reply, Route } from "./route.ts";
import type { ApiDeps } from "./world.ts";

export const apiRoot = "/api/v1";
export const bodyLimit: number = 1024 * 1024;

export interface Desk {
  readonly deps: ApiDeps;
  readonly gate: Gate;
  readonly requests: Limiter;
}

export function addOpen(app: FastifyInstance, route: OpenRoute, desk: Desk): void {
  addRoute(app, route, async (request, reply) => {
    guard(desk, request, route.from);
    const call = callOf(desk, route, request);
    return send(reply, await route.run(call), call);
  });
}

export function addSigned(app: FastifyInstance, route: Route, desk: Desk): void {
  addRoute(app, route, async (request, reply) => {
    guard(desk, request, "Console");
    const entered = await desk.gate.enter(request.headers, route.method === "GET" ? "Read" : "Change");
    const seconds = desk.requests.take(entered.person.id, desk.deps.clock.monotonic());
    if (seconds !== null) {
      throw failed("TooManyRequests", { seconds }, { headers: { "retry-after": String(seconds) } });
    }
    const call = callOf(desk, route, request);
    return send(reply, await route.run({ ...call, ...entered }), call);
  });
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

function addRoute(app: FastifyInstance, { method, path }: Documented, handler: Handler): void {
  app.route({ method, url: `${apiRoot}${path.replaceAll(/\{(\w+)\}/g, ":$1")}`, handler });
}

/** A link on another site may lead to a page of ours; only our own pages may ask the API. */
export function guard({ deps }: Desk, { headers }: FastifyRequest, from: OpenRoute["from"]): void {
  const address = deps.address();
  checkHost(headers, address);
  if (from === "Console") checkOrigin(headers, address);
}

function callOf(desk: Desk, route: Documented, request: FastifyRequest): OpenCall {
  return {
    params: paramsOf(request),
    query: checked(route.query, request.query ?? {}),
    // A body that is not sent is an empty wish; one that is null is none.
    body: checked(route.body, request.body === undefined ? {} : request.body),
    language: languageOf(request.headers["accept-language"]),
    now: desk.deps.clock.now(),
    headers: request.headers,
    request: nameOf(request),
  };
}

/** No name in Kubernetes is longer. */
const maxName = 253;

function paramsOf({ params }: FastifyRequest): Readonly<Record<string, string>> {
  const found: Readonly<Record<string, string>> = { ...Object(params) };
  const [long] = Object.entries(found).filter(([, value]) => value.length > maxName || value === "");
  if (long === undefined) return found;
  throw invalid([{ path: long[0], message: `must have 1 to ${maxName} characters` }]);
}

/** Null where the route takes none; what is sent all the same is not looked at. */
export function checked(schema: z.ZodType | null, value: unknown): unknown {
  if (schema === null) return null;
  const parsed = parse(schema, value);
  if (parsed.ok) return parsed.value;
  throw invalid(parsed.problems);
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

/** Every error of every route ends here, those of the framework too. */
export function addErrors(app: FastifyInstance, { deps }: Desk): void {
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

/** What Node refuses before there is a request, in the same form as everything else. */
export function answerBroken(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const isLarge = error.code === "HPE_HEADER_OVERFLOW";
  const problem = isLarge
    ? failed("HeadersTooLarge", { limit: `${maxHeaderSize / 1024} KiB` })
    : failed("Malformed", { message: "it is no HTTP request" });
  const answer = answerError(problem, { language: "en", request: "unread" });
  const body = JSON.stringify(answer.problem);
  const status = isLarge ? "431 Request Header Fields Too Large" : "400 Bad Request";
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
