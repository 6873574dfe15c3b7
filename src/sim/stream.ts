/** Chance, one named stream for each concern, so that a draw more in one does not reshuffle the others. */
import { createRandom } from "./api/random.ts";

export interface Stream {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** True in that share of the draws. */
  chance(share: number): boolean;
  /** `medianMs` give or take up to `percent` of it. */
  spread(medianMs: number, percent: number): number;
  /** Lower-case letters and digits. */
  word(length: number): string;
  uid(): string;
}

export function createStream(seed: number, name: string): Stream {
  const random = createRandom(hashOf(`${seed}/${name}`));
  const next = () => random.below(2 ** 30) / 2 ** 30;
  return {
    next,
    chance: (share) => share > 0 && next() < share,
    spread: (medianMs, percent) => Math.round(medianMs * (1 + ((2 * next() - 1) * percent) / 100)),
    word: (length) => Array.from({ length }, () => letters.charAt(random.below(letters.length))).join(""),
    uid: () => random.uid(),
  };
}

const letters = "0123456789abcdefghijklmnopqrstuvwxyz";

/** FNV-1a: the same text gives the same 32 bits on every machine. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
}
