/**
 * Pools on a real kube-apiserver: created, left alone for a minute, upgraded. For each of the three: how long it took
 * against the least it could take, how many requests, how much processor and memory the controller needed.
 */
import { loadavg } from "node:os";
import { draftOperation } from "../../src/core/intent/operation.ts";
import type { Machine } from "../../src/core/model.ts";
import { targetDisk } from "../../src/core/target.ts";
import { keyOf } from "../../src/ports/kube.ts";
import type { ManagedNodePoolObject } from "../../src/schema/pool.ts";
import { namespace, type Rig, startRig, type Used, type Wishes } from "./rig.ts";
import {
  createSeconds,
  imageOf,
  leastSeconds,
  poolSpec,
  rampSeconds,
  serverVersion,
  simulator,
} from "./shape.ts";
import { type Cell, table } from "./table.ts";

export interface Shape {
  readonly name: string;
  readonly pools: number;
  readonly machines: number;
  /** Nodes of one pool that may be away at once. */
  readonly parallel: number;
}

/** As `src/core/scale.ts` has it. */
const parallelCreations = 200;
const idleMs = 60_000;
const settleMs = 20_000;
const limitMs = 30 * 60_000;
export async function benchCluster(shape: Shape, wishes: Wishes): Promise<void> {
  const rig = await startRig(wishes);
  try {
    const { pools, machines } = shape;
    const rows: Phase[] = [];
    const during = async (
      phase: Omit<Phase, "before" | "after">,
      work: () => Promise<void>,
    ): Promise<void> => {
      const before = await rig.usage();
      await work();
      rows.push({ ...phase, before, after: await rig.usage() });
      console.log(
        `\n${shape.name} (load ${loadavg()
          .map((load) => load.toFixed(1))
          .join(" ")})`,
      );
      console.log(table([head, ...rows.map((row) => rowOf(row, shape))]));
    };
    await prepare(rig, shape);
    const rounds = Math.ceil(machines / parallelCreations);
    await during({ name: "create", leastSeconds: rounds * createSeconds, leastWrites: null }, () =>
      create(rig, shape),
    );
    await createPods(rig, shape);
    await rig.wait(settleMs);
    await during({ name: "idle", leastSeconds: null, leastWrites: null }, () => rig.wait(idleMs));
    await during({ name: "upgrade", leastSeconds: leastSeconds(shape), leastWrites: 5 }, () =>
      upgrade(rig, shape),
    );
    console.log(requestTable(rows, pools * machines));
    const best = (leastSeconds(shape) / rampSeconds(shape)).toFixed(2);
    console.log(
      `\nGrowing batches alone make the upgrade last ${rampSeconds(shape)} s: E is at most ${best}.`,
    );
  } finally {
    await rig.stop();
  }
}

interface Phase {
  readonly name: string;
  readonly leastSeconds: number | null;
  /** Of one node, without its pods' evictions. */
  readonly leastWrites: number | null;
  readonly before: Used;
  readonly after: Used;
}

const head = [
  "phase",
  "s",
  "least s",
  "E",
  "reads/node",
  "writes/node",
  "R",
  "req/min",
  "CPU s",
  "CPU %",
  "RSS MB",
  "heap MB",
  "block ms",
  "passes/s",
  "decide ms",
  "failed",
  "cloud CPU s",
  "API CPU s",
];

function rowOf({ name, leastSeconds, leastWrites, before, after }: Phase, shape: Shape): readonly Cell[] {
  const nodes = shape.pools * shape.machines;
  const seconds = (after.at - before.at) / 1000;
  const cpuSeconds = (after.cpuMs - before.cpuMs) / 1000;
  const passes = after.passes - before.passes;
  const counts = countsBetween(before, after);
  const writes = sum(counts, isWrite);
  const evictions = counts["evict Pod"] ?? 0;
  return [
    name,
    seconds,
    leastSeconds,
    leastSeconds === null ? null : leastSeconds / seconds,
    (sum(counts, () => true) - writes) / nodes,
    writes / nodes,
    leastWrites === null ? null : writes / (nodes * leastWrites + evictions),
    (sum(counts, () => true) / seconds) * 60,
    cpuSeconds,
    (cpuSeconds / seconds) * 100,
    after.rssMb,
    after.heapMb,
    after.longestBlockMs,
    passes / seconds,
    passes === 0 ? 0 : (after.decideMs - before.decideMs) / passes,
    after.failures - before.failures,
    (after.cloudCpuMs - before.cloudCpuMs) / 1000,
    (after.apiServerCpuMs - before.apiServerCpuMs) / 1000,
  ];
}

type Counts = Readonly<Record<string, number>>;

function countsBetween(before: Used, after: Used): Counts {
  return Object.fromEntries(
    Object.entries(after.requests).map(([key, count]) => [key, count - (before.requests[key] ?? 0)]),
  );
}

function sum(counts: Counts, isCounted: (key: string) => boolean): number {
  return Object.entries(counts).reduce((total, [key, count]) => total + (isCounted(key) ? count : 0), 0);
}

