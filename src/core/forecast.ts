/**
 * How long an upgrade will take and when each node's turn comes: the roll run ahead in virtual time, with the limits that
 * upgrade.ts keeps. Waits for workloads (health gate, budgets that allow little at once) are not foreseen.
 */
import { maxUnavailable } from "./budget.ts";
import { classify, obstacleOf, budgetsOf } from "./drain.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
import type { HoldReason } from "./reason.ts";
import { plans, type PlanName, type StepName } from "./steps.ts";
import { instantOf, minuteMs, secondMs } from "./time.ts";
import { nextOpenings } from "./window.ts";

export interface UpgradeRun {
  /** In the order of their turns. */
  readonly machines: readonly UpgradeTurn[];
  /** How many this upgrade has finished before. */
  readonly done: number;
  readonly maxUnavailable: number;
  readonly maxParallel: number;
  readonly soakMs: number;
  readonly drainTimeoutMs: number;
  readonly onTimeout: "Stop" | "Skip" | "Force";
  /** The upgrade stops when more nodes than this end blocked or failed. */
  readonly maxBlocked: number;
  readonly maxFailed: number;
  /** Null: the upgrade does not wait for a window. */
  readonly openings: readonly { readonly opens: Instant; readonly closes: Instant }[] | null;
  readonly now: Instant;
}

export interface UpgradeTurn {
  readonly machine: string;
  readonly forecastMs: number;
  /** A pod of it can never be evicted as things are. */
  readonly isBlocked: boolean;
}

export interface UpgradeForecast {
  readonly turns: readonly ForecastTurn[];
  /** Machines whose turn never comes. */
  readonly notReached: readonly string[];
  /** Null: it never gets there as things are, for the reason in `hold`. */
  readonly finishesAt: Instant | null;
  readonly totalMs: number | null;
  /** Openings in which something starts; 0 without a window. */
  readonly windowsNeeded: number;
  readonly hold: Extract<
    HoldReason,
    "MaxUnavailable" | "TooManyBlocked" | "TooManyFailed" | "WindowTooShort" | "WindowClosed"
  > | null;
}

export interface ForecastTurn {
  readonly machine: string;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly outcome: "Succeeded" | "Blocked" | "Failed";
  /** Index of the opening it starts in; null without a window. */
  readonly opening: number | null;
}

export function forecastUpgrade(run: UpgradeRun): UpgradeForecast {
  const turns: ForecastTurn[] = [];
  const roll: Roll = { at: run.now, running: [], succeeded: run.done, blocked: 0, failed: 0, soakUntil: 0 };
  let hold: UpgradeForecast["hold"] = null;
  for (const turn of run.machines) {
    const start = nextStart(run, turn, roll);
    if (typeof start === "string") {
      hold = start;
      break;
    }
    const forecast = turnFrom(run, turn, start);
    turns.push(forecast);
    roll.running.push(forecast);
  }
  const lastEnd = turns.reduce((latest, { endsAt }) => Math.max(latest, endsAt), run.now);
  const openings = new Set(turns.flatMap(({ opening }) => (opening === null ? [] : [opening])));
  return {
    turns,
    notReached: run.machines.slice(turns.length).map(({ machine }) => machine),
    finishesAt: hold === null ? lastEnd : null,
    totalMs: hold === null ? lastEnd - run.now : null,
    windowsNeeded: openings.size,
    hold,
  };
}

/** An upgrade of these machines, as the pool and its window stand. */
export function upgradeRun(
  snapshot: Snapshot,
  machines: readonly Machine[],
  now: Instant,
  when: "Now" | "InWindow",
): UpgradeRun {
  const { upgrade, drain } = snapshot.pool.spec;
  const { window } = snapshot;
  const hasWindow = window !== null && window !== "Missing";
  const forecastMs = nodeForecastMs(snapshot);
  const inWindow = hasWindow ? nextOpenings(window, now, openingsAhead) : [];
  return {
    machines: machines.map((machine) => ({
      machine: machine.record.metadata.name,
      forecastMs,
      isBlocked: isBlocked(machine, snapshot),
    })),
    done: 0,
    maxUnavailable: maxUnavailable(snapshot.pool.spec) + upgrade.maxSurge,
    maxParallel: upgrade.maxParallel,
    soakMs: upgrade.soakSeconds * secondMs,
    drainTimeoutMs: drain.timeoutSeconds * secondMs,
    onTimeout: drain.onTimeout,
    maxBlocked: maxBlocked(machines.length),
    maxFailed: upgrade.maxFailedNodes,
    openings: when === "Now" ? null : inWindow,
    now,
  };
}

/** An upgrade stops when more of its nodes than this could not be drained. */
export function maxBlocked(machines: number): number {
  return Math.max(1, Math.floor(machines / 10));
}

/** How many nodes may be in work at once: 1, then 2 after the first success, 4 after three, 8 after seven, up to the cap. */
export function growthLimit(done: number, cap: number): number {
  return Math.min(cap, 2 ** Math.floor(Math.log2(done + 1)));
}

/** One node of this pool: the median of what its last upgrades took, or else the sum of the steps. */
export function nodeForecastMs(snapshot: Snapshot): number {
  const history = snapshot.machines.flatMap(({ record }) => {
    const last = record.status?.lastOperation;
    if (last?.kind !== "Upgrade" || last.outcome !== "Succeeded") return [];
    return [instantOf(last.finishedTime) - instantOf(last.startedTime)];
  });
  const known = history.filter((ms) => ms > 0).toSorted((a, b) => a - b);
  const median = known[Math.floor(known.length / 2)];
  return median ?? planForecastMs(upgradePlans(snapshot));
}

