/** Simulated clouds inside this process: one per InfrastructureProvider of type simulator, kept in the data directory. */
import { join } from "node:path";
import type { Clock } from "../ports/clock.ts";
import { PortError } from "../ports/errors.ts";
import type { Kube, KubeCache } from "../ports/kube.ts";
import type { Provider } from "../ports/provider.ts";
import { openFileStore } from "../provider/simulator/file-store.ts";
import { createSimulatorProvider } from "../provider/simulator/provider.ts";
import type { InfrastructureProviderObject } from "../schema/provider.ts";
import { type Cloud, createCloud } from "../sim/cloud/create.ts";
import { createKubelets, type Kubelets } from "../sim/kubelet/create.ts";

export interface SimulatorDeps {
  readonly kube: Kube;
  readonly cache: KubeCache;
  readonly clock: Clock;
  /** Null keeps the instances in memory only. */
  readonly dataDir: string | null;
  readonly log: (line: string) => void;
}

export interface Simulators {
  connect(object: InfrastructureProviderObject): Promise<Provider>;
  stop(): Promise<void>;
}

interface Running {
  readonly cloud: Cloud;
  readonly kubelets: Kubelets;
}

export function createSimulators(deps: SimulatorDeps): Simulators {
  const running = new Map<string, Running>();
  return {
    connect: async (object) => {
      const { type } = object.spec;
      if (type !== "simulator") {
        const message = `InfrastructureProvider ${object.metadata.name} has type ${type}, which this version does not offer yet: use type simulator`;
        throw new PortError({ kind: "Invalid", message });
      }
      const started = await startSimulator(object, deps);
      running.set(object.metadata.name, started);
      return createSimulatorProvider(started.cloud);
    },
    stop: async () => {
      for (const { kubelets, cloud } of running.values()) {
        await kubelets.stop();
        await cloud.close();
      }
    },
  };
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
  return { cloud, kubelets };
}
