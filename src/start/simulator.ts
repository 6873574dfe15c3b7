/** Simulated clouds inside this process: one per InfrastructureProvider of type simulator, kept in the data directory. */
import { join } from "node:path";
import type { Clock } from "../ports/clock.ts";
import { type Change, keyOf, type Kube, type KubeCache } from "../ports/kube.ts";
import type { Provider } from "../ports/provider.ts";
import { openFileStore } from "../provider/simulator/file-store.ts";
import { createSimulatorProvider } from "../provider/simulator/provider.ts";
import type { InfrastructureProviderObject } from "../schema/provider.ts";
import { type Cloud, createCloud } from "../sim/cloud/create.ts";
import { createKubelets } from "../sim/kubelet/create.ts";

export interface SimulatorDeps {
  readonly kube: Kube;
  readonly cache: KubeCache;
  readonly clock: Clock;
  /** Null keeps the instances in memory only. */
  readonly dataDir: string | null;
  readonly log: (line: string) => void;
}

export interface Simulators {
  open(object: InfrastructureProviderObject): Promise<Provider>;
  stop(): Promise<void>;
}

interface Running {
  readonly cloud: Cloud;
  stop(): Promise<void>;
}

export function createSimulators(deps: SimulatorDeps): Simulators {
  const running = new Map<string, Running>();
  const unsubscribe = deps.cache.onChange((change) => configure(running, change));
  const end = async (key: string): Promise<void> => {
    const found = running.get(key);
    running.delete(key);
    await found?.stop();
  };
  return {
    open: async (object) => {
      const key = keyOf(object);
      const started = await startSimulator(object, deps);
      running.set(key, started);
      return { ...createSimulatorProvider(started.cloud), close: () => end(key) };
    },
    stop: async () => {
      unsubscribe();
      await Promise.all([...running.keys()].map(end));
    },
  };
}

/** A person has edited the settings. The seed counts at the start only: names and chances that were drawn stay. */
function configure(running: ReadonlyMap<string, Running>, { kind, key, after }: Change): void {
  if (kind !== "InfrastructureProvider" || after === undefined) return;
  const { spec } = after as InfrastructureProviderObject;
  running.get(key)?.cloud.configure(spec.simulator ?? {});
}

async function startSimulator(
  { metadata, spec }: InfrastructureProviderObject,
  deps: SimulatorDeps,
): Promise<Running> {
  const { clock, dataDir, kube, cache, log } = deps;
  const store =
    dataDir === null
      ? null
      : await openFileStore(join(dataDir, "simulator", `${metadata.name}.jsonl`), spec.region);
  const seed = spec.simulator?.seed ?? 1;
  const cloud = createCloud({
    clock,
    region: spec.region,
    settings: spec.simulator ?? {},
    seed,
    ...(store === null ? {} : { store }),
  });
  const kubelets = createKubelets({ kube, cache, cloud, clock, seed, log });
  kubelets.start();
  const stop = async (): Promise<void> => {
    await kubelets.stop();
    await cloud.close();
  };
  return { cloud, stop };
}
