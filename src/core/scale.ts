/** The count: makes what is missing, and picks whom to take where there are too many. */
import type { Action, Because, Held, Wishes } from "./action.ts";
import { templateAttributes } from "./attributes.ts";
import { failedCreation, failureMemoryMs, hasJoined, isAvailable, members, nameOf } from "./member.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
import { choiceName } from "./operation-name.ts";
import { isProtected, protectedHold } from "./protect.ts";
import type { Facts, HoldReason } from "./reason.ts";
import { defaultOptions, finalizer, targetOf } from "./remove.ts";
import { isCountSettled } from "./removals.ts";
import { isBehind, targetDisk } from "./target.ts";
import { instantOf, minuteMs, timeOf } from "./time.ts";
import { surgeWanted } from "./upgrade.ts";
import { isVital } from "./vital.ts";

/** Instances of one pool that may be on their way at once; providers throttle far below a thousand. */
const parallelCreations = 200;

export function scale(snapshot: Snapshot, now: Instant): Wishes {
  if (snapshot.pool.metadata.deletionTimestamp !== undefined) return none;
  const { pool } = snapshot;
  if (!isCountSettled(snapshot, now)) return none;
  if (!(pool.metadata.finalizers ?? []).includes(finalizer)) return none;
  const staying = members(snapshot, now);
  const wanted = wantedMembers(snapshot, now);
  if (staying.length < wanted) return makeMissing(snapshot, wanted - staying.length, now);
  if (staying.length > wanted)
    return takeSurplus(snapshot, staying, { surplus: staying.length - wanted, wanted });
  return none;
}

/** How many machines should stay: the count, and the extra ones of an upgrade by new instances. */
export function wantedMembers(snapshot: Snapshot, now: Instant): number {
  return snapshot.pool.spec.replicas + surgeWanted(snapshot, now);
}

interface Room {
  readonly count: number;
  /** Why not all that is missing is made now. */
  readonly reason: Extract<HoldReason, "CreationsInProgress" | "CreationsFailing">;
  readonly facts: Facts;
  readonly wakeAt: Instant | null;
}

function roomFor(snapshot: Snapshot, missing: number, now: Instant): Room {
  const unborn = members(snapshot, now).filter(
    ({ record }) => record.status?.instanceId === undefined,
  ).length;
  const count = Math.max(0, Math.min(missing, parallelCreations - unborn));
  const facts = { count: missing - count, limit: parallelCreations };
  const room: Room = { count, reason: "CreationsInProgress", facts, wakeAt: null };
  return slowed(snapshot, room, now) ?? room;
}

/** So many machines that came to nothing within the hour, and the next are made one at a time, with rests (S17). */
const failuresAllowed = 3;
const restMs = 20 * minuteMs;

function slowed(snapshot: Snapshot, { count }: Room, now: Instant): Room | null {
  const failures = snapshot.machines
    .flatMap((machine) => failedCreation(machine) ?? [])
    .filter(({ finishedTime }) => instantOf(finishedTime) > now - failureMemoryMs)
    .toSorted((a, b) => instantOf(b.finishedTime) - instantOf(a.finishedTime));
  const [last] = failures;
  if (last === undefined || failures.length < failuresAllowed) return null;
  const nextAt = instantOf(last.finishedTime) + restMs;
  const isTrying = members(snapshot, now).some((machine) => !hasJoined(machine));
  const facts = { count: failures.length, until: timeOf(nextAt), ...stepOf(last.facts ?? {}) };
  const isResting = now < nextAt;
  return {
    count: isTrying || isResting ? 0 : Math.min(count, 1),
    reason: "CreationsFailing",
    facts,
    wakeAt: isResting ? nextAt : null,
  };
}

function stepOf({ step }: Readonly<Record<string, string>>): Facts {
  return step === undefined ? {} : { step };
}

function makeMissing(snapshot: Snapshot, missing: number, now: Instant): Wishes {
  const { pool } = snapshot;
  const { count: room, ...limit } = roomFor(snapshot, missing, now);
  const wanted = wantedMembers(snapshot, now);
  const name = pool.metadata.name;
  const because: Because = { reason: "BelowDesired", facts: { pool: name, have: wanted - missing, wanted } };
  const actions = newNames(snapshot, room).map(
    (machine): Action => ({
      kind: "RecordMachine",
      name: machine,
      spec: {
        poolName: name,
        poolUid: pool.metadata.uid ?? "",
        revision: pool.status?.revision ?? 1,
        chargeType: pool.spec.template.chargeType,
        attributes: templateAttributes(pool.spec.template),
      },
      because,
    }),
  );
  if (room >= missing) return { actions, held: [] };
  const held: Held = { wish: "RecordMachine", machine: "", ...limit, facts: { pool: name, ...limit.facts } };
  return { actions, held: [held] };
}

/**
 * Numbers are never used twice in a pool, so that a name in an old log means one machine. What was promised and is not there
 * comes first: somebody is recording it, or died before that, and one of both makes it (S10, S25).
 */
