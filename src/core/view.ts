/** Kubernetes' wire objects cut down to what decisions need. Each object is converted once and remembered by identity. */
import type { Budget, Instant, Node, Pod, Resources, Workload } from "./model.ts";
import { instantOf } from "./time.ts";
import type {
  Condition,
  NodeObject,
  ObjectMeta,
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

export const nodeOf: (object: NodeObject) => Node = remembered(
  ({ metadata, spec, status }: NodeObject): Node => ({
    ...identityOf(metadata),
    resourceVersion: metadata.resourceVersion ?? "",
    createdAt: instantOf(metadata.creationTimestamp),
    annotations: metadata.annotations ?? {},
    taints: spec?.taints ?? [],
    isUnschedulable: spec?.unschedulable ?? false,
    ...healthOf(status ?? {}),
    allocatable: resourcesOf(status?.allocatable ?? status?.capacity),
  }),
);

function identityOf({ name, uid = "", labels = {} }: ObjectMeta): Pick<Node, "name" | "uid" | "labels"> {
  return { name, uid, labels };
}

function healthOf({
  conditions = [],
  nodeInfo,
}: NonNullable<NodeObject["status"]>): Pick<Node, "ready" | "bootId" | "kubeletVersion"> {
  const { bootID: bootId = "", kubeletVersion = "" } = nodeInfo ?? {};
  return { ready: conditionOf(conditions, "Ready") ?? "Unknown", bootId, kubeletVersion };
}

function conditionOf(conditions: readonly Condition[], wanted: string): Condition["status"] | undefined {
  return conditions.find(({ type }) => type === wanted)?.status;
}

const phases: ReadonlySet<string> = new Set(["Pending", "Running", "Succeeded", "Failed"]);

export const podOf: (object: PodObject) => Pod = remembered((object: PodObject): Pod => {
  const { metadata, spec, status } = object;
  const { annotations = {} } = metadata;
  const safe = annotations["cluster-autoscaler.kubernetes.io/safe-to-evict"];
  return {
    namespace: metadata.namespace ?? "",
    ...identityOf(metadata),
    nodeName: spec?.nodeName ?? "",
    phase: phaseOf(status?.phase),
    isReady: conditionOf(status?.conditions ?? [], "Ready") === "True",
    deletionAt: deletionAt(object),
    owner: ownerOf(metadata),
    isMirror: annotations["kubernetes.io/config.mirror"] !== undefined,
    hasLocalStorage: hasLocalStorage(spec?.volumes ?? []),
    safeToEvict: safe === undefined ? null : safe === "true",
    priorityClass: spec?.priorityClassName ?? "",
    requests: podRequests(object),
  };
});

function phaseOf(phase = "Pending"): Pod["phase"] {
  return phases.has(phase) ? (phase as Pod["phase"]) : "Unknown";
}

function ownerOf({ ownerReferences = [] }: ObjectMeta): Pod["owner"] {
  const owner = ownerReferences.find(({ controller }) => controller === true);
  return owner === undefined ? null : { kind: owner.kind, name: owner.name, uid: owner.uid };
}

function hasLocalStorage(volumes: NonNullable<NonNullable<PodObject["spec"]>["volumes"]>): boolean {
  return volumes.some(({ emptyDir, hostPath }) => emptyDir !== undefined || hostPath !== undefined);
}

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
  ({ metadata, spec, status }: PodDisruptionBudgetObject): Budget => ({
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    // No selector at all selects nothing here, unlike an empty one.
    selector: spec?.selector ?? { matchExpressions: [{ key: "poolkeeper.dev/none", operator: "Exists" }] },
    unhealthyPods: spec?.unhealthyPodEvictionPolicy === "AlwaysAllow" ? "AlwaysAllow" : "IfHealthyBudget",
    isCurrent: status?.observedGeneration === metadata.generation,
    ...countsOf(status ?? {}),
  }),
);

function countsOf({
  disruptionsAllowed = 0,
  currentHealthy = 0,
  desiredHealthy = 0,
  expectedPods = 0,
  disruptedPods = {},
}: NonNullable<PodDisruptionBudgetObject["status"]>): Pick<
  Budget,
  "disruptionsAllowed" | "currentHealthy" | "desiredHealthy" | "expectedPods" | "disruptedPods"
> {
  const counts = { disruptionsAllowed, currentHealthy, desiredHealthy, expectedPods };
  return { ...counts, disruptedPods: Object.keys(disruptedPods).length };
}

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
