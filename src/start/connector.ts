/** Opens the adapter of an InfrastructureProvider by its type: the one place that knows which types there are. */
import { imagesDir } from "../image/manifest.ts";
import { PortError } from "../ports/errors.ts";
import type { Provider } from "../ports/provider.ts";
import type { InfrastructureProviderObject } from "../schema/provider.ts";
import { createSimulators, type SimulatorDeps } from "./simulator.ts";

export interface ConnectorDeps extends SimulatorDeps {
  /** Ends openings that are under way. */
  readonly signal: AbortSignal;
}

export interface Connector {
  connect(object: InfrastructureProviderObject): Promise<Provider>;
  stop(): Promise<void>;
}

export function createConnector(deps: ConnectorDeps): Connector {
  const simulators = createSimulators(deps);
  return {
    connect: async (object) => {
      switch (object.spec.type) {
        case "simulator":
          return simulators.open(object);
        case "local":
          return openLocal(object, deps);
        case "ecs":
          throw refusal(object, "which this version does not offer yet; use type local or simulator");
      }
    },
    stop: simulators.stop,
  };
}

/** Loaded only where there are real machines. */
async function openLocal(object: InfrastructureProviderObject, deps: ConnectorDeps): Promise<Provider> {
  const { name } = object.metadata;
  const { region, local: settings = {} } = object.spec;
  const { dataDir, clock, log, signal } = deps;
  if (dataDir === null) {
    const why = "and the world in memory is no place for real machines; start with --cluster local, or with";
    throw refusal(object, `${why} --kubeconfig FILE`);
  }
  const { openLocalProvider } = await import("../provider/local/provider.ts");
  const images = imagesDir(process.env);
  return openLocalProvider({ name, region, settings, dataDir, imagesDir: images, clock, log, signal });
}

function refusal({ metadata, spec }: InfrastructureProviderObject, why: string): PortError {
  const message = `InfrastructureProvider ${metadata.name} has type ${spec.type}, ${why}`;
  return new PortError({ kind: "Invalid", message });
}
