/** Keeps the status of PodDisruptionBudgets: how many pods may go now. */
import {
  at,
  isEqual,
  type Json,
  type JsonObject,
  objectAt,
  type Stored,
  timestamp,
  textOf,
} from "../api/json.ts";
import { selectsLabels } from "../api/selector.ts";
import { controllerOf, type Hand, keyOfObject, type Neighbour } from "./hand.ts";
import { isGoing, isReady, withCondition } from "./pod.ts";

const budgetStore = "poddisruptionbudgets.policy";

/** So long a pod that was let go may take to begin going; then it counts again. */
const disruptionMs = 2 * 60_000;

export function createBudgets(hand: Hand): Neighbour {
  return {
    name: "budgets",
    wants: (commit) => {
      if (commit.store === budgetStore) return commit.type === "DELETED" ? [] : [keyOfObject(commit.object)];
      if (commit.store === "replicasets.apps" || commit.store === "deployments.apps") {
        return hand.list(budgetStore, commit.object.metadata.namespace).map(keyOfObject);
      }
      if (commit.store !== "pods") return [];
      const pods = commit.before === undefined ? [commit.object] : [commit.object, commit.before];
      return hand
        .list(budgetStore, commit.object.metadata.namespace)
        .filter((budget) => pods.some((pod) => selectorOf(budget)(pod.metadata.labels ?? {})))
        .map(keyOfObject);
    },
    sync: (key) => {
      const budget = hand.get(budgetStore, key);
      return budget === undefined ? null : syncBudget(hand, budget);
    },
  };
}

function selectorOf(budget: Stored) {
  return selectsLabels(at(budget, "spec", "selector"));
}

interface Disrupted {
  readonly pods: JsonObject;
  readonly waitMs: number | null;
}

function syncBudget(hand: Hand, budget: Stored): number | null {
  const matches = selectorOf(budget);
  const pods = hand
    .list("pods", budget.metadata.namespace)
    .filter((pod) => matches(pod.metadata.labels ?? {}));
  const disrupted = stillDisrupted(budget, pods, hand.now());
  const counts = countsOf(hand, budget, pods);
  const current = pods.filter(
    (pod) => !isGoing(pod) && isReady(pod) && disrupted.pods[pod.metadata.name] === undefined,
  ).length;
  const isFailed = counts === null;
  const expected = counts?.expected ?? 0;
  const desired = counts?.desired ?? 0;
  const allowed = isFailed || expected <= 0 ? 0 : Math.max(0, current - desired);
  const { disruptedPods: _, ...status } = budget.status ?? {};
  const counted = isFailed
    ? { ...status, disruptionsAllowed: 0 }
    : {
        ...status,
        disruptionsAllowed: allowed,
        currentHealthy: current,
        desiredHealthy: desired,
        expectedPods: expected,
        ...(Object.keys(disrupted.pods).length === 0 ? {} : { disruptedPods: disrupted.pods }),
      };
  const observed = { ...counted, observedGeneration: budget.metadata.generation ?? 0 };
  const condition = conditionFor(isFailed, allowed, budget.metadata.generation ?? 0);
  const next = withCondition({ ...budget, status: observed }, condition, timestamp(hand.now()));
  if (!isEqual(next.status, budget.status)) hand.replace(budgetStore, next, "status");
  return disrupted.waitMs;
}

function conditionFor(isFailed: boolean, allowed: number, observedGeneration: number): JsonObject {
  const base = { type: "DisruptionAllowed", observedGeneration };
  if (isFailed) {
    const message = "found no controllers for the pods of this budget";
    return { ...base, status: "False", reason: "SyncFailed", message };
  }
  if (allowed > 0) return { ...base, status: "True", reason: "SufficientPods", message: "" };
  return { ...base, status: "False", reason: "InsufficientPods", message: "" };
}

function stillDisrupted(budget: Stored, pods: readonly Stored[], nowMs: number): Disrupted {
  const kept: { [name: string]: Json } = {};
  let waitMs: number | null = null;
  for (const [name, time] of Object.entries(objectAt(budget, "status", "disruptedPods"))) {
    const pod = pods.find((one) => one.metadata.name === name);
    if (pod === undefined || isGoing(pod) || typeof time !== "string") continue;
    const leftMs = Date.parse(time) + disruptionMs - nowMs;
    if (leftMs <= 0) continue;
    kept[name] = time;
    waitMs = Math.min(waitMs ?? leftMs, leftMs);
  }
  return { pods: kept, waitMs };
}

interface Counts {
  readonly expected: number;
  readonly desired: number;
}

/** Null when the number of wanted pods cannot be known, because some pods have no controller. */
function countsOf(hand: Hand, budget: Stored, pods: readonly Stored[]): Counts | null {
  const { maxUnavailable, minAvailable } = budget.spec ?? {};
  if (maxUnavailable === undefined && (minAvailable === undefined || typeof minAvailable === "number")) {
    return { expected: pods.length, desired: typeof minAvailable === "number" ? minAvailable : 1 };
  }
  const expected = scaleOf(hand, pods);
  if (expected === null) return null;
  if (maxUnavailable !== undefined) {
    return { expected, desired: Math.max(0, expected - scaled(maxUnavailable, expected)) };
  }
  return { expected, desired: scaled(minAvailable ?? 1, expected) };
}

/** Percentages are rounded up, in both directions of the budget. */
function scaled(value: Json, total: number): number {
  if (typeof value === "number") return value;
  const percent = Number.parseInt(textOf(value), 10);
  return Math.ceil((percent * total) / 100);
}

/** How many pods the controllers of these pods want in all. */
function scaleOf(hand: Hand, pods: readonly Stored[]): number | null {
  const scales = new Map<string, number>();
  for (const pod of pods) {
    const owner = (pod.metadata.ownerReferences ?? []).find((one) => one.controller === true);
    if (owner === undefined) return null;
    if (scales.has(owner.uid)) continue;
    const found = controllerScale(hand, pod.metadata.namespace ?? "", owner);
    if (found === null) return null;
    scales.set(found.uid, found.replicas);
    if (found.uid !== owner.uid) scales.set(owner.uid, 0);
  }
  return [...scales.values()].reduce((sum, one) => sum + one, 0);
}

const controllerStores: { readonly [kind: string]: string } = {
  ReplicaSet: "replicasets.apps",
  StatefulSet: "statefulsets.apps",
};

function controllerScale(
  hand: Hand,
  namespace: string,
  owner: { readonly kind: string; readonly name: string },
): { readonly uid: string; readonly replicas: number } | null {
  const store = controllerStores[owner.kind];
  const controller = store === undefined ? undefined : hand.get(store, `${namespace}/${owner.name}`);
  if (controller === undefined) return null;
  const deployment = controllerOf(controller, "Deployment");
  const above =
    deployment === null ? undefined : hand.get("deployments.apps", `${namespace}/${deployment.name}`);
  const scaledObject = above ?? controller;
  const replicas = scaledObject.spec?.["replicas"];
  return { uid: scaledObject.metadata.uid, replicas: typeof replicas === "number" ? replicas : 1 };
}
