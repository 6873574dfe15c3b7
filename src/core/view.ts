/** Kubernetes' wire objects cut down to what decisions need. Each object is converted once and remembered by identity. */
import type { Budget, Instant, Node, Pod, Resources, Workload } from "./model.ts";
import { instantOf } from "./time.ts";
import type {
  NodeObject,
  PodDisruptionBudgetObject,
  PodObject,
  WorkloadObject,
} from "../schema/kubernetes.ts";

function remembered<From extends object, To>(convert: (from: From) => To): (from: From) => To {
  const known = new WeakMap<From, To>();
  return (from) => {
    const before = known.get(from);
    if (before !== undefined) return before;
    const made = convert(from);
    known.set(from, made);
    return made;
  };
}

export const nodeOf: (object: NodeObject) => Node = remembered((object: NodeObject): Node => {
  const { metadata, spec, status } = object;
  const ready = status?.conditions?.find(({ type }) => type === "Ready")?.status ?? "Unknown";
  return {
    name: metadata.name,
    uid: metadata.uid ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    createdAt: instantOf(metadata.creationTimestamp),
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    taints: spec?.taints ?? [],
    isUnschedulable: spec?.unschedulable ?? false,
    ready,
    bootId: status?.nodeInfo?.bootID ?? "",
    kubeletVersion: status?.nodeInfo?.kubeletVersion ?? "",
    allocatable: resourcesOf(status?.allocatable ?? status?.capacity),
  };
});

const phases: ReadonlySet<string> = new Set(["Pending", "Running", "Succeeded", "Failed"]);

export const podOf: (object: PodObject) => Pod = remembered((object: PodObject): Pod => {
  const { metadata, spec, status } = object;
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true) ?? null;
  const safe = metadata.annotations?.["cluster-autoscaler.kubernetes.io/safe-to-evict"];
  const phase = status?.phase ?? "Pending";
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    uid: metadata.uid ?? "",
    nodeName: spec?.nodeName ?? "",
    labels: metadata.labels ?? {},
    phase: phases.has(phase) ? (phase as Pod["phase"]) : "Unknown",
    isReady:
      status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") ?? false,
    deletionAt: deletionAt(object),
    owner: owner === null ? null : { kind: owner.kind, name: owner.name, uid: owner.uid },
    isMirror: metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined,
    hasLocalStorage:
      spec?.volumes?.some((volume) => volume.emptyDir !== undefined || volume.hostPath !== undefined) ??
      false,
    safeToEvict: safe === undefined ? null : safe === "true",
    priorityClass: spec?.priorityClassName ?? "",
    requests: podRequests(object),
  };
});

function deletionAt({ metadata }: PodObject): Instant | null {
  return metadata.deletionTimestamp === undefined ? null : instantOf(metadata.deletionTimestamp);
}

function podRequests({ spec }: PodObject): Resources {
  const all = (spec?.containers ?? []).map((container) => resourcesOf(container.resources?.requests));
  return {
    cpuMilli: all.reduce((sum, { cpuMilli }) => sum + cpuMilli, 0),
    memoryMiB: all.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0),
  };
}

export const budgetOf: (object: PodDisruptionBudgetObject) => Budget = remembered(
  (object: PodDisruptionBudgetObject): Budget => {
    const { metadata, spec, status } = object;
    return {
      namespace: metadata.namespace ?? "",
      name: metadata.name,
      // No selector at all selects nothing here, unlike an empty one.
      selector: spec?.selector ?? { matchExpressions: [{ key: "poolkeeper.dev/none", operator: "Exists" }] },
      disruptionsAllowed: status?.disruptionsAllowed ?? 0,
      currentHealthy: status?.currentHealthy ?? 0,
      desiredHealthy: status?.desiredHealthy ?? 0,
      expectedPods: status?.expectedPods ?? 0,
      isCurrent: status?.observedGeneration === metadata.generation,
      unhealthyPods: spec?.unhealthyPodEvictionPolicy === "AlwaysAllow" ? "AlwaysAllow" : "IfHealthyBudget",
      disruptedPods: Object.keys(status?.disruptedPods ?? {}).length,
    };
  },
);

export const workloadOf: (object: WorkloadObject) => Workload = remembered(
  ({ spec, status }: WorkloadObject): Workload => ({
    wanted: spec?.replicas ?? 1,
    ready: status?.readyReplicas ?? 0,
  }),
);

function resourcesOf(quantities: Readonly<Record<string, string>> | undefined): Resources {
  return {
    cpuMilli: Math.round(quantity(quantities?.["cpu"]) * 1000),
    memoryMiB: Math.round(quantity(quantities?.["memory"]) / 1024 / 1024),
  };
}

const units: Readonly<Record<string, number>> = {
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
};

/** Kubernetes' quantities, as far as CPU and memory use them; what cannot be read counts as nothing. */
export function quantity(text: string | undefined): number {
  const match = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(text ?? "");
  const unit = units[match?.[2] ?? "?"];
  return match === null || unit === undefined ? 0 : Number(match[1]) * unit;
}
