/** A cluster for tests of the neighbours: nodes that beat, and pods that start and stop as a kubelet would have it. */
import { type JsonObject, microTimestamp, type Stored, stringAt } from "../api/json.ts";
import { aWorld, ready, type TestWorld } from "../api/testing.ts";
import { createNeighbours } from "./create.ts";

export interface Cluster extends TestWorld {
  readonly node: (name: string, options?: NodeOptions) => Stored;
  /** The node's kubelet falls silent. */
  readonly silence: (name: string) => void;
  readonly deployment: (name: string, replicas: number, pod?: JsonObject) => Stored;
  readonly pods: () => readonly Stored[];
  /** Replaces part of an object, as `kubectl patch --type merge` does. */
  readonly patch: (store: string, key: string, body: JsonObject, subresource?: string) => void;
  readonly stop: () => void;
}

export interface NodeOptions {
  readonly cpu?: string;
  readonly spec?: JsonObject;
  readonly labels?: { readonly [key: string]: string };
}

const startMs = 2_000;
const stopMs = 1_000;
const beatMs = 10_000;

export function aCluster(): Cluster {
  const world = aWorld();
  const { clock, server, ask, make } = world;
  const silent = new Set<string>();
  const neighbours = createNeighbours(server, clock);
  neighbours.start();

  const patch: Cluster["patch"] = (store, key, body, subresource) => {
    const [namespace, name] = key.includes("/") ? key.split("/") : [undefined, key];
    const answer = ask("patch", store, { namespace, name, body, subresource, patchType: "merge" });
    if (answer.code >= 300) throw new Error(JSON.stringify(answer.body));
  };
  const beat = (name: string) => {
    if (silent.has(name) || world.get("nodes", name) === undefined) return;
    patch("leases.coordination.k8s.io", `kube-node-lease/${name}`, {
      spec: { renewTime: microTimestamp(clock.now()) },
    });
    clock.after(beatMs, () => beat(name));
  };
  playPods(world, (node) => silent.has(node));

  return {
    ...world,
    patch,
    node: (name, options = {}) => {
      const { cpu = "4", spec = {}, labels = {} } = options;
      const allocatable = { cpu, memory: "8Gi", pods: "110" };
      const made = make("nodes", {
        metadata: { name, labels },
        spec,
        status: { allocatable, conditions: ready() },
      });
      const lease = { metadata: { name, namespace: "kube-node-lease" }, spec: { holderIdentity: name } };
      make("leases.coordination.k8s.io", lease);
      beat(name);
      return made;
    },
    silence: (name) => {
      silent.add(name);
    },
    deployment: (name, replicas, pod = {}) =>
      make("deployments.apps", {
        metadata: { name },
        spec: {
          replicas,
          selector: { matchLabels: { app: name } },
          template: {
            metadata: { labels: { app: name } },
            spec: { containers: [{ name: "c", image: "c:1" }], ...pod },
          },
        },
      }),
    pods: () => server.store.list("pods"),
    stop: neighbours.stop,
  };
}

/** Starts the pods of nodes that are not silent, and ends those that are told to go. */
export function playPods(
  { server, ask }: Pick<TestWorld, "server" | "ask">,
  isSilent: (node: string) => boolean,
): void {
  const { clock } = server;
  server.store.subscribe(({ store, type, object }) => {
    const node = stringAt(object, "spec", "nodeName") ?? "";
    if (store !== "pods" || type === "DELETED" || node === "" || isSilent(node)) return;
    const { name, namespace, deletionTimestamp } = object.metadata;
    if (deletionTimestamp !== undefined) {
      const options = { gracePeriodSeconds: 0 };
      clock.after(stopMs, () => ask("delete", "pods", { name, namespace, options }));
    } else if (stringAt(object, "status", "phase") === "Pending") {
      const body = { status: { phase: "Running", conditions: ready() } };
      const request = { name, namespace, subresource: "status", patchType: "merge", body } as const;
      clock.after(startMs, () => ask("patch", "pods", request));
    }
  });
}

export function nodesOf(pods: readonly Stored[]): readonly string[] {
  return pods.map((pod) => stringAt(pod, "spec", "nodeName") ?? "").toSorted((a, b) => a.localeCompare(b));
}
