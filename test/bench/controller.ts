/**
 * The controller in a process of its own, put together as in `src/main.ts`, but with the simulated cloud in yet another
 * process. Tells its parent what it has used so far, whenever it is asked.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { type Controller, createController } from "../../src/controller/controller.ts";
import { createRecorder } from "../../src/kube/events.ts";
import { createElection } from "../../src/kube/lease.ts";
import { realClock } from "../../src/ports/clock.ts";
import { createMetrics } from "../../src/start/metrics.ts";
import { type ClusterSession, openSession } from "../../src/start/session.ts";
import { fixedCloud } from "./fixed-cloud.ts";
import { connectCloud } from "./remote-cloud.ts";
import { eventText } from "../../src/text/event.ts";

/** All sums are since the start of the process. */
export interface Usage {
  readonly cpuMs: number;
  readonly rssMb: number;
  readonly heapMb: number;
  readonly peakRssMb: number;
  /** By `verb kind`. */
  readonly requests: Readonly<Record<string, number>>;
  readonly passes: number;
  readonly decideMs: number;
  readonly failures: number;
  /** Since the last time it was asked. */
  readonly longestBlockMs: number;
  readonly cloudPid: number;
}

export type Question = "usage" | "stop";
export type Answer = { readonly kind: "Started" } | { readonly kind: "Usage"; readonly usage: Usage };

const [kubeconfig = "", namespace = "", instancesFile = null] = process.argv.slice(2);

async function main(): Promise<void> {
  const tally = createTally();
  const session = await openSession({
    kubeconfig,
    context: null,
    component: "controller",
    namespace,
    clock: realClock,
    metrics: () => tally.metrics,
    prepare: async () => {},
    signal: new AbortController().signal,
  });
  const controller = buildController(session, tally);
  const election = createElection({
    kube: session.kube,
    clock: realClock,
    namespace,
    name: "poolkeeper",
    identity: `bench_${process.pid}`,
    onStarted: () => {
      controller.start();
      tell({ kind: "Started" });
    },
    onStopped: () => {},
  });
  election.start();
  const stop = async (): Promise<void> => {
    await controller.stop();
    await election.stop();
    await session.stop();
    process.exit(0);
  };
  process.on("message", (question: Question) => {
    if (question === "usage") tell({ kind: "Usage", usage: tally.usage() });
    else void stop();
  });
  process.on("disconnect", () => process.exit(0));
}

function buildController(session: ClusterSession, tally: Tally): Controller {
  const recorder = createRecorder({
    kube: session.kube,
    clock: realClock,
    component: "poolkeeper-controller",
    instance: "bench",
  });
  return createController({
    ...session,
    clock: realClock,
    namespace,
    identity: "bench",
    brake: () => null,
    connect: async ({ spec }) => {
      if (instancesFile !== null) return fixedCloud(instancesFile, spec.region);
      const { provider, pid } = await connectCloud([
        kubeconfig,
        spec.region,
        JSON.stringify(spec.simulator ?? {}),
      ]);
      tally.cloudIs(pid);
      return provider;
    },
    announce: ({ pool }, news) => {
      const { apiVersion, kind, metadata } = pool;
      const { name, namespace: inside = "", uid = "" } = metadata;
      const regarding = { apiVersion, kind, name, namespace: inside, uid };
      recorder.record({ ...news, note: eventText(news), action: "Reconcile", regarding });
    },
    onPass: ({ decideMs, failures }) => tally.passed(decideMs, failures.length),
    onError: (key, error) => {
      tally.passed(0, 1);
      console.error(`${key}: ${String(error)}`);
    },
  });
}

type Tally = ReturnType<typeof createTally>;

function createTally() {
  const requests: Record<string, number> = {};
  const sums = { passes: 0, decideMs: 0, failures: 0, cloudPid: 0 };
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  const metrics = createMetrics(
    () => null,
    () => 0,
  );
  return {
    metrics: {
      ...metrics,
      requested: (sample: Parameters<typeof metrics.requested>[0]) => {
        metrics.requested(sample);
        const key = `${sample.verb} ${sample.kind}`;
        requests[key] = (requests[key] ?? 0) + 1;
      },
    },
    cloudIs: (pid: number) => {
      sums.cloudPid = pid;
    },
    passed: (decideMs: number, failures: number) => {
      sums.passes += 1;
      sums.decideMs += decideMs;
      sums.failures += failures;
    },
    usage: (): Usage => {
      const { user, system } = process.cpuUsage();
      const { rss, heapUsed } = process.memoryUsage();
      const longestBlockMs = delay.max / 1e6;
      delay.reset();
      return {
        ...sums,
        cpuMs: (user + system) / 1000,
        rssMb: rss / 2 ** 20,
        heapMb: heapUsed / 2 ** 20,
        peakRssMb: process.resourceUsage().maxRSS / 1024,
        requests,
        longestBlockMs,
      };
    },
  };
}

function tell(answer: Answer): void {
  if (process.connected) process.send?.(answer);
}

await main();
