/** The only server process: reads what was chosen, builds the adapters, starts the controller, and ends all of it in order. */
import { hostname } from "node:os";
import { resolve } from "node:path";
import { type Logger, pino } from "pino";
import { type Controller, createController } from "./controller/controller.ts";
import type { PassReport } from "./controller/loop.ts";
import type { Action } from "./core/action.ts";
import type { Announcement } from "./core/announce.ts";
import { newsAnnotations } from "./core/event.ts";
import type { Snapshot } from "./core/model.ts";
import { createRecorder } from "./kube/events.ts";
import { createElection } from "./kube/lease.ts";
import { realClock } from "./ports/clock.ts";
import { type Api, startApi } from "./start/api.ts";
import { brakeOf } from "./start/brake.ts";
import { buildConsole } from "./start/console.ts";
import { createConnector } from "./start/connector.ts";
import { lockDataDir } from "./start/data-dir.ts";
import { StartError } from "./start/error.ts";
import { createIdentity, type Identity } from "./start/identity.ts";
import { createMetrics, type Metrics } from "./start/metrics.ts";
import type { StartOptions } from "./start/options.ts";
import { hasRealMachines, prepareCluster, prepareHost, refuseUnreal } from "./start/prepare.ts";
import { createProgress, type Progress } from "./start/progress.ts";
import { createSample, sampleOf } from "./start/sample.ts";
import { followSample } from "./start/sample-watch.ts";
import { type ClusterSession, openSession } from "./start/session.ts";
import { createStopper, type Stopper } from "./start/stopper.ts";
import { noteText } from "./text/event.ts";