function isWrite(key: string): boolean {
  return !/^(get|list|watch) /.test(key);
}

function requestTable(phases: readonly Phase[], nodes: number): string {
  const counts = phases.map(({ before, after }) => countsBetween(before, after));
  const keys = [...new Set(counts.flatMap(Object.keys))].filter((key) =>
    counts.some((each) => (each[key] ?? 0) > 0),
  );
  const rows = keys.toSorted().map((key) => [key, ...counts.map((each) => (each[key] ?? 0) / nodes)]);
  return `\nrequests per node\n${table([["request", ...phases.map(({ name }) => name)], ...rows])}`;
}

async function prepare(rig: Rig, { parallel }: Shape): Promise<void> {
  const { kube, cache } = rig;
  await kube.create("InfrastructureProvider", {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "InfrastructureProvider",
    metadata: { name: "simulator", namespace },
    spec: { type: "simulator", region: "cn-hangzhou", simulator },
  });
  await until(rig, "the provider's catalogue", () =>
    cache.list("InfrastructureProvider").some(({ status }) => status?.catalogue !== undefined),
  );
  if (parallel > 100) throw new Error("maxParallel is at most 100");
}

async function create(rig: Rig, { pools, machines, parallel }: Shape): Promise<void> {
  const { kube, cache } = rig;
  for (let number = 1; number <= pools; number++) {
    await kube.create("ManagedNodePool", {
      apiVersion: "poolkeeper.dev/v1alpha1",
      kind: "ManagedNodePool",
      metadata: { name: `p${number}`, namespace },
      spec: poolSpec({ machines, parallel }),
    });
  }
  await until(rig, "every pool to be Active", () => {
    const found = cache.list("ManagedNodePool");
    return found.length === pools && found.every(({ status }) => status?.summary === "Active");
  });
}

/** One pod for five nodes, in twenty workloads with budgets that let a tenth go. */
async function createPods(rig: Rig, { pools, machines }: Shape): Promise<void> {
  const { kube, cache } = rig;
  const workloads = 20;
  const replicas = Math.ceil((pools * machines) / 5 / workloads);
  for (let number = 1; number <= workloads; number++) {
    const app = `app-${number}`;
    const selector = { matchLabels: { app } };
    const containers = [{ name: "app", image: "app:1", resources: { requests: { cpu: "10m" } } }];
    const template = { metadata: { labels: { app } }, spec: { containers } };
    await kube.create("Deployment", {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: app, namespace: "default" },
      spec: { replicas, selector, template },
    } as Parameters<typeof kube.create<"Deployment">>[1]);
    await kube.create("PodDisruptionBudget", {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: app, namespace: "default" },
      spec: { maxUnavailable: "10%", selector },
    });
  }
  await until(rig, "the pods to run", () => {
    const pods = cache.list("Pod").filter(({ metadata }) => metadata.namespace === "default");
    return pods.length >= workloads * replicas && pods.every(({ status }) => status?.phase === "Running");
  });
}

/** The new image in every template, and an upgrade of all of the pool's machines, at once. */
async function upgrade(rig: Rig, { pools }: Shape): Promise<void> {
  const { kube, cache } = rig;
  const image = imageOf("new");
  const [provider] = cache.list("InfrastructureProvider");
  const catalogue = provider?.status?.catalogue ?? null;
  for (const pool of cache.list("ManagedNodePool")) {
    const template = { ...pool.spec.template, image };
    const target = targetDisk(template, { name: "simulator", catalogue }, { serverVersion });
    if (!target.ok) throw new Error(`no target: ${target.reason}`);
    const ref = { namespace, name: pool.metadata.name };
    await kube.patch("ManagedNodePool", ref, {
      type: "merge",
      body: { spec: { template: { image } } },
    });
    const operation = draftOperation(
      pool,
      { by: "bench", suffix: "1" },
      { kind: "Upgrade", machines: machinesOf(rig, pool), options: { when: "Now" }, target: target.disk },
    );
    await kube.create("NodeOperation", operation);
  }
  await until(rig, "every upgrade to end", () => {
    const found = cache.list("NodeOperation").filter(({ spec }) => spec.kind === "Upgrade");
    return found.length === pools && found.every(({ status }) => status?.finishedTime !== undefined);
  });
  const bad = cache.list("NodeOperation").filter(({ status }) => status?.phase !== "Succeeded");
  if (bad.length > 0) console.log(`not succeeded: ${bad.map(keyOf).join(", ")}`);
}

function machinesOf({ cache }: Rig, pool: ManagedNodePoolObject): readonly Machine[] {
  return cache
    .byIndex("ManagedMachine", "pool", keyOf(pool))
    .map((record) => ({ record, instance: null, node: null, pods: [], diagnosis: null }));
}

async function until({ wait }: Rig, what: string, isMet: () => boolean): Promise<void> {
  const startedAt = performance.now();
  while (!isMet()) {
    if (performance.now() - startedAt > limitMs) throw new Error(`waited half an hour for ${what}`);
    await wait(100);
  }
}
