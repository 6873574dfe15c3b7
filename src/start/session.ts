/** Our connection to one cluster: transport, port, watched copies, and what is asked of it once. */
import { ownKinds, watchedKinds } from "../controller/interest.ts";
import type { ClusterEntry } from "../controller/join/admission.ts";
import { type WatchedCache, createCache } from "../kube/cache.ts";
import { createKube } from "../kube/client.ts";
import { type ClusterConfig, loadConfig } from "../kube/config.ts";
import { type Transport, call, createTransport } from "../kube/transport.ts";
import type { Clock } from "../ports/clock.ts";
import { PortError } from "../ports/errors.ts";
import type { Kube, PassingCache } from "../ports/kube.ts";
import { StartError } from "./error.ts";
import type { Metrics } from "./metrics.ts";

export interface ClusterSession {
  readonly kube: Kube;
  readonly cache: WatchedCache;
  readonly server: string;
  readonly config: ClusterConfig;
  readonly clusterUid: string;
  readonly serverVersion: () => string;
  /** The cluster as machines reach it that are to join. Rejects where none can, and says why. */
  readonly entry: () => Promise<ClusterEntry>;
  readonly openRequests: () => PassingCache;
  stop(): Promise<void>;
}

export interface SessionRequest {
  readonly kubeconfig: string | null;
  readonly context: string | null;
  readonly component: string;
  readonly namespace: string;
  readonly clock: Clock;
  readonly metrics: () => Metrics | null;
  /** Called with the port before anything is watched: the kinds must be there by the time it resolves. */
  readonly prepare: (kube: Kube, serverVersion: string) => Promise<void>;
  /** Gives up what is under way; nothing of it is left open. */
  readonly signal: AbortSignal;
}

const versionPeriodMs = 5 * 60_000;
const syncLimitMs = 60_000;

export const productVersion = "0.1.0";

export async function openSession(request: SessionRequest): Promise<ClusterSession> {
  const { clock, signal } = request;
  const config = await loadConfig({
    env: process.env,
    ...(request.kubeconfig === null ? {} : { kubeconfig: request.kubeconfig }),
    ...(request.context === null ? {} : { context: request.context }),
  });
  const transport = createTransport({
    config,
    clock,
    version: productVersion,
    component: request.component,
    onRequest: (sample) => request.metrics()?.requested(sample),
  });
  const parts: (() => unknown)[] = [() => transport.close()];
  const stop = async (): Promise<void> => {
    for (const part of parts.splice(0).toReversed()) await part();
  };
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  try {
    signal.throwIfAborted();
    return await Promise.race([fill(request, { transport, parts, config, stop }), aborted]);
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Opening {
  readonly transport: Transport;
  /** How to end what was opened so far. */
  readonly parts: (() => unknown)[];
  readonly config: ClusterConfig;
  readonly stop: () => Promise<void>;
}

async function fill(request: SessionRequest, opening: Opening): Promise<ClusterSession> {
  const { clock, namespace } = request;
  const { transport, parts, config, stop } = opening;
  const kube = createKube(transport);
  const version = await followVersion(transport, clock);
  parts.push(version.stop);
  await request.prepare(kube, version.current());
  const selectors = Object.fromEntries(ownKinds.map((kind) => [kind, { namespace }]));
  const cache = createCache({
    transport,
    clock,
    kinds: watchedKinds,
    selectors,
    onRestart: (kind, cause) => request.metrics()?.watchRestarted(kind, cause),
  });
  parts.push(() => cache.stop());
  cache.start();
  await cache.waitSynced(syncLimitMs);
  const system = await kube.get("Namespace", { name: "kube-system" });
  const clusterUid = system.metadata.uid ?? "";
  return {
    kube,
    cache,
    server: config.server,
    config,
    clusterUid,
    serverVersion: version.current,
    entry: () => entryOf(config),
    openRequests: () => createCache({ transport, clock, kinds: ["CertificateSigningRequest"] }),
    stop,
  };
}

async function entryOf({ server, credentials }: ClusterConfig): Promise<ClusterEntry> {
  const { ca } = await credentials.current();
  if (ca !== null && server.startsWith("https:")) return { server, authorityPem: ca };
  const why = server.startsWith("https:")
    ? "the kubeconfig names no certificate authority that they could trust; add certificate-authority-data to its cluster"
    : "it speaks plain http, as the world in memory does; start with --cluster local, or with --kubeconfig FILE for a cluster of yours";
  throw new PortError({ kind: "Invalid", message: `Machines cannot join ${server}: ${why}. None was made.` });
}

/** The API server may be upgraded while we run; its version decides which kubelets are allowed. */
async function followVersion(
  transport: Transport,
  clock: Clock,
): Promise<{ readonly current: () => string; readonly stop: () => void }> {
  let current = await readVersion(transport);
  let cancel: () => void = () => {};
  const again = (): void => {
    cancel = clock.after(versionPeriodMs, () => {
      readVersion(transport)
        .then((version) => {
          current = version;
        })
        .catch(() => {}) // The next time will tell; until then the last answer holds.
        .finally(again);
    });
  };
  again();
  return { current: () => current, stop: () => cancel() };
}

async function readVersion(transport: Transport): Promise<string> {
  const answer = await call(transport, {
    verb: "get",
    kind: "version",
    target: "/version",
    method: "GET",
    path: "/version",
  });
  const { gitVersion } = answer as { readonly gitVersion?: string };
  if (gitVersion === undefined)
    throw new StartError(
      "The API server does not tell its version on /version. Is this address a Kubernetes API server?",
    );
  return gitVersion;
}
