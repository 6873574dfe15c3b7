/** The open providers: one adapter and one list of instances per InfrastructureProvider object. */
import { canonical } from "../core/hash.ts";
import type { Capabilities, ProviderView } from "../core/model.ts";
import type { Clock } from "../ports/clock.ts";
import { keyOf, type KubeCache } from "../ports/kube.ts";
import { limited } from "../ports/limited.ts";
import type { Provider } from "../ports/provider.ts";
import type { InfrastructureProviderObject } from "../schema/provider.ts";
import { createInstances, type Instances } from "./instances.ts";

export interface OpenProvider {
  readonly provider: Provider;
  readonly instances: Instances;
}

export interface Providers {
  /** The open provider of a pool, or null while it does not exist or cannot be opened. */
  find(namespace: string, name: string): OpenProvider | null;
  all(): readonly OpenProvider[];
  /** Opens what is new, and what was edited or replaced anew; closes what is gone. Returns why it could not be opened, or null. */
  open(key: string): Promise<string | null>;
  view(namespace: string, name: string): ProviderView;
  stop(): Promise<void>;
}

export interface ProvidersDeps {
  readonly cache: KubeCache;
  readonly clock: Clock;
  readonly clusterUid: string;
  readonly connect: (object: InfrastructureProviderObject) => Promise<Provider>;
  /** With the names of the pools that are concerned; null for all of the provider's. */
  readonly onChange: (providerKey: string, pools: ReadonlySet<string> | null) => void;
}

const noCapabilities: Capabilities = {
  restartService: false,
  replaceSystemDisk: false,
  subscription: false,
  joinsWithToken: false,
  initializesNodes: false,
};

export function createProviders(deps: ProvidersDeps): Providers {
  const open = new Map<string, Opened>();
  const problems = new Map<string, string>();

  const close = async (key: string): Promise<void> => {
    const found = open.get(key);
    open.delete(key);
    problems.delete(key);
    found?.instances.stop();
    await found?.provider.close();
  };

  const openOne = async (object: InfrastructureProviderObject): Promise<void> => {
    const key = keyOf(object);
    const provider = limited(await deps.connect(object), deps.clock);
    const instances = createInstances({
      provider,
      clusterUid: deps.clusterUid,
      clock: deps.clock,
      onChange: (pools) => deps.onChange(key, pools),
    });
    open.set(key, { provider, instances, origin: originOf(object) });
    instances.start();
  };

  const openOnce = async (key: string): Promise<string | null> => {
    const object = deps.cache.get("InfrastructureProvider", key);
    const found = open.get(key);
    const isOther = object !== undefined && found !== undefined && found.origin !== originOf(object);
    if (object === undefined || isOther) await close(key);
    if (object === undefined || open.has(key)) return null;
    try {
      await openOne(object);
      problems.delete(key);
      return null;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      problems.set(key, message);
      return message;
    }
  };

  return {
    find: (namespace, name) => open.get(`${namespace}/${name}`) ?? null,
    all: () => [...open.values()],
    open: openOnce,
    view: (namespace, name) => {
      const key = `${namespace}/${name}`;
      return viewOf(deps.cache.get("InfrastructureProvider", key), {
        key,
        name,
        found: open.get(key),
        problem: problems.get(key),
      });
    },
    stop: async () => {
      await Promise.all([...open.keys()].map(close));
    },
  };
}

interface Opened extends OpenProvider {
  readonly origin: string;
}

/** What an adapter is opened with. The simulated cloud follows its settings as it runs. */
function originOf({ metadata, spec }: InfrastructureProviderObject): string {
  const { simulator: _settings, ...rest } = spec;
  return canonical({ uid: metadata.uid, ...rest });
}

interface Known {
  readonly key: string;
  readonly name: string;
  readonly found: OpenProvider | undefined;
  readonly problem: string | undefined;
}

function viewOf(
  object: InfrastructureProviderObject | undefined,
  { key, name, found, problem }: Known,
): ProviderView {
  const isListComplete = found?.instances.isComplete() ?? false;
  const capabilities = found?.provider.capabilities ?? noCapabilities;
  if (object === undefined) {
    const [namespace = ""] = key.split("/");
    const message = `InfrastructureProvider ${key} does not exist: kubectl -n ${namespace} get infra`;
    return { name, region: "", catalogue: null, isListComplete, message, capabilities };
  }
  const message = problem ?? found?.instances.problem() ?? "not opened yet";
  return {
    name,
    region: object.spec.region,
    catalogue: object.status?.catalogue ?? null,
    isListComplete,
    message,
    capabilities,
  };
}
