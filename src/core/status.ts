/** Counts, conditions and the one summary word of a pool: the one place all surfaces take numbers from. */
import type { DiskFields } from "../schema/machine.ts";
import type { Decision, Held } from "./action.ts";
import {
  type ConditionReport,
  conditionsOf,
  type Counts,
  isOnItsWay,
  isRepairing,
  isUpgrading,
  isWhole,
  type Look,
  stalling,
  stallOf,
  wasInitialized,
} from "./conditions.ts";
import { drainQuietMs } from "./drain-step.ts";
import { hasJoined, isAvailable, isSpent, members } from "./member.ts";
import type { Instant, Snapshot } from "./model.ts";
import { activeOperations } from "./progress.ts";
import type { HoldReason } from "./reason.ts";
import { isBehind, targetDisk } from "./target.ts";
import { instantOf, secondMs, timeOf } from "./time.ts";
import { nextOpenings, windowState } from "./window.ts";

export type { ConditionReport } from "./conditions.ts";

export type Summary =
  | "Initializing"
  | "Active"
  | "Scaling"
  | "Updating"
  | "Upgrading"
  | "Repairing"
  | "Removing"
  | "Deleting"
  | "Paused"
  | "Degraded"
  | "Stalled"
  | "Waiting for window";

export interface PoolReport {
  readonly summary: Summary;
  readonly counts: Counts;
  readonly target: DiskFields | null;
  readonly conditions: readonly ConditionReport[];
  readonly nextWindow: { readonly opens: string; readonly closes: string; readonly isOpen: boolean } | null;
  /** What waits, most telling first. */
  readonly held: readonly Held[];
}

export function poolReport(snapshot: Snapshot, decision: Decision, now: Instant): PoolReport {
  const target = targetDisk(snapshot.pool.spec.template, snapshot.provider, snapshot.cluster);
  const disk = target.ok ? target.disk : null;
  const counts = countsOf(snapshot, disk, now);
  const held = decision.held
    .filter((item) => isNews(item, snapshot, now))
    .toSorted((a, b) => rank(a) - rank(b));
  const look = { snapshot, decision, counts, held, isTargetKnown: target.ok, now };
  return {
    summary: summaryOf(look),
    counts,
    target: disk,
    conditions: conditionsOf(look),
    nextWindow: windowOf(snapshot, now),
    held,
  };
}

function countsOf(snapshot: Snapshot, target: DiskFields | null, now: Instant): Counts {
  const staying = members(snapshot, now);
  return {
    machines: staying.length,
    wanted: snapshot.pool.metadata.deletionTimestamp === undefined ? snapshot.pool.spec.replicas : 0,
    ready: staying.filter(isAvailable).length,
    upToDate: staying.filter((machine) => hasJoined(machine) && target !== null && !isBehind(machine, target))
      .length,
    leaving: snapshot.machines.filter((machine) => !isSpent(machine)).length - staying.length,
  };
}

/** The first word that is true, in the order of what a person most needs to know. */
function summaryOf(look: Look): Summary {
  const { snapshot, counts, held } = look;
  const { pool } = snapshot;
  if (pool.metadata.deletionTimestamp !== undefined) return "Deleting";
  if (pool.spec.paused) return "Paused";
  const isStalled = stallOf(look) !== null;
  if (!wasInitialized(snapshot) && !isWhole(counts)) return isStalled ? "Stalled" : "Initializing";
  if (isRemoving(snapshot)) return "Removing";
  if (isUpgrading(snapshot)) return upgradeWord(snapshot, held);
  if (isRepairing(snapshot)) return "Repairing";
  return isStalled ? "Stalled" : restingWord(look);
}

function restingWord({ snapshot, counts }: Look): Summary {
  const isMoving = counts.machines !== counts.wanted || counts.leaving > 0;
  if (isMoving || snapshot.machines.some(isOnItsWay)) return "Scaling";
  if (activeOperations(snapshot, "SyncAttributes").length > 0) return "Updating";
  return counts.ready < counts.wanted ? "Degraded" : "Active";
}

/** A removal that somebody named; what the count picks is scaling. */
function isRemoving(snapshot: Snapshot): boolean {
  return activeOperations(snapshot, "RemoveNodes").some(({ spec }) => spec.reason !== "AboveDesired");
}

/** While a node is under way nothing waits, whatever the next one waits for; but a person's pause is said at once. */
function upgradeWord(snapshot: Snapshot, held: readonly Held[]): Summary {
  const words = held.flatMap(({ wish, reason }) =>
    wish === "Upgrade" || reason === "BrakeOn" || reason === "BrakeTripped"
      ? (upgradeWords[reason] ?? [])
      : [],
  );
  const isMoving = snapshot.machines.some((machine) => machine.record.status?.operation?.kind === "Upgrade");
  const [word = "Upgrading"] = words;
  return isMoving && word !== "Paused" ? "Upgrading" : word;
}

const upgradeWords: Readonly<Partial<Record<HoldReason, Summary>>> = {
  WindowClosed: "Waiting for window",
  WindowTooShort: "Waiting for window",
  PausedByUser: "Paused",
  TooManyFailed: "Stalled",
  TooManyBlocked: "Stalled",
  WindowMissing: "Stalled",
  NoWindow: "Stalled",
  BrakeOn: "Stalled",
  BrakeTripped: "Stalled",
  CapabilityMissing: "Stalled",
  ProviderUnavailable: "Stalled",
};

/** What a wait is told apart by in the status, beside its reason: the machine, the object in the way, or the wish. */
export function heldObject({ machine, facts, wish }: Held): string {
  const object = facts["object"];
  if (typeof object === "string" && object !== "") return machine === "" ? object : `${machine}: ${object}`;
  return machine === "" ? wish : machine;
}

function windowOf({ window }: Snapshot, now: Instant): PoolReport["nextWindow"] {
  if (window === null || window === "Missing") return null;
  const state = windowState(window, now);
  const [next] = nextOpenings(window, now, 1);
  return next === undefined
    ? null
    : { opens: timeOf(next.opens), closes: timeOf(next.closes), isOpen: state.isOpen };
}

/** Waits that are the ordinary course of things: shown on the operation's own page, not as a trouble of the pool. */
const quiet: ReadonlySet<HoldReason> = new Set([
  "AwaitingInstance",
  "AwaitingNode",
  "Superseded",
  "BatchInProgress",
  "Remembered",
]);

const openingMs = 30 * secondMs;

function isNews({ reason, facts }: Held, snapshot: Snapshot, now: Instant): boolean {
  if (reason === "MaxUnavailable")
    return !snapshot.machines.some((machine) => machine.record.status?.operation?.kind === "Upgrade");
  // Right after a start nobody has asked the provider yet.
  if (reason === "ProviderUnavailable") return snapshot.cluster.sinceGapMs >= openingMs;
  if (reason !== "DrainBlocked" && reason !== "PodsTerminating") return !quiet.has(reason);
  return now >= instantOf(String(facts["since"])) + drainQuietMs;
}

function rank({ reason }: Held): number {
  if (stalling.has(reason)) return 0;
  return reason === "DrainBlocked" ||
    reason === "AwaitingApproval" ||
    reason === "TooManyFailed" ||
    reason === "TooManyBlocked"
    ? 1
    : 2;
}
