/** Machines whose system disk is behind the template, a few at a time, inside the window. */
import type { DiskFields } from "../schema/machine.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { Action, Because, Held, Wishes } from "./action.ts";
import { begin, isSilent } from "./begin.ts";
import { maxBlocked, nodeForecastMs, windowNeedMs } from "./forecast.ts";
import {
  byNumber,
  hasJoined,
  isLeaving,
  isSubscription,
  members,
  nameOf,
  removalTargets,
  uidOf,
} from "./member.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
import { choiceName } from "./operation-name.ts";
import { activeOperations, byAge, isDoneHere, type Progress, progressOf } from "./progress.ts";
import { isProtected, protectedHold } from "./protect.ts";
import type { Facts, HoldReason } from "./reason.ts";
import { defaultOptions, targetOf } from "./remove.ts";
import { isBehind, providerFacts, type Target, targetDisk } from "./target.ts";
import { hourMs, instantOf, minuteMs, secondMs, timeOf } from "./time.ts";
import { nextInTurn, vitalLast } from "./turn.ts";
import { fits, nextOpenings, windowState } from "./window.ts";
import { isReadyWorkload } from "./workload.ts";

/** Two automatic upgrades of one pool are at least this far apart, so that two quick releases do not drain it twice. */
const minimumGapMs = 24 * hourMs;

export function upgrade(snapshot: Snapshot, now: Instant): Wishes {
  if (snapshot.pool.metadata.deletionTimestamp !== undefined) return none;
  const active = activeOperations(snapshot, "Upgrade");
  if (active.length === 0) return startByItself(snapshot, now);
  // One run at a time: a later one waits until the earlier has ended.
  const [first] = active.toSorted(byAge);
  return first === undefined ? none : run(first, snapshot, now);
}

/** The automatic upgrade: written down as an operation when the window is open and everything fits. */
function startByItself(snapshot: Snapshot, now: Instant): Wishes {
  const { pool } = snapshot;
  const target = targetDisk(pool.spec.template, snapshot.provider, snapshot.cluster);
  if (!target.ok || !pool.spec.management.autoUpgrade) return none;
  const behind = members(snapshot, now).filter(
    (machine) =>
      hasJoined(machine) &&
      isBehind(machine, target.disk) &&
      !hasFailedBefore(machine, target.disk) &&
      !isProtected(machine),
  );
  if (behind.length === 0) return none;
  const hold = windowHold(snapshot, now) ?? quietHold(snapshot, now);
  if (hold !== null) return { actions: [], held: [hold] };
  const because: Because = {
    reason: "Outdated",
    facts: { pool: pool.metadata.name, count: behind.length, ...diskFacts(target.disk) },
  };
  const action: Action = {
    kind: "RecordOperation",
    name: choiceName(snapshot, "upgrade", { among: behind, about: target.disk.hash }),
    spec: {
      poolName: pool.metadata.name,
      kind: "Upgrade",
      targets: vitalLast(snapshot, behind.toSorted(byNumber)).map(targetOf),
      requestedBy: "Controller",
      reason: "Outdated",
      options: { ...defaultOptions, when: "InWindow", onTimeout: pool.spec.drain.onTimeout },
      target: target.disk,
      state: "Run",
      approval: "NotNeeded",
    },
    because,
  };
  return { actions: [action], held: [] };
}

export function diskFacts(disk: DiskFields): Facts {
  return { image: `${disk.image.family} ${disk.image.version}`, version: disk.kubernetesVersion };
}

/** What failed or was blocked on the way to this very target waits for a person's retry, not for the next window. */
function hasFailedBefore({ record }: Machine, target: DiskFields): boolean {
  const last = record.status?.lastOperation;
  return last?.kind === "Upgrade" && last.diskHash === target.hash && last.outcome !== "Succeeded";
}

function quietHold(snapshot: Snapshot, now: Instant): Held | null {
  const ends = snapshot.operations
    .filter(({ spec }) => spec.kind === "Upgrade" && spec.requestedBy === "Controller")
    .map(({ status }) => instantOf(status?.finishedTime))
    .filter((at) => now - at < minimumGapMs);
  const [elsewhere] = snapshot.cluster.upgradesElsewhere;
  if (elsewhere !== undefined) return hold("OtherPoolUpgrading", { pool: elsewhere });
  if (ends.length === 0) return null;
  const until = Math.max(...ends) + minimumGapMs;
  return hold("RecentlyUpgraded", { until: timeOf(until) }, until);
}

