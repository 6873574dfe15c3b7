/** A small world for kubelet tests: a clock, an API server, a cloud and its kubelets, and nothing that schedules. */
import assert from "node:assert/strict";
import type { Kube } from "../../ports/kube.ts";
import type { NodeObject, PodObject } from "../../schema/kubernetes.ts";
import { createSimCache } from "../api/cache.ts";
import { createSimKube } from "../api/port.ts";
import { createApiServer } from "../api/server.ts";
import { createVirtualClock } from "../clock.ts";
import { createCloud } from "../cloud/create.ts";
import { aBootstrap, aReplacement, aRequest } from "../cloud/testing.ts";
import { createKubelets } from "./create.ts";

/** Called before each request of the kubelets, as "patch Node" and the like; what it throws is the answer. */
export type Hook = (request: string) => void | Promise<void>;

export function aWorld(hook: Hook = () => {}) {
  const clock = createVirtualClock(Date.parse("2026-03-02T10:00:00Z"));
  const server = createApiServer({ clock, seed: 1 });
  const kube = createSimKube(server);
  const cache = createSimCache(server, ["Node", "Pod"]);
  const cloud = createCloud({ clock, region: "cn-hangzhou", settings: { jitterPercent: 0 }, seed: 1 });
  const lines: string[] = [];
  const newKubelets = () =>
    createKubelets({
      kube: hooked(kube, hook),
      cache,
      cloud,
      clock,
      seed: 1,
      log: (line) => lines.push(line),
    });
  const kubelets = newKubelets();
  kubelets.start();

  let instances = 0;
  /** An instance whose node is up, if nothing keeps it from that. */
  const join = async (
    bootstrap: Parameters<typeof aBootstrap>[0] = {},
    request: Parameters<typeof aRequest>[0] = {},
  ) => {
    instances += 1;
    const { id } = await cloud.calls.create(`token-${instances}`, aRequest(request), aBootstrap(bootstrap));
    await clock.advance(26_000);
    return { id, name: `cn-hangzhou.${id}` };
  };
  const replaceDisk = async (id: string): Promise<void> => {
    await cloud.calls.stop(id);
    await clock.advance(5_000);
    await cloud.calls.replaceSystemDisk(id, aReplacement());
    await clock.advance(10_000);
    await cloud.calls.start(id);
    await clock.advance(25_000);
  };
  return { clock, kube, cache, cloud, kubelets, newKubelets, lines, join, replaceDisk, ...views(kube) };
}

function hooked(kube: Kube, hook: Hook): Kube {
  return {
    ...kube,
    get: async (kind, ref) => {
      await hook(`get ${kind}`);
      return kube.get(kind, ref);
    },
    create: async (kind, object) => {
      await hook(`create ${kind}`);
      return kube.create(kind, object);
    },
    patch: async (kind, ref, patch) => {
      await hook(`patch ${kind}`);
      return kube.patch(kind, ref, patch);
    },
    delete: async (kind, ref, options) => {
      await hook(`delete ${kind}`);
      return kube.delete(kind, ref, options);
    },
  };
}

function views(kube: Kube) {
  const node = (name: string): Promise<NodeObject> => kube.get("Node", { name });
  return {
    node,
    ready: async (name: string) => conditionOf(await node(name), "Ready"),
    pod: (name: string): Promise<PodObject> => kube.get("Pod", { namespace: "default", name }),
    createPod: (nodeName: string, name: string, annotations: Readonly<Record<string, string>> = {}) =>
      kube.create("Pod", aPod(nodeName, name, annotations)),
    annotate: (name: string, fault: string) => {
      const body = { metadata: { annotations: { "poolkeeper.dev/sim-fault": fault } } };
      return kube.patch("Node", { name }, { type: "merge", body });
    },
  };
}

function aPod(nodeName: string, name: string, annotations: Readonly<Record<string, string>>): PodObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "default", name, annotations },
    spec: { nodeName, containers: [{ name: "main", image: "registry/app:1" }] },
  };
}

export function conditionOf(object: NodeObject | PodObject, type: string): string | undefined {
  const conditions = object.status?.conditions ?? [];
  assert.ok(conditions.filter((condition) => condition.type === type).length <= 1, `${type} is there twice`);
  return conditions.find((condition) => condition.type === type)?.status;
}