/** What must be left of a window for a node to start: its forecast and a fifth, at least a quarter of an hour. */
export function windowNeedMs(forecastMs: number): number {
  return Math.max(15 * minuteMs, Math.ceil(forecastMs * 1.2));
}

export type StepDurations = Partial<Readonly<Record<StepName, number>>>;

export function planForecastMs(names: readonly PlanName[], history: StepDurations = {}): number {
  const steps = names.flatMap((name) => plans[name]);
  return steps.reduce((sum, step) => sum + stepForecastMs(step, history), 0);
}

/** How long a step usually takes: what was seen of it, or else a cautious guess. */
export function stepForecastMs(step: StepName, history: StepDurations = {}): number {
  return history[step] ?? guessedSeconds[step] * secondMs;
}

const guessedSeconds: Readonly<Record<StepName, number>> = {
  Request: 5,
  Boot: 60,
  Join: 60,
  Cordon: 1,
  Drain: 60,
  Stop: 30,
  ReplaceDisk: 120,
  Start: 60,
  Reboot: 60,
  RestartService: 10,
  AwaitReady: 60,
  AwaitHealthy: 30,
  Restore: 1,
  Release: 30,
  Leave: 10,
  DeleteNode: 1,
  Forget: 1,
};

/** More than a year of daily openings. */
const openingsAhead = 400;

function upgradePlans({ pool }: Snapshot): readonly PlanName[] {
  return pool.spec.upgrade.method === "ReplaceInstance" ? ["Create", "Release"] : ["ReplaceSystemDisk"];
}

function isBlocked(machine: Machine, { budgets }: Snapshot): boolean {
  const pods = machine.pods.filter((pod) => classify(pod).verdict === "Evict");
  return pods.some((pod) => obstacleOf(pod, budgetsOf(pod, budgets))?.canEverAllow === false);
}

function turnFrom(run: UpgradeRun, turn: UpgradeTurn, start: Start): ForecastTurn {
  const { machine, forecastMs } = turn;
  const { at: startsAt, opening } = start;
  const outcome = turn.isBlocked ? blockedOutcomes[run.onTimeout] : "Succeeded";
  const goesThrough = outcome === "Succeeded" ? forecastMs : 0;
  const endsAt = startsAt + goesThrough + (turn.isBlocked ? run.drainTimeoutMs : 0);
  return { machine, startsAt, endsAt, outcome, opening };
}

const blockedOutcomes = { Stop: "Failed", Skip: "Blocked", Force: "Succeeded" } as const;

/** The roll at one moment of virtual time. */
interface Roll {
  at: Instant;
  running: ForecastTurn[];
  succeeded: number;
  blocked: number;
  failed: number;
  soakUntil: Instant;
}

interface Start {
  readonly at: Instant;
  readonly opening: number | null;
}

/** Moves virtual time to the machine's turn; a reason where that never comes. */
function nextStart(
  run: UpgradeRun,
  turn: UpgradeTurn,
  roll: Roll,
): Start | NonNullable<UpgradeForecast["hold"]> {
  for (;;) {
    settle(run, roll);
    if (roll.failed > run.maxFailed) return "TooManyFailed";
    if (roll.blocked > run.maxBlocked) return "TooManyBlocked";
    const limit = Math.min(run.maxUnavailable, growthLimit(roll.succeeded, run.maxParallel));
    if (limit < 1) return "MaxUnavailable";
    const at = roll.running.length < limit ? Math.max(roll.at, roll.soakUntil) : firstEnd(roll.running);
    if (at > roll.at) {
      roll.at = at;
      continue;
    }
    const opening = openingFor(run, turn, at);
    if (typeof opening === "string") return opening;
    if (!(opening.at > at)) return opening;
    roll.at = opening.at;
  }
}

/** Takes out what has ended by now. */
function settle(run: UpgradeRun, roll: Roll): void {
  const ended = roll.running.filter(({ endsAt }) => endsAt <= roll.at);
  if (ended.length === 0) return;
  roll.running = roll.running.filter(({ endsAt }) => endsAt > roll.at);
  for (const { outcome, endsAt } of ended.toSorted((a, b) => a.endsAt - b.endsAt)) {
    if (outcome === "Blocked") roll.blocked += 1;
    if (outcome === "Failed") roll.failed += 1;
    if (outcome !== "Succeeded") continue;
    roll.succeeded += 1;
    if (roll.succeeded === 1) roll.soakUntil = endsAt + run.soakMs;
  }
}

function firstEnd(running: readonly ForecastTurn[]): Instant {
  return running.reduce((first, { endsAt }) => Math.min(first, endsAt), Number.POSITIVE_INFINITY);
}

function openingFor(
  { openings }: UpgradeRun,
  { forecastMs }: UpgradeTurn,
  at: Instant,
): Start | "WindowTooShort" | "WindowClosed" {
  if (openings === null) return { at, opening: null };
  const needMs = windowNeedMs(forecastMs);
  const opening = openings.findIndex(({ opens, closes }) => Math.max(opens, at) + needMs <= closes);
  const found = openings[opening];
  if (found !== undefined) return { at: Math.max(found.opens, at), opening };
  const isLongEnough = openings.some(({ opens, closes }) => opens + needMs <= closes);
  return openings.length > 0 && !isLongEnough ? "WindowTooShort" : "WindowClosed";
}
