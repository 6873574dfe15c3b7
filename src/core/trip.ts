/**
 * The brake that lies in the API: put on by a person on a provider, or tripped by failures in a row over all pools (S12).
 * What it holds back is decided in brake.ts; the brake in a file is the start's.
 */
import type { KubeObject } from "../schema/kubernetes.ts";
import type { MachineProgress, NodeOperationObject, OperationSpec } from "../schema/operation.ts";
import type { Instant, Snapshot, Trip } from "./model.ts";
import type { Facts } from "./reason.ts";
import { dayMs, instantOf, secondMs } from "./time.ts";

/** On an InfrastructureProvider, with the reason as its value: nothing disturbing starts in any pool of that provider. */
export const brakeAnnotation = "poolkeeper.dev/brake";
/** On an InfrastructureProvider, with a time: failures from before it do not trip its pools. */
export const liftedAnnotation = "poolkeeper.dev/brake-lifted";

export function brakeWords(provider: KubeObject | undefined): string | null {
  const words = provider?.metadata.annotations?.[brakeAnnotation];
  return words === undefined ? null : words.trim() || `the annotation ${brakeAnnotation} is there`;
}

export function liftedAt(provider: KubeObject | undefined): Instant {
  const at = instantOf(provider?.metadata.annotations?.[liftedAnnotation]);
  return Number.isNaN(at) ? Number.NEGATIVE_INFINITY : at;
}

/** What one operation adds to the row. */
export interface Tally {
  readonly lastSuccessAt: Instant;
  readonly failures: readonly Failure[];
}

interface Failure {
  readonly machine: string;
  readonly uid: string;
  readonly at: Instant;
}

/** Machines that may fail one after the other. One that climbs the ladder of repairs counts once. */
const allowed = 3;
/** Failures further apart than this are no row. */
const memoryMs = 7 * dayMs;

/** Null where it says nothing: a restart of the kubelet proves little, and a drain that is blocked no fault of ours. */
export function tallyOf({ spec, status }: NodeOperationObject): Tally | null {
  const machines = isHeavy(spec) ? (status?.machines ?? []) : [];
  const successes = machines.filter(isSuccess).map(({ finishedTime }) => instantOf(finishedTime));
  const failures = machines
    .filter(isFailure)
    .map(({ name, uid, finishedTime }) => ({ machine: name, uid, at: instantOf(finishedTime) }));
  if (successes.length + failures.length === 0) return null;
  return { lastSuccessAt: Math.max(Number.NEGATIVE_INFINITY, ...successes), failures };
}

function isHeavy({ kind, options }: OperationSpec): boolean {
  return kind === "Upgrade" || (kind === "Repair" && options.rung !== "RestartService");
}

/** Would it take a node away by nobody's wish but our own? What a person asks to try once more is a person's wish. */
export function isAutomatic(spec: OperationSpec, machine = ""): boolean {
  return spec.requestedBy === "Controller" && isHeavy(spec) && !(spec.retry ?? []).includes(machine);
}

interface TripHold {
  readonly reason: "BrakeTripped";
  readonly facts: Facts;
  readonly wakeAt: Instant;
}

export function tripHold({ cluster: { tripped } }: Snapshot, now: Instant): TripHold | null {
  if (tripped === null) return null;
  return { reason: "BrakeTripped", facts: tripFacts(tripped), wakeAt: now + 10 * secondMs };
}

export function tripFacts({ machines }: Trip): Facts {
  return { count: machines.length, machine: machines.slice(0, 4).join(", ") };
}

function isSuccess({ state, reason }: MachineProgress): boolean {
  return state === "Succeeded" && reason !== "NothingToDo";
}

function isFailure({ state, reason }: MachineProgress): boolean {
  return state === "Failed" && reason !== "DrainTimedOut";
}

/** A success since, or a person who has lifted it, ends the row; so does a week. */
export function tripOf(tallies: Iterable<Tally>, lifted: Instant, now: Instant): Trip | null {
  const all = [...tallies];
  const since = all.reduce((last, { lastSuccessAt }) => Math.max(last, lastSuccessAt), lifted);
  const row = all
    .flatMap(({ failures }) => failures)
    .filter(({ at }) => at > since && at > now - memoryMs)
    .toSorted((a, b) => b.at - a.at || (a.machine < b.machine ? -1 : 1));
  const machines = [
    ...new Map(row.toReversed().map(({ uid, machine }) => [uid, machine])).values(),
  ].toReversed();
  const [latest] = row;
  return latest !== undefined && machines.length > allowed ? { machines, at: latest.at } : null;
}
