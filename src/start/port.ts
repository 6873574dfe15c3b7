/** The API's port: chosen once per data directory and kept, so that kubeconfig files stay valid over restarts. */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import * as z from "zod";
import { StartError, systemCode } from "./error.ts";
import { writeWholeFile } from "./whole-file.ts";

export interface PortRequest {
  readonly dataDir: string;
  /** The port that a person asked for, or null. */
  readonly wanted: number | null;
  /** Ports to try, in this order, when nothing is asked for or remembered. */
  readonly candidates: Iterable<number>;
}

/** Below the ports that the kernel gives to outgoing connections, so that none of those can sit on it at the next start. */
export function* portsFrom(first: number, count: number): Generator<number> {
  for (let port = first; port < first + count; port += 1) yield port;
}

export async function chooseApiPort(request: PortRequest): Promise<number> {
  const file = path.join(request.dataDir, "ports.json");
  const remembered = readPort(file);
  const fixed = request.wanted ?? remembered;
  if (fixed !== null) {
    if (!(await isPortFree(fixed))) throw taken(fixed, request.wanted === null ? file : null);
    if (fixed !== remembered) writePort(file, fixed);
    return fixed;
  }
  for (const port of request.candidates) {
    if (!(await isPortFree(port))) continue;
    writePort(file, port);
    return port;
  }
  throw new StartError(
    "Every port that was tried for the Kubernetes API is taken on 127.0.0.1. Name a free one.",
  );
}

export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", (error) => {
      if (systemCode(error) === "EADDRINUSE") resolve(false);
      else reject(error);
    });
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}

const portsSchema = z.object({ api: z.int().min(1).max(65_535) });

function readPort(file: string): number | null {
  if (!existsSync(file)) return null;
  try {
    return portsSchema.parse(JSON.parse(readFileSync(file, "utf8"))).api;
  } catch (error) {
    throw new StartError(
      `${file} cannot be read as {"api": PORT}. Nothing was changed. Write the port there that the kubeconfig names, ` +
        `or remove the file to have a new one chosen.`,
      error,
    );
  }
}

function writePort(file: string, api: number): void {
  writeWholeFile(file, `${JSON.stringify({ api })}\n`, 0o644);
}

function taken(port: number, rememberedIn: string | null): StartError {
  const who = `Port ${port} on 127.0.0.1, for the Kubernetes API, is taken by another process`;
  const look = `Find it with: ss -ltnp 'sport = :${port}'`;
  if (rememberedIn === null) return new StartError(`${who}. ${look}. Or name another port.`);
  return new StartError(
    `${who}. The kubeconfig names this port, so it was not changed. ${look}, end it and start again. Or remove ` +
      `${rememberedIn} to have a new port chosen; copies of the kubeconfig then have to be copied anew.`,
  );
}
