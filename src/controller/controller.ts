/** The running controller: hears changes, keeps the queue, works it off. What is decided about a pool is in `loop.ts`. */
import type { Announcement } from "../core/announce.ts";
import type { Snapshot } from "../core/model.ts";
import type { Clock } from "../ports/clock.ts";
import { isPortError } from "../ports/errors.ts";
import { keyOf, type Kube, type KubeCache } from "../ports/kube.ts";
import type { Provider } from "../ports/provider.ts";
import type { NodeObject } from "../schema/kubernetes.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import type { InfrastructureProviderObject } from "../schema/provider.ts";
import { reconcileProvider } from "./catalogue.ts";
import { createEvidenceBook } from "./evidence.ts";
import { createFreshness } from "./freshness.ts";
import { concernedKeys, poolsOfProvider } from "./interest.ts";
import { createLeaseWatch } from "./leases.ts";
import { type LoopDeps, type PassReport, reconcile } from "./loop.ts";
import { createOutcomes } from "./outcomes.ts";
import { createProviders } from "./providers.ts";
import { createQueue, type WorkQueue } from "./queue.ts";
import { reconcileWindow } from "./windows.ts";

export interface ControllerDeps {
  readonly kube: Kube;
  readonly cache: KubeCache;
  readonly clock: Clock;
  readonly namespace: string;
  readonly clusterUid: string;
  readonly serverVersion: () => string;
  readonly brake: () => string | null;
  readonly connect: (object: InfrastructureProviderObject) => Promise<Provider>;
  readonly announce: (snapshot: Snapshot, announcement: Announcement) => void;
  readonly onPass: (pass: PassReport) => void;
  /** A pass of one key ended with an error that no action owns: the key is tried again, later each time. */
  readonly onError: (key: string, error: unknown) => void;
}

export interface Controller {
  start(): void;
  /** Ends after the passes in hand; nothing is begun after it is called. */
  stop(): Promise<void>;
  queueLength(): number;
}

const workers = 4;
/** Two passes of one pool are at least this far apart, and further where a pass is dear: events come in swarms. */
const minimumGapMs = 50;
/** A provider that has not answered by then is told of in the pools' status. */
const firstListMs = 3000;

export function createController(deps: ControllerDeps): Controller {
  const { cache, clock } = deps;
  const queue = createQueue(clock);
  const interest = { cache, namespace: deps.namespace };
  const pace = createPace(clock);
  const wake = (key: string): void => queue.addAfter(key, pace.waitMs(key));
  const wakeAll = (): void => {
    for (const pool of cache.list("ManagedNodePool")) wake(`pool ${keyOf(pool)}`);
  };
  const onProvider = (providerKey: string): void => {
    for (const key of poolsOfProvider(providerKey, interest)) wake(key);
  };
  const parts = createParts(deps, { wakeAll, onProvider });
  const work = async (): Promise<void> => {
    for (let key = await queue.next(); key !== null; key = await queue.next()) {
      await runOne(key, { deps, queue, parts, pace });
    }
  };

  let running: Promise<unknown> = Promise.resolve();
  let unsubscribe: (() => void) | null = null;
  return {
    start: () => {
      unsubscribe = cache.onChange((change) => {
        if (change.kind === "Node" && isReady(change.after)) parts.evidence.sawReady(change.key);
        for (const key of concernedKeys(change, interest)) wake(key);
      });
      for (const provider of cache.list("InfrastructureProvider")) queue.add(`provider ${keyOf(provider)}`);
      for (const window of cache.list("MaintenanceWindow")) queue.add(`window ${keyOf(window)}`);
      // A pool's first pass waits for the first list of its provider, so that it begins with all there is to know.
      for (const pool of cache.list("ManagedNodePool")) {
        queue.addAfter(`pool ${keyOf(pool)}`, hasProvider(pool, cache) ? firstListMs : 0);
      }
      running = Promise.all(Array.from({ length: workers }, work));
    },
    stop: async () => {
      unsubscribe?.();
      parts.leases.stop();
      queue.shutDown();
      await running;
      await parts.providers.stop();
    },
    queueLength: () => queue.size(),
  };
}

function hasProvider({ metadata, spec }: ManagedNodePoolObject, cache: KubeCache): boolean {
  return (
    cache.get("InfrastructureProvider", `${metadata.namespace ?? ""}/${spec.providerRef.name}`) !== undefined
  );
}

type Parts = Omit<LoopDeps, keyof ControllerDeps>;

/** Everything a pass needs beside the ports: the memories, the open providers, the facts of the cluster. */
function createParts(
  deps: ControllerDeps,
  hooks: { readonly wakeAll: () => void; readonly onProvider: (providerKey: string) => void },
): Parts {
  const { cache, clock, kube } = deps;
  const startedAt = clock.monotonic();
  return {
    providers: createProviders({ ...deps, onChange: hooks.onProvider }),
    evidence: createEvidenceBook(clock),
    leases: createLeaseWatch({ kube, clock, onChange: hooks.wakeAll }),
    outcomes: createOutcomes(),
    freshness: createFreshness(cache),
    cluster: {
      uid: deps.clusterUid,
      serverVersion: deps.serverVersion,
      sinceGapMs: () => clock.monotonic() - Math.max(startedAt, cache.lastGapAt("Node")),
      brake: deps.brake,
    },
  };
}

/** Two passes of one key are at least a little apart, and further where a pass is dear. */
interface Pace {
  waitMs(key: string): number;
  passed(key: string, tookMs: number): void;
}

function createPace(clock: Clock): Pace {
  const last = new Map<string, { readonly endedAt: number; readonly tookMs: number }>();
  return {
    waitMs: (key) => {
      const pass = last.get(key);
      if (pass === undefined) return 0;
      return Math.max(0, pass.endedAt + Math.max(minimumGapMs, pass.tookMs * 2) - clock.monotonic());
    },
    passed: (key, tookMs) => {
      last.set(key, { endedAt: clock.monotonic(), tookMs });
    },
  };
}

interface Run {
  readonly deps: ControllerDeps;
  readonly queue: WorkQueue;
  readonly parts: Parts;
  readonly pace: Pace;
}

/** The only catch of the loop: an error delays its own key and nobody else (S36). */
async function runOne(key: string, { deps, queue, parts, pace }: Run): Promise<void> {
  const { clock, onError } = deps;
  const began = clock.monotonic();
  try {
    const wakeAt = await runKey(key, deps, parts);
    queue.forget(key);
    if (wakeAt !== null) queue.addAfter(key, Math.max(10, wakeAt - clock.now()));
  } catch (error) {
    // A lost race is no failure: the newer version is on its way.
    if (isPortError(error, "Conflict")) queue.addAfter(key, 100);
    else {
      onError(key, error);
      queue.addRateLimited(key);
    }
  }
  pace.passed(key, clock.monotonic() - began);
  queue.done(key);
}

function runKey(key: string, deps: ControllerDeps, parts: Parts): Promise<number | null> {
  const [kind, name = ""] = key.split(" ");
  if (kind === "pool") return reconcile(name, { ...deps, ...parts });
  if (kind === "window") return reconcileWindow(name, deps);
  return reconcileProvider(name, { ...deps, providers: parts.providers });
}

function isReady(node: NodeObject | undefined): boolean {
  return node?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}
