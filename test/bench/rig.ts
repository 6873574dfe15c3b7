/** A real control plane, the controller and the simulated cloud, each in processes of their own, and what they use. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { createCache, type WatchedCache } from "../../src/kube/cache.ts";
import { createKube } from "../../src/kube/client.ts";
import { loadConfig } from "../../src/kube/config.ts";
import { createTransport } from "../../src/kube/transport.ts";
import { realClock } from "../../src/ports/clock.ts";
import type { Kube } from "../../src/ports/kube.ts";
import { type ControlPlane, startControlPlane } from "../../src/start/control-plane.ts";
import { ensureNamespace, installCrds } from "../../src/start/install.ts";
import { createProgress } from "../../src/start/progress.ts";
import type { Answer, Question, Usage } from "./controller.ts";

export interface Rig {
  readonly kube: Kube;
  readonly cache: WatchedCache;
  usage(): Promise<Used>;
  /** Rejects as soon as somebody stops the bench. */
  wait(ms: number): Promise<void>;
  stop(): Promise<void>;
}

/** What was used up to now. */
export interface Used extends Usage {
  readonly at: number;
  readonly cloudCpuMs: number;
  readonly apiServerCpuMs: number;
}

export const namespace = "poolkeeper-system";

/** `profileDir`: where the controller leaves a CPU profile when it ends; null for none. */
export async function startRig(profileDir: string | null, signal: AbortSignal): Promise<Rig> {
  const dataDir = mkdtempSync(path.join(tmpdir(), "pk-bench-"));
  const stops: (() => Promise<void>)[] = [async () => rmSync(dataDir, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).toReversed()) await one();
  };
  const wait = (ms: number): Promise<void> => setTimeout(ms, undefined, { signal });
  try {
    const progress = createProgress(process.stderr, realClock);
    const plane = await startControlPlane({ dataDir, isTest: true, progress, signal });
    stops.push(plane.stop);
    const transport = createTransport({
      config: await loadConfig({ kubeconfig: plane.kubeconfigPath, env: {} }),
      clock: realClock,
      version: "bench",
      component: "bench",
    });
    stops.push(transport.close);
    const kube = createKube(transport);
    await installCrds(kube, namespace, realClock);
    await ensureNamespace(kube, namespace);
    const kinds = [
      "ManagedNodePool",
      "ManagedMachine",
      "NodeOperation",
      "InfrastructureProvider",
      "Pod",
    ] as const;
    const cache = createCache({ transport, clock: realClock, kinds });
    stops.push(cache.stop);
    cache.start();
    await cache.waitSynced(60_000);
    const controller = await startController(plane.kubeconfigPath, profileDir);
    stops.push(controller.stop);
    return { kube, cache, usage: () => usageOf(controller, plane), wait, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface ControllerProcess {
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

const stopLimitMs = 15_000;

async function startController(kubeconfig: string, profileDir: string | null): Promise<ControllerProcess> {
  const execArgv = profileDir === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDir}`];
  const child = fork(`${import.meta.dirname}/controller.ts`, [kubeconfig, namespace], { execArgv });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
  });
  await Promise.race([
    answerOf(child, "Started"),
    ended.then(() => Promise.reject(new Error("the controller ended"))),
  ]);
  return {
    usage: async () => {
      child.send("usage" satisfies Question);
      const { usage } = await answerOf(child, "Usage");
      return usage;
    },
    stop: async () => {
      if (child.connected) child.send("stop" satisfies Question);
      const cancel = realClock.after(stopLimitMs, () => child.kill("SIGKILL"));
      await ended;
      cancel();
    },
  };
}

function answerOf<K extends Answer["kind"]>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<Answer, { readonly kind: K }>> {
  return new Promise((resolve) => {
    const hear = (message: unknown): void => {
      const answer = message as Answer;
      if (answer.kind !== kind) return;
      child.off("message", hear);
      resolve(answer as Extract<Answer, { readonly kind: K }>);
    };
    child.on("message", hear);
  });
}

async function usageOf(controller: ControllerProcess, { pids }: ControlPlane): Promise<Used> {
  const usage = await controller.usage();
  return {
    ...usage,
    at: performance.now(),
    cloudCpuMs: cpuMsOf(usage.cloudPid),
    apiServerCpuMs: cpuMsOf(pids["kube-apiserver"]) + cpuMsOf(pids.etcd),
  };
}

/** User and system time of a process, from the kernel; 0 when it is no more. */
function cpuMsOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * ticksMs;
  } catch {
    return 0;
  }
}

/** Linux counts in hundredths of a second. */
const ticksMs = 10;
