/** The one port of the product: health and metrics, the REST API with its stream, and the console's files. */
import Fastify, { type FastifyInstance } from "fastify";
import type { z } from "zod";
import { resourceName } from "./answers.ts";
import { accessRoutes } from "./access.ts";
import { auditRoutes, createAuditBook } from "./audit.ts";
import { type ChangeLog, createChangeLog } from "./changes.ts";
import { createConsoleFiles } from "./console-files.ts";
import {
  addErrors,
  answerBroken,
  addOpen,
  addSigned,
  apiRoot,
  bodyLimit,
  checked,
  type Desk,
  guard,
} from "./dispatch.ts";
import { eventRoutes } from "./events.ts";
import { addFallback } from "./fallback.ts";
import { fleetRoutes } from "./fleet.ts";
import { forecastRoutes } from "./forecasts.ts";
import { createGate } from "./gate.ts";
import { pageHeaders, secureHeaders } from "./guard.ts";
import { languageOf } from "./language.ts";
import { createIdempotency } from "./idempotency.ts";
import { createLimiter } from "./limits.ts";
import { machineRoutes } from "./machines.ts";
import { oidcRoutes } from "./oidc.ts";
import { openapiDocument } from "./openapi.ts";
import { operationRoutes } from "./operations.ts";
import { operationWishes } from "./operation-wishes.ts";
import { createPeople } from "./person.ts";
import { poolWishes } from "./pool-wishes.ts";
import { poolRoutes } from "./pools.ts";
import { invalid } from "./problem.ts";
import { providerRoutes } from "./providers.ts";
import { streamQuery } from "./requests.ts";
import type { Documented, Route } from "./route.ts";
import { createSessions } from "./sessions.ts";
import { signInRoutes } from "./sign-in.ts";
import { createStreams, type Streams } from "./stream.ts";
import { viewerPage, viewerStyle } from "./viewer.ts";
import { providerWishes, windowWishes } from "./window-wishes.ts";
import { windowRoutes } from "./windows.ts";
import { type WishMaker, wishMaker } from "./wish.ts";
import type { ApiDeps, AuditLine, World } from "./world.ts";

const requestLimitMs = 60_000;

export interface ApiServer {
  readonly app: FastifyInstance;
  /** What is served under /api/v1, but the stream. */
  readonly routes: readonly Documented[];
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
    clientErrorHandler: answerBroken,
    // Longer than the longest path: our own answer says what is wrong with a long name.
    routerOptions: { maxParamLength: 65_536, ignoreTrailingSlash: false, caseSensitive: true },
  });
  const { clock } = deps;
  const sessions = createSessions(deps);
  const people = createPeople(clock);
  const gate = createGate({ deps, sessions, people });
  const streams = createStreams(clock, headersOf(deps));
  const desk = { deps, gate, requests: createLimiter({ perSecond: 100, burst: 1000 }) };
  const guesses = createLimiter({ perSecond: 0.2, burst: 20 });
  const keys = createIdempotency();
  const book = createAuditBook();
  const audit = (line: AuditLine): void => {
    book.write(line);
    deps.audit(line);
  };
  const wish = wishMaker({ keys, audit, secret: deps.secret });
  const signed = [...reads, ...eventRoutes(clock), ...auditRoutes(book), ...wishesOf(wish)];
  const open = [
    ...signInRoutes({ deps, gate, sessions, people, guesses }),
    ...oidcRoutes({ deps, sessions }),
  ];
  const routes = [...open, ...signed];
  app.addHook("onSend", async (_request, reply, payload) => {
    void reply.headers(headersOf(deps));
    return payload;
  });
  addErrors(app, desk);
  addHealth(app, deps);
  for (const route of open) addOpen(app, route, desk);
  for (const route of signed) addSigned(app, route, desk);
  addStream(app, desk, { streams, logOf: logs(deps) });
  addDocuments(app, desk, routes);
  const files = deps.consoleDir === null ? null : createConsoleFiles(deps.consoleDir);
  addFallback(app, desk, { files, routes });
  return { app, routes, stop: () => streams.stop() };
}

const reads: readonly Route[] = [
  ...accessRoutes,
  ...fleetRoutes,
  ...poolRoutes,
  ...machineRoutes,
  ...operationRoutes,
  ...windowRoutes,
  ...providerRoutes,
  ...forecastRoutes,
];

function wishesOf(wish: WishMaker): readonly Route[] {
  return [...poolWishes(wish), ...operationWishes(wish), ...windowWishes(wish), ...providerWishes(wish)];
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

/** Open to everybody: they say how things are asked, not what there is. */
function addDocuments(app: FastifyInstance, desk: Desk, routes: readonly Documented[]): void {
  const { productVersion: version } = desk.deps;
  const made = { json: "", page: "" };
  const documents = (): typeof made => {
    if (made.json === "") {
      const document = openapiDocument({ routes, root: apiRoot, version });
      made.json = JSON.stringify(document);
      made.page = viewerPage(document);
    }
    return made;
  };
  const answer = (path: string, type: string, textOf: () => string): void => {
    app.get(path, (request, reply) => {
      guard(desk, request, "Anywhere");
      return reply
        .headers({ "content-type": `${type}; charset=utf-8`, "cache-control": "no-cache" })
        .send(textOf());
    });
  };
  answer("/api/openapi.json", "application/json", () => documents().json);
  answer("/api/docs", "text/html", () => documents().page);
  answer("/api/docs.css", "text/css", () => viewerStyle);
}

interface Streaming {
  readonly streams: Streams;
  readonly logOf: (world: World) => Log;
}

function addStream(app: FastifyInstance, desk: Desk, { streams, logOf }: Streaming): void {
  app.get(`${apiRoot}/stream`, async (request, reply) => {
    guard(desk, request, "Console");
    const { headers } = request;
    const { person, world } = await desk.gate.enter(headers, "Read");
    const query = checked(streamQuery, request.query ?? {}) as z.output<typeof streamQuery>;
    const { log, epoch } = logOf(world);
    const streamRequest = {
      world,
      log,
      epoch,
      person,
      language: languageOf(headers["accept-language"]),
      resources: query.resources === undefined ? null : resourcesOf(query.resources),
      lastEventId: String(headers["last-event-id"] ?? query.lastEventId ?? ""),
      authenticate: async () => (await desk.gate.enter(headers, "WatchOn")).person,
    };
    await streams.open(streamRequest, reply.raw);
    reply.hijack();
  });
}

function resourcesOf(text: string): (typeof resourceName.options)[number][] {
  const names = text.split(",").filter((name) => name !== "");
  return names.map((name) => {
    const found = resourceName.options.find((option) => option === name);
    if (found !== undefined) return found;
    throw invalid([{ path: "resources", message: `${name} is none of ${resourceName.options.join(", ")}` }]);
  });
}
