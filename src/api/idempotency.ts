/** The same wish sent twice is carried out once: answers kept by the key that the caller made for it. Lost with the process. */
import { hourMs } from "../core/time.ts";
import { failed } from "./problem.ts";
import type { Reply } from "./route.ts";

export interface Keyed {
  /** The caller and their key. */
  readonly key: string;
  /** Of all that was asked. */
  readonly fingerprint: string;
  readonly now: number;
}

export interface Idempotency {
  /** What failed may be tried again under the same key. */
  once(keyed: Keyed, run: () => Promise<Reply>): Promise<Reply>;
}

interface Kept {
  readonly fingerprint: string;
  readonly at: number;
  readonly reply: Promise<Reply>;
}

const keptMs = 24 * hourMs;
const maxKept = 5000;

export function createIdempotency(): Idempotency {
  const kept = new Map<string, Kept>();
  return {
    once: async ({ key, fingerprint, now }, run) => {
      const before = kept.get(key);
      if (before !== undefined && now - before.at < keptMs) {
        if (before.fingerprint !== fingerprint) throw failed("KeyReused");
        const reply = await before.reply;
        return { ...reply, headers: { ...reply.headers, "idempotency-replayed": "true" } };
      }
      const [oldest] = kept.keys();
      if (kept.size >= maxKept && oldest !== undefined) kept.delete(oldest);
      const reply = run();
      const entry = { fingerprint, at: now, reply };
      kept.delete(key);
      kept.set(key, entry);
      try {
        return await reply;
      } catch (error) {
        if (kept.get(key) === entry) kept.delete(key);
        throw error;
      }
    },
  };
}