export function newNames({ pool, machines }: Snapshot, count: number): readonly string[] {
  const { promised = [], lastMachineNumber = 0 } = pool.status ?? {};
  const { name } = pool.metadata;
  const used = machines.map(numberOf);
  const there = new Set(machines.map(nameOf));
  const due = promised.filter((machine) => isOfPool(machine, name) && !there.has(machine)).toSorted(byLength);
  const first = Math.max(0, lastMachineNumber, ...used) + 1;
  return Array.from({ length: count }, (_, index) => due[index] ?? `${name}-${first + index - due.length}`);
}

function isOfPool(machine: string, pool: string): boolean {
  return machine.startsWith(`${pool}-`) && /^\d+$/.test(machine.slice(pool.length + 1));
}

/** web-9 before web-10. */
function byLength(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}

/** The choice is written down as an operation, for everybody to see, before the first node is touched. */
function takeSurplus(
  snapshot: Snapshot,
  staying: readonly Machine[],
  { surplus, wanted }: { readonly surplus: number; readonly wanted: number },
): Wishes {
  const name = snapshot.pool.metadata.name;
  const victims = pickVictims(snapshot, staying, surplus);
  const held = victims.length < surplus ? staying.flatMap(protectedWish) : [];
  if (victims.length === 0) return { actions: [], held };
  const because: Because = { reason: "AboveDesired", facts: { pool: name, have: staying.length, wanted } };
  const action: Action = {
    kind: "RecordOperation",
    name: choiceName(snapshot, "scale-in", { among: staying, about: String(wanted) }),
    spec: {
      poolName: name,
      kind: "RemoveNodes",
      targets: victims.map(targetOf),
      requestedBy: "Controller",
      reason: "AboveDesired",
      options: { ...defaultOptions, release: true },
      state: "Run",
      approval: "NotNeeded",
    },
    because,
  };
  return { actions: [action], held };
}

function protectedWish(machine: Machine): readonly Held[] {
  const found = protectedHold(machine);
  return found === null ? [] : [{ wish: "Scale", machine: nameOf(machine), ...found, wakeAt: null }];
}

/**
 * Already broken first, then outdated, then those of the fullest zone, then the newest. Last comes what could not
 * be drained before, and after that the ground we stand on. Protected ones stay, though fewer go then.
 */
export function pickVictims(
  snapshot: Snapshot,
  staying: readonly Machine[],
  surplus: number,
): readonly Machine[] {
  const target = targetDisk(snapshot.pool.spec.template, snapshot.provider, snapshot.cluster);
  const free = staying.filter((machine) => !isProtected(machine));
  const candidates = free.map((machine): Candidate => {
    const isOutdated = target.ok && isBehind(machine, target.disk);
    const bornAt = instantOf(machine.record.metadata.creationTimestamp);
    const weight = [
      isVital(snapshot, machine) ? 1 : 0,
      wasKept(machine) ? 1 : 0,
      isAvailable(machine) ? 1 : 0,
      isOutdated ? 0 : 1,
    ];
    return { machine, weight, age: [-bornAt, -numberOf(machine)] };
  });
  // Within a zone the order never changes: only the first of each is ever compared with the others.
  const zones = [...Map.groupBy(candidates, ({ machine }) => machine.record.status?.zone ?? "").values()].map(
    (zone) =>
      zone.toSorted((a, b) => compareRanks(a.weight, b.weight) || compareRanks(a.age, b.age)).toReversed(),
  );
  const victims: Machine[] = [];
  while (victims.length < surplus) {
    const next = zones.reduce((best, zone) => (isSooner(zone, best) ? zone : best), []).pop();
    if (next === undefined) break;
    victims.push(next.machine);
  }
  return victims;
}

interface Candidate {
  readonly machine: Machine;
  /** Runs us or the DNS, kept by a removal before, available, up to date: the smaller, the sooner. */
  readonly weight: readonly number[];
  readonly age: readonly number[];
}

/** Of two zones with their next victim last: the fuller one, where nothing weightier decides. */
function isSooner(a: readonly Candidate[], b: readonly Candidate[]): boolean {
  const [left, right] = [a.at(-1), b.at(-1)];
  if (left === undefined || right === undefined) return left !== undefined;
  const order =
    compareRanks(left.weight, right.weight) || b.length - a.length || compareRanks(left.age, right.age);
  return order < 0;
}

/** A removal could not drain it: the next scale-in looks for another one first. */
function wasKept({ record }: Machine): boolean {
  const last = record.status?.lastOperation;
  return last?.kind === "Remove" && last.outcome !== "Succeeded";
}

function numberOf(machine: Machine): number {
  return Number(/-(\d+)$/.exec(nameOf(machine))?.[1] ?? 0);
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, position) => value !== b[position]);
  return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}

const none: Wishes = { actions: [], held: [] };
