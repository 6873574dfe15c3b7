/** Timers that belong together and end together. */
import type { Clock } from "../ports/clock.ts";

export interface Timers {
  /** Calls `run` once after `delayMs`, unless cancelled by the result or ended with all the others. */
  after(delayMs: number, run: () => void): () => void;
  /** Cancels all, and takes no more. */
  end(): void;
  isOver(): boolean;
}

export function createTimers(clock: Clock): Timers {
  const cancels = new Set<() => void>();
  let isOver = false;
  return {
    after: (delayMs, run) => {
      if (isOver) return () => {};
      const stop = clock.after(Math.max(0, delayMs), () => {
        cancels.delete(cancel);
        run();
      });
      const cancel = () => {
        cancels.delete(cancel);
        stop();
      };
      cancels.add(cancel);
      return cancel;
    },
    end: () => {
      isOver = true;
      for (const cancel of cancels) cancel();
    },
    isOver: () => isOver,
  };
}
