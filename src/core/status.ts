/** Counts, conditions and the one summary word of a pool: the one place all surfaces take numbers from. */
import type { DiskFields } from "../schema/machine.ts";
import type { Decision, Held } from "./action.ts";
import { unwell } from "./health.ts";
import { hasJoined, isAvailable, isLeaving, members } from "./member.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
import { activeOperations } from "./progress.ts";
import type { Facts, HoldReason, Reason } from "./reason.ts";
import { drainQuietMs } from "./drain-step.ts";
import { isBehind, targetDisk } from "./target.ts";
import { instantOf, timeOf } from "./time.ts";
import { nextOpenings, windowState } from "./window.ts";

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

export interface Counts {
  /** Machines that stay, joined or not. */
  readonly machines: number;
  readonly wanted: number;
  readonly ready: number;
  readonly upToDate: number;
  readonly leaving: number;
}

export type ConditionType =
  | "Ready"
  | "Available"
  | "Initialized"
  | "Reconciling"
  | "Stalled"
  | "UpToDate"
  | "ScalingOut"
  | "ScalingIn"
  | "Upgrading"
  | "RepairInProgress"
  | "Paused"
  | "Deleting";

export interface ConditionReport {
  readonly type: ConditionType;
  readonly isTrue: boolean;
  readonly reason: string;
  /** The closed reason behind the message, where there is one. */
  readonly because: { readonly reason: Reason; readonly facts: Facts } | null;
}

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
  const look = { snapshot, decision, counts, held, now };
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
    leaving: snapshot.machines.length - staying.length,
  };
}

interface Look {
  readonly snapshot: Snapshot;
  readonly decision: Decision;
  readonly counts: Counts;
  readonly held: readonly Held[];
  readonly now: Instant;
}

/** The first word that is true, in the order of what a person most needs to know. */
function summaryOf(look: Look): Summary {
  const { snapshot, counts, held } = look;
  const { pool } = snapshot;
  if (pool.metadata.deletionTimestamp !== undefined) return "Deleting";
  if (pool.spec.paused) return "Paused";
  const isStalled = held.some(({ reason }) => stalling.has(reason));
  const isWhole = counts.machines === counts.wanted && counts.ready === counts.wanted && counts.leaving === 0;
  if (!wasInitialized(snapshot) && !isWhole) return isStalled ? "Stalled" : "Initializing";
  if (isRemoving(snapshot)) return "Removing";
  if (isUpgrading(snapshot)) return upgradeWord(held);
  if (isRepairing(snapshot)) return "Repairing";
  if (isStalled) return "Stalled";
  if (counts.machines !== counts.wanted || counts.leaving > 0 || snapshot.machines.some(isOnItsWay))
    return "Scaling";
  if (activeOperations(snapshot, "SyncAttributes").length > 0) return "Updating";
  return counts.ready < counts.wanted ? "Degraded" : "Active";
}

export function wasInitialized({ pool }: Snapshot): boolean {
  return (
    pool.status?.conditions?.some(({ type, status }) => type === "Initialized" && status === "True") ?? false
  );
}

function isOnItsWay(machine: Machine): boolean {
  return !hasJoined(machine) && !isLeaving(machine);
}

/** A removal that somebody named; what the count picks is scaling. */
function isRemoving(snapshot: Snapshot): boolean {
  return activeOperations(snapshot, "RemoveNodes").some(({ spec }) => spec.reason !== "AboveDesired");
}

function isUpgrading(snapshot: Snapshot): boolean {
  return activeOperations(snapshot, "Upgrade").length > 0;
}

function upgradeWord(held: readonly Held[]): Summary {
  const reasons = new Set(held.filter(({ wish }) => wish === "Upgrade").map(({ reason }) => reason));
  if (reasons.has("WindowClosed") || reasons.has("WindowTooShort")) return "Waiting for window";
  if (
    reasons.has("TooManyFailed") ||
    reasons.has("TooManyBlocked") ||
    reasons.has("WindowMissing") ||
    reasons.has("NoWindow")
  )
    return "Stalled";
  return reasons.has("PausedByUser") ? "Paused" : "Upgrading";
}

