/** Everything that is no route: the console's files, its places, or a problem. */
import type { FastifyInstance, FastifyReply } from "fastify";
import type { ConsoleFile, ConsoleFiles } from "./console-files.ts";
import { apiRoot, type Desk, guard } from "./dispatch.ts";
import { failed } from "./problem.ts";
import type { Documented } from "./route.ts";

export interface Fallback {
  /** Null where no console is built. */
  readonly files: ConsoleFiles | null;
  readonly routes: readonly Documented[];
}

export function addFallback(app: FastifyInstance, desk: Desk, { files, routes }: Fallback): void {
  // Before a body is read: what is no path here is not looked at.
  app.addHook("onRequest", async (request) => {
    if (!request.is404) return;
    guard(desk, request, "Anywhere");
    const [path = "/"] = request.url.split("?");
    if (path.startsWith("/api")) throw unknownPath(request.method, path, routes);
  });
  app.setNotFoundHandler((request, reply) => {
    const [path = "/"] = request.url.split("?");
    const isRead = request.method === "GET" || request.method === "HEAD";
    const file = isRead ? (files?.find(decoded(path)) ?? null) : null;
    if (file === null) return plainPage(reply, path);
    return sendFile(reply, file, {
      isHead: request.method === "HEAD",
      known: request.headers["if-none-match"] ?? "",
    });
  });
}

interface Asked {
  readonly isHead: boolean;
  /** The copy that the browser has. */
  readonly known: string;
}

function sendFile(reply: FastifyReply, file: ConsoleFile, { isHead, known }: Asked): FastifyReply {
  void reply.headers({
    "content-type": file.type,
    etag: file.etag,
    "cache-control": file.isImmutable ? "public, max-age=31536000, immutable" : "no-cache",
  });
  if (known === file.etag) return reply.code(304).send();
  return reply.code(200).send(isHead ? undefined : file.bytes);
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
