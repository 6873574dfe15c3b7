/** The conditions of a pool, as Kubernetes' tools read them. The one word for people is in status.ts. */
import type { Decision, Held } from "./action.ts";
import { unwell } from "./health.ts";
import { hasJoined, isLeaving } from "./member.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
import { activeOperations } from "./progress.ts";
import type { Facts, HoldReason, Reason } from "./reason.ts";

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

/** What the report of a pool is made from. */
export interface Look {
  readonly snapshot: Snapshot;
  readonly decision: Decision;
  readonly counts: Counts;
  /** What waits and is worth telling, most telling first. */
  readonly held: readonly Held[];
  readonly isTargetKnown: boolean;
  readonly now: Instant;
}

export function conditionsOf(look: Look): readonly ConditionReport[] {
  return [...aboutReadiness(look), ...aboutWork(look), ...aboutPeople(look)];
}

function aboutReadiness(look: Look): readonly ConditionReport[] {
  const { snapshot, counts } = look;
  const stall = stallOf(look);
  const isReady = isWhole(counts) && stall === null;
  const isAvailable = counts.ready > 0 || counts.wanted === 0;
  const isInitialized = isWhole(counts) || wasInitialized(snapshot);
  const readyWord = isWhole(counts) ? (stall?.reason ?? "AllNodesReady") : "NodesNotReady";
  const someWord = counts.ready > 0 ? "NodesReady" : "NoNodeReady";
  const isBusy = isAtWork(look);
  return [
    condition("Ready", isReady, readyWord, stall),
    condition("Available", isAvailable, counts.wanted === 0 ? "NoNodeWanted" : someWord),
    condition("Initialized", isInitialized, isInitialized ? "WasComplete" : "FirstNodesPending"),
    condition("Reconciling", isBusy, isBusy ? "Working" : "Settled"),
    condition("Stalled", stall !== null, stall?.reason ?? "Progressing", stall),
  ];
}

function isAtWork({ snapshot, counts, decision }: Look): boolean {
  return !isWhole(counts) || activeOperations(snapshot).length > 0 || decision.actions.length > 0;
}

function aboutWork(look: Look): readonly ConditionReport[] {
  const { snapshot, counts, held } = look;
  const isDeleting = snapshot.pool.metadata.deletionTimestamp !== undefined;
  const upgradeHold = held.find(({ wish }) => wish === "Upgrade") ?? null;
  const isIn = counts.leaving > 0;
  const isOut = !isDeleting && (counts.machines < counts.wanted || snapshot.machines.some(isOnItsWay));
  const upgradeWord = upgradeHold?.reason ?? (isUpgrading(snapshot) ? "Running" : "NoUpgrade");
  return [
    condition("UpToDate", isUpToDate(look), upToDateWord(look), upgradeHold),
    condition("ScalingOut", isOut, isOut ? "NodesPending" : "CountReached"),
    condition("ScalingIn", isIn, isIn ? "NodesLeaving" : "CountReached"),
    condition("Upgrading", isUpgrading(snapshot), upgradeWord, upgradeHold),
    repairCondition(look),
  ];
}

function aboutPeople({ snapshot: { pool }, held }: Look): readonly ConditionReport[] {
  const { paused } = pool.spec;
  const isDeleting = pool.metadata.deletionTimestamp !== undefined;
  const hold = isDeleting ? (held.find(({ wish }) => wish === "Remove") ?? null) : null;
  return [
    condition("Paused", paused, paused ? "PausedByUser" : "NotPaused"),
    condition("Deleting", isDeleting, isDeleting ? "DeletionRequested" : "NotDeleted", hold),
  ];
}

function isUpToDate({ counts, isTargetKnown }: Look): boolean {
  return isTargetKnown && counts.upToDate === counts.machines;
}

function upToDateWord(look: Look): string {
  if (!look.isTargetKnown) return "TargetUnknown";
  return isUpToDate(look) ? "TemplateMatches" : "Outdated";
}

function repairCondition({ snapshot, held, now }: Look): ConditionReport {
  const hold = held.find(({ wish }) => wish === "Repair") ?? null;
  const isRunning = isRepairing(snapshot);
  const atRest = unwell(snapshot, now).length > 0 ? "Suspects" : "AllHealthy";
  return condition("RepairInProgress", isRunning, hold?.reason ?? (isRunning ? "Running" : atRest), hold);
}

function condition(
  type: ConditionType,
  isTrue: boolean,
  reason: string,
  held: Held | null = null,
): ConditionReport {
  return { type, isTrue, reason, because: held === null ? null : { reason: held.reason, facts: held.facts } };
}

export function isWhole({ machines, wanted, ready, leaving }: Counts): boolean {
  return machines === wanted && ready === wanted && leaving === 0;
}

export function wasInitialized({ pool }: Snapshot): boolean {
  return (
    pool.status?.conditions?.some(({ type, status }) => type === "Initialized" && status === "True") ?? false
  );
}

export function isOnItsWay(machine: Machine): boolean {
  return !hasJoined(machine) && !isLeaving(machine);
}

export function isUpgrading(snapshot: Snapshot): boolean {
  return activeOperations(snapshot, "Upgrade").length > 0;
}

export function isRepairing(snapshot: Snapshot): boolean {
  return snapshot.machines.some((machine) => machine.record.status?.operation?.kind === "Repair");
}

export function stallOf({ held }: Pick<Look, "held">): Held | null {
  return held.find(({ reason }) => stalling.has(reason)) ?? null;
}

/** Waits that only a person, or somebody outside, can end. */
export const stalling: ReadonlySet<HoldReason> = new Set([
  "OutOfStock",
  "QuotaExceeded",
  "ProviderDenied",
  "ProviderUnavailable",
  "ImageUnknown",
  "VersionSkew",
  "CapabilityMissing",
  "CreationsFailing",
  "DrainImpossible",
  "StepStuck",
  "NeedsHuman",
  "MachineDeleted",
  "Storm",
  "BrakeOn",
  "BrakeTripped",
  "UncordonedByPerson",
]);
