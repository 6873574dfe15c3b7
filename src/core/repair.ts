/** Machines proven sick, one rung of the ladder at a time. Does not wait for the maintenance window. */
import type { NodeOperationObject } from "../schema/operation.ts";
import { type Action, type Held, together, type Wishes } from "./action.ts";
import { begin } from "./begin.ts";
import { isStorm, type Sickness, sicknessOf } from "./health.ts";
import { canDo, firstRung, nextRung, type Rung, rungRecord } from "./ladder.ts";
import { hasJoined, isLeaving, members, nameOf, removalTargets, uidOf } from "./member.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
import { freeName } from "./operation-name.ts";
import { activeOperations, byAge, isEnd, progressOf } from "./progress.ts";
import { isProtected, protectedHold } from "./protect.ts";
import { rateHold } from "./rate.ts";
import type { Facts, HoldReason } from "./reason.ts";
import { defaultOptions, targetOf } from "./remove.ts";
import { type HandsOff, handsOff } from "./repair-guard.ts";
import { evidenceOf } from "./signs.ts";
import { targetDisk } from "./target.ts";
import { instantOf, minuteMs, secondMs, sinceOf } from "./time.ts";
import { isAutomatic, tripHold } from "./trip.ts";
import { promisedFirst } from "./turn.ts";
import { allVitals, noOtherNode, onlyUs } from "./vital.ts";

const vanishedMs = 60 * secondMs;
/** Where many are gone or sick at once it takes longer to believe, and there have to be others to compare with. */
const vanishedInStormMs = 10 * minuteMs;

export function repair(snapshot: Snapshot, now: Instant): Wishes {
  return together([runRepairs(snapshot, now), ...findSick(snapshot, now), ...findVanished(snapshot, now)]);
}

/** Repairs that are written down and may go ahead: approved, or needing no approval. One at a time. */
function runRepairs(snapshot: Snapshot, now: Instant): Wishes {
  const waiting = activeOperations(snapshot, "Repair")
    .toSorted(byAge)
    .flatMap((operation) =>
      progressOf(operation, snapshot, now).flatMap(({ machine, record }) =>
        machine === null || record.state !== "Waiting" ? [] : [{ operation, machine }],
      ),
    );
  const actions: Action[] = [];
  const held: Held[] = [];
  for (const { operation, machine } of promisedFirst(snapshot, waiting)) {
    const rung = operation.spec.options.rung ?? chosenRung(snapshot, machine, now);
    const wait = whyNotNow({ operation, snapshot, machine, rung, begun: actions.length }, now);
    if (wait === null) {
      actions.push(beginRung({ operation, snapshot, machine, rung }, now));
      continue;
    }
    const about = { operation: operation.metadata.name, machine: nameOf(machine), step: rung };
    held.push(hold(machine, { ...wait, facts: { ...about, ...wait.facts } }));
  }
  return { actions, held };
}

/** A person's repair without a rung: where the ladder stands, or else its first. */
function chosenRung(snapshot: Snapshot, machine: Machine, now: Instant): Rung {
  const sickness = sicknessOf(snapshot, machine);
  const next = sickness === null ? null : nextRung({ snapshot, machine, sickness }, now);
  return next?.rung ?? firstRung(snapshot, machine) ?? "Reboot";
}

interface Turn {
  readonly operation: NodeOperationObject;
  readonly snapshot: Snapshot;
  readonly machine: Machine;
  readonly rung: Rung;
}

function whyNotNow(
  { operation, snapshot, machine, rung, begun }: Turn & { readonly begun: number },
  now: Instant,
): HandsOff | null {
  const { spec } = operation;
  const { pool, cluster, provider } = snapshot;
  if (spec.approval === "Waiting") return { reason: "AwaitingApproval" };
  if (spec.state === "Pause") return { reason: "PausedByUser" };
  if (pool.spec.paused) return { reason: "Paused", facts: { pool: pool.metadata.name } };
  if (machine.record.status?.operation !== undefined) return { reason: "BatchInProgress" };
  // Its status was lost since: `create.ts` learns of it anew first.
  if (!hasJoined(machine)) return { reason: "AwaitingNode" };
  if (!canDo(snapshot, rung, machine))
    return { reason: "CapabilityMissing", facts: { provider: provider.name } };
  const off = spec.requestedBy === "Controller" ? handsOff(snapshot, machine, now) : null;
  if (off !== null) return off;
  if (begun > 0 || repairsInHand(snapshot) > 0) return { reason: "RepairInProgress" };
  const { repairsElsewhere: count } = cluster;
  if (count > 0) return { reason: "RepairsElsewhere", facts: { count }, wakeAt: now + 10 * secondMs };
  return rung === "RestartService" ? null : takingHold({ operation, snapshot, machine, rung }, now);
}

