/** Turns records into instances: where each goes, and where to try next when a place is out of stock. */
import type { Action, Because, Wishes } from "./action.ts";
import { begin } from "./begin.ts";
import { nameOf } from "./member.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
import { instanceRequest, type Placement, placements, targetDisk } from "./target.ts";
import { minuteMs } from "./time.ts";

export function create(snapshot: Snapshot, now: Instant): Wishes {
  if (snapshot.pool.metadata.deletionTimestamp !== undefined) return none;
  const fresh = prepare(snapshot, now);
  const again = retryElsewhere(snapshot, now);
  return { actions: [...fresh.actions, ...again.actions], held: [...fresh.held, ...again.held] };
}

/** New records get their request written down: place, token, body. It is sent only after that is stored (S31). */
function prepare(snapshot: Snapshot, now: Instant): Wishes {
  const fresh = snapshot.machines.filter(
    ({ record }) => record.status?.creation === undefined && record.status?.operation === undefined,
  );
  if (fresh.length === 0) return none;
  const { catalogue } = snapshot.provider;
  const target = targetDisk(snapshot.pool.spec.template, snapshot.provider, snapshot.cluster);
  if (!target.ok || catalogue === null) {
    const [reason, facts] = target.ok
      ? (["ProviderUnavailable", {}] as const)
      : [target.reason, target.facts];
    const wakeAt = now + minuteMs;
    return {
      actions: [],
      held: fresh.map((machine) => ({
        wish: "RequestInstance",
        machine: nameOf(machine),
        reason,
        facts,
        wakeAt,
      })),
    };
  }
  const taken: Placement[] = [];
  const actions = fresh.flatMap((machine): Action[] => {
    const [placement] = placements(snapshot, catalogue, taken);
    if (placement === undefined) return [];
    taken.push(placement);
    const request = instanceRequest(snapshot, machine, placement, target.disk);
    const status = {
      ...machine.record.status,
      creation: { attempt: 1, clientToken: tokenOf(machine, 1), request },
    };
    const because: Because = {
      reason: "BelowDesired",
      facts: { machine: nameOf(machine), zone: placement.zone },
    };
    const beginning = {
      kind: "Create",
      plan: "Create",
      cause: null,
      options: noOptions,
      target: target.disk,
      because,
    } as const;
    return [begin(snapshot, { ...machine, record: { ...machine.record, status } }, beginning, now)];
  });
  return { actions, held: [] };
}

const noOptions = { drain: false, release: false } as const;

function tokenOf(machine: Machine, attempt: number): string {
  return `${machine.record.metadata.uid ?? ""}-${attempt}`;
}

/** A definite "out of stock" moves the request to the next place under a new token; an unclear answer never does. */
function retryElsewhere(snapshot: Snapshot, now: Instant): Wishes {
  const { catalogue } = snapshot.provider;
  if (catalogue === null || !snapshot.provider.isListComplete) return none;
  const actions = snapshot.machines.flatMap((machine): Action[] => {
    const { status } = machine.record;
    const outcome = snapshot.outcomes.get(nameOf(machine));
    const { creation, operation } = status ?? {};
    if (creation === undefined || operation?.step !== "Request" || machine.instance !== null) return [];
    if (outcome?.action !== "RequestInstance" || outcome.error?.kind !== "OutOfStock") return [];
    if (outcome.epoch !== operation.epoch) return [];
    const others = snapshot.machines.filter((other) => other !== machine);
    const places = placements({ ...snapshot, machines: others }, catalogue, []);
    const current = places.findIndex(
      ({ zone, instanceType }) =>
        zone === creation.request.zone && instanceType === creation.request.instanceType,
    );
    const isRoundDone = creation.attempt % Math.max(1, places.length) === 0;
    const next = places[(current + 1) % places.length];
    if (next === undefined || (isRoundDone && now < outcome.at + minuteMs)) return [];
    const attempt = creation.attempt + 1;
    const request = { ...creation.request, ...next };
    const because: Because = {
      reason: "BelowDesired",
      facts: { machine: nameOf(machine), zone: next.zone, instanceType: next.instanceType },
    };
    return [
      {
        kind: "AdvanceMachine",
        machine: nameOf(machine),
        status: {
          ...status,
          creation: { attempt, clientToken: tokenOf(machine, attempt), request },
          operation: { ...operation, epoch: operation.epoch + 1 },
          lastEpoch: operation.epoch + 1,
        },
        because,
      },
    ];
  });
  return { actions, held: [] };
}

const none: Wishes = { actions: [], held: [] };
