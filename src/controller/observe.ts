/** One look at one pool: the caches, the provider's list and our own memory put together as a snapshot. Decides nothing. */
import { isLeaving } from "../core/member.ts";
import type { ClusterView, Evidence, Machine, Snapshot, Workload } from "../core/model.ts";
import { workloadKey } from "../core/workload.ts";
import type { Clock } from "../ports/clock.ts";
import type { KubeCache } from "../ports/kube.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import type { EvidenceBook } from "./evidence.ts";
import type { Freshness } from "./freshness.ts";
import type { LeaseWatch } from "./leases.ts";
import type { Outcomes } from "./outcomes.ts";
import type { Providers } from "./providers.ts";
import { budgetOf, nodeOf, podOf, workloadOf } from "../core/view.ts";

export interface ObserveDeps {
  readonly cache: KubeCache;
  readonly clock: Clock;
  readonly providers: Providers;
  readonly evidence: EvidenceBook;
  readonly leases: LeaseWatch;
  readonly outcomes: Outcomes;
  readonly freshness: Freshness;
  readonly cluster: ClusterFacts;
}

/** What changes seldom and holds for all pools. */
export interface ClusterFacts {
  readonly uid: string;
  serverVersion(): string;
  /** Milliseconds since our view last had a gap. */
  sinceGapMs(): number;
  brake(): string | null;
}

/** `stale`: our own last write is not in the view yet, its event will wake us. `gone`: the pool is no more. */
export function observe(key: string, deps: ObserveDeps): Snapshot | "stale" | "gone" {
  const { cache, providers, outcomes } = deps;
  if (deps.freshness.isStale(key)) return "stale";
  const pool = cache.get("ManagedNodePool", key);
  if (pool === undefined) return "gone";
  const namespace = pool.metadata.namespace ?? "";
  const provider = providers.view(namespace, pool.spec.providerRef.name);
  const machines = machinesOf(pool, deps);
  return {
    pool,
    machines,
    operations: cache
      .byIndex("NodeOperation", "pool", key)
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined),
    window: windowOf(pool, cache),
    provider,
    budgets: budgetsOf(machines, cache),
    workloads: workloadsOf(machines, cache),
    cluster: clusterView(key, machines, deps),
    outcomes: outcomes.ofPool(key),
    evictions: outcomes.evictions,
  };
}

function machinesOf(pool: ManagedNodePoolObject, { cache, providers }: ObserveDeps): readonly Machine[] {
  const { namespace = "", name, uid } = pool.metadata;
  const found = providers.find(namespace, pool.spec.providerRef.name);
  const records = cache
    .byIndex("ManagedMachine", "pool", `${namespace}/${name}`)
    .filter(({ spec }) => spec.poolUid === uid)
    .toSorted((a, b) => byNumber(a.metadata.name, b.metadata.name));
  return records.map((record): Machine => {
    const nodeName = record.status?.nodeName;
    const node = nodeName === undefined ? undefined : cache.get("Node", nodeName);
    return {
      record,
      instance: found?.instances.ofMachine(record.metadata.uid ?? "") ?? null,
      node: node === undefined ? null : nodeOf(node),
      pods: nodeName === undefined ? [] : cache.byIndex("Pod", "node", nodeName).map(podOf),
    };
  });
}

/** web-9 before web-10. */
function byNumber(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}

function windowOf(pool: ManagedNodePoolObject, cache: KubeCache): Snapshot["window"] {
  const name = pool.spec.management.maintenanceWindowRef?.name;
  if (name === undefined) return null;
  return cache.get("MaintenanceWindow", `${pool.metadata.namespace ?? ""}/${name}`)?.spec ?? "Missing";
}

function budgetsOf(machines: readonly Machine[], cache: KubeCache): Snapshot["budgets"] {
  const namespaces = new Set(machines.flatMap(({ pods }) => pods.map((pod) => pod.namespace)));
  return [...namespaces].flatMap((namespace) =>
    cache.byIndex("PodDisruptionBudget", "namespace", namespace).map(budgetOf),
  );
}