function run(operation: NodeOperationObject, snapshot: Snapshot, now: Instant): Wishes {
  const progress = progressOf(operation, snapshot, now);
  const waiting = progress.filter(({ machine, record }) => machine !== null && record.state === "Waiting");
  if (waiting.length === 0) return none;
  const target = targetOfRun(operation, snapshot);
  const wait = target.ok
    ? whyNotNow(operation, { snapshot, progress }, now)
    : hold(target.reason, target.facts, now + minuteMs);
  if (!target.ok || wait !== null) return { actions: [], held: wait === null ? [] : [wait] };
  const idle = waiting.flatMap(({ machine }) =>
    machine !== null && isIdle(machine, snapshot, now) ? [machine] : [],
  );
  const { next, held } = nextInTurn(snapshot, { operation, idle, progress }, now);
  const actions = next.map((machine) =>
    beginUpgrade(operation, { snapshot, machine, target: target.disk }, now),
  );
  return { actions, held: waiting.length > next.length ? [protectedAlone(progress) ?? held] : [] };
}

/** All that is left is protected: who wants the upgrade to end takes the marks off, or skips those nodes. */
function protectedAlone(progress: readonly Progress[]): Held | null {
  const open = progress.filter(({ record }) => record.state === "Waiting" || record.state === "Running");
  const machines = open.flatMap(({ machine }) => machine ?? []);
  const [first] = machines.every(isProtected) ? machines : [];
  const found = first === undefined ? null : protectedHold(first);
  return found === null ? null : hold(found.reason, found.facts);
}

function targetOfRun({ spec }: NodeOperationObject, { pool, provider, cluster }: Snapshot): Target {
  return spec.target === undefined
    ? targetDisk(pool.spec.template, provider, cluster)
    : { ok: true, disk: spec.target };
}

/**
 * In nobody's hands, and in full view: what it is now has to be known before its disk is taken. A silent node cannot be
 * drained; repair has to heal it first.
 */
function isIdle(machine: Machine, snapshot: Snapshot, now: Instant): boolean {
  const isNamed = removalTargets(snapshot, now).has(uidOf(machine));
  const isWhole = machine.instance?.isBusy === false && hasJoined(machine) && !isSilent(snapshot, machine);
  return machine.record.status?.operation === undefined && !isNamed && isWhole && !isProtected(machine);
}

interface Run {
  readonly snapshot: Snapshot;
  readonly progress: readonly Progress[];
}

function whyNotNow(operation: NodeOperationObject, { snapshot, progress }: Run, now: Instant): Held | null {
  const { spec } = snapshot.pool;
  const { name: pool } = snapshot.pool.metadata;
  if (spec.paused) return hold("Paused", { pool });
  if (operation.spec.state === "Pause")
    return hold("PausedByUser", { pool, operation: operation.metadata.name });
  if (operation.spec.approval === "Waiting")
    return hold("AwaitingApproval", { operation: operation.metadata.name });
  const failed = progress.filter(({ record }) => record.state === "Failed");
  if (failed.length > spec.upgrade.maxFailedNodes)
    return hold("TooManyFailed", {
      pool,
      count: failed.length,
      limit: spec.upgrade.maxFailedNodes,
      ...names(failed),
    });
  const blocked = progress.filter(({ record }) => record.state === "Blocked");
  const blockedLimit = maxBlocked(progress.length);
  if (blocked.length > blockedLimit)
    return hold("TooManyBlocked", { pool, count: blocked.length, limit: blockedLimit, ...names(blocked) });
  const unable = providerHold(snapshot, now);
  if (unable !== null) return unable;
  if (operation.spec.options.when === "InWindow") {
    const closed = windowHold(snapshot, now);
    if (closed !== null) return closed;
    const [elsewhere] = snapshot.cluster.upgradesElsewhere;
    if (elsewhere !== undefined) return hold("OtherPoolUpgrading", { pool: elsewhere });
  }
  return soakHold(snapshot, progress, now) ?? gateHold(snapshot, operation, progress);
}

function providerHold({ provider, pool }: Snapshot, now: Instant): Held | null {
  const { name: poolName } = pool.metadata;
  if (!provider.isListComplete)
    return hold("ProviderUnavailable", providerFacts(provider), now + 10 * secondMs);
  if (pool.spec.upgrade.method === "ReplaceInstance" || provider.capabilities.replaceSystemDisk) return null;
  const message = "system disks are not replaced there; method ReplaceInstance works";
  return hold("CapabilityMissing", { pool: poolName, provider: provider.name, message });
}

function names(list: readonly Progress[]): Facts {
  return {
    machine: list
      .slice(0, 3)
      .map(({ target }) => target.machine)
      .join(", "),
  };
}

