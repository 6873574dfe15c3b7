/** One look at one pool: the caches, the provider's list and our own memory put together as a snapshot. Decides nothing. */
import { isOfPool } from "../core/bygone.ts";
import { hasJoined, isLeaving } from "../core/member.ts";
import type { ClusterView, Evidence, Machine, Snapshot, Workload } from "../core/model.ts";
import { workloadKey } from "../core/workload.ts";
import type { Clock } from "../ports/clock.ts";
import type { KubeCache } from "../ports/kube.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import type { Brakes } from "./brakes.ts";
import type { Census } from "./census.ts";
import type { Diagnoses } from "./diagnoses.ts";
import type { EvidenceBook } from "./evidence.ts";
import type { Freshness } from "./freshness.ts";
import type { Instances } from "./instances.ts";
import type { LeaseWatch } from "./leases.ts";
import type { Outcomes } from "./outcomes.ts";
import type { OpenProvider, Providers } from "./providers.ts";
import { budgetOf, nodeOf, podOf, workloadOf } from "../core/view.ts";

export interface ObserveDeps {
  readonly cache: KubeCache;
  readonly clock: Clock;
  readonly providers: Providers;
  readonly evidence: EvidenceBook;
  readonly leases: LeaseWatch;
  readonly outcomes: Outcomes;
  readonly diagnoses: Diagnoses;
  readonly freshness: Freshness;
  /** When, on the monotonic clock, each pool was last in a storm: the calm after it counts from there (S15). */
  readonly storms: Map<string, number>;
  readonly census: Census;
  readonly brakes: Brakes;
  readonly cluster: ClusterFacts;
}

/** What changes seldom and holds for all pools. */
export interface ClusterFacts {
  /** Of this process, in this life. */
  readonly identity: string;
  readonly uid: string;
  serverVersion(): string;
  /** Milliseconds since our view last had a gap. */
  sinceGapMs(): number;
}

/** `stale`: our own last write is not in the view yet, its event will wake us. `gone`: the pool is no more. */
export function observe(key: string, deps: ObserveDeps): Snapshot | "stale" | "gone" {
  const { cache, providers, outcomes } = deps;
  if (deps.freshness.isStale(key)) return "stale";
  const pool = cache.get("ManagedNodePool", key);
  if (pool === undefined) return "gone";
  const namespace = pool.metadata.namespace ?? "";
  const provider = providers.view(namespace, pool.spec.providerRef.name);
  const open = providers.find(namespace, pool.spec.providerRef.name);
  const instances = open?.instances ?? null;
  const machines = machinesOf(pool, open, deps);
  return {
    pool,
    machines,
    operations: cache
      .byIndex("NodeOperation", "pool", key)
      .filter((one) => one.metadata.deletionTimestamp === undefined && isOfPool(one, pool)),
    window: windowOf(pool, cache),
    provider,
    budgets: budgetsOf(machines, cache),
    workloads: workloadsOf(machines, cache),
    cluster: clusterView(key, { pool, machines, instances, deps }),
    outcomes: outcomes.ofPool(key),
    evictions: outcomes.evictions,
  };
}

interface Look {
  readonly pool: ManagedNodePoolObject;
  readonly machines: readonly Machine[];
  /** Null while the provider is closed. */
  readonly instances: Instances | null;
  readonly deps: ObserveDeps;
}

function machinesOf(
  { metadata: { namespace = "", name, uid } }: ManagedNodePoolObject,
  open: OpenProvider | null,
  { cache, diagnoses }: ObserveDeps,
): readonly Machine[] {
  const records = cache
    .byIndex("ManagedMachine", "pool", `${namespace}/${name}`)
    .filter(({ spec }) => spec.poolUid === uid)
    .toSorted((a, b) => byNumber(a.metadata.name, b.metadata.name));
  return records.map((record): Machine => {
    const nodeName = record.status?.nodeName;
    const node = nodeName === undefined ? undefined : cache.get("Node", nodeName);
    return {
      record,
      instance: open?.instances.ofMachine(record.metadata.uid ?? "", record.status?.instanceId) ?? null,
      node: node === undefined ? null : nodeOf(node),
      pods: nodeName === undefined ? [] : cache.byIndex("Pod", "node", nodeName).map(podOf),
      diagnosis: diagnoses.look(record, open?.provider ?? null),
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

function clusterView(key: string, look: Look): ClusterView {
  const { cluster, leases, census, brakes, clock, storms } = look.deps;
  const sinceStormMs = clock.monotonic() - (storms.get(key) ?? -Infinity);
  return {
    self: cluster.identity,
    uid: cluster.uid,
    serverVersion: cluster.serverVersion(),
    evidence: new Map(
      look.machines.map((machine) => [machine.record.metadata.name, evidenceFor(machine, look)]),
    ),
    sinceGapMs: Math.min(cluster.sinceGapMs(), sinceStormMs),
    otherLeaseRenewedMsAgo: leases.othersRenewedMsAgo(),
    ...census.seenFrom(key, clock.now()),
    ...brakes.on(look.pool, clock.now()),
  };
}

function evidenceFor(machine: Machine, { deps, instances }: Look): Evidence {
  const { record, node, instance } = machine;
  const { cache, evidence, leases } = deps;
  const object = node === null ? undefined : cache.get("Node", node.name);
  const uid = record.metadata.uid ?? "";
  return evidence.look({
    machineUid: uid,
    node,
    conditions: object?.status?.conditions ?? [],
    instance,
    hasJoined: hasJoined(machine),
    isInOurHands: record.status?.operation !== undefined,
    leaseSilentForMs: node === null || node.ready === "True" ? null : leases.silentForMs(node.name),
    vanishedForMs:
      instances?.absentForMs({
        uid,
        recordedId: record.status?.instanceId,
        poolName: record.spec.poolName,
      }) ?? null,
  });
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
