/** The third policy: machines proven sick, one rung of the ladder at a time. Does not wait for the maintenance window. */
import type { OperationInHand, RepairRecord } from "../schema/machine.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { Action, Because, Held, Wishes } from "./action.ts";
import { isCordonedByUs } from "./attributes.ts";
import { begin } from "./begin.ts";
import { evidenceOf, isStorm, type Sickness, sicknessOf } from "./health.ts";
import { hasJoined, isLeaving, members, nameOf, removalTargets } from "./member.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
import { activeOperations, progressOf } from "./progress.ts";
import type { HoldReason } from "./reason.ts";
import { defaultOptions, targetOf } from "./remove.ts";
import { targetDisk } from "./target.ts";
import { hourMs, instantOf, minuteMs, secondMs, timeOf } from "./time.ts";

export type Rung = RepairRecord["rung"];

/** Each rung with the age of the sickness from which it may be tried (ACK's and its peers' thresholds). */
const ladder: readonly { readonly rung: Rung; readonly afterMs: number }[] = [
  { rung: "RestartService", afterMs: 3 * minuteMs },
  { rung: "Reboot", afterMs: 10 * minuteMs },
  { rung: "ReplaceSystemDisk", afterMs: 20 * minuteMs },
  { rung: "ReplaceInstance", afterMs: 30 * minuteMs },
];
const laddersPerDay = 3;
/** After start, a gap in our view or a storm nothing is concluded for this long (S16). */
const settleMs = 2 * minuteMs;
const vanishedMs = 60 * secondMs;

export function repair(snapshot: Snapshot, now: Instant): Wishes {
  const all = [runRepairs(snapshot, now), ...findSick(snapshot, now), ...findVanished(snapshot, now)];
  return { actions: all.flatMap((wish) => wish.actions), held: all.flatMap((wish) => wish.held) };
}

/** Repairs that are written down and may go ahead: approved, or needing no approval. */
function runRepairs(snapshot: Snapshot, now: Instant): Wishes {
  const waiting = activeOperations(snapshot, "Repair").flatMap((operation) =>
    progressOf(operation, snapshot, now)
      .filter(({ machine, record }) => machine !== null && record.state === "Waiting")
      .map(({ machine }) => ({ operation, machine })),
  );
  const actions: Action[] = [];
  const held: Held[] = [];
  for (const { operation, machine } of waiting) {
    if (machine === null) continue;
    const reason = whyNotNow(operation, snapshot, machine, actions.length);
    if (reason === null) actions.push(beginRung(operation, snapshot, machine, now));
    else
      held.push({
        wish: "Repair",
        machine: nameOf(machine),
        reason,
        facts: { operation: operation.metadata.name },
        wakeAt: null,
      });
  }
  return { actions, held };
}

function whyNotNow(
  operation: NodeOperationObject,
  snapshot: Snapshot,
  machine: Machine,
  begun: number,
): HoldReason | null {
  const { spec } = operation;
  if (spec.approval === "Waiting") return "AwaitingApproval";
  if (spec.state === "Pause" || snapshot.pool.spec.paused) return "PausedByUser";
  if (machine.record.status?.operation !== undefined) return "BatchInProgress";
  if (begun > 0 || repairsInHand(snapshot) > 0) return "RepairInProgress";
  return snapshot.cluster.repairsElsewhere > 0 ? "RepairsElsewhere" : null;
}

function repairsInHand(snapshot: Snapshot): number {
  return snapshot.machines.filter((machine) => machine.record.status?.operation?.kind === "Repair").length;
}

function beginRung(
  operation: NodeOperationObject,
  snapshot: Snapshot,
  machine: Machine,
  now: Instant,
): Action {
  const rung = operation.spec.options.rung ?? "RestartService";
  const plan = rung === "ReplaceInstance" ? "Release" : rung;
  const target = targetDisk(snapshot.pool.spec.template, snapshot.provider, snapshot.cluster);
  const disk = machine.record.status?.disk ?? (target.ok ? target.disk : undefined);
  const because: Because = {
    reason: "NodeSick",
    facts: { machine: nameOf(machine), operation: operation.metadata.name },
  };
  const options = { drain: rung !== "RestartService", release: rung === "ReplaceInstance" };
  const record: RepairRecord = {
    rung,
    operation: operation.metadata.name,
    startedTime: timeOf(now),
    outcome: "Running",
  };
  const repairs = [...(machine.record.status?.repairs ?? []), record].slice(-20);
  const marked = { ...machine, record: { ...machine.record, status: { ...machine.record.status, repairs } } };
  const isDisk = rung === "ReplaceSystemDisk" && disk !== undefined;
  return begin(
    snapshot,
    marked,
    { kind: "Repair", plan, cause: operation, options, because, ...(isDisk ? { target: disk } : {}) },
    now,
  );
}

function findSick(snapshot: Snapshot, now: Instant): readonly Wishes[] {
  const named = new Set(
    activeOperations(snapshot, "Repair").flatMap(({ spec }) => spec.targets.map(({ uid }) => uid)),
  );
  const leaving = removalTargets(snapshot, now);
  const isStormy = isStorm(snapshot, now);
  return snapshot.machines.flatMap((machine): Wishes[] => {
    const uid = machine.record.metadata.uid ?? "";
    const isBusy =
      machine.record.status?.operation !== undefined ||
      isLeaving(machine) ||
      leaving.has(uid) ||
      named.has(uid);
    const sickness = isBusy || !hasJoined(machine) ? null : sicknessOf(snapshot, machine);
    return sickness === null ? [] : [judge(snapshot, { machine, sickness, isStormy }, now)];
  });
}

