/** Asks the Eviction API for one pod and tells its answers apart. Whether and when to ask again is the caller's. */
import type { EvictionAnswer, ObjectRef } from "../ports/kube.ts";
import { type Status, askedWaitMs, parseStatus, statusError } from "./map.ts";
import { objectPath, objectTarget } from "./path.ts";
import type { Transport } from "./transport.ts";
import type { KubeRequest, KubeResponse } from "./wire.ts";

/** The server itself gives up on a contended budget after ten seconds. */
const timeoutMs = 15_000;

export async function evict(transport: Transport, pod: ObjectRef, uid: string): Promise<EvictionAnswer> {
  const request: KubeRequest = {
    verb: "evict",
    kind: "Pod",
    target: objectTarget("Pod", pod),
    method: "POST",
    path: objectPath("Pod", pod, "eviction"),
    body: {
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { name: pod.name, namespace: pod.namespace },
      // Without the UID, a namesake that a StatefulSet has made meanwhile would be evicted.
      deleteOptions: { preconditions: { uid } },
    },
    timeoutMs,
    lane: "evict",
  };
  const response = await transport.request(request);
  const answer = evictionAnswer(response, pod);
  if (answer !== null) return answer;
  throw statusError(transport.cluster, request, response);
}

/** Null for an answer that is about us or about the server, not about this pod. */
function evictionAnswer(response: KubeResponse, pod: ObjectRef): EvictionAnswer | null {
  if (response.status >= 200 && response.status < 300) return { kind: "Evicted" };
  const status = parseStatus(response.json);
  const message = [status.message, ...status.causes.map((cause) => cause.message)].join(" ").trim();
  switch (response.status) {
    case 404:
      return status.name === pod.name ? { kind: "Gone" } : null;
    case 409:
      // A pod of this name with another UID is another pod.
      return /\bUID\b/.test(message) ? { kind: "Gone" } : null;
    case 403:
      if (hasCause(status, "NamespaceTerminating")) return { kind: "NamespaceTerminating", message };
      break;
    case 500:
      if (message.includes("more than one PodDisruptionBudget")) return { kind: "TooManyBudgets", message };
      break;
  }
  return isBudgetAnswer(status, message)
    ? { kind: "Blocked", retryAfterMs: askedWaitMs(response, status), message }
    : null;
}

/** Besides 429 for a budget at its limit, a budget refuses in these words under 403 and 504. */
const budgetWords = [
  "disruption budget",
  "disruptions allowed is negative",
  "DisruptedPods map too big",
  "couldn't update PodDisruptionBudget",
];

/** The flow control of the API server answers 429 as well, but in other words. */
function isBudgetAnswer(status: Status, message: string): boolean {
  return hasCause(status, "DisruptionBudget") || budgetWords.some((words) => message.includes(words));
}

function hasCause(status: Status, type: string): boolean {
  return status.causes.some((cause) => cause.type === type);
}
