/**
 * How close an upgrade of one pool comes to the least time it could take, in virtual time: the real controller in a world
 * in memory, where answers take no time at all. What is lost here is lost to the order of its own steps.
 */
import { draftOperation } from "../../src/core/intent/operation.ts";
import { targetDisk } from "../../src/core/target.ts";
import type { Kube } from "../../src/ports/kube.ts";
import { createSimulatorProvider } from "../../src/provider/simulator/provider.ts";
import { createWorld, type World, worldNamespace } from "../../src/sim/world.ts";
import { imageOf, leastSeconds, poolSpec, rampSeconds, serverVersion, simulator } from "./shape.ts";
import { type Cell, table } from "./table.ts";

const shapes = [
  { machines: 100, parallel: 10 },
  { machines: 1000, parallel: 10 },
  { machines: 1000, parallel: 50 },
] as const;
type Shape = (typeof shapes)[number];

const head = [
  "nodes",
  "at once",
  "least s",
  "with batches s",
  "took s",
  "E",
  "E of batches",
  "writes/node",
  "passes/node",
  "real s",
];

export async function benchRoll(): Promise<void> {
  const rows: (readonly Cell[])[] = [];
  for (const shape of shapes) {
    console.error(`${shape.machines} nodes, ${shape.parallel} at once ...`);
    rows.push(await roll(shape));
  }
  console.log(table([head, ...rows]));
}

async function roll(shape: Shape): Promise<readonly Cell[]> {
  const counts = { writes: 0, passes: 0 };
  const world = await createWorld({
    seed: 1,
    startAt: Date.parse("2026-11-23T00:00:00Z"),
    settings: simulator,
    connect: createSimulatorProvider,
    onPass: () => {
      counts.passes += 1;
    },
    onError: (key, error) => console.error(key, error),
    wrap: (kube) => counting(kube, () => (counts.writes += 1)),
  });
  try {
    await createPool(world, shape);
    const before = { ...counts, at: world.clock.monotonic(), realAt: performance.now() };
    await upgrade(world);
    const seconds = (world.clock.monotonic() - before.at) / 1000;
    const { machines } = shape;
    return [
      machines,
      shape.parallel,
      leastSeconds(shape),
      rampSeconds(shape),
      seconds,
      leastSeconds(shape) / seconds,
      rampSeconds(shape) / seconds,
      (counts.writes - before.writes) / machines,
      (counts.passes - before.passes) / machines,
      (performance.now() - before.realAt) / 1000,
    ];
  } finally {
    await world.stop();
  }
}

function counting(kube: Kube, onWrite: () => void): Kube {
  const counted = <Args extends readonly unknown[], T>(
    send: (...args: Args) => T,
  ): ((...args: Args) => T) => {
    return (...args) => {
      onWrite();
      return send(...args);
    };
  };
  return {
    ...kube,
    create: counted(kube.create),
    replace: counted(kube.replace),
    patch: counted(kube.patch),
    delete: counted(kube.delete),
    evict: counted(kube.evict),
  } as Kube;
}

async function createPool({ kube, clock, list }: World, { machines, parallel }: Shape): Promise<void> {
  await kube.create("ManagedNodePool", {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "ManagedNodePool",
    metadata: { name: "p1", namespace: worldNamespace },
    spec: poolSpec({ machines, parallel }),
  });
  const isActive = await clock.runUntil(
    () => list("ManagedNodePool").some(({ status }) => status?.summary === "Active"),
    hourMs,
  );
  if (!isActive) throw new Error("the pool was not Active after an hour of virtual time");
  await clock.advance(30_000);
}

async function upgrade({ kube, clock, list }: World): Promise<void> {
  const [pool] = list("ManagedNodePool");
  const catalogue = list("InfrastructureProvider")[0]?.status?.catalogue ?? null;
  if (pool === undefined) throw new Error("the pool is gone");
  const image = imageOf("new");
  const template = { ...pool.spec.template, image };
  const target = targetDisk(template, { name: "simulator", catalogue }, { serverVersion });
  if (!target.ok) throw new Error(`no target: ${target.reason}`);
  const ref = { namespace: worldNamespace, name: pool.metadata.name };
  await kube.patch("ManagedNodePool", ref, { type: "merge", body: { spec: { template: { image } } } });
  const machines = list("ManagedMachine").map((record) => ({
    record,
    instance: null,
    node: null,
    pods: [],
    diagnosis: null,
  }));
  const draft = { kind: "Upgrade", machines, options: { when: "Now" }, target: target.disk } as const;
  await kube.create("NodeOperation", draftOperation(pool, { by: "bench", suffix: "1" }, draft));
  const isDone = await clock.runUntil(
    () => list("NodeOperation").some(({ status }) => status?.finishedTime !== undefined),
    10 * hourMs,
  );
  if (!isDone) throw new Error("the upgrade was not over after ten hours of virtual time");
}

const hourMs = 3_600_000;
