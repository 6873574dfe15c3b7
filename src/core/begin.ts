/** Puts an operation into a machine's hand, moves it on, and takes it out again. Each is one compare-and-swap write. */
import type { DiskFields, MachineStatus, OperationInHand } from "../schema/machine.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { Action, Because } from "./action.ts";
import { classify } from "./drain.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
import { evidenceOf } from "./signs.ts";
import { plans, type PlanName, type StepName } from "./steps.ts";
import { minuteMs, secondMs, timeOf } from "./time.ts";
import { isReadyWorkload, workloadKey } from "./workload.ts";

export interface Beginning {
  readonly kind: OperationInHand["kind"];
  readonly plan: PlanName;
  readonly cause: NodeOperationObject | null;
  readonly options: OperationInHand["options"];
  readonly target?: DiskFields;
  /** Why what the machine had in hand has failed; without it that is merely superseded. */
  readonly failure?: Pick<Ending, "reason" | "facts">;
  readonly because: Because;
}

/** A machine that has another operation in hand leaves it as superseded: its epoch is over. */
export function begin(snapshot: Snapshot, machine: Machine, beginning: Beginning, now: Instant): Action {
  const { record } = machine;
  const status = record.status ?? {};
  const epoch = Math.max(status.lastEpoch ?? 0, status.operation?.epoch ?? 0) + 1;
  const { kind, plan, options, target, cause, failure } = beginning;
  const operation: OperationInHand = {
    kind,
    plan,
    ...(cause === null ? {} : { operation: { name: cause.metadata.name, uid: cause.metadata.uid ?? "" } }),
    epoch,
    ...entering(plans[plan][0] ?? "Forget", { snapshot, machine, kind, now }),
    startedTime: timeOf(now),
    options,
    ...(target === undefined ? {} : { target }),
    prior: priorOf(snapshot, machine),
  };
  const before = failure === undefined ? superseded : ({ outcome: "Failed", ...failure } as const);
  const base = status.operation === undefined ? status : ended(status, status.operation, before, now);
  return {
    kind: "AdvanceMachine",
    machine: record.metadata.name,
    status: { ...base, lastEpoch: epoch, operation },
    because: beginning.because,
  };
}

/** The step's name with its times; the deadline of a drain; and who sends what must not be sent twice. */
export function entering(
  step: StepName,
  at: {
    readonly snapshot: Snapshot;
    readonly machine: Machine;
    readonly kind: OperationInHand["kind"];
    readonly now: Instant;
  },
): Pick<OperationInHand, "step" | "stepSince" | "drainDeadline" | "claimedBy"> {
  const since = { step, stepSince: timeOf(at.now) };
  if (step === "Reboot") return { ...since, claimedBy: at.snapshot.cluster.self };
  return step === "Drain" ? { ...since, drainDeadline: timeOf(at.now + drainLimitMs(at)) } : since;
}

function drainLimitMs(at: {
  readonly snapshot: Snapshot;
  readonly machine: Machine;
  readonly kind: string;
}): number {
  const { snapshot, machine, kind } = at;
  // Evictions cannot finish on a node whose kubelet is silent; waiting longer only prolongs the outage.
  if (kind === "Repair" && isSilent(snapshot, machine)) return 2 * minuteMs;
  return snapshot.pool.spec.drain.timeoutSeconds * secondMs;
}

/** Nobody on the node can end a pod now. */
export function isSilent(snapshot: Snapshot, machine: Machine): boolean {
  const { silentForMs, downForMs } = evidenceOf(snapshot, machine);
  return machine.node === null || silentForMs !== null || downForMs !== null;
}

function priorOf(snapshot: Snapshot, machine: Machine): NonNullable<OperationInHand["prior"]> {
  const workloads = machine.pods.flatMap((pod) =>
    classify(pod).verdict === "Evict" ? (workloadKey(pod) ?? []) : [],
  );
  const ready = [...new Set(workloads)].filter((key) => isReadyWorkload(snapshot, key));
  return {
    ...(machine.instance === null ? {} : { systemDiskId: machine.instance.systemDiskId }),
    ...(machine.node === null ? {} : { bootId: machine.node.bootId }),
    ...(ready.length === 0 ? {} : { workloads: ready.slice(0, 250) }),
  };
}

type Ending = Pick<NonNullable<MachineStatus["lastOperation"]>, "outcome" | "reason" | "facts">;

/** The machine without its operation, which is kept as the last one. */
export function ended(
  status: MachineStatus,
  operation: OperationInHand,
  ending: Ending,
  now: Instant,
): MachineStatus {
  const { operation: _inHand, ...rest } = status;
  const repairs = rest.repairs?.map((record) =>
    operation.kind === "Repair" && record.outcome === "Running"
      ? {
          ...record,
          outcome: ending.outcome === "Succeeded" ? ("Succeeded" as const) : ("Failed" as const),
          finishedTime: timeOf(now),
        }
      : record,
  );
  return {
    ...rest,
    lastOperation: lastOf(operation, ending, now),
    ...(repairs === undefined ? {} : { repairs }),
  };
}

const superseded: Ending = { outcome: "Cancelled", reason: "Superseded", facts: {} };

function lastOf(
  operation: OperationInHand,
  ending: Ending,
  now: Instant,
): NonNullable<MachineStatus["lastOperation"]> {
  const workloads = operation.prior?.workloads;
  return {
    kind: operation.kind,
    ...(operation.operation === undefined ? {} : { operationUid: operation.operation.uid }),
    ...ending,
    ...(operation.target === undefined ? {} : { diskHash: operation.target.hash }),
    ...(workloads === undefined ? {} : { workloads }),
    startedTime: operation.startedTime,
    finishedTime: timeOf(now),
  };
}
