/** The running controller: hears changes, keeps the queue, works it off. What is decided about a pool is in `loop.ts`. */
import type { Announcement } from "../core/announce.ts";
import type { Snapshot } from "../core/model.ts";
import type { Clock } from "../ports/clock.ts";
import { isPortError } from "../ports/errors.ts";
import { keyOf, type Kube, type KubeCache, type PassingCache } from "../ports/kube.ts";
import type { Provider } from "../ports/provider.ts";
import type { NodeObject } from "../schema/kubernetes.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import type { InfrastructureProviderObject } from "../schema/provider.ts";
import { reconcileProvider } from "./catalogue.ts";
import { poolsOfOperations } from "./bygone.ts";
import { createBrakes } from "./brakes.ts";
import { createCensus } from "./census.ts";
import { createDiagnoses } from "./diagnoses.ts";
import { createEvidenceBook } from "./evidence.ts";
import { createFreshness } from "./freshness.ts";
import { concernedKeys, createWaits, poolsOfProvider, type Waits } from "./interest.ts";
import type { ClusterEntry } from "./join/admission.ts";
import { createJoin, type Join } from "./join/create.ts";
import { createLeaseWatch } from "./leases.ts";
import { type LoopDeps, type PassReport, reconcile } from "./loop.ts";
import { createOutcomes } from "./outcomes.ts";
import { createProviders } from "./providers.ts";
import { createQueue, type WorkQueue } from "./queue.ts";
import { createReportBook } from "./report.ts";
import { reconcileWindow } from "./windows.ts";

