/** What one provider says it runs for us: polled, complete or not at all, and never older than our own last effect. */
import { isDeepStrictEqual } from "node:util";
import type { Instance } from "../core/model.ts";
import type { Clock } from "../ports/clock.ts";
import { ownershipTags, type Provider } from "../ports/provider.ts";

export interface Instances {
  /** Of several with the machine's tag the recorded one counts, and no other; before one is recorded, the oldest (S1, S7). */
  ofMachine(machineUid: string, recordedId?: string): Instance | null;
  all(): readonly Instance[];
  /** The last list was complete and is fresh enough to conclude from absence. */
  isComplete(): boolean;
  /** Why it was not; empty where it was. */
  problem(): string;
  /** What the last list failed with; null where it did not, or was not tried yet. */
  failure(): string | null;
  /** Milliseconds for which every complete list lacks the machine's instance, counted from the first look for this very one. */
  absentForMs(machine: Sought): number | null;
  /** An answer of our own call: shown until the list catches up. */
  learn(instance: Instance): void;
  /** Look again soon, and keep looking closely while work is under way. */
  hurry(): void;
  start(): void;
  stop(): void;
}

/** Whose instance is looked for. */
export interface Sought {
  readonly uid: string;
  readonly recordedId: string | undefined;
  readonly poolName: string;
}

/** Changes of one moment come in one list. */
const gatherMs = 50;
/** Between two lists that somebody's changes ask for, at least so many times what the last one took. */
const restFactor = 4;
const idlePeriodMs = 30_000;
const busyPeriodMs = 2000;
const busyForMs = 30_000;
const staleAfterMs = 120_000;
/** Every pool asks for its machines each minute; a machine that nobody asks for is no more. */
const forgetAfterMs = 300_000;
/** A list may lag this long behind a create that was answered. */
const learnedForMs = 60_000;

export interface InstancesDeps {
  readonly provider: Provider;
  readonly clusterUid: string;
  readonly clock: Clock;
  /** With the names of the pools whose instances have changed; null where all of them are concerned. */
  readonly onChange: (pools: ReadonlySet<string> | null) => void;
}

export function createInstances(deps: InstancesDeps): Instances {
  const book = createBook(deps.clock);
  const poll = createPoll(deps, book);
  return {
    ofMachine: (uid, recordedId) => instanceAmong(book.known(), uid, recordedId),
    all: () => [...book.known().values()].flat(),
    isComplete: book.isComplete,
    problem: book.problem,
    failure: book.failure,
    absentForMs: book.absentForMs,
    learn: book.learn,
    ...poll,
  };
}

function instanceAmong(
  known: ReadonlyMap<string, readonly Instance[]>,
  uid: string,
  recordedId: string | undefined,
): Instance | null {
  const found = known.get(uid) ?? [];
  return (recordedId === undefined ? found[0] : found.find(({ id }) => id === recordedId)) ?? null;
}

interface Absence extends Sought {
  readonly since: number;
  readonly askedAt: number;
}

/** What is known, and for how long what is absent has been absent. */
interface Book {
  /** By the UID of their machine, oldest first. */
  known(): ReadonlyMap<string, readonly Instance[]>;
  isComplete(): boolean;
  problem(): string;
  failure(): string | null;
  absentForMs(machine: Sought): number | null;
  learn(instance: Instance): void;
  /** Both give the pools that see something else than before; null for all. */
  accept(list: readonly Instance[], startedAt: number): ReadonlySet<string> | null;
  fail(error: unknown): ReadonlySet<string> | null;
}

