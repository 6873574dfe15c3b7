/** How many guests may boot at once: under emulation each takes a whole core for half a minute. First come, first served. */
import type { Clock } from "../../ports/clock.ts";

export interface BootSlots {
  /** Waits for a place and takes it; null when `signal` came first. */
  take(signal: AbortSignal): Promise<BootSlot | null>;
  /** Nobody would have to wait now. */
  isFree(): boolean;
}

export interface BootSlot {
  release(): void;
}

/** A guest that has not booted by now does not keep the others waiting any longer. */
const longestBootMs = 120_000;

export function createBootSlots(count: number, clock: Clock): BootSlots {
  let free = count;
  const waiting: (() => void)[] = [];
  const slot = (): BootSlot => {
    let isHeld = true;
    const release = (): void => {
      if (!isHeld) return;
      isHeld = false;
      cancel();
      const next = waiting.shift();
      // The place passes on from hand to hand, so that nobody slips in between.
      if (next === undefined) free += 1;
      else next();
    };
    const cancel = clock.after(longestBootMs, release);
    return { release };
  };
  return {
    isFree: () => free > 0,
    take: async (signal) => {
      if (signal.aborted) return null;
      if (free > 0) {
        free -= 1;
        return slot();
      }
      return (await turn(waiting, signal)) ? slot() : null;
    },
  };
}

/** False when `signal` came first. */
function turn(waiting: (() => void)[], signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const leave = (): void => {
      waiting.splice(waiting.indexOf(go), 1);
      resolve(false);
    };
    const go = (): void => {
      signal.removeEventListener("abort", leave);
      resolve(true);
    };
    signal.addEventListener("abort", leave, { once: true });
    waiting.push(go);
  });
}
