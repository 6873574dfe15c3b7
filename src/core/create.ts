/** Turns records into instances: where each goes, and where to try next when a place is out of stock. */
import type { DiskFields, InstanceRequest } from "../schema/machine.ts";
import { type Action, type Held, together, type Wishes } from "./action.ts";
import { begin } from "./begin.ts";
import { canonical, hashOf } from "./hash.ts";
import { byNumber, hasJoined, members, nameOf } from "./member.ts";
import type { Instant, Machine, Outcome, Snapshot } from "./model.ts";
import { wantedMembers } from "./scale.ts";
import {
  instanceRequest,
  type Placement,
  placeAfter,
  placesOf,
  placements,
  providerFacts,
  targetDisk,
} from "./target.ts";
import { isWaitOver, minuteMs, timeOf } from "./time.ts";

export function create(snapshot: Snapshot, now: Instant): Wishes {
  const learned = {
    actions: snapshot.machines.flatMap((machine) => learn(snapshot, machine, now)),
    held: [],
  };
  if (snapshot.pool.metadata.deletionTimestamp !== undefined) return learned;
  const halfMade = members(snapshot, now).filter(isHalfMade);
  return together([
    prepare(snapshot, now),
    learned,
    { actions: halfMade.map((machine) => resume(snapshot, machine, now)), held: [] },
    ...snapshot.machines.map((machine) => tryAgain(snapshot, machine, now)),
  ]);
}

/** New records get their request written down: place, token, body. It is sent only after that is stored (S31). */
function prepare(snapshot: Snapshot, now: Instant): Wishes {
  const staying = members(snapshot, now);
  const fresh = staying.filter(isFresh).toSorted(byNumber);
  // Where there are too many already, the newest are about to be taken off again.
  if (fresh.length === 0 || staying.length > wantedMembers(snapshot, now)) return none;
  const { catalogue, isListComplete } = snapshot.provider;
  const target = targetDisk(snapshot.pool.spec.template, snapshot.provider, snapshot.cluster);
  // A record without a status may have an instance all the same: only a whole list says that it has none.
  if (!target.ok || catalogue === null || !isListComplete) {
    const unavailable = { reason: "ProviderUnavailable", facts: providerFacts(snapshot.provider) } as const;
    const { reason, facts } = target.ok ? unavailable : target;
    const wakeAt = now + minuteMs;
    return { actions: [], held: fresh.map((machine) => held(machine, { reason, facts, wakeAt })) };
  }
  const places = placements(snapshot, catalogue, fresh.length);
  const actions = fresh.flatMap((machine, index): Action[] => {
    const place = places[index];
    if (place === undefined) return [];
    const request = instanceRequest(snapshot, machine, place, target.disk);
    const beginning = {
      kind: "Create",
      plan: "Create",
      cause: null,
      options: { drain: false, release: false },
      target: target.disk,
      because: { reason: "BelowDesired", facts: { machine: nameOf(machine), zone: place.zone } },
    } as const;
    return [begin(snapshot, withAttempt(machine, 1, request), beginning, now)];
  });
  return { actions, held: [] };
}

/** Nothing was ever asked for it, and it has nothing. */
function isFresh({ record, instance }: Machine): boolean {
  const { creation, operation, instanceId } = record.status ?? {};
  const isEmpty = creation === undefined && instanceId === undefined && instance === null;
  return isEmpty && operation === undefined && record.metadata.deletionTimestamp === undefined;
}

/** A removal took it over on its way to be a node, and was given up. */
function isHalfMade(machine: Machine): boolean {
  const { creation, operation } = machine.record.status ?? {};
  const isDeleted = machine.record.metadata.deletionTimestamp !== undefined;
  return creation !== undefined && operation === undefined && !hasJoined(machine) && !isDeleted;
}

/** The instance with its UID is there: it is learned of, whatever is to become of it. Its pods have to be known for that too. */
function learn(snapshot: Snapshot, machine: Machine, now: Instant): readonly Action[] {
  const { status } = machine.record;
  const isKnown = status?.creation !== undefined || status?.operation !== undefined || hasJoined(machine);
  if (isKnown || machine.instance === null) return [];
  // Which epochs it had before nobody knows: it goes on with one that it cannot have had.
  const lastEpoch = status?.lastEpoch ?? Math.floor(now / minuteMs);
  const record = { ...machine.record, status: { ...status, lastEpoch } };
  return [resume(snapshot, { ...machine, record }, now)];
}

/** The same request under the same token: what was made already is found, and nothing is made twice. */
function resume(snapshot: Snapshot, machine: Machine, now: Instant): Action {
  const beginning = {
    kind: "Create",
    plan: "Create",
    cause: null,
    options: { drain: false, release: false },
    target: diskOf(snapshot, machine),
    because: { reason: "BelowDesired", facts: { machine: nameOf(machine) } },
  } as const;
  return begin(snapshot, machine, beginning, now);
}

