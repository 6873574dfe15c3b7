/** How often one caller may ask: a bucket of tokens each, on the monotonic clock. */
import { secondMs } from "../core/time.ts";

export interface Limit {
  readonly perSecond: number;
  readonly burst: number;
}

export interface Limiter {
  /** Null: go on. Otherwise seconds until it may be asked again. */
  take(who: string, now: number): number | null;
}

interface Bucket {
  tokens: number;
  at: number;
}

const maxBuckets = 5000;

export function createLimiter({ perSecond, burst }: Limit): Limiter {
  const buckets = new Map<string, Bucket>();
  return {
    take: (who, now) => {
      const bucket = buckets.get(who) ?? { tokens: burst, at: now };
      if (!buckets.has(who)) {
        const [oldest] = buckets.keys();
        if (buckets.size >= maxBuckets && oldest !== undefined) buckets.delete(oldest);
        buckets.set(who, bucket);
      }
      bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / secondMs) * perSecond);
      bucket.at = now;
      if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / perSecond);
      bucket.tokens -= 1;
      return null;
    },
  };
}
