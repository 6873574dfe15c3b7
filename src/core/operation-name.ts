/** The name of an operation that the controller asks for: the same for all who see the same, so that it is not asked for twice (S25). */
import { canonical, hashOf } from "./hash.ts";
import { uidOf } from "./member.ts";
import type { Machine, Snapshot } from "./model.ts";

/** `about`: what tells this choice from others, besides the machines among which it was made. */
export function choiceName(
  snapshot: Snapshot,
  verb: "scale-in" | "upgrade" | "delete",
  choice: { readonly among: readonly Machine[]; readonly about: string },
): string {
  const seen = hashOf(canonical([choice.among.map(uidOf).toSorted(), choice.about]));
  return freeName(snapshot, `${snapshot.pool.metadata.name}-${verb}-${seen.slice(-8)}`);
}

/** Never a name that is taken: what was asked for before has ended, and the same is asked for once more. */
export function freeName({ operations }: Snapshot, base: string): string {
  const taken = new Set(operations.map(({ metadata }) => metadata.name));
  for (let number = 2; taken.has(base); number += 1) {
    const name = `${base}-${number}`;
    if (!taken.has(name)) return name;
  }
  return base;
}
