/** Names and uids from a seed, so that the same run gives the same world. */
export interface Random {
  /** An integer from 0 up to, not including, `limit`. */
  below(limit: number): number;
  /** A version 4 uid. */
  uid(): string;
  /** Five letters as the API appends them to `generateName`. */
  suffix(): string;
}

// The API server leaves out vowels and lookalikes, so that no word is spelled by chance.
const letters = "bcdfghjklmnpqrstvwxz2456789";

export function createRandom(seed: number): Random {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const hex = () => next().toString(16).padStart(8, "0");
  const below = (limit: number) => Math.floor((next() / 0x1_0000_0000) * limit);
  return {
    below,
    uid: () => {
      const digits = hex() + hex() + hex() + hex();
      const variant = "89ab"[below(4)] ?? "8";
      return [
        digits.slice(0, 8),
        digits.slice(8, 12),
        `4${digits.slice(13, 16)}`,
        `${variant}${digits.slice(17, 20)}`,
        digits.slice(20),
      ].join("-");
    },
    suffix: () => Array.from({ length: 5 }, () => letters[below(letters.length)] ?? "b").join(""),
  };
}
