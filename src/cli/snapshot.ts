/** One look at one pool through the API alone: what the core needs to foresee, without what only the controller remembers. */
import type { Sight } from "../core/intent/departure.ts";
import type { Surroundings } from "../core/intent/check.ts";
import { type NodeRoom, roomsOf } from "../core/drain-preview.ts";
import type { Machine, ProviderView, Snapshot } from "../core/model.ts";
import { budgetOf, nodeOf, podOf } from "../core/view.ts";
import type { NodeObject, PodObject } from "../schema/kubernetes.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import type { InfrastructureProviderObject } from "../schema/provider.ts";
import type { MaintenanceWindowObject } from "../schema/window.ts";
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

/** With the pods on the pool's nodes, their budgets, and the room on all other nodes. */
export async function readSight(session: Session, pool: ManagedNodePoolObject): Promise<Sight> {
  const cluster = await session.cluster();
  const { kube } = cluster;
  const { namespace = "" } = pool.metadata;
  const [records, operations, providers, windows, nodes, pods, budgets, serverVersion] = await Promise.all([
    machinesOf(kube, pool),
    operationsOf(kube, pool),
    kube.list("InfrastructureProvider", { namespace }),
    kube.list("MaintenanceWindow", { namespace }),
    kube.list("Node"),
    kube.list("Pod"),
    kube.list("PodDisruptionBudget"),
    cluster.serverVersion(),
  ]);
  const nodesByName = new Map(nodes.items.map((node) => [node.metadata.name, node]));
  const podsByNode = Map.groupBy(pods.items, ({ spec }) => spec?.nodeName ?? "");
  const machines = records.map((record): Machine => {
    const nodeName = record.status?.nodeName ?? "";
    const node = nodesByName.get(nodeName);
    return {
      record,
      instance: null,
      node: node === undefined ? null : nodeOf(node),
      pods: node === undefined ? [] : (podsByNode.get(nodeName) ?? []).map(podOf),
    };
  });
  const own = new Set(machines.flatMap(({ node }) => (node === null ? [] : [node.name])));
  const others = nodes.items.filter(({ metadata }) => !own.has(metadata.name));
  return {
    pool,
    machines,
    operations,
    window: windowOf(pool, windows.items),
    provider: providerOf(pool, providers.items),
    budgets: budgets.items.map(budgetOf),
    workloads: new Map(),
    cluster: { ...blindCluster, serverVersion, nodes: nodes.items.length },
    outcomes: new Map(),
    evictions: new Map(),
    elsewhere: roomsOn(others, podsByNode),
  };
}

/** What only the controller's own watching tells; nothing that is asked here depends on it. */
const blindCluster: Omit<Snapshot["cluster"], "serverVersion" | "nodes"> = {
  uid: "",
  evidence: new Map(),
  sinceGapMs: Number.POSITIVE_INFINITY,
  otherLeaseRenewedMsAgo: null,
  nodesNotReady: 0,
  repairsElsewhere: 0,
  upgradesElsewhere: [],
  brake: null,
};

function roomsOn(
  nodes: readonly NodeObject[],
  podsByNode: ReadonlyMap<string, readonly PodObject[]>,
): readonly NodeRoom[] {
  return roomsOf(
    nodes.map((node) => ({
      node: nodeOf(node),
      pods: (podsByNode.get(node.metadata.name) ?? []).map(podOf),
    })),
  );
}

function windowOf(
  pool: ManagedNodePoolObject,
  windows: readonly MaintenanceWindowObject[],
): Snapshot["window"] {
  const name = pool.spec.management.maintenanceWindowRef?.name;
  if (name === undefined) return null;
  return windows.find(({ metadata }) => metadata.name === name)?.spec ?? "Missing";
}

function providerOf(
  pool: ManagedNodePoolObject,
  providers: readonly InfrastructureProviderObject[],
): ProviderView {
  const { name } = pool.spec.providerRef;
  const found = providers.find(({ metadata }) => metadata.name === name);
  return {
    name,
    region: found?.spec.region ?? "",
    catalogue: found?.status?.catalogue ?? null,
    isListComplete: true,
    message: "",
    capabilities: {
      restartService: true,
      replaceSystemDisk: true,
      subscription: found?.spec.type !== "local",
    },
  };
}
