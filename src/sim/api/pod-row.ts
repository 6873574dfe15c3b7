/** One pod's line in a table: its words are those of `kubectl get pods`. */
import { ageOf, sinceText } from "./age.ts";
import { type Json, type JsonObject, numberAt, objectAt, objectsAt, type Stored, stringAt } from "./json.ts";

export function podCells(pod: Stored, nowMs: number): readonly Json[] {
  const statuses = objectsAt(pod, "status", "containerStatuses");
  const total = objectsAt(pod, "spec", "containers").length;
  const ready = statuses.filter(
    (one) => one["ready"] === true && Object.keys(objectAt(one, "state", "running")).length > 0,
  ).length;
  return [
    pod.metadata.name,
    `${ready}/${total}`,
    podWord(pod, statuses),
    restarts(statuses, nowMs),
    ageOf(pod, nowMs),
    stringAt(pod, "status", "podIP") ?? "<none>",
    stringAt(pod, "spec", "nodeName") ?? "<none>",
    stringAt(pod, "status", "nominatedNodeName") ?? "<none>",
    "<none>",
  ];
}

function podWord(pod: Stored, statuses: readonly JsonObject[]): string {
  const phase = stringAt(pod, "status", "phase") ?? "Unknown";
  const isOver = phase === "Succeeded" || phase === "Failed";
  if (pod.metadata.deletionTimestamp !== undefined && !isOver) {
    return stringAt(pod, "status", "reason") === "NodeLost" ? "Unknown" : "Terminating";
  }
  const told = statuses.map(containerWord).find((word) => word !== null);
  return told ?? stringAt(pod, "status", "reason") ?? phase;
}

function containerWord(status: JsonObject): string | null {
  const state = objectAt(status, "state");
  const waiting = stringAt(state, "waiting", "reason");
  if (waiting !== undefined) return waiting;
  if (state["terminated"] === undefined) return null;
  const code = numberAt(state, "terminated", "exitCode") ?? 0;
  return stringAt(state, "terminated", "reason") ?? `ExitCode:${code}`;
}

function restarts(statuses: readonly JsonObject[], nowMs: number): string {
  const count = statuses.reduce((sum, one) => sum + (numberAt(one, "restartCount") ?? 0), 0);
  const times = statuses.flatMap((one) => stringAt(one, "lastState", "terminated", "finishedAt") ?? []);
  const last = times.toSorted().at(-1);
  return count === 0 || last === undefined ? String(count) : `${count} (${sinceText(last, nowMs)} ago)`;
}