export interface ControllerDeps {
  readonly kube: Kube;
  readonly cache: KubeCache;
  readonly clock: Clock;
  readonly namespace: string;
  /** A name that no other process has, nor this one after its next start. */
  readonly identity: string;
  readonly clusterUid: string;
  readonly serverVersion: () => string;
  readonly brake: () => string | null;
  readonly connect: (object: InfrastructureProviderObject) => Promise<Provider>;
  readonly announce: (about: Pick<Snapshot, "pool">, announcement: Announcement) => void;
  /** Rejects where machines cannot join this cluster, and says why. */
  readonly entry: () => Promise<ClusterEntry>;
  /** A watch on requests for certificates, which only machines with tokens need. */
  readonly openRequests: () => PassingCache;
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

/** A pass mostly waits for answers: many pools may do so at once. How many calls are under way, the transport limits. */
const workers = 32;
/** Two passes of one pool begin at least this far apart, and further where a pass is dear: events come in swarms. */
const minimumGapMs = 50;
/** So that of one processor's time a single pool takes a third at most. */
const gapFactor = 3;
/** A provider that has not answered by then is told of in the pools' status. */
const firstListMs = 3000;

export function createController(deps: ControllerDeps): Controller {
  const { cache, clock } = deps;
  const queue = createQueue(clock);
  const waits = createWaits();
  const interest = { cache, namespace: deps.namespace, waits };
  const pace = createPace(clock);
  const wake = (key: string): void => queue.addAfter(key, pace.waitMs(key));
  const wakeAll = (): void => {
    for (const pool of cache.list("ManagedNodePool")) wake(`pool ${keyOf(pool)}`);
  };
  const onProvider = (providerKey: string, pools: ReadonlySet<string> | null): void => {
    for (const key of poolsOfProvider(providerKey, interest, pools)) wake(key);
    // Its lists fail, or work again.
    if (pools === null) wake(`provider ${providerKey}`);
  };
  // A process that stood by for hours has not looked at what it now decides about (S16).
  let startedAt = clock.monotonic();
  const parts = createParts(deps, { wakeAll, onProvider, waits, startedAt: () => startedAt });
  const join = createJoin({ ...deps, providers: parts.providers, wake });
  const work = async (): Promise<void> => {
    for (let key = await queue.next(); key !== null; key = await queue.next()) {
      await runOne(key, { deps, queue, parts, join, pace });
    }
  };

  let running: Promise<unknown> = Promise.resolve();
  let unsubscribe: (() => void) | null = null;
  return {
    start: () => {
      startedAt = clock.monotonic();
      unsubscribe = cache.onChange((change) => {
        if (change.kind === "Node" && isReady(change.after)) parts.evidence.sawReady(change.key);
        if (change.kind === "Pod" && change.after === undefined)
          parts.outcomes.podGone(change.before?.metadata.uid ?? "");
        if (change.kind === "ManagedMachine" && change.after === undefined)
          parts.evidence.forget(change.before?.metadata.uid ?? "");
        for (const key of concernedKeys(change, interest)) wake(key);
        for (const key of join.concernedKeys(change)) wake(key);
      });
      join.start();
      for (const provider of cache.list("InfrastructureProvider")) queue.add(`provider ${keyOf(provider)}`);
      for (const window of cache.list("MaintenanceWindow")) queue.add(`window ${keyOf(window)}`);
      // A pool's first pass waits for the first list of its provider, so that it begins with all there is to know.
      for (const pool of cache.list("ManagedNodePool")) {
        queue.addAfter(`pool ${keyOf(pool)}`, hasProvider(pool, cache) ? firstListMs : 0);
      }
      for (const pool of poolsOfOperations(cache)) {
        if (cache.get("ManagedNodePool", pool) === undefined) queue.add(`pool ${pool}`);
      }
      running = Promise.all(Array.from({ length: workers }, work));
    },
    stop: async () => {
      unsubscribe?.();
      parts.leases.stop();
      queue.shutDown();
      await running;
      await join.stop();
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

interface Hooks {
  readonly wakeAll: () => void;
  readonly onProvider: (providerKey: string, pools: ReadonlySet<string> | null) => void;
  readonly waits: Waits;
  /** When this controller began to decide, on the monotonic clock. */
  readonly startedAt: () => number;
}

/** Everything a pass needs beside the ports: the memories, the open providers, the facts of the cluster. */
function createParts(deps: ControllerDeps, hooks: Hooks): Parts {
  const { cache, clock, kube } = deps;
  return {
    providers: createProviders({ ...deps, onChange: hooks.onProvider }),
    evidence: createEvidenceBook(clock, () => cache.lastGapAt("Node")),
    storms: new Map(),
    leases: createLeaseWatch({ kube, clock, onChange: hooks.wakeAll }),
    outcomes: createOutcomes(),
    diagnoses: createDiagnoses(clock),
    freshness: createFreshness(cache),
    census: createCensus(cache),
    brakes: createBrakes(cache, deps.brake),
    reports: createReportBook(clock),
    waits: hooks.waits,
    cluster: {
      identity: deps.identity,
      uid: deps.clusterUid,
      serverVersion: deps.serverVersion,
      sinceGapMs: () => clock.monotonic() - Math.max(hooks.startedAt(), cache.lastGapAt("Node")),
    },
  };
}

/** Keeps the passes of one key apart. */
interface Pace {
  waitMs(key: string): number;
  passed(key: string, pass: Pass): void;
}

interface Pass {
  readonly beganAt: number;
  /** How long it held the processor before it waited for the first answer. */
  readonly busyMs: number;
}

function createPace(clock: Clock): Pace {
  const last = new Map<string, Pass>();
  return {
    waitMs: (key) => {
      const pass = last.get(key);
      if (pass === undefined) return 0;
      const gapMs = Math.max(minimumGapMs, pass.busyMs * gapFactor);
      return Math.max(0, pass.beganAt + gapMs - clock.monotonic());
    },
    passed: (key, pass) => {
      last.set(key, pass);
    },
  };
}

interface Run {
  readonly deps: ControllerDeps;
  readonly queue: WorkQueue;
  readonly parts: Parts;
  readonly join: Join;
  readonly pace: Pace;
}

/** The only catch of the loop: an error delays its own key and nobody else (S36). */
async function runOne(key: string, run: Run): Promise<void> {
  const { deps, queue, pace } = run;
  const { clock, onError } = deps;
  const beganAt = clock.monotonic();
  try {
    const running = runKey(key, run);
    pace.passed(key, { beganAt, busyMs: clock.monotonic() - beganAt });
    const wakeAt = await running;
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
  queue.done(key);
}

async function runKey(key: string, { deps, parts, join }: Run): Promise<number | null> {
  const [kind, name = ""] = key.split(" ");
  if (kind === "pool") return reconcile(name, { ...deps, ...parts });
  if (kind === "window") return reconcileWindow(name, deps);
  if (kind !== "provider") return join.run(key);
  const wakeAt = await reconcileProvider(name, { ...deps, providers: parts.providers });
  await join.lookAtProviders();
  return wakeAt;
}

function isReady(node: NodeObject | undefined): boolean {
  return node?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}
