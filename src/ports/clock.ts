/** Time as a port: the wall clock for people and windows, the monotonic clock for durations. */
export interface Clock {
  /** Milliseconds since the epoch. May jump. */
  now(): number;
  /** Milliseconds that never jump and never run backwards. */
  monotonic(): number;
  /** Calls `run` once after `delayMs`; the result cancels it. */
  after(delayMs: number, run: () => void): () => void;
}

/** Node runs longer timers at once; waking too early is harmless, as everybody looks again. */
const longestDelayMs = 2 ** 31 - 1;

export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, Math.min(delayMs, longestDelayMs));
    return () => clearTimeout(timer);
  },
};

/** Ends at once when `signal` does not want it any more; whoever slept looks at the signal. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const end = (): void => {
      cancel();
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const cancel = clock.after(delayMs, end);
    signal?.addEventListener("abort", end);
  });
}

/** Looks again and again, the first time after one period, until the result is called or `signal` ends it. */
export function periodically(
  {
    clock,
    periodMs,
    signal,
  }: { readonly clock: Clock; readonly periodMs: number; readonly signal: AbortSignal },
  look: () => void,
): () => void {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  void (async () => {
    for (;;) {
      await sleep(clock, periodMs, both);
      if (both.aborted) return;
      look();
    }
  })();
  return () => stop.abort();
}
