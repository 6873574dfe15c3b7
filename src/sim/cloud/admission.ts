/** Whether a call gets through at all: outages, throttling, lost answers. What a call does is in calls.ts. */
import { sleep } from "../../ports/clock.ts";
import { PortError, type PortErrorKind } from "../../ports/errors.ts";
import { minuteMs } from "../../core/time.ts";
import type { CloudContext } from "./context.ts";
import type { Call } from "./traits.ts";

interface Admission {
  /** Runs `effect` as the call on `subject`, unless a fault comes before it; a fault after it loses the answer. */
  admit<T>(call: Call, subject: string, effect: () => T | Promise<T>): Promise<T>;
}

export function createAdmission(cloud: CloudContext): Admission {
  const isThrottled = createThrottle(cloud);
  return {
    admit: async (call, subject, effect) => {
      const delayMs = cloud.traits.latencyMs + cloud.plan.takeDelayMs(call);
      if (delayMs > 0) await sleep(cloud.clock, delayMs);
      if (cloud.plan.isApiDown()) throw refused("Unreachable", call, subject);
      const retryAfterMs = isThrottled(call);
      if (retryAfterMs > 0) throw throttled(cloud, call, retryAfterMs);

      const fault = cloud.plan.takeCallFault(call) ?? lostAnswer(cloud);
      if (fault === null) return await effect();
      if (fault.effect === "Happens") await effect();
      throw refused(fault.error, call, subject);
    },
  };
}

/** Milliseconds until the call may be tried again; 0 when it may go now. */
function createThrottle(cloud: CloudContext): (call: Call) => number {
  const counts = new Map<Call, { readonly minute: number; readonly count: number }>();
  return (call) => {
    const limit = cloud.traits.callsPerMinute[call];
    if (limit === undefined) return 0;
    const minute = Math.floor(cloud.clock.now() / minuteMs);
    const seen = counts.get(call);
    const count = seen?.minute === minute ? seen.count : 0;
    if (count >= limit) return (minute + 1) * minuteMs - cloud.clock.now();
    counts.set(call, { minute, count: count + 1 });
    return 0;
  };
}

function lostAnswer(
  cloud: CloudContext,
): { error: PortErrorKind; effect: "Happens" | "DoesNotHappen" } | null {
  const { calls } = cloud.streams;
  if (!calls.chance(cloud.traits.unansweredShare)) return null;
  return { error: "Unknown", effect: calls.chance(0.5) ? "Happens" : "DoesNotHappen" };
}

function throttled(cloud: CloudContext, call: Call, retryAfterMs: number): PortError {
  const limit = cloud.traits.callsPerMinute[call];
  return new PortError({
    kind: "Throttled",
    message: `${call}: more than ${limit} calls in this minute; nothing was done, try again in ${Math.ceil(retryAfterMs / 1000)} s`,
    retryAfterMs,
  });
}

function refused(kind: PortErrorKind, call: Call, subject: string): PortError {
  return new PortError({ kind, message: `${call} ${subject}: ${sentences[kind] ?? `answered ${kind}`}` });
}

const sentences: Partial<Record<PortErrorKind, string>> = {
  Unreachable: "the cloud's API cannot be reached; nothing was done",
  Unknown: "no answer came; it may or may not have happened, the next list tells",
  Throttled: "too many calls; nothing was done",
  OutOfStock: "nothing of this kind is left; nothing was created",
  QuotaExceeded: "the account's limit is reached; nothing was created",
  Denied: "the account may not do this",
};
