/** Many reasons to ask again become few requests: the first soon, the next ones with a pause that the server can bear. */

export interface Pacer<K> {
  ask(key: K, haste: "soon" | "calm"): void;
  stop(): void;
}

const soonMs = 250;
const calmMs = 1500;

export function createPacer<K>(run: (key: K) => Promise<unknown>): Pacer<K> {
  const waiting = new Map<K, { readonly timer: ReturnType<typeof setTimeout>; readonly at: number }>();
  const running = new Set<K>();
  const go = (key: K): void => {
    waiting.delete(key);
    // Never two of one key at once: an answer that takes long slows the questions down.
    if (running.has(key)) {
      plan(key, soonMs);
      return;
    }
    running.add(key);
    void run(key).finally(() => running.delete(key));
  };
  const plan = (key: K, pauseMs: number): void => {
    const at = performance.now() + pauseMs;
    const known = waiting.get(key);
    if (known !== undefined && known.at <= at) return;
    clearTimeout(known?.timer);
    waiting.set(key, { timer: setTimeout(() => go(key), pauseMs), at });
  };
  return {
    ask: (key, haste) => plan(key, haste === "soon" ? soonMs : calmMs),
    stop: () => {
      for (const { timer } of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}
