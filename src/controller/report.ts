/** Writes what was decided into the API, before it is done: the pool's status, its operations', and the machines' words (S2). */
import type { Decision } from "../core/action.ts";
import { canonical, hashOf } from "../core/hash.ts";
import { machineSummary } from "../core/machine-status.ts";
import type { Instant, Snapshot } from "../core/model.ts";
import { isToldOf, operationReport } from "../core/operation-status.ts";
import { promisesOf } from "../core/promise.ts";
import { type ConditionReport, heldObject, type PoolReport, poolReport } from "../core/status.ts";
import { timeOf } from "../core/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { Kube } from "../ports/kube.ts";
import { keyOf } from "../ports/kube.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { PoolStatus } from "../schema/pool.ts";
import type { Freshness } from "./freshness.ts";
import { inParallel } from "./perform.ts";
import { sentence, wordedStatus } from "./wording.ts";

export interface ReportDeps {
  readonly kube: Kube;
  readonly freshness: Freshness;
  readonly reports: ReportBook;
}

export interface Reported {
  /** With the pool as it is stored now, so that later writes of the pass carry its newest version. */
  readonly snapshot: Snapshot;
  /** When to look again because something was not written yet; null when all is told. */
  readonly wakeAt: Instant | null;
}

export async function report(
  snapshot: Snapshot,
  decision: Decision,
  now: Instant,
  deps: ReportDeps,
): Promise<Reported> {
  const key = keyOf(snapshot.pool);
  const pass = { snapshot, decision };
  let { pool } = snapshot;
  let wakeAt: Instant | null = null;
  const parts = [
    async () => {
      wakeAt = await reportOperations(key, pass, now, deps);
    },
    () => reportMachines(key, pass, deps),
    async () => {
      pool = await reportPool(key, pass, now, deps);
    },
  ];
  await inParallel(parts, parts.length, (part) => part());
  return { snapshot: pool === snapshot.pool ? snapshot : { ...snapshot, pool }, wakeAt };
}

interface Pass {
  readonly snapshot: Snapshot;
  readonly decision: Decision;
}

async function reportPool(
  key: string,
  { snapshot, decision }: Pass,
  now: Instant,
  { kube, freshness }: ReportDeps,
): Promise<Snapshot["pool"]> {
  const status = poolStatus(snapshot, decision, now);
  if (isSameStatus(snapshot.pool.status, status)) return snapshot.pool;
  const pool = await kube.replace("ManagedNodePool", { ...snapshot.pool, status }, "status");
  freshness.wrote(key, "ManagedNodePool", pool);
  return pool;
}

/** When the earliest of the statuses that were not due is due. */
async function reportOperations(
  key: string,
  pass: Pass,
  now: Instant,
  { kube, freshness, reports }: ReportDeps,
): Promise<Instant | null> {
  const open = pass.snapshot.operations.filter((operation) => isToldOf(operation, now));
  const later: Instant[] = [];
  await inParallel(open, 8, async (operation) => {
    const status = wordedStatus(operationReport(operation, pass, now));
    const waitMs = status.phase === operation.status?.phase ? reports.waitMs(operation) : 0;
    if (waitMs > 0) {
      later.push(now + waitMs);
      return;
    }
    if (isSameStatus(operation.status, status)) return;
    reports.writes(operation, status.finishedTime === undefined);
    freshness.wrote(
      key,
      "NodeOperation",
      await kube.replace("NodeOperation", { ...operation, status }, "status"),
    );
  });
  return later.length === 0 ? null : Math.min(...later);
}

/** When the status of each large operation was last written. */
export interface ReportBook {
  /** Milliseconds until the steps of its machines may be told again; a new phase is always told at once. */
  waitMs(operation: NodeOperationObject): number;
  writes(operation: NodeOperationObject, isOpen: boolean): void;
}

/** The status of a thousand machines is as dear to write as a hundred of theirs, and every pass changes a line of it. */
const gapPerMachineMs = 3;
/** A machine cannot come and go unseen in so short a time. */
const longestGapMs = 2000;

export function createReportBook(clock: Clock): ReportBook {
  const writtenAt = new Map<string, number>();
  return {
    waitMs: ({ metadata, spec }) => {
      const last = writtenAt.get(metadata.uid ?? "");
      if (last === undefined) return 0;
      return last + Math.min(longestGapMs, spec.targets.length * gapPerMachineMs) - clock.monotonic();
    },
    writes: ({ metadata }, isOpen) => {
      if (isOpen) writtenAt.set(metadata.uid ?? "", clock.monotonic());
      else writtenAt.delete(metadata.uid ?? "");
    },
  };
}