/** Owners of the pods on the nodes, and those that operations remember having moved. */
function workloadsOf(machines: readonly Machine[], cache: KubeCache): ReadonlyMap<string, Workload> {
  const ofPods = machines.flatMap(({ pods }) => pods.map((pod) => workloadKey(pod) ?? ""));
  const remembered = machines.flatMap(({ record }) => record.status?.lastOperation?.workloads ?? []);
  const workloads = new Map<string, Workload>();
  for (const key of new Set([...ofPods, ...remembered])) {
    const workload = workloadNamed(key, cache);
    if (workload !== null) workloads.set(key, workload);
  }
  return workloads;
}

function workloadNamed(key: string, cache: KubeCache): Workload | null {
  const [namespace = "", kind = "", name = ""] = key.split("/");
  if (kind !== "ReplicaSet" && kind !== "StatefulSet") return null;
  const object = cache.get(kind, `${namespace}/${name}`);
  return object === undefined ? null : workloadOf(object);
}

function clusterView(key: string, machines: readonly Machine[], deps: ObserveDeps): ClusterView {
  const { cache, cluster, leases } = deps;
  const evidence = new Map(
    machines.map((machine) => [machine.record.metadata.name, evidenceFor(machine, deps)]),
  );
  const nodes = cache.list("Node").map(nodeOf);
  const notReady = nodes.filter((node) => node.ready !== "True");
  const others = elsewhere(key, cache);
  return {
    uid: cluster.uid,
    serverVersion: cluster.serverVersion(),
    evidence,
    sinceGapMs: cluster.sinceGapMs(),
    otherLeaseRenewedMsAgo: leases.othersRenewedMsAgo(),
    nodes: nodes.length,
    nodesNotReady: notReady.length,
    ...others,
    brake: cluster.brake(),
  };
}

function evidenceFor(machine: Machine, { cache, evidence, leases, providers }: ObserveDeps): Evidence {
  const { record, node, instance } = machine;
  const object = node === null ? undefined : cache.get("Node", node.name);
  const uid = record.metadata.uid ?? "";
  const namespace = record.metadata.namespace ?? "";
  const pool = cache.get("ManagedNodePool", `${namespace}/${record.spec.poolName}`);
  const found = pool === undefined ? null : providers.find(namespace, pool.spec.providerRef.name);
  return evidence.look({
    machineUid: uid,
    node,
    conditions: object?.status?.conditions ?? [],
    instance,
    isInOurHands: record.status?.operation !== undefined,
    leaseSilentForMs: node === null || node.ready === "True" ? null : leases.silentForMs(node.name),
    vanishedForMs: found?.instances.absentForMs(uid) ?? null,
  });
}

/** One repair and one upgraded pool at a time, over the whole cluster. */
function elsewhere(
  key: string,
  cache: KubeCache,
): Pick<ClusterView, "repairsElsewhere" | "upgradesElsewhere"> {
  const isOther = ({ metadata, spec }: ManagedMachineObject): boolean =>
    `${metadata.namespace ?? ""}/${spec.poolName}` !== key;
  const inHand = cache
    .list("ManagedMachine")
    .filter((record) => record.status?.operation !== undefined && isOther(record));
  const upgraded = inHand
    .filter((record) => record.status?.operation?.kind === "Upgrade")
    .map(({ spec }) => spec.poolName);
  return {
    repairsElsewhere: inHand.filter((record) => record.status?.operation?.kind === "Repair").length,
    upgradesElsewhere: [...new Set(upgraded)].toSorted(),
  };
}

/** Nodes worth following the leases of: the suspects, and some that are well to compare with. */
export function followLeases(
  key: string,
  snapshot: Snapshot,
  { cache, leases }: Pick<ObserveDeps, "cache" | "leases">,
): void {
  const isSuspect = ({ node }: Machine): boolean => node !== null && node.ready !== "True";
  const suspects = snapshot.machines.filter((machine) => isSuspect(machine) && !isLeaving(machine));
  const others =
    suspects.length === 0
      ? []
      : cache
          .list("Node")
          .map(nodeOf)
          .filter((node) => node.ready === "True");
  leases.follow(
    key,
    suspects.flatMap(({ node }) => (node === null ? [] : [node.name])),
    others.slice(0, 5).map(({ name }) => name),
  );
}
