/** Puts the REST API together with this start: its port, its caches, its secrets. What it answers is src/api. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Logger } from "pino";
import { createApiServer } from "../api/server.ts";
import { callbackPath } from "../api/oidc.ts";
import type { IdentityProvider, Look, World } from "../api/world.ts";
import type { PassReport } from "../controller/loop.ts";
import type { Clock } from "../ports/clock.ts";
import { createAdminDoor } from "./admin-door.ts";
import { createCallers } from "./callers.ts";
import { listen } from "./http.ts";
import type { Metrics } from "./metrics.ts";
import type { StartOptions } from "./options.ts";
import { type ClusterSession, productVersion } from "./session.ts";
import { addressOf, type OidcSettings, webOf } from "./web.ts";
import type { Stopper } from "./stopper.ts";

export interface Api {
  readonly url: string;
  /** A link that signs in once; null where nobody comes in so. */
  signInLink(): string | null;
  /** From now on there is something to show. */
  open(session: ClusterSession): void;
  passed(pass: PassReport): void;
}

export interface ApiRequest {
  readonly options: StartOptions;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly stopper: Stopper;
  readonly notReadyBecause: () => string | null;
}

const consoleDir = resolve(import.meta.dirname, "../../console/dist");

/** The data directory is not ours yet when the port is opened, so nothing is written before `open`. */
export async function startApi(request: ApiRequest): Promise<Api> {
  const { options, clock, metrics, log, stopper } = request;
  const looks = new Map<string, Look>();
  // Whoever reads this machine's terminal has its rights; whoever reads the log of a pod has not.
  const web = webOf(process.env);
  const door =
    options.cluster === "existing" || !web.isLocal ? null : createAdminDoor(options.dataDir, clock);
  let world: World | null = null;
  let port = options.port;
  const server = createApiServer({
    clock,
    productVersion,
    world: () => world,
    notReadyBecause: request.notReadyBecause,
    metrics: metrics.text,
    address: () => addressOf(web, port),
    consoleDir: existsSync(resolve(consoleDir, "..")) ? consoleDir : null,
    admin: door,
    identityProvider:
      web.oidc === null ? null : lazily(web.oidc, () => `${addressOf(web, port).url}${callbackPath}`),
    secret: (bytes) => randomBytes(bytes).toString("base64url"),
    // On a person's own terminal the page that they look at tells the same.
    audit: (line) => log[options.cluster === "existing" ? "info" : "debug"](line, "change through the API"),
    fault: (name, error) => log.error({ request: name, error: String(error) }, "a fault of the API"),
  });
  const http = await listen(server.app, web.listen, options.port);
  port = http.port;
  stopper.add(async () => {
    server.stop();
    await server.app.close();
  });
  return {
    url: http.url,
    signInLink: () => (door === null ? null : `${http.url}/signin#code=${door.issue().code}`),
    open: (session) => {
      const callers = createCallers({
        config: session.config,
        clock,
        version: productVersion,
        onRequest: metrics.requested,
      });
      stopper.add(callers.close);
      door?.publish(http.url);
      const { kubeAs } = callers;
      world = { ...shownOf(session, options), kubeAs, lastLook: (key) => looks.get(key) ?? null };
    },
    passed: ({ pool, snapshot, held }) => {
      looks.set(pool, { snapshot, held });
      if (looks.size > 2 * (world?.cache.list("ManagedNodePool").length ?? 1) + 10) prune(looks, world);
    },
  };
}

function shownOf(session: ClusterSession, options: StartOptions): Omit<World, "kubeAs" | "lastLook"> {
  const { cache, config, server, serverVersion } = session;
  const { contextName: name, userName: adminName } = config;
  const cluster = { name, server, isSimulated: options.cluster === "embedded" };
  return { cache, namespace: options.namespace, cluster, serverVersion, adminName };
}

/** Loaded with the first person who signs in there: most starts have no such provider. */
function lazily(settings: OidcSettings, redirectUri: () => string): IdentityProvider {
  let opening: Promise<IdentityProvider> | null = null;
  const open = (): Promise<IdentityProvider> => {
    opening ??= import("./identity-provider.ts").then(({ createIdentityProvider }) =>
      createIdentityProvider(settings, redirectUri()),
    );
    return opening;
  };
  return {
    begin: async () => await (await open()).begin(),
    finish: async (callback, request) => await (await open()).finish(callback, request),
  };
}

/** Pools that are gone leave nothing behind. */
function prune(looks: Map<string, Look>, world: World | null): void {
  for (const key of looks.keys())
    if (world?.cache.get("ManagedNodePool", key) === undefined) looks.delete(key);
}
