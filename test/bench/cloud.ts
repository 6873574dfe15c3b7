/** The simulated cloud and its kubelets in a process of their own. It ends with whoever started it. */
import { createCache } from "../../src/kube/cache.ts";
import { createKube } from "../../src/kube/client.ts";
import { loadConfig } from "../../src/kube/config.ts";
import { createTransport } from "../../src/kube/transport.ts";
import { realClock } from "../../src/ports/clock.ts";
import { PortError } from "../../src/ports/errors.ts";
import type { Provider } from "../../src/ports/provider.ts";
import { createSimulatorProvider } from "../../src/provider/simulator/provider.ts";
import type { SimulatorSettings } from "../../src/schema/provider.ts";
import { createCloud } from "../../src/sim/cloud/create.ts";
import { createKubelets } from "../../src/sim/kubelet/create.ts";
import { type CloudReply, type CloudRequest, cloudCalls } from "./remote-cloud.ts";

const [kubeconfig = "", region = "", settings = "{}"] = process.argv.slice(2);
const seed = 1;

async function main(): Promise<void> {
  const transport = createTransport({
    config: await loadConfig({ kubeconfig, env: {} }),
    clock: realClock,
    version: "bench",
    component: "simulator",
  });
  const kube = createKube(transport);
  const cache = createCache({ transport, clock: realClock, kinds: ["Node", "Pod"] });
  cache.start();
  await cache.waitSynced(60_000);
  const cloud = createCloud({
    clock: realClock,
    region,
    settings: JSON.parse(settings) as SimulatorSettings,
    seed,
  });
  const kubelets = createKubelets({ kube, cache, cloud, clock: realClock, seed });
  kubelets.start();
  const provider = createSimulatorProvider(cloud);
  process.on("message", (message) => void answer(provider, message as CloudRequest));
  process.on("disconnect", () => process.exit(0));
  provider.onChange(tellOfChanges());
  send({ kind: "Ready", capabilities: provider.capabilities });
}

async function answer(provider: Provider, { id, call, args }: CloudRequest): Promise<void> {
  if (!cloudCalls.includes(call)) return;
  try {
    const result: unknown = await Reflect.apply(provider[call], provider, [...args]);
    send({ kind: "Result", id, result });
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    send({ kind: "Error", id, error: { kind: error.kind, message: error.message } });
  }
}

/** A cloud's event stream gathers: a hundred changes of one moment are one message. */
function tellOfChanges(): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      send({ kind: "Changed" });
    }, 20);
  };
}

function send(reply: CloudReply): void {
  if (process.connected) process.send?.(reply);
}

await main();