/** What is asked besides before a rung that takes the node away. */
function takingHold({ operation, snapshot, machine }: Turn, now: Instant): HandsOff | null {
  const isOurs = operation.spec.requestedBy === "Controller";
  const kept = protectedHold(machine) ?? (isAutomatic(operation.spec) ? tripHold(snapshot, now) : null);
  if (kept !== null) return kept;
  // What runs on a node that is not ready is lost already, but for ourselves.
  const kinds = isOurs && machine.node?.ready === "True" ? allVitals : onlyUs;
  return noOtherNode(snapshot, machine, kinds, now) ?? (isOurs ? rateHold(snapshot, now) : null);
}

function repairsInHand(snapshot: Snapshot): number {
  return snapshot.machines.filter((machine) => machine.record.status?.operation?.kind === "Repair").length;
}

function beginRung({ operation, snapshot, machine, rung }: Turn, now: Instant): Action {
  const target = targetDisk(snapshot.pool.spec.template, snapshot.provider, snapshot.cluster);
  const disk = machine.record.status?.disk ?? (target.ok ? target.disk : undefined);
  const isDisk = rung === "ReplaceSystemDisk" && disk !== undefined;
  const beginning = {
    kind: "Repair",
    plan: rung === "ReplaceInstance" ? "Release" : rung,
    cause: operation,
    options: { drain: rung !== "RestartService", release: rung === "ReplaceInstance" },
    because: {
      reason: operation.spec.requestedBy === "Controller" ? "NodeSick" : "RepairRequested",
      facts: { machine: nameOf(machine), operation: operation.metadata.name },
    },
    ...(isDisk ? { target: disk } : {}),
  } as const;
  return begin(snapshot, rungRecord(machine, rung, operation.metadata.name, now), beginning, now);
}

function findSick(snapshot: Snapshot, now: Instant): readonly Wishes[] {
  const named = new Set(
    activeOperations(snapshot, "Repair").flatMap((operation) =>
      progressOf(operation, snapshot, now).flatMap(({ target, record }) =>
        isEnd(record.state) ? [] : target.uid,
      ),
    ),
  );
  const leaving = removalTargets(snapshot, now);
  return snapshot.machines.flatMap((machine): Wishes[] => {
    const isTaken =
      machine.record.status?.operation !== undefined ||
      isLeaving(machine) ||
      leaving.has(uidOf(machine)) ||
      named.has(uidOf(machine));
    const sickness = isTaken || !hasJoined(machine) ? null : sicknessOf(snapshot, machine);
    return sickness === null ? [] : [judge({ snapshot, machine, sickness }, now)];
  });
}

interface Case {
  readonly snapshot: Snapshot;
  readonly machine: Machine;
  readonly sickness: Sickness;
}

function judge({ snapshot, machine, sickness }: Case, now: Instant): Wishes {
  const facts = {
    machine: nameOf(machine),
    object: sickness.signs.join("+"),
    since: sinceOf(now, sickness.forMs),
  };
  const wait = (off: HandsOff): Wishes => ({
    actions: [],
    held: [hold(machine, { ...off, facts: { ...facts, ...off.facts } })],
  });
  if (!snapshot.pool.spec.management.autoRepair) return wait({ reason: "NeedsHuman" });
  const off = handsOff(snapshot, machine, now);
  if (off !== null) return wait(off);
  if (!sickness.isPathProven) return wait({ reason: "PathUnproven", wakeAt: now + 10 * secondMs });
  const sickSince = now - sickness.forMs;
  if (wasTurnedDown(snapshot, machine, sickSince)) return wait({ reason: "NeedsHuman" });
  const next = nextRung({ snapshot, machine, sickness }, now);
  if (next === null) return wait({ reason: "NeedsHuman" });
  if (sickness.forMs < next.afterMs)
    return wait({ reason: "EvidenceTooYoung", wakeAt: sickSince + next.afterMs });
  const kept = next.rung === "RestartService" ? null : protectedHold(machine);
  if (kept !== null) return wait(kept);
  return { actions: [recordRepair({ snapshot, machine, sickness }, next.rung)], held: [] };
}

