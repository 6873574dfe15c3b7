/** How many calls may be under way at once. Says nothing about how often. */

export interface Limiter {
  /** Resolves with the function that gives the place back. */
  acquire(): Promise<() => void>;
}

export function createLimiter(limit: number): Limiter {
  const waiting: (() => void)[] = [];
  let taken = 0;
  const release = (): void => {
    const next = waiting.shift();
    if (next === undefined) taken -= 1;
    else next();
  };
  return {
    acquire: async () => {
      if (taken < limit) taken += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      let isReleased = false;
      return () => {
        if (isReleased) return;
        isReleased = true;
        release();
      };
    },
  };
}
