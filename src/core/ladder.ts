/** The ladder of repairs: which rung is next for a sick machine, and which it can do at all. When one may start is in repair.ts. */
import type { RepairRecord } from "../schema/machine.ts";
import type { Sickness } from "./health.ts";
import { isSubscription } from "./member.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
import { dayMs, hourMs, instantOf, minuteMs, timeOf } from "./time.ts";

export type Rung = RepairRecord["rung"];

export interface Step {
  readonly rung: Rung;
  /** The age of the sickness from which it may be tried (ACK's and its peers' thresholds). */
  readonly afterMs: number;
}

const firstAfterMs = 3 * minuteMs;
const ladder: readonly Step[] = [
  { rung: "RestartService", afterMs: firstAfterMs },
  { rung: "Reboot", afterMs: 10 * minuteMs },
  { rung: "ReplaceSystemDisk", afterMs: 20 * minuteMs },
  { rung: "ReplaceInstance", afterMs: 30 * minuteMs },
];
const laddersPerDay = 3;

/** Rungs that this sickness has already seen are not tried again; three whole ladders a day, then a person (S17). */
export function nextRung(
  {
    snapshot,
    machine,
    sickness,
  }: { readonly snapshot: Snapshot; readonly machine: Machine; readonly sickness: Sickness },
  now: Instant,
): Step | null {
  const records = machine.record.status?.repairs ?? [];
  const sickSince = now - sickness.forMs;
  const tried = new Set(records.filter((record) => isOfSickness(record, sickSince)).map(({ rung }) => rung));
  const last = ladder.findLastIndex(({ rung }) => tried.has(rung));
  const next = ladder.slice(last + 1).find(({ rung }) => canDo(snapshot, rung, machine)) ?? null;
  if (last < 0 && laddersOf(records, now) >= laddersPerDay) return null;
  // Nothing runs on an instance that is down: for it a reboot is only a start, and costs no more than a service's restart.
  const isStart = next?.rung === "Reboot" && machine.instance?.state === "Stopped";
  return isStart ? { ...next, afterMs: firstAfterMs } : next;
}

/** After a restart we see an old sickness as a new one: what has failed shortly before belongs to it all the same. */
const sameSicknessMs = hourMs;

function isOfSickness({ startedTime, finishedTime, outcome }: RepairRecord, sickSince: Instant): boolean {
  const isFailure = outcome === "Failed" && instantOf(finishedTime) >= sickSince - sameSicknessMs;
  return isFailure || instantOf(startedTime) >= sickSince;
}

/** A ladder begins where the rung is not above the one before it. */
function laddersOf(records: readonly RepairRecord[], now: Instant): number {
  const today = records.filter(({ startedTime }) => instantOf(startedTime) > now - dayMs);
  const heights = today.map((record) => ladder.findIndex(({ rung }) => rung === record.rung));
  return heights.filter((height, index) => index === 0 || height <= (heights[index - 1] ?? 0)).length;
}

export function firstRung(snapshot: Snapshot, machine: Machine): Rung | null {
  return ladder.find(({ rung }) => canDo(snapshot, rung, machine))?.rung ?? null;
}

export function canDo({ provider }: Snapshot, rung: Rung, machine: Machine): boolean {
  switch (rung) {
    case "RestartService":
      // A service can only be restarted on a running instance; a stopped one needs its power.
      return provider.capabilities.restartService && machine.instance?.state === "Running";
    case "Reboot":
      return true;
    case "ReplaceSystemDisk":
      return provider.capabilities.replaceSystemDisk;
    case "ReplaceInstance":
      return !isSubscription(machine);
  }
}

/** The machine with the rung on its record: the audit of repairs, and the memory of what was tried. */
export function rungRecord(machine: Machine, rung: Rung, operation: string, now: Instant): Machine {
  const record: RepairRecord = { rung, operation, startedTime: timeOf(now), outcome: "Running" };
  const { status } = machine.record;
  const repairs = [...(status?.repairs ?? []), record].slice(-20);
  return { ...machine, record: { ...machine.record, status: { ...status, repairs } } };
}
