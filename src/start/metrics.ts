/** What Prometheus reads: pools, operations, requests, the loop. Names end in their unit; no label grows with the fleet. */
import { Counter, Gauge, Histogram, Registry } from "@prometheus-io/client";
import type { PassReport } from "../controller/loop.ts";
import type { KubeCache } from "../ports/kube.ts";

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
  const registers = [registry];
  const reconciles = new Counter({
    name: "poolkeeper_reconcile_total",
    help: "Passes over a pool, by result.",
    labelNames: ["result"],
    registers,
  });
  const decideSeconds = new Histogram({
    name: "poolkeeper_decide_duration_seconds",
    help: "Time of one pure decision.",
    buckets: [0.0005, 0.001, 0.005, 0.02, 0.05, 0.2, 1],
    registers,
  });
  const actions = new Counter({
    name: "poolkeeper_actions_total",
    help: "Actions sent, by kind and result.",
    labelNames: ["action", "result"],
    registers,
  });
  const requests = new Counter({
    name: "poolkeeper_kube_requests_total",
    help: "Requests to the Kubernetes API.",
    labelNames: ["verb", "kind", "code"],
    registers,
  });
  const requestSeconds = new Histogram({
    name: "poolkeeper_kube_request_duration_seconds",
    help: "Time of Kubernetes requests.",
    labelNames: ["verb"],
    buckets: [0.002, 0.01, 0.05, 0.2, 1, 5, 15],
    registers,
  });
  const restarts = new Counter({
    name: "poolkeeper_watch_restarts_total",
    help: "Watches that began anew.",
    labelNames: ["kind", "cause"],
    registers,
  });
  const leader = new Gauge({ name: "poolkeeper_leader", help: "1 while this process leads.", registers });
  const depth = new Gauge({
    name: "poolkeeper_workqueue_depth",
    help: "Keys that wait for a pass.",
    registers,
  });
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

  const readPools = (): void => {
    nodes.reset();
    conditions.reset();
    for (const { metadata, spec, status } of cache()?.list("ManagedNodePool") ?? []) {
      const labels = { namespace: metadata.namespace ?? "", pool: metadata.name };
      nodes.set({ ...labels, state: "desired" }, spec.replicas);
      nodes.set({ ...labels, state: "ready" }, status?.readyReplicas ?? 0);
      nodes.set({ ...labels, state: "up_to_date" }, status?.upToDateReplicas ?? 0);
      for (const { type, status: value } of status?.conditions ?? []) {
        conditions.set({ ...labels, condition: type }, value === "True" ? 1 : 0);
      }
    }
  };

  return {
    passed: ({ actions: sent, failures, decideMs }) => {
      reconciles.inc({ result: "ok" });
      decideSeconds.observe(decideMs / 1000);
      const failed = new Set(failures.map(({ action }) => action));
      for (const action of sent)
        actions.inc({ action: action.kind, result: failed.has(action) ? "failed" : "ok" });
    },
    failed: () => reconciles.inc({ result: "failed" }),
    requested: ({ verb, kind, code, durationMs }) => {
      requests.inc({ verb, kind, code });
      requestSeconds.observe({ verb }, durationMs / 1000);
    },
    watchRestarted: (kind, cause) => restarts.inc({ kind, cause }),
    setLeader: (isLeader) => leader.set(isLeader ? 1 : 0),
    text: async () => {
      readPools();
      depth.set(queueLength());
      return registry.metrics();
    },
  };
}
