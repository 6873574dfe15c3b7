/** The embedded start: a Kubernetes API in this process's memory, served on loopback for kubectl and for ourselves. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Clock } from "../ports/clock.ts";
import { serveApi } from "../sim/api/http.ts";
import { createApiServer } from "../sim/api/server.ts";
import { createNeighbours } from "../sim/neighbours/create.ts";
import { writeWholeFile } from "./whole-file.ts";

export interface EmbeddedCluster {
  readonly kubeconfigPath: string;
  readonly url: string;
  stop(): Promise<void>;
}

export async function startEmbedded(dataDir: string, clock: Clock): Promise<EmbeddedCluster> {
  const server = createApiServer({ clock, seed: 1 });
  const neighbours = createNeighbours(server, clock);
  const served = await serveApi(server, { port: 0, host: "127.0.0.1" });
  neighbours.start();
  mkdirSync(dataDir, { recursive: true });
  const kubeconfigPath = join(dataDir, "kubeconfig");
  writeWholeFile(kubeconfigPath, stringify(kubeconfigOf(served.url), { version: "1.1" }), 0o600);
  return {
    kubeconfigPath,
    url: served.url,
    stop: async () => {
      neighbours.stop();
      await served.close();
    },
  };
}

function kubeconfigOf(server: string): object {
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "poolkeeper-embedded",
    clusters: [{ name: "poolkeeper-embedded", cluster: { server } }],
    users: [{ name: "local", user: {} }],
    contexts: [
      {
        name: "poolkeeper-embedded",
        context: { cluster: "poolkeeper-embedded", user: "local", namespace: "poolkeeper-system" },
      },
    ],
  };
}