interface Case {
  readonly machine: Machine;
  readonly sickness: Sickness;
  readonly isStormy: boolean;
}

function judge(snapshot: Snapshot, { machine, sickness, isStormy }: Case, now: Instant): Wishes {
  const name = nameOf(machine);
  const facts = { machine: name, object: sickness.signs.join("+"), since: timeOf(now - sickness.forMs) };
  const hold = (reason: HoldReason, wakeAt: Instant | null = null): Wishes => ({
    actions: [],
    held: [{ wish: "Repair", machine: name, reason, facts, wakeAt }],
  });
  if (!snapshot.pool.spec.management.autoRepair) return hold("NeedsHuman");
  if (isStormy) return hold("Storm");
  if (isCordonedByPerson(snapshot, machine)) return hold("CordonedByPerson");
  if (snapshot.cluster.sinceGapMs < settleMs)
    return hold("ViewTooYoung", now + settleMs - snapshot.cluster.sinceGapMs);
  if (!sickness.isPathProven) return hold("PathUnproven", now + 10 * secondMs);
  const next = nextRung(snapshot, machine, sickness, now);
  if (next === null) return hold("NeedsHuman");
  if (sickness.forMs < next.afterMs) return hold("EvidenceTooYoung", now + next.afterMs - sickness.forMs);
  return recordRepair(snapshot, machine, next.rung, sickness);
}

/** Rungs that this sickness has already seen are not tried again; three whole ladders a day, then a person (S17). */
function nextRung(
  snapshot: Snapshot,
  machine: Machine,
  sickness: Sickness,
  now: Instant,
): (typeof ladder)[number] | null {
  const records = machine.record.status?.repairs ?? [];
  const today = records.filter((record) => instantOf(record.startedTime) > now - 24 * hourMs);
  const first = ladder.find(({ rung }) => canDo(snapshot, rung, machine));
  const sickSince = now - sickness.forMs;
  const tried = new Set(
    records.filter(({ startedTime }) => instantOf(startedTime) >= sickSince).map(({ rung }) => rung),
  );
  const lastTried = ladder.findLastIndex(({ rung }) => tried.has(rung));
  const next = ladder.slice(lastTried + 1).find(({ rung }) => canDo(snapshot, rung, machine)) ?? null;
  const isNewLadder = next === first;
  return isNewLadder && today.filter(({ rung }) => rung === first?.rung).length >= laddersPerDay
    ? null
    : next;
}

function canDo({ provider }: Snapshot, rung: Rung, machine: Machine): boolean {
  // A service can only be restarted on a running instance; a stopped one needs its power.
  if (rung === "RestartService")
    return provider.capabilities.restartService && machine.instance?.state === "Running";
  if (rung === "ReplaceSystemDisk") return provider.capabilities.replaceSystemDisk;
  return rung === "Reboot" || machine.record.spec.chargeType !== "Subscription";
}

/** A cordon without our mark is a person at work on the node: hands off (S19). */
function isCordonedByPerson({ pool }: Snapshot, { node }: Machine): boolean {
  return node !== null && node.isUnschedulable && !isCordonedByUs(node) && !pool.spec.template.unschedulable;
}

function recordRepair(snapshot: Snapshot, machine: Machine, rung: Rung, sickness: Sickness): Wishes {
  const name = nameOf(machine);
  const needsApproval =
    snapshot.pool.spec.management.repairApproval === "Required" && rung !== "RestartService";
  const because: Because = {
    reason: "NodeSick",
    facts: { machine: name, object: sickness.signs.join("+"), step: rung },
  };
  const action: Action = {
    kind: "RecordOperation",
    name: `${name}-${rung.toLowerCase()}-${(machine.record.status?.lastEpoch ?? 0) + 1}`,
    spec: {
      poolName: snapshot.pool.metadata.name,
      kind: "Repair",
      targets: [targetOf(machine)],
      requestedBy: "Controller",
      reason: "NodeSick",
      options: { ...defaultOptions, rung },
      state: "Run",
      approval: needsApproval ? "Waiting" : "NotNeeded",
    },
    because,
  };
  return { actions: [action], held: [] };
}

/** An instance that is gone takes its record and node with it; the count brings another, within the same brakes (S21). */
function findVanished(snapshot: Snapshot, now: Instant): readonly Wishes[] {
  const isStormy = isStorm(snapshot, now);
  return members(snapshot, now).flatMap((machine): Wishes[] => {
    const { status } = machine.record;
    const absentMs = evidenceOf(snapshot, machine).vanishedForMs;
    if (absentMs === null || status?.instanceId === undefined || machine.instance !== null) return [];
    const facts = { machine: nameOf(machine), instance: status.instanceId, since: timeOf(now - absentMs) };
    const hold = (reason: HoldReason, wakeAt: Instant | null): Wishes[] => [
      { actions: [], held: [{ wish: "Repair", machine: nameOf(machine), reason, facts, wakeAt }] },
    ];
    if (!snapshot.provider.isListComplete) return hold("ProviderUnavailable", now + 10 * secondMs);
    if (absentMs < vanishedMs) return hold("EvidenceTooYoung", now + vanishedMs - absentMs);
    // A node that still reports proves the list wrong, for as long as it reports.
    if (machine.node?.ready === "True") return hold("EvidenceTooYoung", now + 10 * secondMs);
    if (isStormy) return hold("Storm", null);
    const options: OperationInHand["options"] = { drain: false, release: false };
    const because: Because = { reason: "InstanceVanished", facts };
    return [
      {
        actions: [
          begin(snapshot, machine, { kind: "Repair", plan: "Vanished", cause: null, options, because }, now),
        ],
        held: [],
      },
    ];
  });
}
