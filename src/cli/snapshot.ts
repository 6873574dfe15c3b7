/** One look at one pool through the API alone: what the core needs to foresee, without what only the controller remembers. */
import type { Sight } from "../core/intent/departure.ts";
import type { Surroundings } from "../core/intent/check.ts";
import { blindCluster, providerOf, windowName, windowOf } from "../core/intent/sight.ts";
import { type NodeRoom, roomsOf } from "../core/drain-preview.ts";
import type { Machine } from "../core/model.ts";
import { budgetOf, nodeOf, podOf } from "../core/view.ts";
import { isPortError } from "../ports/errors.ts";
import type { Kind, Kube, ObjectOf } from "../ports/kube.ts";
import type { KubeObject, NodeObject, PodDisruptionBudgetObject, PodObject } from "../schema/kubernetes.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import { machinesOf, operationsOf } from "./read.ts";
import type { Session } from "./session.ts";

/** What a pool's spec is checked against. */
export async function readSurroundings(session: Session): Promise<Surroundings> {
  const [kube, cluster] = [await session.kube(), await session.cluster()];
  const { namespace } = session;
  const [providers, windows, pools, serverVersion] = await Promise.all([
    kube.list("InfrastructureProvider", { namespace }),
    kube.list("MaintenanceWindow", { namespace }),
    kube.list("ManagedNodePool", { namespace }),
    cluster.serverVersion(),
  ]);
  return {
    providers: providers.items,
    windows: windows.items.map(({ metadata }) => metadata.name),
    pools: pools.items.map(({ metadata }) => metadata.name),
    serverVersion,
  };
}

/** The pool's records alone: enough where no node is emptied. */
export async function readRecords(session: Session, pool: ManagedNodePoolObject): Promise<Sight> {
  return await sightOf(session, pool, emptyGround);
}

/** With the pods on the pool's nodes, their budgets, and the room on all other nodes. */
export async function readSight(session: Session, pool: ManagedNodePoolObject): Promise<Sight> {
  return await sightOf(session, pool, await readGround(session));
}

/** What stands and runs in the cluster, whoever made it. */
interface Ground {
  readonly nodes: readonly NodeObject[];
  readonly pods: readonly PodObject[];
  readonly budgets: readonly PodDisruptionBudgetObject[];
  readonly isWhole: boolean;
}

const emptyGround: Ground = { nodes: [], pods: [], budgets: [], isWhole: false };

/** A person who may scale need not be allowed to see every pod; then less is foreseen, and that is said. */
async function readGround(session: Session): Promise<Ground> {
  const kube = await session.kube();
  const [nodes, pods, budgets] = await Promise.all([
    listAllowed(kube, "Node"),
    listAllowed(kube, "Pod"),
    listAllowed(kube, "PodDisruptionBudget"),
  ]);
  const isWhole = nodes !== null && pods !== null && budgets !== null;
  if (!isWhole) {
    const hidden = [
      nodes === null ? "nodes" : "",
      pods === null ? "pods" : "",
      budgets === null ? "budgets" : "",
    ];
    const names = hidden.filter((name) => name !== "").join(", ");
    session.terminal.err(
      `! You may not list ${names}, so what a drain does to the pods is not foreseen here.`,
    );
  }
  return { nodes: nodes ?? [], pods: pods ?? [], budgets: budgets ?? [], isWhole };
}

async function listAllowed<K extends Kind>(kube: Kube, kind: K): Promise<readonly ObjectOf<K>[] | null> {
  try {
    return (await kube.list(kind)).items;
  } catch (error) {
    if (isPortError(error, "Denied")) return null;
    throw error;
  }
}

async function sightOf(session: Session, pool: ManagedNodePoolObject, ground: Ground): Promise<Sight> {
  const cluster = await session.cluster();
  const { kube } = cluster;
  const { namespace = "" } = pool.metadata;
  const [records, operations, providers, windows, serverVersion] = await Promise.all([
    machinesOf(kube, pool),
    operationsOf(kube, pool),
    kube.list("InfrastructureProvider", { namespace }),
    kube.list("MaintenanceWindow", { namespace }),
    cluster.serverVersion(),
  ]);
  const podsByNode = Map.groupBy(ground.pods, ({ spec }) => spec?.nodeName ?? "");
  const machines = machinesOn(records, ground.nodes, podsByNode);
  const own = new Set(machines.flatMap(({ node }) => (node === null ? [] : [node.name])));
  const others = ground.nodes.filter(({ metadata }) => !own.has(metadata.name));
  return {
    pool,
    machines,
    operations,
    window: windowOf(pool, named(windows.items, windowName(pool))),
    provider: providerOf(pool, named(providers.items, pool.spec.providerRef.name)),
    budgets: ground.budgets.map(budgetOf),
    workloads: new Map(),
    cluster: { ...blindCluster, serverVersion, nodes: ground.nodes.length },
    outcomes: new Map(),
    evictions: new Map(),
    elsewhere: ground.isWhole ? roomsOn(others, podsByNode) : null,
  };
}

function named<T extends KubeObject>(objects: readonly T[], name: string | null): T | undefined {
  return objects.find(({ metadata }) => metadata.name === name);
}

type PodsByNode = ReadonlyMap<string, readonly PodObject[]>;

function machinesOn(
  records: readonly ManagedMachineObject[],
  nodes: readonly NodeObject[],
  podsByNode: PodsByNode,
): readonly Machine[] {
  const nodesByName = new Map(nodes.map((node) => [node.metadata.name, node]));
  return records.map((record) => {
    const nodeName = record.status?.nodeName ?? "";
    const node = nodesByName.get(nodeName);
    return {
      record,
      instance: null,
      node: node === undefined ? null : nodeOf(node),
      pods: node === undefined ? [] : (podsByNode.get(nodeName) ?? []).map(podOf),
      diagnosis: null,
    };
  });
}

function roomsOn(nodes: readonly NodeObject[], podsByNode: PodsByNode): readonly NodeRoom[] {
  return roomsOf(
    nodes.map((node) => ({
      node: nodeOf(node),
      pods: (podsByNode.get(node.metadata.name) ?? []).map(podOf),
    })),
  );
}