/** Only words that no other write of this pass will set. */
async function reportMachines(
  key: string,
  { snapshot, decision }: Pass,
  { kube, freshness }: ReportDeps,
): Promise<void> {
  const written = new Set(
    decision.actions.flatMap((action) => ("machine" in action ? [action.machine] : [])),
  );
  const changed = snapshot.machines.filter(({ record, node, diagnosis }) => {
    const { status } = record;
    return (
      status !== undefined &&
      !written.has(record.metadata.name) &&
      (status.summary !== machineSummary(status, node) || (status.message ?? null) !== diagnosis)
    );
  });
  await inParallel(changed, 8, async ({ record, node, diagnosis }) => {
    const { message: _, ...before } = record.status ?? {};
    const message = diagnosis === null ? {} : { message: diagnosis };
    const status = { ...before, ...message, summary: machineSummary(before, node) };
    freshness.wrote(
      key,
      "ManagedMachine",
      await kube.replace("ManagedMachine", { ...record, status }, "status"),
    );
  });
}

function poolStatus(snapshot: Snapshot, decision: Decision, now: Instant): PoolStatus {
  const { pool } = snapshot;
  const found = poolReport(snapshot, decision, now);
  const { counts, target, nextWindow } = found;
  const before = pool.status;
  const message = found.held[0];
  const promised = [...promisesOf(snapshot, decision, now)];
  return {
    ...(pool.metadata.generation === undefined ? {} : { observedGeneration: pool.metadata.generation }),
    summary: found.summary,
    ...(message === undefined ? {} : { message: sentence(message.reason, message.facts) }),
    replicas: counts.machines,
    readyReplicas: counts.ready,
    upToDateReplicas: counts.upToDate,
    unavailableReplicas: Math.max(0, counts.wanted - counts.ready),
    selector: `poolkeeper.dev/pool=${pool.metadata.name}`,
    ...revisionsOf(snapshot, now),
    ...(target === null
      ? {}
      : { targetImage: target.image, targetKubernetesVersion: target.kubernetesVersion }),
    ...(nextWindow === null ? {} : { nextWindow }),
    ...(promised.length === 0 ? {} : { promised }),
    lastMachineNumber: lastNumber(snapshot, decision),
    ...blockersOf(found, before, now),
    conditions: found.conditions.map((condition) => conditionOf(condition, pool, now)),
  };
}

/** Numbers of machines about to be recorded are spent before the records are made. */
function lastNumber({ pool, machines }: Snapshot, { actions }: Decision): number {
  const names = [
    ...machines.map(({ record }) => record.metadata.name),
    ...actions.flatMap((action) => (action.kind === "RecordMachine" ? [action.name] : [])),
  ];
  const numbers = names.map((name) => Number(/-(\d+)$/.exec(name)?.[1] ?? 0));
  return Math.max(pool.status?.lastMachineNumber ?? 0, ...numbers);
}

function revisionsOf({ pool }: Snapshot, now: Instant): Pick<PoolStatus, "revision" | "revisions"> {
  const known = pool.status?.revisions ?? [];
  const { template } = pool.spec;
  const hash = hashOf(canonical(template));
  const last = known.at(-1);
  if (last?.hash === hash) return { revision: last.number, revisions: known };
  const number = (last?.number ?? 0) + 1;
  const kept = known.filter((revision) => revision.hash !== hash).slice(-9);
  return { revision: number, revisions: [...kept, { number, hash, recordedTime: timeOf(now), template }] };
}

/** A thousand machines that wait for one thing need not all be named. */
const listedBlockers = 50;

function blockersOf(
  found: PoolReport,
  before: PoolStatus | undefined,
  now: Instant,
): Pick<PoolStatus, "blockers" | "blockersOmitted"> {
  const since = new Map(
    (before?.blockers ?? []).map((blocker) => [`${blocker.reason} ${blocker.object}`, blocker.since]),
  );
  const blockers = new Map(
    found.held.map((held) => {
      const object = heldObject(held);
      const blocker = {
        reason: held.reason,
        object,
        message: sentence(held.reason, held.facts),
        since: since.get(`${held.reason} ${object}`) ?? timeOf(now),
      };
      return [`${held.reason} ${object}`, blocker];
    }),
  );
  const omitted = blockers.size - listedBlockers;
  return {
    blockers: [...blockers.values()].slice(0, listedBlockers),
    ...(omitted > 0 ? { blockersOmitted: omitted } : {}),
  };
}

function conditionOf(
  report: ConditionReport,
  pool: Snapshot["pool"],
  now: Instant,
): NonNullable<PoolStatus["conditions"]>[number] {
  const status = report.isTrue ? "True" : "False";
  const before = pool.status?.conditions?.find(({ type }) => type === report.type);
  return {
    type: report.type,
    status,
    reason: report.reason,
    message: report.because === null ? "" : sentence(report.because.reason, report.because.facts),
    ...(pool.metadata.generation === undefined ? {} : { observedGeneration: pool.metadata.generation }),
    lastTransitionTime: before?.status === status ? before.lastTransitionTime : timeOf(now),
  };
}

/** Times inside sentences move with every look; a status that differs in nothing else is not written again. */
function isSameStatus(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}
