/** Answers that several policies ask for in one pass, worked out once. It only saves time: same snapshot and instant, same answer. */
import type { Instant, Snapshot } from "./model.ts";

export function perPass<T>(
  work: (snapshot: Snapshot, now: Instant) => T,
): (snapshot: Snapshot, now: Instant) => T {
  const known = new WeakMap<Snapshot, { readonly now: Instant; readonly answer: T }>();
  return (snapshot, now) => {
    const before = known.get(snapshot);
    if (before?.now === now) return before.answer;
    const answer = work(snapshot, now);
    known.set(snapshot, { now, answer });
    return answer;
  };
}
