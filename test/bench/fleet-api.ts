/** The REST API over the fleet of 10,000 nodes and their pods, without a controller: nothing changes by itself. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createApiServer } from "../../src/api/server.ts";
import { watchedKinds } from "../../src/controller/interest.ts";
import { realClock } from "../../src/ports/clock.ts";
import { createSimCache } from "../../src/sim/api/cache.ts";
import { createSimKube } from "../../src/sim/api/port.ts";
import { createApiServer as createWorldServer } from "../../src/sim/api/server.ts";
import { fill } from "./fleet.ts";
import { namespace } from "./rig.ts";

export interface FleetApi {
  readonly url: string;
  close(): Promise<void>;
}

export interface FleetOptions {
  readonly podsPerNode: number;
  /** Of the built console; null where only the API is wanted. */
  readonly consoleDir: string | null;
}

/** Whoever brings a code is signed in as the local admin. */
export async function openFleetApi(options: FleetOptions): Promise<FleetApi> {
  const folder = mkdtempSync(path.join(tmpdir(), "pk-fleet-"));
  const world = createWorldServer({ clock: realClock, seed: 1 });
  const kube = createSimKube(world);
  try {
    const instancesFile = path.join(folder, "instances.json");
    await fill(kube, { instancesFile, podsPerNode: options.podsPerNode });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const cache = createSimCache(world, watchedKinds);
  let port = 0;
  let kept: string | null = null;
  const { app, stop } = createApiServer({
    clock: realClock,
    productVersion: "fleet",
    world: () => ({
      cache,
      namespace,
      cluster: { name: "fleet", server: "memory", isSimulated: true },
      serverVersion: () => "v1.36.3",
      adminName: "fleet",
      kubeAs: () => kube,
      lastLook: () => null,
    }),
    notReadyBecause: () => null,
    metrics: async () => "",
    address: () => ({
      url: `http://127.0.0.1:${port}`,
      hosts: [`127.0.0.1:${port}`],
      isSecure: false,
      cookie: "fleet",
    }),
    consoleDir: options.consoleDir,
    identityProvider: null,
    admin: {
      issue: () => ({ code: "fleet", expiresAt: 0 }),
      redeem: () => true,
      isKey: () => false,
      load: () => kept,
      save: (text) => {
        kept = text;
      },
    },
    secret: (bytes) => randomBytes(bytes).toString("base64url"),
    audit: () => {},
    fault: (request, error) => console.error(request, error),
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  const address = app.server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      stop();
      await app.close();
      cache.stop();
    },
  };
}
