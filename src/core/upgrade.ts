/** The fourth policy: machines whose system disk is behind the template, a few at a time, inside the window. */
import type { DiskFields } from "../schema/machine.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { Action, Because, Held, Wishes } from "./action.ts";
import { begin } from "./begin.ts";
import { disruptionsLeft } from "./budget.ts";
import { growthLimit, maxBlocked, nodeForecastMs, windowNeedMs } from "./forecast.ts";
import { hasJoined, isAvailable, members, nameOf } from "./member.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
import { activeOperations, type Progress, progressOf } from "./progress.ts";
import type { Facts, HoldReason } from "./reason.ts";
import { defaultOptions, targetOf } from "./remove.ts";
import { isBehind, targetDisk } from "./target.ts";
import { hourMs, instantOf, secondMs, timeOf } from "./time.ts";
import { fits, nextOpenings, windowState } from "./window.ts";
import { isReadyWorkload } from "./workload.ts";

/** Two automatic upgrades of one pool are at least this far apart, so that two quick releases do not drain it twice. */
const minimumGapMs = 24 * hourMs;

export function upgrade(snapshot: Snapshot, now: Instant): Wishes {
  if (snapshot.pool.metadata.deletionTimestamp !== undefined) return none;
  const active = activeOperations(snapshot, "Upgrade");
  if (active.length === 0) return startByItself(snapshot, now);
  // One run at a time: a later one waits until the earlier has ended.
  const [first] = active.toSorted(
    (a, b) => instantOf(a.metadata.creationTimestamp) - instantOf(b.metadata.creationTimestamp),
  );
  return first === undefined ? none : run(first, snapshot, now);
}

