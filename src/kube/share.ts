/** Lets equal parts of many objects be one part: a hundred thousand pods have a few hundred templates. */

/** Gives an equal part seen before, or this one. */
export type Share = <T extends object>(part: T) => T;

/** Keeps every part as it is, for objects that are not kept. */
export const shareNothing: Share = (part) => part;

/** When so many different parts were seen they are not that equal; forgetting them only costs memory. */
const maxParts = 20_000;

export function createShare(): Share {
  const parts = new Map<string, object>();
  return <T extends object>(part: T): T => {
    const key = JSON.stringify(part);
    const seen = parts.get(key);
    if (seen !== undefined) return seen as T;
    if (parts.size >= maxParts) parts.clear();
    parts.set(key, part);
    return part;
  };
}
