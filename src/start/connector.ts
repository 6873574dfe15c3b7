/** Opens the adapter of an InfrastructureProvider by its type: the one place that knows which types there are. */
import { PortError } from "../ports/errors.ts";
import type { Provider } from "../ports/provider.ts";
import type { InfrastructureProviderObject } from "../schema/provider.ts";
import { createSimulators, type SimulatorDeps } from "./simulator.ts";

export interface Connector {
  connect(object: InfrastructureProviderObject): Promise<Provider>;
  stop(): Promise<void>;
}

export function createConnector(deps: SimulatorDeps): Connector {
  const simulators = createSimulators(deps);
  return {
    connect: async (object) => {
      const { name } = object.metadata;
      switch (object.spec.type) {
        case "simulator":
          return simulators.open(object);
        case "local":
        case "ecs":
          throw new PortError({
            kind: "Invalid",
            message: `InfrastructureProvider ${name} has type ${object.spec.type}, which this version does not offer yet: use type simulator`,
          });
      }
    },
    stop: simulators.stop,
  };
}
