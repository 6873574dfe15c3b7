/** Opens the one port of the product. What is answered on it is src/api. */
import type { FastifyInstance } from "fastify";
import { StartError, systemCode } from "./error.ts";

export interface HttpServer {
  readonly url: string;
  readonly port: number;
}

/** A taken port is a `StartError` that names it and the way out. */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<HttpServer> {
  try {
    await app.listen({ port, host });
  } catch (error) {
    throw portError(host, port, error);
  }
  const address = app.server.address();
  const actual = typeof address === "object" && address !== null ? address.port : port;
  return { url: `http://127.0.0.1:${actual}`, port: actual };
}

function portError(host: string, port: number, error: unknown): StartError {
  if (systemCode(error) === "EADDRINUSE") {
    return new StartError(
      `Port ${port} on ${host} is taken by another program, perhaps another poolkeeper. Choose another: npm start -- --port ${port + 1}`,
      error,
    );
  }
  const message = error instanceof Error ? error.message : String(error);
  return new StartError(
    `Cannot listen on ${host}:${port}: ${message}. Choose another port: npm start -- --port 7411`,
    error,
  );
}