function createBook(clock: Clock): Book {
  let known = new Map<string, readonly Instance[]>();
  const learned = new Map<string, { readonly instance: Instance; readonly at: number }>();
  const absent = new Map<string, Absence>();
  /** Pools that have learned something since the last list, and did not see it yet. */
  const learners = new Set<string>();
  let listedAt: number | null = null;
  let failure: string | null = null;

  const isComplete = (): boolean =>
    failure === null && listedAt !== null && clock.monotonic() - listedAt < staleAfterMs;

  return {
    known: () => known,
    isComplete,
    problem: () => failure ?? (listedAt === null ? "the instances were not listed yet" : ""),
    failure: () => failure,
    absentForMs: (machine) => {
      const { uid, recordedId } = machine;
      if (!isComplete() || listedAt === null || instanceAmong(known, uid, recordedId) !== null) return null;
      const askedAt = clock.monotonic();
      const before = absent.get(uid);
      // A list from before somebody recorded the instance says nothing about it (S27).
      const since = before?.recordedId === recordedId ? (before?.since ?? askedAt) : askedAt;
      absent.set(uid, { ...machine, since, askedAt });
      return Math.max(0, listedAt - since);
    },
    learn: (instance) => {
      const uid = machineUidOf(instance);
      learned.set(uid, { instance, at: clock.monotonic() });
      known.set(uid, [...(known.get(uid) ?? []).filter(({ id }) => id !== instance.id), instance]);
      learners.add(poolOf(instance));
    },
    accept: (list, startedAt) => {
      const wasComplete = isComplete();
      const next = byMachine(list);
      for (const [uid, { instance, at }] of learned) {
        const shown = next.get(uid) ?? [];
        if (shown.some(({ id }) => id === instance.id) || startedAt - at > learnedForMs) learned.delete(uid);
        else next.set(uid, [...shown, instance]);
      }
      const pools = changedPools(known, next, learners);
      learners.clear();
      known = next;
      listedAt = startedAt;
      failure = null;
      for (const [uid, { askedAt, poolName, recordedId }] of absent) {
        const isThere = instanceAmong(known, uid, recordedId) !== null;
        if (isThere || startedAt - askedAt > forgetAfterMs) absent.delete(uid);
        else pools.add(poolName); // One more complete list without it.
      }
      return wasComplete ? pools : null;
    },
    fail: (error) => {
      const before = failure;
      failure = error instanceof Error ? error.message : String(error);
      absent.clear(); // A break in what we know: absence is counted anew.
      return failure === before ? new Set() : null;
    },
  };
}

function byMachine(list: readonly Instance[]): Map<string, readonly Instance[]> {
  const oldestFirst = list.toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  return Map.groupBy(oldestFirst, machineUidOf);
}

/** The pools whose machines have other instances than before, or the same ones changed. */
function changedPools(
  before: ReadonlyMap<string, readonly Instance[]>,
  after: ReadonlyMap<string, readonly Instance[]>,
  others: ReadonlySet<string>,
): Set<string> {
  const pools = new Set(others);
  const compare = (old: readonly Instance[], now: readonly Instance[]): void => {
    if (isDeepStrictEqual(old, now)) return;
    for (const instance of [...old, ...now]) pools.add(poolOf(instance));
  };
  for (const [uid, now] of after) compare(before.get(uid) ?? [], now);
  for (const [uid, old] of before) if (!after.has(uid)) compare(old, []);
  return pools;
}

function poolOf({ tags }: Instance): string {
  return tags[ownershipTags.pool] ?? "";
}

function machineUidOf(instance: Instance): string {
  return instance.tags[ownershipTags.machine] ?? instance.id;
}

/**
 * Lists again and again: seldom when idle, closely while work is under way, and soon when the provider tells of a change –
 * the sooner, the quicker its lists are.
 */
function createPoll(
  { provider, clusterUid, clock, onChange }: InstancesDeps,
  book: Book,
): Pick<Instances, "hurry" | "start" | "stop"> {
  let busyUntil = 0;
  let due: { readonly at: number; readonly cancel: () => void } | null = null;
  let isListing = false;
  /** Something was told while a list was on its way, and may be missing from it. */
  let isBehind = false;
  let restUntil = 0;
  let isStopped = true;
  let unsubscribe: (() => void) | null = null;

  const look = async (): Promise<void> => {
    due = null;
    isListing = true;
    isBehind = false;
    const startedAt = clock.monotonic();
    // What is no list, or a list of something else, is an error of the provider as well (S36).
    const pools = await provider
      .list(clusterUid)
      .then((list) => book.accept(list, startedAt))
      .catch((error: unknown) => book.fail(error));
    const endedAt = clock.monotonic();
    restUntil = endedAt + Math.max(gatherMs, restFactor * (endedAt - startedAt));
    isListing = false;
    if (pools === null || pools.size > 0) onChange(pools);
    schedule(endedAt + (endedAt < busyUntil ? busyPeriodMs : idlePeriodMs));
    if (isBehind) schedule(restUntil);
  };
  /** The earliest wish counts, so that a stream of changes cannot put the list off for ever. */
  const schedule = (at: number): void => {
    if (isStopped || isListing || (due !== null && due.at <= at)) return;
    due?.cancel();
    due = { at, cancel: clock.after(Math.max(0, at - clock.monotonic()), () => void look()) };
  };

  return {
    hurry: () => {
      const wasIdle = clock.monotonic() >= busyUntil;
      busyUntil = clock.monotonic() + busyForMs;
      if (wasIdle) schedule(clock.monotonic());
    },
    start: () => {
      isStopped = false;
      unsubscribe = provider.onChange(() => {
        isBehind = isListing;
        schedule(Math.max(restUntil, clock.monotonic() + gatherMs));
      });
      schedule(clock.monotonic());
    },
    stop: () => {
      isStopped = true;
      unsubscribe?.();
      due?.cancel();
    },
  };
}
