/** How the last effects ended, in memory only: for back-off and for saying why. After a restart everything is tried again. */
import type { EvictionRefusal, Instant, Outcome } from "../core/model.ts";
import { PortError } from "../ports/errors.ts";
import type { EvictionAnswer } from "../ports/kube.ts";

/** Which effect, on which machine of which pool, when. */
export interface Effect {
  readonly pool: string;
  readonly machine: string;
  readonly action: string;
  readonly epoch: number | null;
  readonly at: Instant;
}

export type Refusal = Exclude<EvictionAnswer, { readonly kind: "Evicted" } | { readonly kind: "Gone" }>;

export interface Outcomes {
  ofPool(pool: string): ReadonlyMap<string, Outcome>;
  succeeded(effect: Effect): void;
  failed(effect: Effect, error: unknown): void;
  forget(pool: string, machine: string): void;
  poolGone(pool: string): void;
  readonly evictions: ReadonlyMap<string, EvictionRefusal>;
  refused(podUid: string, answer: Refusal, at: Instant): void;
  podGone(podUid: string): void;
}

/** After a refusal without a hint the same pod waits this long; a budget that changes wakes it earlier. */
const evictionRetryMs = 10_000;

export function createOutcomes(): Outcomes {
  const pools = new Map<string, Map<string, Outcome>>();
  const evictions = new Map<string, EvictionRefusal>();

  const ofPool = (pool: string): Map<string, Outcome> => {
    const outcomes = pools.get(pool) ?? new Map<string, Outcome>();
    pools.set(pool, outcomes);
    return outcomes;
  };

  return {
    ofPool,
    succeeded: ({ pool, machine, action, epoch, at }) => {
      ofPool(pool).set(machine, { action, error: null, at, epoch, failures: 0 });
    },
    failed: ({ pool, machine, action, epoch, at }, error) => {
      const before = ofPool(pool).get(machine);
      const isRepeat = before?.action === action && before.epoch === epoch;
      const failures = isRepeat ? before.failures + 1 : 1;
      ofPool(pool).set(machine, { action, error: textOf(error), at, epoch, failures });
    },
    forget: (pool, machine) => {
      pools.get(pool)?.delete(machine);
    },
    poolGone: (pool) => {
      pools.delete(pool);
    },
    evictions,
    refused: (podUid, answer, at) => {
      const hintMs = answer.kind === "Blocked" ? (answer.retryAfterMs ?? 0) : 0;
      const { kind, message } = answer;
      evictions.set(podUid, { kind, message, at, retryAt: at + Math.max(hintMs, evictionRetryMs) });
    },
    podGone: (podUid) => {
      evictions.delete(podUid);
    },
  };
}

function textOf(error: unknown): { readonly kind: string; readonly message: string } {
  if (error instanceof PortError) return { kind: error.kind, message: error.message };
  return { kind: "Unknown", message: error instanceof Error ? error.message : String(error) };
}
