/** The visible state of one operation: phase, counts, and who waits for what. */
import type { MachineProgress, NodeOperationObject, OperationStatus } from "../schema/operation.ts";
import type { Decision, Held } from "./action.ts";
import { drainState } from "./drain.ts";
import { isAhead, pastStatus } from "./future.ts";
import type { Instant, Snapshot } from "./model.ts";
import { isEnd, type Progress, progressOf } from "./progress.ts";
import { type Facts, type Reason, storedFacts } from "./reason.ts";
import { timeOf } from "./time.ts";

export function operationReport(
  operation: NodeOperationObject,
  look: { readonly snapshot: Snapshot; readonly decision: Decision },
  now: Instant,
): OperationStatus {
  const { snapshot } = look;
  const told = pastStatus(operation.status ?? {}, now);
  if (told.finishedTime !== undefined) return told;
  const progress = progressOf(operation, snapshot, now);
  const machines = progress.map((item) => withBlockers(item, snapshot, now));
  const isFinished = machines.every(({ state }) => isEnd(state));
  const because = isFinished ? null : waitOf(operation, look.decision, progress);
  const started =
    told.startedTime ?? (machines.some(({ state }) => state !== "Waiting") ? timeOf(now) : undefined);
  return {
    ...(operation.metadata.generation === undefined
      ? {}
      : { observedGeneration: operation.metadata.generation }),
    phase: isFinished ? endPhase(operation, machines) : phaseOf(operation, machines, because?.reason),
    ...(because === null ? {} : { reason: because.reason, facts: storedFacts(because.facts) }),
    ...(started === undefined ? {} : { startedTime: started }),
    ...(isFinished ? { finishedTime: timeOf(now) } : {}),
    machines,
    retried: (operation.spec.retry ?? []).length,
    total: machines.length,
    done: machines.filter(({ state }) => isEnd(state)).length,
  };
}

/** A finished one is told of no more, but where a wrong clock has ended it in the future (S28). */
export function isToldOf({ status }: NodeOperationObject, now: Instant): boolean {
  return status?.finishedTime === undefined || isAhead(status.finishedTime, now);
}

/** Targets that are where the operation wanted them. */
export function doneCount({ status }: NodeOperationObject): number {
  const machines = status?.machines ?? [];
  return machines.filter(({ state }) => state === "Succeeded" || state === "Skipped").length;
}

function withBlockers({ record, machine }: Progress, snapshot: Snapshot, now: Instant): MachineProgress {
  if (record.state !== "Running" || record.step !== "Drain" || machine === null) return record;
  const { blocked } = drainState(machine, snapshot, now);
  if (blocked.length === 0) return record;
  const blockers = blocked.slice(0, 20).map(({ pod, reason, facts }) => ({
    reason,
    object: `Pod ${pod.namespace}/${pod.name}`,
    facts: storedFacts(facts),
    message: "",
    since: record.since ?? timeOf(now),
  }));
  return { ...record, blockers };
}

/** The wait that concerns this operation: of its own machines, or of the policy that runs it. */
function waitOf(
  operation: NodeOperationObject,
  decision: Decision,
  progress: readonly Progress[],
): { readonly reason: Reason; readonly facts: Facts } | null {
  const names = new Set(
    progress.flatMap(({ target, record }) => (isEnd(record.state) ? [] : target.machine)),
  );
  const wish = wishes[operation.spec.kind];
  const isOfAll = ({ machine }: Held): boolean => machine === "" && operation.spec.kind !== "RemoveNodes";
  const mine = decision.held.filter((item) => isOfAll(item) || names.has(item.machine));
  const held = mine.find((item) => item.wish === wish) ?? mine.find((item) => item.machine !== "");
  return held === undefined ? null : { reason: held.reason, facts: held.facts };
}

const wishes: Readonly<Record<NodeOperationObject["spec"]["kind"], Held["wish"]>> = {
  RemoveNodes: "Remove",
  Upgrade: "Upgrade",
  Repair: "Repair",
  SyncAttributes: "SetAttributes",
};

const pausing: ReadonlySet<string> = new Set(["PausedByUser", "Paused", "TooManyFailed", "TooManyBlocked"]);

function phaseOf(
  operation: NodeOperationObject,
  machines: readonly MachineProgress[],
  reason: Reason | undefined,
): NonNullable<OperationStatus["phase"]> {
  const isRunning = machines.some(({ state }) => state === "Running");
  if (operation.spec.approval === "Waiting") return "NeedsHuman";
  if (!isRunning && (operation.spec.state === "Pause" || pausing.has(reason ?? ""))) return "Paused";
  return isRunning || machines.some(({ state }) => isEnd(state)) ? "Running" : "Pending";
}

function endPhase(
  operation: NodeOperationObject,
  machines: readonly MachineProgress[],
): NonNullable<OperationStatus["phase"]> {
  if (operation.spec.state === "Cancel" || operation.spec.approval === "Denied") return "Cancelled";
  return machines.some(({ state }) => state === "Failed" || state === "Blocked") ? "Failed" : "Succeeded";
}
