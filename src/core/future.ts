/**
 * Dates in our own records that lie in the future: a clock was wrong, now or then. They are taken as now and written anew,
 * once, so that no step waits for a time that never was (S28). Ages of evidence come from the monotonic clock and need none of it.
 */
import type { MachineStatus, OperationInHand } from "../schema/machine.ts";
import type { MachineProgress, OperationStatus } from "../schema/operation.ts";
import { type Action, together, type Wishes } from "./action.ts";
import type { Instant, Snapshot } from "./model.ts";
import { dayMs, instantOf, isToCome, timeOf } from "./time.ts";

/** Before anything else is decided on a machine, and instead of it. */
export function correctDates({ machines, pool }: Snapshot, now: Instant): Wishes {
  const drainMs = pool.spec.drain.timeoutSeconds * 1000;
  return together(
    machines.map(({ record: { metadata, status = {} } }) => {
      const since = datesOf(status).find((date) => isAhead(date, now)) ?? lateDeadline(status, now);
      if (since === undefined) return none;
      const action: Action = {
        kind: "AdvanceMachine",
        machine: metadata.name,
        status: corrected(status, { now, drainMs }),
        because: { reason: "DateCorrected", facts: { machine: metadata.name, since } },
      };
      return { actions: [action], held: [] };
    }),
  );
}

export function isAhead(date: string | undefined, now: Instant): date is string {
  return isToCome(instantOf(date), now);
}

/** The date, or now where it is still to come. */
function past(date: string, now: Instant): string {
  return isAhead(date, now) ? timeOf(now) : date;
}

function datesOf({ operation, lastOperation, repairs = [], joinedTime }: MachineStatus) {
  return [
    operation?.stepSince,
    operation?.startedTime,
    lastOperation?.startedTime,
    lastOperation?.finishedTime,
    joinedTime,
    ...repairs.flatMap(({ startedTime, finishedTime }) => [startedTime, finishedTime]),
  ];
}

/** No pool lets a drain last longer: a deadline beyond it is none. */
const longestDrainMs = dayMs;

function lateDeadline({ operation }: MachineStatus, now: Instant): string | undefined {
  const deadline = operation?.drainDeadline;
  return isAhead(deadline, now + longestDrainMs) ? deadline : undefined;
}

interface At {
  readonly now: Instant;
  readonly drainMs: number;
}

function corrected(status: MachineStatus, at: At): MachineStatus {
  const { operation, lastOperation, repairs, joinedTime } = status;
  const { now } = at;
  return {
    ...status,
    ...(joinedTime === undefined ? {} : { joinedTime: past(joinedTime, now) }),
    ...(operation === undefined ? {} : { operation: correctedOperation(operation, at) }),
    ...(lastOperation === undefined ? {} : { lastOperation: withPast(lastOperation, now) }),
    ...(repairs === undefined ? {} : { repairs: repairs.map((record) => withPast(record, now)) }),
  };
}

/** The deadline was written together with the time of the step, by the same clock. */
function correctedOperation(operation: OperationInHand, { now, drainMs }: At): OperationInHand {
  const { stepSince, startedTime, drainDeadline } = operation;
  const isWrong = isAhead(stepSince, now) || isAhead(drainDeadline, now + longestDrainMs);
  return {
    ...operation,
    stepSince: past(stepSince, now),
    startedTime: past(startedTime, now),
    ...(drainDeadline !== undefined && isWrong ? { drainDeadline: timeOf(now + drainMs) } : {}),
  };
}

interface Lasting {
  readonly startedTime: string;
  readonly finishedTime?: string | undefined;
}

function withPast<T extends Lasting>(item: T, now: Instant): T {
  const { startedTime, finishedTime } = item;
  const ended = finishedTime === undefined ? {} : { finishedTime: past(finishedTime, now) };
  return { ...item, startedTime: past(startedTime, now), ...ended };
}

/** What was told of an operation before. Of a finished one nothing else is written any more. */
export function pastStatus(status: OperationStatus, now: Instant): OperationStatus {
  const { startedTime, finishedTime, machines } = status;
  return {
    ...status,
    ...(startedTime === undefined ? {} : { startedTime: past(startedTime, now) }),
    ...(finishedTime === undefined ? {} : { finishedTime: past(finishedTime, now) }),
    ...(machines === undefined ? {} : { machines: machines.map((record) => pastProgress(record, now)) }),
  };
}

function pastProgress(record: MachineProgress, now: Instant): MachineProgress {
  const { since, finishedTime } = record;
  if (!isAhead(since, now) && !isAhead(finishedTime, now)) return record;
  return {
    ...record,
    ...(since === undefined ? {} : { since: past(since, now) }),
    ...(finishedTime === undefined ? {} : { finishedTime: past(finishedTime, now) }),
  };
}

const none: Wishes = { actions: [], held: [] };
