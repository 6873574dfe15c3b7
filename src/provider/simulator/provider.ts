/** The provider port on the simulated cloud. */
import type { Provider } from "../../ports/provider.ts";
import type { Cloud } from "../../sim/cloud/create.ts";
import { recordToInstance } from "./map.ts";

export function createSimulatorProvider(cloud: Cloud): Provider {
  const { calls } = cloud;
  return {
    ...calls,
    capabilities: {
      restartService: true,
      replaceSystemDisk: true,
      subscription: true,
      joinsWithToken: false,
      initializesNodes: false,
    },
    list: async (clusterUid) => (await calls.list(clusterUid)).map(recordToInstance),
    // Nothing runs it here, and what may be a secret is not kept for nothing.
    create: async (clientToken, request, bootstrap) =>
      recordToInstance(await calls.create(clientToken, request, { ...bootstrap, userData: null })),
    replaceSystemDisk: (id, { bootstrap, ...rest }) =>
      calls.replaceSystemDisk(id, { ...rest, bootstrap: { ...bootstrap, userData: null } }),
    joined: async () => {},
    diagnosis: async () => null,
    onChange: (changed) => cloud.onListChange(changed),
    close: () => cloud.close(),
  };
}
