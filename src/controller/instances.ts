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

export function createInstances({ provider, clusterUid, clock, onChange }: InstancesDeps): Instances {
  let known = new Map<string, Instance>();
  const learned = new Map<string, { readonly instance: Instance; readonly at: number }>();
  const absentSince = new Map<string, number>();
  let listedAt: number | null = null;
  let problem = "the instances were not listed yet";
  let busyUntil = 0;
  let cancel: (() => void) | null = null;
  let isListing = false;
  let isStopped = true;

  const look = async (): Promise<void> => {
    cancel = null;
    isListing = true;
    const startedAt = clock.monotonic();
    try {
      accept(await provider.list(clusterUid), startedAt);
      problem = "";
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      absentSince.clear(); // A break in what we know: absence is counted anew.
    }
    isListing = false;
    onChange();
    schedule(clock.monotonic() < busyUntil ? busyPeriodMs : idlePeriodMs);
  };

  const accept = (list: readonly Instance[], startedAt: number): void => {
    const next = new Map<string, Instance>();
    for (const instance of list) next.set(instance.tags[ownershipTags.machine] ?? instance.id, instance);
    for (const [uid, { instance, at }] of learned) {
      if (next.has(uid) || startedAt - at > learnedForMs) learned.delete(uid);
      else next.set(uid, instance);
    }
    known = next;
    listedAt = startedAt;
    for (const uid of absentSince.keys()) if (known.has(uid)) absentSince.delete(uid);
  };

  const schedule = (delayMs: number): void => {
    if (isStopped || isListing) return;
    cancel?.();
    cancel = clock.after(delayMs, () => {
      if (!isListing) void look();
    });
  };

  const isComplete = (): boolean =>
    problem === "" && listedAt !== null && clock.monotonic() - listedAt < staleAfterMs;
  let unsubscribe: (() => void) | null = null;

  return {
    ofMachine: (uid) => known.get(uid) ?? null,
    all: () => [...known.values()],
    isComplete,
    problem: () => problem,
    absentForMs: (uid) => {
      if (!isComplete() || listedAt === null || known.has(uid)) return null;
      const first = absentSince.get(uid) ?? listedAt;
      absentSince.set(uid, first);
      return clock.monotonic() - first;
    },
    learn: (instance) => {
      const uid = instance.tags[ownershipTags.machine] ?? instance.id;
      learned.set(uid, { instance, at: clock.monotonic() });
      known.set(uid, instance);
    },
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
