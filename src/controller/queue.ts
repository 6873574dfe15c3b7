/**
 * Which key is worked on next. A key waits once however often it is added, is never worked on twice at a time, and one
 * that is added while it is worked on comes back when that is done.
 */
import type { Clock } from "../ports/clock.ts";

export interface WorkQueue {
  add(key: string): void;
  /** Of several calls for one key the earliest counts. */
  addAfter(key: string, delayMs: number): void;
  /** After a failure: later each time for this key, and never too many keys a second. */
  addRateLimited(key: string): void;
  /** The key succeeded: its next failure waits the shortest time again. */
  forget(key: string): void;
  /** How often the key failed since it was last forgotten. */
  failures(key: string): number;
  /** The next key, when there is one; null when the queue is shut down and empty. */
  next(): Promise<string | null>;
  /** To be called for every key that `next` gave. */
  done(key: string): void;
  /** Nothing more is taken in; what waits now is still given out. */
  shutDown(): void;
  /** Keys ready to be worked on. */
  size(): number;
}

/** Timers hold no longer delay. To wake early is harmless: whoever looks too soon waits again. */
const maxTimerMs = 2 ** 31 - 1;
const firstBackoffMs = 5;
const maxBackoffMs = 1_000_000;
const retriesPerSecond = 10;
const retryBurst = 100;

export function createQueue(clock: Clock): WorkQueue {
  const ready: string[] = [];
  /** Everything that has to be worked on: what is ready, and what will be as soon as it is done. */
  const dirty = new Set<string>();
  const processing = new Set<string>();
  const takers: ((key: string | null) => void)[] = [];
  const delays = createDelays(clock, (key) => add(key));
  const retries = createRetries(clock);
  let isShutDown = false;

  const offer = (key: string): void => {
    const taker = takers.shift();
    if (taker === undefined) ready.push(key);
    else taker(take(key));
  };
  const take = (key: string): string => {
    dirty.delete(key);
    processing.add(key);
    return key;
  };
  const add = (key: string): void => {
    if (isShutDown || dirty.has(key)) return;
    dirty.add(key);
    if (!processing.has(key)) offer(key);
  };
  const addAfter = (key: string, delayMs: number): void => {
    if (isShutDown) return;
    if (delayMs <= 0) add(key);
    else delays.set(key, delayMs);
  };
  return {
    add,
    addAfter,
    addRateLimited: (key) => addAfter(key, retries.nextDelay(key)),
    forget: retries.forget,
    failures: retries.failures,
    next: () => {
      const key = ready.shift();
      if (key !== undefined) return Promise.resolve(take(key));
      if (isShutDown) return Promise.resolve(null);
      return new Promise((resolve) => takers.push(resolve));
    },
    done: (key) => {
      processing.delete(key);
      if (dirty.has(key)) offer(key);
    },
    shutDown: () => {
      isShutDown = true;
      delays.clear();
      for (const taker of takers.splice(0)) taker(null);
    },
    size: () => ready.length,
  };
}

interface Delays {
  set(key: string, delayMs: number): void;
  clear(): void;
}

/** One timer per waiting key; a later wish never puts off an earlier one. */
function createDelays(clock: Clock, onDue: (key: string) => void): Delays {
  const waiting = new Map<string, { readonly dueAt: number; readonly cancel: () => void }>();
  return {
    set: (key, wantedMs) => {
      const delayMs = Math.min(wantedMs, maxTimerMs);
      const dueAt = clock.monotonic() + delayMs;
      const earlier = waiting.get(key);
      if (earlier !== undefined && earlier.dueAt <= dueAt) return;
      earlier?.cancel();
      const cancel = clock.after(delayMs, () => {
        waiting.delete(key);
        onDue(key);
      });
      waiting.set(key, { dueAt, cancel });
    },
    clear: () => {
      for (const { cancel } of waiting.values()) cancel();
      waiting.clear();
    },
  };
}

interface Retries {
  nextDelay(key: string): number;
  forget(key: string): void;
  failures(key: string): number;
}

/** The longer of two waits: the key's own, doubled with each failure, and the one of a bucket that all keys share. */
function createRetries(clock: Clock): Retries {
  const failuresByKey = new Map<string, number>();
  let tokens = retryBurst;
  let refilledAt = clock.monotonic();
  const takeToken = (): number => {
    const now = clock.monotonic();
    tokens = Math.min(retryBurst, tokens + ((now - refilledAt) / 1000) * retriesPerSecond) - 1;
    refilledAt = now;
    return tokens >= 0 ? 0 : (-tokens / retriesPerSecond) * 1000;
  };
  return {
    nextDelay: (key) => {
      const failures = failuresByKey.get(key) ?? 0;
      failuresByKey.set(key, failures + 1);
      return Math.max(Math.min(maxBackoffMs, firstBackoffMs * 2 ** failures), takeToken());
    },
    forget: (key) => {
      failuresByKey.delete(key);
    },
    failures: (key) => failuresByKey.get(key) ?? 0,
  };
}