/** The automatic upgrade: written down as an operation when the window is open and everything fits. */
function startByItself(snapshot: Snapshot, now: Instant): Wishes {
  const { pool } = snapshot;
  const target = targetDisk(pool.spec.template, snapshot.provider, snapshot.cluster);
  if (!target.ok || !pool.spec.management.autoUpgrade) return none;
  const behind = members(snapshot, now).filter(
    (machine) =>
      hasJoined(machine) && isBehind(machine, target.disk) && !hasFailedBefore(machine, target.disk),
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
    name: `${pool.metadata.name}-upgrade-${Math.floor(now / secondMs).toString(36)}`,
    spec: {
      poolName: pool.metadata.name,
      kind: "Upgrade",
      targets: behind.map(targetOf),
      requestedBy: "Controller",
      reason: "Outdated",
      options: { ...defaultOptions, when: "InWindow" },
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
  const target = operation.spec.target ?? targetNow(snapshot);
  const reason =
    target === null ? hold("ProviderUnavailable", {}) : whyNotNow(operation, { snapshot, progress }, now);
  if (reason !== null || target === null) return { actions: [], held: reason === null ? [] : [reason] };
  const { room, held } = roomFor(snapshot, progress, now);
  const next = waiting.toSorted((a, b) => readiness(a) - readiness(b)).slice(0, room);
  const actions = next.flatMap(({ machine }) =>
    machine === null ? [] : [beginUpgrade(operation, { snapshot, machine, target }, now)],
  );
  return { actions, held: waiting.length > next.length ? [held] : [] };
}

function targetNow(snapshot: Snapshot): DiskFields | null {
  const target = targetDisk(snapshot.pool.spec.template, snapshot.provider, snapshot.cluster);
  return target.ok ? target.disk : null;
}

/** Nodes that are not available anyway cost nothing: they go first. */
function readiness({ machine }: Progress): number {
  return machine !== null && isAvailable(machine) ? 1 : 0;
}

interface Run {
  readonly snapshot: Snapshot;
  readonly progress: readonly Progress[];
}

function whyNotNow(operation: NodeOperationObject, { snapshot, progress }: Run, now: Instant): Held | null {
  const { spec } = snapshot.pool;
  if (operation.spec.state === "Pause" || spec.paused)
    return hold("PausedByUser", { operation: operation.metadata.name });
  if (operation.spec.approval === "Waiting")
    return hold("AwaitingApproval", { operation: operation.metadata.name });
  const failed = progress.filter(({ record }) => record.state === "Failed");
  if (failed.length > spec.upgrade.maxFailedNodes)
    return hold("TooManyFailed", {
      count: failed.length,
      limit: spec.upgrade.maxFailedNodes,
      ...names(failed),
    });
  const blocked = progress.filter(({ record }) => record.state === "Blocked");
  const blockedLimit = maxBlocked(progress.length);
  if (blocked.length > blockedLimit)
    return hold("TooManyBlocked", { count: blocked.length, limit: blockedLimit, ...names(blocked) });
  if (operation.spec.options.when === "InWindow") {
    const closed = windowHold(snapshot, now);
    if (closed !== null) return closed;
    const [elsewhere] = snapshot.cluster.upgradesElsewhere;
    if (elsewhere !== undefined) return hold("OtherPoolUpgrading", { pool: elsewhere });
  }
  return soakHold(snapshot, progress, now) ?? gateHold(snapshot, progress);
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
  if (window === null) return hold("NoWindow", {});
  if (window === "Missing") return hold("WindowMissing", { window: name });
  const [next] = nextOpenings(window, now, 2).filter(({ opens }) => opens > now);
  const until = next === undefined ? {} : { until: timeOf(next.opens) };
  if (!windowState(window, now).isOpen)
    return hold("WindowClosed", { window: name, ...until }, next?.opens ?? null);
  const neededMs = windowNeedMs(nodeForecastMs(snapshot));
  if (!fits(window, now, neededMs)) {
    return hold(
      "WindowTooShort",
      { window: name, minutes: Math.ceil(neededMs / 60_000), ...until },
      next?.opens ?? null,
    );
  }
  return null;
}

/** After the first node the rest waits, so that a bad image shows itself on one node only. */
function soakHold({ pool }: Snapshot, progress: readonly Progress[], now: Instant): Held | null {
  const ends = progress
    .filter(({ record }) => record.state === "Succeeded")
    .map(({ record }) => instantOf(record.finishedTime));
  const running = progress.filter(({ record }) => record.state === "Running");
  if (ends.length !== 1 || running.length > 0 || progress.length < 2) return null;
  const until = (ends[0] ?? 0) + pool.spec.upgrade.soakSeconds * secondMs;
  return now < until ? hold("Soaking", { until: timeOf(until) }, until) : null;
}

/** The workloads that were moved are whole again before more of them is moved. */
function gateHold(snapshot: Snapshot, progress: readonly Progress[]): Held | null {
  if (snapshot.pool.spec.upgrade.healthGate === "Disabled") return null;
  for (const { machine, record } of progress) {
    if (machine === null || record.state === "Waiting" || record.state === "Running") continue;
    const behind = (machine.record.status?.lastOperation?.workloads ?? []).find(
      (key) => !isReadyWorkload(snapshot, key),
    );
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

function roomFor(
  snapshot: Snapshot,
  progress: readonly Progress[],
  now: Instant,
): { readonly room: number; readonly held: Held } {
  const running = progress.filter(({ record }) => record.state === "Running").length;
  const done = progress.filter(({ record }) => record.state === "Succeeded").length;
  const batch = growthLimit(done, snapshot.pool.spec.upgrade.maxParallel) - running;
  const left = disruptionsLeft(snapshot, now);
  const room = Math.max(0, Math.min(batch, left));
  const facts = {
    count: running,
    limit: growthLimit(done, snapshot.pool.spec.upgrade.maxParallel),
    have: Math.max(0, left),
  };
  return { room, held: hold(left < batch ? "MaxUnavailable" : "BatchInProgress", facts) };
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
  const isInstance =
    snapshot.pool.spec.upgrade.method === "ReplaceInstance" &&
    machine.record.spec.chargeType !== "Subscription";
  const because: Because = {
    reason: operation.spec.requestedBy === "Controller" ? "Outdated" : "UpgradeRequested",
    facts: { machine: nameOf(machine), operation: operation.metadata.name, ...diskFacts(target) },
  };
  const plan = isInstance ? "Release" : "ReplaceSystemDisk";
  return begin(
    snapshot,
    machine,
    {
      kind: "Upgrade",
      plan,
      cause: operation,
      options: { drain: true, release: isInstance },
      target,
      because,
    },
    now,
  );
}

/** Extra instances while an upgrade by new instances runs. */
export function surgeWanted(snapshot: Snapshot, now: Instant): number {
  const { upgrade: rules, paused } = snapshot.pool.spec;
  if (rules.method !== "ReplaceInstance" || rules.maxSurge === 0 || paused) return 0;
  const waiting = activeOperations(snapshot, "Upgrade")
    .filter(({ spec }) => spec.state === "Run")
    .flatMap((operation) => progressOf(operation, snapshot, now))
    .filter(
      ({ record, machine }) => machine !== null && (record.state === "Waiting" || record.state === "Running"),
    );
  return Math.min(rules.maxSurge, waiting.length);
}

const none: Wishes = { actions: [], held: [] };

function hold(reason: HoldReason, facts: Facts, wakeAt: Instant | null = null): Held {
  return { wish: "Upgrade", machine: "", reason, facts, wakeAt };
}
