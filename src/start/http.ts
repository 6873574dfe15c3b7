/** The one port of the product: liveness, readiness and metrics. The console and the REST API will live here too. */
import { createServer, type ServerResponse } from "node:http";
import { StartError, systemCode } from "./error.ts";

export interface Health {
  /** Null when pools can be managed; otherwise what is still missing. */
  readonly notReadyBecause: () => string | null;
  readonly metrics: () => Promise<string>;
}

export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on loopback. A taken port is a `StartError` that names it and the way out. */
export async function serveHttp(port: number, health: Health): Promise<HttpServer> {
  const server = createServer((request, response) => {
    void answer(request.url ?? "/", response, health);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(portError(port, error)));
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  const actual = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${actual}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portError(port: number, error: Error): StartError {
  if (systemCode(error) === "EADDRINUSE") {
    return new StartError(
      `Port ${port} on 127.0.0.1 is taken by another program, perhaps another poolkeeper. Choose another: npm start -- --port ${port + 1}`,
      error,
    );
  }
  return new StartError(
    `Cannot listen on 127.0.0.1:${port}: ${error.message}. Choose another port: npm start -- --port 7411`,
    error,
  );
}

async function answer(url: string, response: ServerResponse, health: Health): Promise<void> {
  const [path] = url.split("?");
  if (path === "/healthz") return send(response, 200, "ok\n");
  if (path === "/readyz") {
    const missing = health.notReadyBecause();
    return missing === null ? send(response, 200, "ok\n") : send(response, 503, `not ready: ${missing}\n`);
  }
  if (path === "/metrics") return send(response, 200, await health.metrics());
  if (path === "/")
    return send(
      response,
      200,
      "poolkeeper is running. Try: bin/poolkeeper status\nHealth: /healthz /readyz, metrics: /metrics\n",
    );
  return send(response, 404, `no such page: ${path ?? ""}. There are /healthz, /readyz and /metrics.\n`);
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
  response.end(body);
}
