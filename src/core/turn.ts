/** Whose turn is next among those that are all free. How many at once, and whether any, is decided by the policies. */
import { nameOf } from "./member.ts";
import type { Machine, Snapshot } from "./model.ts";

interface Candidate {
  readonly machine: Machine;
}

/** Machines on which somebody was about to begin come first: else two who decide at once would take one each (S9, S25). */
export function promisedFirst<T extends Candidate>(
  { pool }: Snapshot,
  candidates: readonly T[],
): readonly T[] {
  const promised = new Set(pool.status?.promised);
  const rank = ({ machine }: Candidate): number => (promised.has(nameOf(machine)) ? 0 : 1);
  return candidates.toSorted((a, b) => rank(a) - rank(b));
}
