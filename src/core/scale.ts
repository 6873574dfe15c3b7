/** The last policy: the count. Makes what is missing, and picks whom to take where there are too many. */
import type { Action, Because, Wishes } from "./action.ts";
import { templateAttributes } from "./attributes.ts";
import { isAvailable, members, nameOf } from "./member.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
import { defaultOptions, finalizer, targetOf } from "./remove.ts";
import { isCountSettled } from "./removals.ts";
import { isBehind, targetDisk } from "./target.ts";
import { instantOf, secondMs } from "./time.ts";
import { surgeWanted } from "./upgrade.ts";

/** Instances of one pool that may be on their way at once; providers throttle far below a thousand. */
const parallelCreations = 200;

export function scale(snapshot: Snapshot, now: Instant): Wishes {
  if (snapshot.pool.metadata.deletionTimestamp !== undefined) return none;
  const { pool } = snapshot;
  if (!isCountSettled(snapshot, now)) return none;
  if (!(pool.metadata.finalizers ?? []).includes(finalizer)) return none;
  const staying = members(snapshot, now);
  const wanted = pool.spec.replicas + surgeWanted(snapshot, now);
  if (staying.length < wanted) return makeMissing(snapshot, wanted - staying.length, wanted);
  if (staying.length > wanted)
    return takeSurplus(snapshot, staying, { surplus: staying.length - wanted, wanted, now });
  return none;
}

function makeMissing(snapshot: Snapshot, missing: number, wanted: number): Wishes {
  const { pool, machines } = snapshot;
  const unborn = machines.filter((machine) => machine.record.status?.instanceId === undefined).length;
  const room = Math.max(0, Math.min(missing, parallelCreations - unborn));
  const name = pool.metadata.name;
  const because: Because = { reason: "BelowDesired", facts: { pool: name, have: wanted - missing, wanted } };
  const first = nextNumber(snapshot);
  const actions = Array.from(
    { length: room },
    (_, index): Action => ({
      kind: "RecordMachine",
      name: `${name}-${first + index}`,
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
  const facts = { pool: name, count: missing - room, limit: parallelCreations };
  return {
    actions,
    held: [{ wish: "RecordMachine", machine: "", reason: "CreationsInProgress", facts, wakeAt: null }],
  };
}

/** Numbers are never used twice in a pool, so that a name in an old log means one machine. */
export function nextNumber({ pool, machines }: Snapshot): number {
  const used = machines.map(numberOf);
  return Math.max(0, pool.status?.lastMachineNumber ?? 0, ...used) + 1;
}

/** The choice is written down as an operation, for everybody to see, before the first node is touched. */
function takeSurplus(
  snapshot: Snapshot,
  staying: readonly Machine[],
  { surplus, wanted, now }: { readonly surplus: number; readonly wanted: number; readonly now: Instant },
): Wishes {
  const name = snapshot.pool.metadata.name;
  const victims = pickVictims(snapshot, staying, surplus);
  const because: Because = { reason: "AboveDesired", facts: { pool: name, have: staying.length, wanted } };
  const action: Action = {
    kind: "RecordOperation",
    name: `${name}-scale-in-${Math.floor(now / secondMs).toString(36)}`,
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
  return { actions: [action], held: [] };
}

/** Already broken first, then outdated, then those of the fullest zone, then the newest. */
export function pickVictims(
  snapshot: Snapshot,
  staying: readonly Machine[],
  surplus: number,
): readonly Machine[] {
  const target = targetDisk(snapshot.pool.spec.template, snapshot.provider, snapshot.cluster);
  const candidates = staying.map((machine) => ({
    machine,
    zone: machine.record.status?.zone ?? "",
    health: isAvailable(machine) ? 1 : 0,
    age: target.ok && isBehind(machine, target.disk) ? 0 : 1,
    bornAt: instantOf(machine.record.metadata.creationTimestamp),
    number: numberOf(machine),
  }));
  const zones = new Map<string, number>();
  for (const { zone } of candidates) zones.set(zone, (zones.get(zone) ?? 0) + 1);
  const rank = (candidate: (typeof candidates)[number]): readonly number[] => {
    const { health, age, zone, bornAt, number } = candidate;
    return [health, age, -(zones.get(zone) ?? 0), -bornAt, -number];
  };
  const left = new Set(candidates);
  const victims: Machine[] = [];
  while (victims.length < surplus && left.size > 0) {
    const next = [...left].reduce((best, item) => (compareRanks(rank(item), rank(best)) < 0 ? item : best));
    victims.push(next.machine);
    left.delete(next);
    zones.set(next.zone, (zones.get(next.zone) ?? 1) - 1);
  }
  return victims;
}

function numberOf(machine: Machine): number {
  return Number(/-(\d+)$/.exec(nameOf(machine))?.[1] ?? 0);
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, position) => value !== b[position]);
  return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}

const none: Wishes = { actions: [], held: [] };