/** A person has denied or cancelled a repair of this very sickness: it is not asked for again. */
function wasTurnedDown({ operations }: Snapshot, machine: Machine, sickSince: Instant): boolean {
  return operations.some(({ spec, status }) => {
    const isNo = spec.approval === "Denied" || spec.state === "Cancel";
    const isAbout = spec.kind === "Repair" && spec.targets.some(({ uid }) => uid === uidOf(machine));
    return isNo && isAbout && instantOf(status?.finishedTime) >= sickSince;
  });
}

function recordRepair({ snapshot, machine, sickness }: Case, rung: Rung): Action {
  const { repairApproval } = snapshot.pool.spec.management;
  const needsApproval = repairApproval === "Required" && rung !== "RestartService";
  return {
    kind: "RecordOperation",
    name: repairName(snapshot, machine, rung),
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
    because: {
      reason: "NodeSick",
      facts: { machine: nameOf(machine), object: sickness.signs.join("+"), step: rung },
    },
  };
}

function repairName(snapshot: Snapshot, machine: Machine, rung: Rung): string {
  const epoch = (machine.record.status?.lastEpoch ?? 0) + 1;
  return freeName(snapshot, `${nameOf(machine)}-${rung.toLowerCase()}-${epoch}`);
}

/** An instance that is gone takes its record and node with it; the count brings another, within the same brakes (S21). */
function findVanished(snapshot: Snapshot, now: Instant): readonly Wishes[] {
  return members(snapshot, now).flatMap((machine): Wishes[] => {
    const { status } = machine.record;
    const absentMs = evidenceOf(snapshot, machine).vanishedForMs;
    if (absentMs === null || status?.instanceId === undefined || machine.instance !== null) return [];
    const since = sinceOf(now, absentMs);
    const facts: Facts = { machine: nameOf(machine), instance: status.instanceId, since };
    const wait = (reason: HoldReason, wakeAt: Instant | null): Wishes[] => [
      { actions: [], held: [hold(machine, { reason, facts, wakeAt })] },
    ];
    if (!snapshot.provider.isListComplete) return wait("ProviderUnavailable", now + 10 * secondMs);
    if (absentMs < vanishedMs) return wait("EvidenceTooYoung", now + vanishedMs - absentMs);
    // A node that still reports proves the list wrong, for as long as it reports.
    if (machine.node?.ready === "True") return wait("EvidenceTooYoung", now + 10 * secondMs);
    if (isProtected(machine)) return wait("Protected", null);
    const sureAt = now - absentMs + vanishedInStormMs;
    if (isStorm(snapshot, now) && !(now >= sureAt && isAnyListed(snapshot)))
      return wait("Storm", sureAt > now ? sureAt : null);
    return [{ actions: [beginVanished(snapshot, machine, facts, now)], held: [] }];
  });
}

/** A list that shows others of ours is no empty answer of a provider in trouble. */
function isAnyListed({ machines }: Snapshot): boolean {
  return machines.some(({ instance }) => instance !== null);
}

function beginVanished(snapshot: Snapshot, machine: Machine, facts: Facts, now: Instant): Action {
  const failure = { reason: "InstanceVanished", facts: { machine: nameOf(machine) } } as const;
  const isUnfinished = machine.record.status?.operation?.kind === "Create";
  const beginning = {
    kind: "Repair",
    plan: "Vanished",
    cause: null,
    options: { drain: false, release: false },
    because: { reason: "InstanceVanished", facts },
    ...(isUnfinished ? { failure } : {}),
  } as const;
  return begin(snapshot, machine, beginning, now);
}

function hold(machine: Machine, { reason, facts = {}, wakeAt = null }: HandsOff): Held {
  return { wish: "Repair", machine: nameOf(machine), reason, facts, wakeAt };
}