/** Runs until it is told to stop. Resolves with the exit code. */
export async function start(options: StartOptions): Promise<number> {
  const stopper = createStopper();
  const progress = createProgress(process.stderr, realClock);
  try {
    await run({ ...options, dataDir: resolve(options.dataDir) }, { stopper, progress });
    return stopper.exitCode();
  } catch (error) {
    if (stopper.isStopping()) return stopper.exitCode();
    const isKnown = error instanceof StartError || (error instanceof Error && error.name === "PortError");
    process.stderr.write(`poolkeeper: ${isKnown ? error.message : describe(error)}\n`);
    return 1;
  } finally {
    await stopper.runAll();
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

interface Stage {
  readonly stopper: Stopper;
  readonly progress: Progress;
}

async function run(options: StartOptions, stage: Stage): Promise<void> {
  const { stopper, progress } = stage;
  refuseUnreal(options);
  await prepareHost(options, { env: process.env, signal: stopper.signal }, progress);
  let session: ClusterSession | null = null;
  let controller: Controller | null = null;
  let missing: string | null = "starting";
  const metrics = createMetrics(
    () => session?.cache ?? null,
    () => controller?.queueLength() ?? 0,
  );
  const log = pino(
    { name: "poolkeeper", level: process.env["POOLKEEPER_LOG"] ?? "info" },
    pino.destination(2),
  );
  // The port first: a second start on it fails before it has touched anything.
  const api = await startApi({
    options,
    clock: realClock,
    metrics,
    log,
    stopper,
    notReadyBecause: () =>
      missing ?? (session?.cache.isSynced() === true ? null : "the watches are being renewed"),
  });
  const consoleBuilt = buildConsole({ progress, signal: stopper.signal });
  const lock = lockDataDir(options.dataDir);
  stopper.add(async () => lock.release());
  const kubeconfig = await openCluster(options, stage);
  missing = "the caches are being filled";
  session = await openSession({
    kubeconfig,
    context: options.context,
    component: "controller",
    namespace: options.namespace,
    clock: realClock,
    metrics: () => metrics,
    prepare: async (kube, kubernetesVersion) => {
      await prepareCluster(kube, options);
      if (!hasRealMachines(options)) return;
      const { ensureNodeImage } = await import("./start/node-image.ts");
      const { env } = process;
      await ensureNodeImage({ kubernetesVersion, env, progress, signal: stopper.signal });
    },
    signal: stopper.signal,
  });
  stopper.add(session.stop);
  const identity = createIdentity();
  controller = buildController(options, { session, stopper, metrics, log, api, identity });
  api.open(session);
  const { namespace } = options;
  await lead(controller, { session, stage, namespace, identity, setLeader: metrics.setLeader });
  if (stopper.signal.aborted) return stopper.asked;
  if (options.sample) await createSample(session.kube, sampleOf(options));
  missing = null;
  await consoleBuilt;
  welcome(options, { progress, api, session, kubeconfig });
  if (options.sample && hasRealMachines(options)) followSample({ ...session, clock: realClock, progress });
  await stopper.asked;
}

interface Built {
  readonly session: ClusterSession;
  readonly stopper: Stopper;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly api: Api;
  readonly identity: Identity;
}

function buildController(options: StartOptions, built: Built): Controller {
  const { session, stopper, metrics, log, api, identity } = built;
  const { kube, cache } = session;
  const connector = createConnector({
    kube,
    cache,
    clock: realClock,
    dataDir: options.cluster === "embedded" ? null : options.dataDir,
    log: (line) => log.info(line),
    signal: stopper.signal,
  });
  stopper.add(connector.stop);
  const recorder = createRecorder({
    kube,
    clock: realClock,
    component: "poolkeeper-controller",
    instance: hostname(),
  });
  stopper.add(async () => recorder.stop());
  return createController({
    ...session,
    clock: realClock,
    namespace: options.namespace,
    identity: identity.name,
    brake: () => brakeOf(options.dataDir),
    connect: connector.connect,
    announce: (about, announcement) => announce(recorder, about, announcement),
    onPass: (pass) => {
      metrics.passed(pass);
      api.passed(pass);
      logPass(log, pass);
    },
    onError: (key, error) => {
      metrics.failed(key);
      log.error({ key }, messageOf(error));
    },
  });
}

function logPass(log: Logger, { pool, actions, lost, failures }: PassReport): void {
  const about = (action: Action) => ({
    pool,
    action: action.kind,
    ...("machine" in action ? { machine: action.machine } : {}),
  });
  for (const { action, error } of failures) log.warn(about(action), messageOf(error));
  for (const action of actions)
    log.debug({
      ...about(action),
      because: action.because.reason,
      ...(lost.has(action) ? { lost: true } : {}),
    });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The kubeconfig to work with; null for the order that kubectl uses too. */
async function openCluster(options: StartOptions, { stopper, progress }: Stage): Promise<string | null> {
  if (options.cluster === "existing") return options.kubeconfig;
  if (options.cluster === "embedded") {
    const { startEmbedded } = await import("./start/embedded.ts");
    const embedded = await startEmbedded(options.dataDir, realClock);
    stopper.add(embedded.stop);
    return embedded.kubeconfigPath;
  }
  const { startControlPlane } = await import("./start/control-plane.ts");
  const plane = await startControlPlane({
    dataDir: options.dataDir,
    isTest: false,
    progress,
    signal: stopper.signal,
  });
  stopper.add(plane.stop);
  plane.lost.then((error) => stopper.fail(error)).catch(() => {});
  return plane.kubeconfigPath;
}

interface Lead {
  readonly session: ClusterSession;
  readonly stage: Stage;
  readonly namespace: string;
  readonly identity: Identity;
  readonly setLeader: (isLeader: boolean) => void;
}

/** Resolves when this process leads. Losing the lead ends it: a fresh process is the safest way back. */
async function lead(controller: Controller, lead: Lead): Promise<void> {
  const { session, stage, namespace, identity, setLeader } = lead;
  const { stopper, progress } = stage;
  let trouble = "";
  await new Promise<void>((resolveLead) => {
    const election = createElection({
      kube: session.kube,
      clock: realClock,
      namespace,
      name: "poolkeeper",
      identity: identity.name,
      isGone: identity.isGone,
      onStarted: () => {
        setLeader(true);
        controller.start();
        resolveLead();
      },
      onStopped: () => {
        setLeader(false);
        if (!stopper.isStopping())
          stopper.fail(
            new StartError(
              "Another poolkeeper leads now, or the lease could not be renewed. Start again to stand by.",
            ),
          );
      },
      onLeader: (leader) => {
        const isOther = leader !== "" && leader !== identity.name && !identity.isGone(leader);
        if (isOther) progress.say(`Standing by: ${leader} leads.`);
      },
      onError: (error) => {
        const message = messageOf(error);
        if (message !== trouble) progress.say(`The lead could not be taken or kept: ${message}`);
        trouble = message;
      },
    });
    stopper.add(election.stop);
    stopper.add(controller.stop);
    stopper.asked.then(resolveLead, resolveLead);
    election.start();
  });
}

function announce(
  recorder: ReturnType<typeof createRecorder>,
  { pool }: Pick<Snapshot, "pool">,
  news: Announcement,
): void {
  const { type, reason, node } = news;
  const annotations = newsAnnotations(news);
  const event = { type, reason, action: "Reconcile", note: noteText(news), annotations };
  const { apiVersion, kind, metadata } = pool;
  const { name, namespace = "", uid = "" } = metadata;
  recorder.record({ ...event, regarding: { apiVersion, kind, name, namespace, uid } });
  if (node !== null)
    recorder.record({ ...event, regarding: { apiVersion: "v1", kind: "Node", name: node, uid: node } });
}

function welcome(
  options: StartOptions,
  ready: {
    readonly progress: Progress;
    readonly api: Api;
    readonly session: ClusterSession;
    readonly kubeconfig: string | null;
  },
): void {
  const { progress, api, session, kubeconfig } = ready;
  progress.say("");
  progress.say(
    `Poolkeeper is ready on ${api.url}, managing pools in namespace ${options.namespace} of ${session.server}`,
  );
  if (options.cluster === "embedded") {
    progress.say(
      "This world is simulated: API, nodes and pods live in this process's memory and end with it.",
    );
  }
  const link = api.signInLink();
  if (link !== null) progress.say(`Console: ${link}`);
  if (kubeconfig !== null) progress.say(`  export KUBECONFIG=${kubeconfig}`);
  progress.say("  bin/poolkeeper status          what there is");
  progress.say("  bin/poolkeeper get pools       the pools");
  progress.say("  kubectl get mnp,nodes          the same, with kubectl");
  if (link !== null)
    progress.say("  bin/poolkeeper console         a new link: each works once, within 10 minutes");
  const isEmpty = !options.sample && session.cache.list("ManagedNodePool").length === 0;
  if (isEmpty && hasRealMachines(options)) {
    progress.say("  bin/poolkeeper create pool web --provider local --nodes 2");
  }
  progress.say("Stop with Ctrl-C.");
}
