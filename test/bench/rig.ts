/** A real control plane, the controller and the simulated cloud, each in processes of their own, and what they use. */
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
import type { Usage } from "./controller.ts";
import { type ControllerProcess, startController } from "./controller-process.ts";

export interface Rig {
  readonly kube: Kube;
  readonly cache: WatchedCache;
  usage(): Promise<Used>;
  /** Rejects as soon as somebody stops the bench, or the controller ends by itself. */
  wait(ms: number): Promise<void>;
  stop(): Promise<void>;
}

export const namespace = "poolkeeper-system";

/** What was used up to now. */
export interface Used extends Usage {
  readonly at: number;
  readonly cloudCpuMs: number;
  readonly apiServerCpuMs: number;
}

export interface Wishes {
  /** Where the controller leaves a CPU profile when it ends; null for none. */
  readonly profileDir: string | null;
  /** Told when somebody stops the bench: what was started is then ended in good order. */
  readonly signal: AbortSignal;
}

export async function startRig({ profileDir, signal }: Wishes): Promise<Rig> {
  const dataDir = mkdtempSync(path.join(tmpdir(), "pk-bench-"));
  const stops: (() => Promise<void>)[] = [async () => rmSync(dataDir, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).toReversed()) await one();
  };
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
    const controller = await startController({
      kubeconfig: plane.kubeconfigPath,
      namespace,
      profileDir,
      instancesFile: null,
    });
    stops.push(controller.stop);
    const wait = (ms: number): Promise<void> =>
      Promise.race([setTimeout(ms, undefined, { signal }), controller.lost]);
    return { kube, cache, usage: () => usageOf(controller, plane), wait, stop };
  } catch (error) {
    await stop();
    throw error;
  }
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