/** Inside the window, and early enough that what starts also ends in it (S24). */
export function windowHold(snapshot: Snapshot, now: Instant): Held | null {
  const { window, pool } = snapshot;
  const name = pool.spec.management.maintenanceWindowRef?.name ?? "";
  const about = { pool: pool.metadata.name };
  if (window === null) return hold("NoWindow", about);
  if (window === "Missing") return hold("WindowMissing", { ...about, window: name });
  const [next] = nextOpenings(window, now, 2).filter(({ opens }) => opens > now);
  const until = next === undefined ? {} : { until: timeOf(next.opens) };
  if (!windowState(window, now).isOpen)
    return hold("WindowClosed", { ...about, window: name, ...until }, next?.opens ?? null);
  const neededMs = windowNeedMs(nodeForecastMs(snapshot));
  if (!fits(window, now, neededMs)) {
    return hold(
      "WindowTooShort",
      { ...about, window: name, minutes: Math.ceil(neededMs / minuteMs), ...until },
      next?.opens ?? null,
    );
  }
  return null;
}

/** After the first node the rest waits, so that a bad image shows itself on one node only. */
function soakHold({ pool }: Snapshot, progress: readonly Progress[], now: Instant): Held | null {
  const ends = progress.filter(isDoneHere).map(({ record }) => instantOf(record.finishedTime));
  const running = progress.filter(({ record }) => record.state === "Running");
  if (ends.length !== 1 || running.length > 0 || progress.length < 2) return null;
  const until = (ends[0] ?? 0) + pool.spec.upgrade.soakSeconds * secondMs;
  return now < until ? hold("Soaking", { until: timeOf(until) }, until) : null;
}

/** The workloads that were moved are whole again before more of them is moved. */
function gateHold(
  snapshot: Snapshot,
  { metadata: { uid } }: NodeOperationObject,
  progress: readonly Progress[],
): Held | null {
  if (snapshot.pool.spec.upgrade.healthGate === "Disabled") return null;
  for (const { machine } of progress) {
    const last = machine?.record.status?.lastOperation;
    if (machine === null || last?.operationUid === undefined || last.operationUid !== uid) continue;
    const behind = (last.workloads ?? []).find((key) => !isReadyWorkload(snapshot, key));
    const workload = behind === undefined ? undefined : snapshot.workloads.get(behind);
    if (behind === undefined || workload === undefined) continue;
    return hold("HealthGate", {
      object: behind,
      ready: workload.ready,
      wanted: workload.wanted,
      machine: nameOf(machine),
    });
  }
  return null;
}

interface Turn {
  readonly snapshot: Snapshot;
  readonly machine: Machine;
  readonly target: DiskFields;
}

function beginUpgrade(
  operation: NodeOperationObject,
  { snapshot, machine, target }: Turn,
  now: Instant,
): Action {
  const isInstance = snapshot.pool.spec.upgrade.method === "ReplaceInstance" && !isSubscription(machine);
  const because: Because = {
    reason: operation.spec.requestedBy === "Controller" ? "Outdated" : "UpgradeRequested",
    facts: { machine: nameOf(machine), operation: operation.metadata.name, ...diskFacts(target) },
  };
  const plan = isInstance ? "Release" : "ReplaceSystemDisk";
  const onTimeout = operation.spec.options.onTimeout ?? snapshot.pool.spec.drain.onTimeout;
  return begin(
    snapshot,
    machine,
    {
      kind: "Upgrade",
      plan,
      cause: operation,
      options: { drain: true, release: isInstance, onTimeout },
      target,
      because,
    },
    now,
  );
}

/** Extra instances while an upgrade by new instances runs. Whoever is on its way out already is made up for by the count. */
export function surgeWanted(snapshot: Snapshot, now: Instant): number {
  const { upgrade: rules, paused } = snapshot.pool.spec;
  if (rules.method !== "ReplaceInstance" || rules.maxSurge === 0 || paused) return 0;
  const [running] = activeOperations(snapshot, "Upgrade").toSorted(byAge);
  if (running?.spec.state !== "Run") return 0;
  const waiting = progressOf(running, snapshot, now).filter(
    ({ record, machine }) => machine !== null && !isLeaving(machine) && record.state === "Waiting",
  );
  return Math.min(rules.maxSurge, waiting.length);
}

const none: Wishes = { actions: [], held: [] };

function hold(reason: HoldReason, facts: Facts, wakeAt: Instant | null = null): Held {
  return { wish: "Upgrade", machine: "", reason, facts, wakeAt };
}
