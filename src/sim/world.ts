/** One small world on a virtual clock: API, neighbours, cloud, kubelets and the real controller. Deterministic by its seed. */
import { watchedKinds } from "../controller/interest.ts";
import { type Controller, createController } from "../controller/controller.ts";
import type { PassReport } from "../controller/loop.ts";
import type { Announcement } from "../core/announce.ts";
import type { Kind, Kube, ObjectOf, PassingCache } from "../ports/kube.ts";
import type { Provider } from "../ports/provider.ts";
import { customResourceDefinitions } from "../schema/crd.ts";
import type { SimulatorSettings } from "../schema/provider.ts";
import { createSimCache, type SimCache } from "./api/cache.ts";
import { createSimKube } from "./api/port.ts";
import { type ApiServer, createApiServer } from "./api/server.ts";
import { createVirtualClock, type VirtualClock } from "./clock.ts";
import { type Cloud, createCloud } from "./cloud/create.ts";
import { createKubelets } from "./kubelet/create.ts";
import { createNeighbours } from "./neighbours/create.ts";

export interface World {
  readonly clock: VirtualClock;
  readonly server: ApiServer;
  /** A person's hand on the API. */
  readonly kube: Kube;
  readonly cache: SimCache;
  readonly cloud: Cloud;
  /** The controller dies at once, whatever it is doing, and nothing of its memory is kept. */
  kill(): void;
  /** A new controller with an empty memory. */
  boot(): void;
  /** Another controller beside the first, with ports of its own. It decides nothing before it believes to lead. */
  standBy(ports?: Partial<Pick<WorldOptions, "connect" | "wrap" | "onPass">>): Standby;
  list<K extends Kind>(kind: K): readonly ObjectOf<K>[];
  stop(): Promise<void>;
}

export interface Standby {
  /** Its view, which can be told to lag. */
  readonly cache: SimCache;
  lead(): void;
  /** Dies at once, as `kill` has it. */
  end(): void;
}

export interface WorldOptions {
  readonly seed: number;
  /** Where the virtual wall clock begins. */
  readonly startAt: number;
  readonly settings?: SimulatorSettings;
  /** The adapter of the cloud; `src/sim` knows no provider. */
  readonly connect: (cloud: Cloud) => Provider;
  readonly onPass?: (pass: PassReport) => void;
  readonly onError?: (key: string, error: unknown) => void;
  readonly announce?: (announcement: Announcement) => void;
  readonly serverVersion?: string;
  /** Wraps the controller's own port, to count, delay or refuse its calls. */
  readonly wrap?: (kube: Kube) => Kube;
}

export const worldNamespace = "poolkeeper-system";
export const worldRegion = "cn-hangzhou";

export async function createWorld(options: WorldOptions): Promise<World> {
  const clock = createVirtualClock(options.startAt);
  const server = createApiServer({ clock, seed: options.seed });
  const kube = createSimKube(server);
  for (const definition of customResourceDefinitions())
    await kube.create("CustomResourceDefinition", definition);
  await kube.create("Namespace", { apiVersion: "v1", kind: "Namespace", metadata: { name: worldNamespace } });
  const settings = options.settings ?? {};
  await kube.create("InfrastructureProvider", {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "InfrastructureProvider",
    metadata: { name: "simulator", namespace: worldNamespace },
    spec: { type: "simulator", region: worldRegion, simulator: settings },
  });
  const neighbours = createNeighbours(server, clock);
  const cloud = createCloud({ clock, region: worldRegion, settings, seed: options.seed });
  const cache = createSimCache(server, watchedKinds);
  const kubelets = createKubelets({ kube, cache, cloud, clock, seed: options.seed });
  neighbours.start();
  kubelets.start();
  let lives = 0;
  const nextIdentity = (): string => `controller-${++lives}`;
  const parts = { options, server, cloud, clock, nextIdentity };
  let life = startLife(parts);
  const others: Standby[] = [];
  return {
    clock,
    server,
    kube,
    cache,
    cloud,
    kill: () => life.end(),
    boot: () => {
      life.end();
      life = startLife(parts);
    },
    standBy: (ports = {}) => {
      const other = prepareLife({ ...parts, options: { ...options, ...ports } });
      others.push(other);
      return other;
    },
    list: (kind) => cache.list(kind),
    stop: async () => {
      for (const { end } of [life, ...others]) end();
      await kubelets.stop();
      neighbours.stop();
      await cloud.close();
      cache.stop();
    },
  };
}

interface LifeParts {
  readonly options: WorldOptions;
  readonly server: ApiServer;
  readonly cloud: Cloud;
  readonly clock: VirtualClock;
  readonly nextIdentity: () => string;
}

function startLife(parts: LifeParts): Standby {
  const life = prepareLife(parts);
  life.lead();
  return life;
}

/** One life of a controller. Ending it is a crash: calls in flight are never answered, and nothing further is sent. */
function prepareLife({ options, server, cloud, clock, nextIdentity }: LifeParts): Standby {
  let isAlive = true;
  const cache = createSimCache(server, watchedKinds);
  const kube = mortal(options.wrap?.(createSimKube(server)) ?? createSimKube(server), () => isAlive);
  const controller: Controller = createController({
    kube,
    cache,
    clock,
    namespace: worldNamespace,
    identity: nextIdentity(),
    clusterUid: "11111111-2222-3333-4444-555555555555",
    serverVersion: () => options.serverVersion ?? "v1.36.3",
    brake: () => null,
    connect: async () => mortal({ ...options.connect(cloud), close: async () => {} }, () => isAlive),
    entry: async () => ({ server: "https://192.0.2.1:6443", authorityPem: "the world's own authority" }),
    openRequests: () => passingCache(server),
    announce: (_about, announcement) => options.announce?.(announcement),
    onPass: (pass) => options.onPass?.(pass),
    onError: (key, error) => options.onError?.(key, error),
  });
  return {
    cache,
    lead: controller.start,
    end: () => {
      if (!isAlive) return;
      isAlive = false;
      cache.stop();
    },
  };
}

function passingCache(server: ApiServer): PassingCache {
  const cache = createSimCache(server, ["CertificateSigningRequest"]);
  return { ...cache, start: () => {}, stop: async () => cache.stop() };
}

/** The same port, until its owner dies: then calls go nowhere and answers never come. */
function mortal<Port extends object>(port: Port, isAlive: () => boolean): Port {
  const never = new Promise<never>(() => {});
  const wrapped = Object.entries(port).map(([name, member]): [string, unknown] => {
    if (typeof member !== "function") return [name, member];
    return [
      name,
      (...args: readonly unknown[]) => {
        if (!isAlive()) return never;
        const answer: unknown = Reflect.apply(member, port, args);
        if (!(answer instanceof Promise)) return answer;
        return answer.then(
          (value: unknown) => (isAlive() ? value : never),
          (error: unknown) => (isAlive() ? Promise.reject(error) : never),
        );
      },
    ];
  });
  return Object.fromEntries(wrapped) as Port;
}
