/** The eviction subresource: what a budget lets go, goes; the four other answers are refusals. */
import { bodyObject } from "./draft.ts";
import {
  at,
  listAt,
  type JsonObject,
  numberAt,
  objectAt,
  objectsAt,
  type Stored,
  stringAt,
  timestamp,
} from "./json.ts";
import { refuseInTerminating } from "./create.ts";
import { removeObject, requirePreconditions } from "./remove.ts";
import type { Call, Context, Options } from "./request.ts";
import { selectsLabels } from "./selector.ts";
import { ApiFailure, badRequest, forbidden, tooManyRequests } from "./status.ts";
import { requireLive } from "./update.ts";

const budgetStore = "poddisruptionbudgets.policy";
const budgetSubject = { group: "policy", plural: "poddisruptionbudget", kind: "PodDisruptionBudget" };

export function evict(context: Context, call: Call): void {
  const eviction = bodyObject(call.request.body);
  const name = stringAt(eviction, "metadata", "name");
  if (name !== undefined && name !== call.request.name) {
    throw badRequest("name in URL does not match name in Eviction object");
  }
  const namespace = context.store.get("namespaces", call.request.namespace ?? "default");
  refuseInTerminating(namespace, call, call.request.name ?? "");
  const pod = requireLive(context, call);
  const options = deleteOptions(call, objectAt(eviction, "deleteOptions"));
  if (canIgnoreBudgets(pod)) {
    finish(context, call, pod, options);
    return;
  }
  const budget = budgetOf(context, pod);
  if (budget !== null && !isFree(pod, budget)) takeOne(context, pod, budget, options.dryRun);
  finish(context, call, pod, options);
}

function deleteOptions(call: Call, given: JsonObject): Options {
  const grace = numberAt(given, "gracePeriodSeconds");
  const dryRun = listAt(given, "dryRun").length > 0;
  return {
    ...call.options,
    dryRun: call.options.dryRun || dryRun,
    gracePeriodSeconds: grace ?? call.options.gracePeriodSeconds,
    preconditions: {
      uid: stringAt(given, "preconditions", "uid"),
      resourceVersion: stringAt(given, "preconditions", "resourceVersion"),
    },
  };
}

/** A pod that does no work, or is going already, costs no budget. */
function canIgnoreBudgets(pod: Stored): boolean {
  const phase = stringAt(pod, "status", "phase") ?? "";
  return ["Succeeded", "Failed", "Pending"].includes(phase) || pod.metadata.deletionTimestamp !== undefined;
}

function budgetOf(context: Context, pod: Stored): Stored | null {
  const labels = pod.metadata.labels ?? {};
  const budgets = context.store
    .list(budgetStore, pod.metadata.namespace)
    .filter((budget) => selectsLabels(at(budget, "spec", "selector"))(labels));
  if (budgets.length > 1) {
    const message =
      "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
    throw new ApiFailure(500, "", message);
  }
  return budgets[0] ?? null;
}

/** An unhealthy pod may go without taking from the budget, when the policy or the number of healthy ones allows. */
function isFree(pod: Stored, budget: Stored): boolean {
  if (
    objectsAt(pod, "status", "conditions").some((one) => one["type"] === "Ready" && one["status"] === "True")
  ) {
    return false;
  }
  if (stringAt(budget, "spec", "unhealthyPodEvictionPolicy") === "AlwaysAllow") return true;
  const healthy = numberAt(budget, "status", "currentHealthy") ?? 0;
  const desired = numberAt(budget, "status", "desiredHealthy") ?? 0;
  return healthy >= desired && desired > 0;
}

const refusalText = "Cannot evict pod as it would violate the pod's disruption budget.";

function takeOne(context: Context, pod: Stored, budget: Stored, dryRun: boolean): void {
  const name = budget.metadata.name;
  const allowed = numberAt(budget, "status", "disruptionsAllowed") ?? 0;
  if ((numberAt(budget, "status", "observedGeneration") ?? 0) < (budget.metadata.generation ?? 0)) {
    const why = `The disruption budget ${name} is still being processed by the server.`;
    throw tooManyRequests(refusalText, cause(why), 10);
  }
  if (allowed < 0) throw forbidden(budgetSubject, name, "pdb disruptions allowed is negative");
  if (allowed === 0) throw tooManyRequests(refusalText, cause(refusalOf(budget)), 0);
  if (dryRun) return;
  const disrupted = {
    ...objectAt(budget, "status", "disruptedPods"),
    [pod.metadata.name]: timestamp(context.clock.now()),
  };
  const status = { ...budget.status, disruptionsAllowed: allowed - 1, disruptedPods: disrupted };
  context.store.put(budgetStore, { ...budget, status });
}

function cause(message: string) {
  return [{ reason: "DisruptionBudget", message }];
}

function refusalOf(budget: Stored): string {
  const name = budget.metadata.name;
  const condition = objectsAt(budget, "status", "conditions").find(
    (one) => one["type"] === "DisruptionAllowed" && one["status"] === "False",
  );
  const message = condition === undefined ? "" : (stringAt(condition, "message") ?? "");
  const reason = condition === undefined ? "" : (stringAt(condition, "reason") ?? "");
  if (message !== "" && reason === "SyncFailed") {
    return `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${message}`;
  }
  const healthy = numberAt(budget, "status", "currentHealthy") ?? 0;
  const desired = numberAt(budget, "status", "desiredHealthy") ?? 0;
  if (healthy <= desired) {
    return `The disruption budget ${name} needs ${desired} healthy pods and has ${healthy} currently`;
  }
  const why = `The disruption budget ${name} does not allow evicting pods currently`;
  return message === "" ? why : `${why} (${reason}): ${message}`;
}

function finish(context: Context, call: Call, pod: Stored, options: Options): void {
  const live = context.store.get("pods", `${pod.metadata.namespace}/${pod.metadata.name}`) ?? pod;
  requirePreconditions({ group: "", plural: "Pod", kind: "Pod" }, live, options.preconditions);
  const marked = options.dryRun
    ? live
    : context.store.put("pods", withDisruptionTarget(live, context.clock.now()));
  // The pod was changed by ourselves just now, so its version is not asked for again.
  const preconditions = { uid: options.preconditions.uid };
  removeObject(context, { ...call, options: { ...options, preconditions } }, marked);
}

function withDisruptionTarget(pod: Stored, nowMs: number): Stored {
  const others = objectsAt(pod, "status", "conditions").filter((one) => one["type"] !== "DisruptionTarget");
  const condition = {
    type: "DisruptionTarget",
    status: "True",
    lastProbeTime: null,
    lastTransitionTime: timestamp(nowMs),
    reason: "EvictionByEvictionAPI",
    message: "Eviction API: evicting",
  };
  return { ...pod, status: { ...pod.status, conditions: [...others, condition] } };
}
