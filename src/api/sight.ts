/** One pool with everything a preview looks at, from the watched caches: what the command line reads with lists. */
import type { Surroundings } from "../core/intent/check.ts";
import type { Sight } from "../core/intent/departure.ts";
import { blindCluster, providerOf, windowName, windowOf } from "../core/intent/sight.ts";
import { type NodeRoom, roomsOf } from "../core/drain-preview.ts";
import type { Machine } from "../core/model.ts";
import { budgetOf, nodeOf, podOf } from "../core/view.ts";
import { keyOf } from "../ports/kube.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import { operationsOf, recordsOf } from "./read.ts";
import type { World } from "./world.ts";

/**
 * How far is looked: at the records alone, at the pods on the pool's nodes too, or at the room on all other nodes as well.
 * The last one touches every pod of the cluster.
 */
export type Ground = "None" | "OwnPods" | "Whole";

export function sightOf(world: World, pool: ManagedNodePoolObject, ground: Ground): Sight {
  const { cache } = world;
  const { namespace = "" } = pool.metadata;
  const machines = recordsOf(world, pool).map((record) => machineOf(world, record, ground));
  const window = windowName(pool);
  const provider = cache.get("InfrastructureProvider", `${namespace}/${pool.spec.providerRef.name}`);
  const look = world.lastLook(keyOf(pool));
  const isOfPool = look?.snapshot.provider.name === pool.spec.providerRef.name;
  return {
    pool,
    machines,
    operations: operationsOf(world, pool),
    window: windowOf(
      pool,
      window === null ? undefined : cache.get("MaintenanceWindow", `${namespace}/${window}`),
    ),
    provider: look !== null && isOfPool ? look.snapshot.provider : providerOf(pool, provider),
    budgets: ground !== "None" ? cache.list("PodDisruptionBudget").map(budgetOf) : [],
    workloads: new Map(),
    cluster: { ...blindCluster, serverVersion: world.serverVersion(), nodes: cache.list("Node").length },
    outcomes: new Map(),
    evictions: new Map(),
    elsewhere: ground === "Whole" ? roomsElsewhere(world, machines) : null,
  };
}

function machineOf({ cache }: World, record: ManagedMachineObject, ground: Ground): Machine {
  const nodeName = record.status?.nodeName;
  const node = nodeName === undefined || ground === "None" ? undefined : cache.get("Node", nodeName);
  return {
    record,
    instance: null,
    diagnosis: null,
    node: node === undefined ? null : nodeOf(node),
    pods: node === undefined ? [] : cache.byIndex("Pod", "node", node.metadata.name).map(podOf),
  };
}

function roomsElsewhere({ cache }: World, machines: readonly Machine[]): readonly NodeRoom[] {
  const own = new Set(machines.flatMap(({ node }) => (node === null ? [] : [node.name])));
  const others = cache.list("Node").filter(({ metadata }) => !own.has(metadata.name));
  return roomsOf(
    others.map((node) => ({
      node: nodeOf(node),
      pods: cache.byIndex("Pod", "node", node.metadata.name).map(podOf),
    })),
  );
}

/** What a pool's spec is checked against. */
export function surroundingsOf({ cache, serverVersion }: World): Surroundings {
  return {
    providers: cache.list("InfrastructureProvider"),
    windows: cache.list("MaintenanceWindow").map(({ metadata }) => metadata.name),
    pools: cache.list("ManagedNodePool").map(({ metadata }) => metadata.name),
    serverVersion: serverVersion(),
  };
}
