/** What one provider says it runs for us: polled, complete or not at all, and never older than our own last effect. */
import type { Instance } from "../core/model.ts";
import type { Clock } from "../ports/clock.ts";
import { ownershipTags, type Provider } from "../ports/provider.ts";

export interface Instances {
  ofMachine(machineUid: string): Instance | null;
  all(): readonly Instance[];
  /** The last list was complete and is fresh enough to conclude from absence. */
  isComplete(): boolean;
  problem(): string;
  /** Milliseconds since the first complete list, without a break, in which the machine has no instance. */
  absentForMs(machineUid: string): number | null;
  /** An answer of our own call: shown until the list catches up. */
  learn(instance: Instance): void;
  /** Look again soon, and keep looking closely while work is under way. */
  hurry(): void;
  start(): void;
  stop(): void;
}

const idlePeriodMs = 30_000;
const busyPeriodMs = 2000;
const busyForMs = 30_000;
const staleAfterMs = 120_000;
/** A list may lag this long behind a create that was answered. */
const learnedForMs = 60_000;

export interface InstancesDeps {
  readonly provider: Provider;
  readonly clusterUid: string;
  readonly clock: Clock;
  readonly onChange: () => void;
}

export function createInstances(deps: InstancesDeps): Instances {
  const book = createBook(deps.clock);
  const poll = createPoll(deps, book);
  return {
    ofMachine: (uid) => book.known().get(uid) ?? null,
    all: () => [...book.known().values()],
    isComplete: book.isComplete,
    problem: book.problem,
    absentForMs: book.absentForMs,
    learn: book.learn,
    ...poll,
  };
}

/** What is known, and for how long what is absent has been absent. */
interface Book {
  known(): ReadonlyMap<string, Instance>;
  isComplete(): boolean;
  problem(): string;
  absentForMs(machineUid: string): number | null;
  learn(instance: Instance): void;
  accept(list: readonly Instance[], startedAt: number): void;
  fail(error: unknown): void;
}

function createBook(clock: Clock): Book {
  let known = new Map<string, Instance>();
  const learned = new Map<string, { readonly instance: Instance; readonly at: number }>();
  const absentSince = new Map<string, number>();
  let listedAt: number | null = null;
  let problem = "the instances were not listed yet";

  const isComplete = (): boolean =>
    problem === "" && listedAt !== null && clock.monotonic() - listedAt < staleAfterMs;

  return {
    known: () => known,
    isComplete,
    problem: () => problem,
    absentForMs: (uid) => {
      if (!isComplete() || listedAt === null || known.has(uid)) return null;
      const first = absentSince.get(uid) ?? listedAt;
      absentSince.set(uid, first);
      return clock.monotonic() - first;
    },
    learn: (instance) => {
      const uid = machineUidOf(instance);
      learned.set(uid, { instance, at: clock.monotonic() });
      known.set(uid, instance);
    },
    accept: (list, startedAt) => {
      const next = new Map(list.map((instance) => [machineUidOf(instance), instance]));
      for (const [uid, { instance, at }] of learned) {
        if (next.has(uid) || startedAt - at > learnedForMs) learned.delete(uid);
        else next.set(uid, instance);
      }
      known = next;
      listedAt = startedAt;
      problem = "";
      for (const uid of absentSince.keys()) if (known.has(uid)) absentSince.delete(uid);
    },
    fail: (error) => {
      problem = error instanceof Error ? error.message : String(error);
      absentSince.clear(); // A break in what we know: absence is counted anew.
    },
  };
}

function machineUidOf(instance: Instance): string {
  return instance.tags[ownershipTags.machine] ?? instance.id;
}

/** Lists again and again: seldom when idle, closely while work is under way, and at once when the provider tells of a change. */
function createPoll(
  { provider, clusterUid, clock, onChange }: InstancesDeps,
  book: Book,
): Pick<Instances, "hurry" | "start" | "stop"> {
  let busyUntil = 0;
  let cancel: (() => void) | null = null;
  let isListing = false;
  let isStopped = true;
  let unsubscribe: (() => void) | null = null;

  const look = async (): Promise<void> => {
    isListing = true;
    const startedAt = clock.monotonic();
    try {
      book.accept(await provider.list(clusterUid), startedAt);
    } catch (error) {
      book.fail(error);
    }
    isListing = false;
    onChange();
    schedule(clock.monotonic() < busyUntil ? busyPeriodMs : idlePeriodMs);
  };
  const schedule = (delayMs: number): void => {
    if (isStopped || isListing) return;
    cancel?.();
    cancel = clock.after(delayMs, () => void look());
  };

  return {
    hurry: () => {
      const wasIdle = clock.monotonic() >= busyUntil;
      busyUntil = clock.monotonic() + busyForMs;
      if (wasIdle) schedule(0);
    },
    start: () => {
      isStopped = false;
      unsubscribe = provider.onChange(() => schedule(50));
      schedule(0);
    },
    stop: () => {
      isStopped = true;
      unsubscribe?.();
      cancel?.();
    },
  };
}