/** What the request asks for. Where that is no longer what the template says, the machine is behind from the start. */
function diskOf({ pool, provider, cluster }: Snapshot, { record }: Machine): DiskFields {
  const { disk, creation } = record.status ?? {};
  if (disk !== undefined) return disk;
  const { image = unknownImage, kubernetesVersion = "" } = creation?.request ?? {};
  const now = targetDisk(pool.spec.template, provider, cluster);
  const made = { image, kubernetesVersion };
  const isSame = now.ok && canonical(made) === canonical({ ...now.disk, hash: undefined });
  return { ...made, hash: isSame ? now.disk.hash : hashOf(canonical(made)) };
}

/** No template asks for it, so that a disk of which nothing is known is behind. */
const unknownImage = { family: "unknown", version: "" };

function withAttempt(machine: Machine, attempt: number, request: InstanceRequest): Machine {
  const clientToken = `${machine.record.metadata.uid ?? ""}-${attempt}`;
  const status = { ...machine.record.status, creation: { attempt, clientToken, request } };
  return { ...machine, record: { ...machine.record, status } };
}

/** A definite no is answered by another attempt under a new token; an unclear answer never is (S7). */
function tryAgain(snapshot: Snapshot, machine: Machine, now: Instant): Wishes {
  const { creation, operation } = machine.record.status ?? {};
  const outcome = snapshot.outcomes.get(nameOf(machine));
  if (creation === undefined || operation?.step !== "Request" || machine.instance !== null) return none;
  if (outcome?.action !== "RequestInstance" || outcome.epoch !== operation.epoch) return none;
  if (outcome.error?.kind === "OutOfStock") return tryElsewhere(snapshot, machine, outcome, now);
  return outcome.error?.kind === "Invalid" && isOutdatedRequest(snapshot, machine)
    ? giveUpRequest(snapshot, machine, outcome, now)
    : none;
}

/** Through all places, and then, after a rest, through all of them again. */
function tryElsewhere(snapshot: Snapshot, machine: Machine, outcome: Outcome, now: Instant): Wishes {
  const { creation, operation, ...status } = machine.record.status ?? {};
  const { catalogue } = snapshot.provider;
  const places = catalogue === null ? [] : placesOf(snapshot, catalogue);
  const isIdle = snapshot.pool.spec.paused || places.length === 0;
  if (creation === undefined || operation === undefined || catalogue === null || isIdle) return none;
  const { zone, instanceType } = creation.request;
  const isRoundDone = creation.attempt % places.length === 0;
  const again = outcome.at + minuteMs;
  if (isRoundDone && !isWaitOver(outcome.at, again, now)) {
    const facts = { machine: nameOf(machine), zone, instanceType, until: timeOf(again) };
    return { actions: [], held: [held(machine, { reason: "OutOfStock", facts, wakeAt: again })] };
  }
  const next: Placement = placeAfter(snapshot, catalogue, { zone, attempt: creation.attempt });
  const moved = withAttempt(machine, creation.attempt + 1, { ...creation.request, ...next });
  const epoch = operation.epoch + 1;
  const facts = { machine: nameOf(machine), ...next };
  const action: Action = {
    kind: "AdvanceMachine",
    machine: nameOf(machine),
    status: { ...status, ...moved.record.status, operation: { ...operation, epoch }, lastEpoch: epoch },
    because: { reason: "BelowDesired", facts },
  };
  return { actions: [action], held: [] };
}

/** A person has changed the template since: a request from before it will never be granted. */
function isOutdatedRequest({ pool }: Snapshot, { record }: Machine): boolean {
  const { revision } = pool.status ?? {};
  return revision !== undefined && revision !== record.spec.revision;
}

/** Nothing was made: the record goes, and the count brings one from the new template. */
function giveUpRequest(snapshot: Snapshot, machine: Machine, outcome: Outcome, now: Instant): Wishes {
  const beginning = {
    kind: "Remove",
    plan: "Release",
    cause: null,
    options: { drain: false, release: true },
    because: {
      reason: "CreateFailed",
      facts: { machine: nameOf(machine), error: outcome.error?.message ?? "" },
    },
  } as const;
  return { actions: [begin(snapshot, machine, beginning, now)], held: [] };
}

function held(machine: Machine, wait: Pick<Held, "reason" | "facts" | "wakeAt">): Held {
  return { wish: "RequestInstance", machine: nameOf(machine), ...wait };
}

const none: Wishes = { actions: [], held: [] };
