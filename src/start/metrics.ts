/** What Prometheus reads: pools, operations, requests, the loop. Names end in their unit; no label grows with the fleet. */
import { Counter, Gauge, Histogram, Registry } from "@prometheus-io/client";
import type { PassReport } from "../controller/loop.ts";
import type { KubeCache } from "../ports/kube.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";

export interface Metrics {
  passed(pass: PassReport): void;
  failed(key: string): void;
  requested(sample: {
    readonly verb: string;
    readonly kind: string;
    readonly code: string;
    readonly durationMs: number;
  }): void;
  watchRestarted(kind: string, cause: string): void;
  setLeader(isLeader: boolean): void;
  text(): Promise<string>;
}

export function createMetrics(cache: () => KubeCache | null, queueLength: () => number): Metrics {
  const registry = new Registry();
  const loop = loopMetrics(registry);
  const api = apiMetrics(registry);
  const pools = poolMetrics(registry);
  return {
    passed: ({ actions, lost, failures, decideMs }) => {
      loop.reconciles.inc({ result: "ok" });
      loop.decideSeconds.observe(decideMs / 1000);
      const failed = new Set(failures.map(({ action }) => action));
      for (const action of actions) {
        const result = failed.has(action) ? "failed" : lost.has(action) ? "lost" : "ok";
        loop.actions.inc({ action: action.kind, result });
      }
    },
    failed: () => loop.reconciles.inc({ result: "failed" }),
    requested: ({ verb, kind, code, durationMs }) => {
      api.requests.inc({ verb, kind, code });
      api.requestSeconds.observe({ verb }, durationMs / 1000);
    },
    watchRestarted: (kind, cause) => api.restarts.inc({ kind, cause }),
    setLeader: (isLeader) => loop.leader.set(isLeader ? 1 : 0),
    text: async () => {
      pools.read(cache()?.list("ManagedNodePool") ?? []);
      loop.depth.set(queueLength());
      return registry.metrics();
    },
  };
}

function loopMetrics(registry: Registry) {
  const registers = [registry];
  return {
    reconciles: new Counter({
      name: "poolkeeper_reconcile_total",
      help: "Passes, by result.",
      labelNames: ["result"],
      registers,
    }),
    decideSeconds: new Histogram({
      name: "poolkeeper_decide_duration_seconds",
      help: "Time of one pure decision.",
      buckets: [0.0005, 0.001, 0.005, 0.02, 0.05, 0.2, 1],
      registers,
    }),
    actions: new Counter({
      name: "poolkeeper_actions_total",
      help: "Actions, by kind and result; lost are those that another writer was faster with.",
      labelNames: ["action", "result"],
      registers,
    }),
    leader: new Gauge({ name: "poolkeeper_leader", help: "1 while this process leads.", registers }),
    depth: new Gauge({ name: "poolkeeper_workqueue_depth", help: "Keys that wait for a pass.", registers }),
  };
}

function apiMetrics(registry: Registry) {
  const registers = [registry];
  return {
    requests: new Counter({
      name: "poolkeeper_kube_requests_total",
      help: "Requests to the Kubernetes API.",
      labelNames: ["verb", "kind", "code"],
      registers,
    }),
    requestSeconds: new Histogram({
      name: "poolkeeper_kube_request_duration_seconds",
      help: "Time of Kubernetes requests.",
      labelNames: ["verb"],
      buckets: [0.002, 0.01, 0.05, 0.2, 1, 5, 15],
      registers,
    }),
    restarts: new Counter({
      name: "poolkeeper_watch_restarts_total",
      help: "Watches that began anew.",
      labelNames: ["kind", "cause"],
      registers,
    }),
  };
}

function poolMetrics(registry: Registry) {
  const registers = [registry];
  const nodes = new Gauge({
    name: "poolkeeper_nodepool_nodes",
    help: "Nodes of a pool, by state.",
    labelNames: ["namespace", "pool", "state"],
    registers,
  });
  const conditions = new Gauge({
    name: "poolkeeper_nodepool_condition",
    help: "Conditions of a pool, 1 for True.",
    labelNames: ["namespace", "pool", "condition"],
    registers,
  });
  const read = (pools: readonly ManagedNodePoolObject[]): void => {
    nodes.reset(); // Pools that are gone leave no series behind.
    conditions.reset();
    for (const { metadata, spec, status } of pools) {
      const labels = { namespace: metadata.namespace ?? "", pool: metadata.name };
      nodes.set({ ...labels, state: "desired" }, spec.replicas);
      nodes.set({ ...labels, state: "ready" }, status?.readyReplicas ?? 0);
      nodes.set({ ...labels, state: "up_to_date" }, status?.upToDateReplicas ?? 0);
      for (const { type, status: value } of status?.conditions ?? []) {
        conditions.set({ ...labels, condition: type }, value === "True" ? 1 : 0);
      }
    }
  };
  return { read };
}