function isRepairing(snapshot: Snapshot): boolean {
  return snapshot.machines.some((machine) => machine.record.status?.operation?.kind === "Repair");
}

function conditionsOf(look: Look): readonly ConditionReport[] {
  const { snapshot, counts, held, now } = look;
  const { pool } = snapshot;
  const isDeleting = pool.metadata.deletionTimestamp !== undefined;
  const isWhole = counts.machines === counts.wanted && counts.ready === counts.wanted && counts.leaving === 0;
  const stall = held.find(({ reason }) => stalling.has(reason)) ?? null;
  const upgradeHold = held.find(({ wish }) => wish === "Upgrade") ?? null;
  const repairHold = held.find(({ wish }) => wish === "Repair") ?? null;
  const busy = !isWhole || activeOperations(snapshot).length > 0 || look.decision.actions.length > 0;
  const isIn = counts.leaving > 0;
  const isOut = counts.machines < counts.wanted || snapshot.machines.some(isOnItsWay);
  return [
    condition("Ready", isWhole && stall === null, isWhole ? "AllNodesReady" : "NodesNotReady", stall),
    condition(
      "Available",
      counts.ready > 0 || counts.wanted === 0,
      counts.ready > 0 ? "NodesReady" : "NoNodeReady",
      null,
    ),
    condition(
      "Initialized",
      isWhole || wasInitialized(snapshot),
      isWhole || wasInitialized(snapshot) ? "WasComplete" : "FirstNodesPending",
      null,
    ),
    condition("Reconciling", busy, busy ? "Working" : "Settled", null),
    condition("Stalled", stall !== null, stall?.reason ?? "Progressing", stall),
    condition(
      "UpToDate",
      counts.upToDate === counts.machines && isWhole,
      counts.upToDate === counts.machines ? "TemplateMatches" : "Outdated",
      upgradeHold,
    ),
    condition("ScalingOut", isOut && !isDeleting, isOut ? "NodesPending" : "CountReached", null),
    condition("ScalingIn", isIn, isIn ? "NodesLeaving" : "CountReached", null),
    condition(
      "Upgrading",
      isUpgrading(snapshot),
      upgradeHold?.reason ?? (isUpgrading(snapshot) ? "Running" : "NoUpgrade"),
      upgradeHold,
    ),
    condition(
      "RepairInProgress",
      isRepairing(snapshot),
      repairHold?.reason ??
        (isRepairing(snapshot) ? "Running" : unwell(snapshot, now).length > 0 ? "Suspects" : "AllHealthy"),
      repairHold,
    ),
    condition("Paused", pool.spec.paused, pool.spec.paused ? "PausedByUser" : "NotPaused", null),
    condition(
      "Deleting",
      isDeleting,
      isDeleting ? "DeletionRequested" : "NotDeleted",
      isDeleting ? (held.find(({ wish }) => wish === "Remove") ?? null) : null,
    ),
  ];
}

function condition(type: ConditionType, isTrue: boolean, reason: string, held: Held | null): ConditionReport {
  return { type, isTrue, reason, because: held === null ? null : { reason: held.reason, facts: held.facts } };
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
]);

function isNews({ reason, facts }: Held, snapshot: Snapshot, now: Instant): boolean {
  if (reason === "MaxUnavailable")
    return !snapshot.machines.some((machine) => machine.record.status?.operation?.kind === "Upgrade");
  if (reason !== "DrainBlocked" && reason !== "PodsTerminating") return !quiet.has(reason);
  return now >= instantOf(String(facts["since"])) + drainQuietMs;
}

/** Waits that only a person, or somebody outside, can end. */
const stalling: ReadonlySet<HoldReason> = new Set([
  "OutOfStock",
  "QuotaExceeded",
  "ProviderDenied",
  "ProviderUnavailable",
  "ImageUnknown",
  "VersionSkew",
  "DrainImpossible",
  "NeedsHuman",
  "Storm",
  "BrakeOn",
  "UncordonedByPerson",
]);

function rank({ reason }: Held): number {
  if (stalling.has(reason)) return 0;
  return reason === "DrainBlocked" ||
    reason === "AwaitingApproval" ||
    reason === "TooManyFailed" ||
    reason === "TooManyBlocked"
    ? 1
    : 2;
}
