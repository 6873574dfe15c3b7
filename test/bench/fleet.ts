/**
 * What 10,000 nodes with 100,000 pods cost the controller while nothing happens but their heartbeats. The API is the world
 * in memory behind the same wire, because no small machine can bear a real one with as many kubelets.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { stringify } from "yaml";
import { realClock } from "../../src/ports/clock.ts";
import type { Kube } from "../../src/ports/kube.ts";
import { customResourceDefinitions } from "../../src/schema/crd.ts";
import { serveApi } from "../../src/sim/api/http.ts";
import { createSimKube } from "../../src/sim/api/port.ts";
import { createApiServer } from "../../src/sim/api/server.ts";
import { startController } from "./controller-process.ts";
import {
  instanceOf,
  machineObject,
  machineStatus,
  nodeObject,
  nodeStatus,
  podObject,
  poolObject,
  region,
} from "./fleet-objects.ts";
import { namespace, type Wishes } from "./rig.ts";
import { table } from "./table.ts";

const pools = 10;
const machines = 1000;
export const podsPerNode = 10;
const settleMs = 30_000;
const idleMs = 60_000;
const heartbeatMs = 300_000;

export async function benchFleet({ profileDir, signal }: Wishes): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "pk-bench-"));
  const server = createApiServer({ clock: realClock, seed: 1 });
  const served = await serveApi(server, { port: 0, host: "127.0.0.1" });
  try {
    const kube = createSimKube(server);
    const instancesFile = path.join(folder, "instances.json");
    const nodes = await fill(kube, { instancesFile, podsPerNode });
    const kubeconfig = path.join(folder, "kubeconfig");
    writeFileSync(kubeconfig, stringify(kubeconfigOf(served.url)));
    const startedAt = performance.now();
    const controller = await startController({ kubeconfig, namespace, profileDir, instancesFile });
    try {
      const startSeconds = (performance.now() - startedAt) / 1000;
      const started = await controller.usage();
      await beat(kube, nodes, settleMs, signal);
      const before = await controller.usage();
      await beat(kube, nodes, idleMs, signal);
      const after = await controller.usage();
      const idleSeconds = idleMs / 1000;
      console.log(
        table([
          [
            "nodes",
            "pods",
            "start s",
            "start CPU s",
            "RSS MB",
            "heap MB",
            "peak RSS MB",
            "idle CPU %",
            "passes/min",
            "req/min",
            "block ms",
          ],
          [
            nodes.length,
            nodes.length * podsPerNode,
            startSeconds,
            started.cpuMs / 1000,
            after.rssMb,
            after.heapMb,
            after.peakRssMb,
            ((after.cpuMs - before.cpuMs) / 1000 / idleSeconds) * 100,
            ((after.passes - before.passes) / idleSeconds) * 60,
            ((sumOf(after.requests) - sumOf(before.requests)) / idleSeconds) * 60,
            after.longestBlockMs,
          ],
        ]),
      );
    } finally {
      await controller.stop();
    }
  } finally {
    await served.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function sumOf(requests: Readonly<Record<string, number>>): number {
  return Object.values(requests).reduce((sum, count) => sum + count, 0);
}

/** The names of the nodes; what the provider would list goes into the file. */
export interface Filling {
  readonly instancesFile: string;
  readonly podsPerNode: number;
}

export async function fill(kube: Kube, filling: Filling): Promise<readonly string[]> {
  for (const definition of customResourceDefinitions())
    await kube.create("CustomResourceDefinition", definition);
  await kube.create("Namespace", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  await kube.create("InfrastructureProvider", {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "InfrastructureProvider",
    metadata: { name: "simulator", namespace },
    spec: { type: "simulator", region },
  });
  const nodes: string[] = [];
  const instances = [];
  for (let number = 1; number <= pools; number++) {
    const pool = await kube.create("ManagedNodePool", poolObject(`p${number}`, machines));
    for (let index = 1; index <= machines; index++) {
      const node = await kube.create("Node", nodeObject(pool.metadata.name, index));
      const record = await kube.create("ManagedMachine", machineObject(pool, index));
      await kube.replace("ManagedMachine", { ...record, status: machineStatus(record, node) }, "status");
      instances.push(instanceOf(record));
      nodes.push(node.metadata.name);
      for (let pod = 0; pod < filling.podsPerNode; pod++) {
        await createPod(kube, node.metadata.name, nodes.length * filling.podsPerNode + pod);
      }
    }
  }
  writeFileSync(filling.instancesFile, JSON.stringify(instances));
  return nodes;
}

async function createPod(kube: Kube, node: string, number: number): Promise<void> {
  const pod = podObject(node, number);
  const { name, namespace: inside = "" } = pod.metadata;
  await kube.create("Pod", pod);
  const body = { status: pod.status };
  await kube.patch("Pod", { name, namespace: inside }, { type: "merge", subresource: "status", body });
}

/** Each node tells every five minutes that it lives, one after the other. */
async function beat(kube: Kube, nodes: readonly string[], forMs: number, signal: AbortSignal): Promise<void> {
  const gapMs = heartbeatMs / nodes.length;
  const startedAt = performance.now();
  for (let beats = 0; performance.now() - startedAt < forMs; beats++) {
    const dueAt = startedAt + beats * gapMs;
    if (dueAt > performance.now()) await setTimeout(dueAt - performance.now(), undefined, { signal });
    const name = nodes[beats % nodes.length] ?? "";
    const body = { status: nodeStatus(name, new Date().toISOString()) };
    await kube.patch("Node", { name }, { type: "merge", subresource: "status", body });
  }
}

function kubeconfigOf(server: string): object {
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "bench",
    clusters: [{ name: "bench", cluster: { server } }],
    users: [{ name: "bench", user: {} }],
    contexts: [{ name: "bench", context: { cluster: "bench", user: "bench", namespace } }],
  };
}
