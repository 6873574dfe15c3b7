/** For the tests of this folder: an API server that follows a script, a clock that runs faster, a config that asks nothing. */
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../ports/clock.ts";
import type { ClusterConfig } from "./config.ts";
import { type Transport, type TransportOptions, createTransport } from "./transport.ts";

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: unknown;
}

export type Script = (request: SeenRequest, response: http.ServerResponse) => void;

export interface ScriptedServer {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  close(): Promise<void>;
}

export async function startServer(script: Script): Promise<ScriptedServer> {
  const seen: SeenRequest[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = new URL(request.url ?? "/", "http://localhost");
      const text = Buffer.concat(chunks).toString("utf8");
      const entry: SeenRequest = {
        method: request.method ?? "",
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: text === "" ? undefined : JSON.parse(text),
      };
      seen.push(entry);
      script(entry, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function answer(
  response: http.ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

export interface StatusParts {
  readonly reason?: string;
  readonly message?: string;
  readonly details?: unknown;
}

/** A failure as the API server writes it. */
export function answerStatus(response: http.ServerResponse, code: number, parts: StatusParts): void {
  answer(response, code, { kind: "Status", apiVersion: "v1", status: "Failure", code, ...parts });
}

/** Time that runs `speed` times as fast, so that a minute of silence is over in a moment. */
export function fastClock(speed: number): Clock {
  const startedAt = performance.now();
  const elapsed = (): number => (performance.now() - startedAt) * speed;
  return {
    now: () => Date.UTC(2026, 10, 24) + elapsed(),
    monotonic: elapsed,
    after: (delayMs, run) => {
      const timer = setTimeout(run, delayMs / speed);
      return () => clearTimeout(timer);
    },
  };
}

export function plainConfig(server: string): ClusterConfig {
  return {
    contextName: "test",
    server,
    namespace: "default",
    userName: "tester",
    isLoopback: true,
    tls: { serverName: null, isVerified: true },
    proxyUrl: null,
    credentials: {
      current: async () => ({ headers: {}, ca: null, cert: null, key: null }),
      forget: () => {},
    },
  };
}

export function plainTransport(server: string, options: Partial<TransportOptions> = {}): Transport {
  return createTransport({
    config: plainConfig(server),
    clock: fastClock(20),
    version: "0.0.0",
    component: "test",
    random: () => 0,
    ...options,
  });
}

/** Resolves as soon as `isMet`, and rejects with `what` when it takes too long to be waited for. */
export async function until(isMet: () => boolean, what: string): Promise<void> {
  const giveUpAt = performance.now() + 10_000;
  while (!isMet()) {
    if (performance.now() > giveUpAt) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
