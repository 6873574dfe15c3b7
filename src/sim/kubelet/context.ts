/** What all kubelets of one simulated cloud share. */
import type { Clock } from "../../ports/clock.ts";
import { isPortError, isRetriable } from "../../ports/errors.ts";
import type { Kube, KubeCache } from "../../ports/kube.ts";
import type { Cloud } from "../cloud/create.ts";
import type { Stream } from "../stream.ts";
import type { Timers } from "../timers.ts";

export interface Fleet {
  readonly kube: Kube;
  readonly cache: KubeCache;
  readonly cloud: Cloud;
  readonly clock: Clock;
  readonly chance: Stream;
  readonly leaseMs: number;
  readonly log: (line: string) => void;
  /** Every request that is under way, so that stopping can wait for the last of them. */
  readonly underWay: Set<Promise<void>>;
}

/** Calls `attempt` until it succeeds, waiting longer each time, for as long as `timers` live. `what` is for the log. */
export function persist(fleet: Fleet, timers: Timers, what: string, attempt: () => Promise<void>): void {
  let tries = 0;
  const go = (): void => {
    const attempted = attempt().catch((error: unknown) => {
      if (timers.isOver()) return;
      if (tries === 0 && !isExpected(error)) fleet.log(`${what}: ${String(error)}; trying again`);
      timers.after(backoffMs(tries), go);
      tries += 1;
    });
    fleet.underWay.add(attempted);
    void attempted.then(() => fleet.underWay.delete(attempted));
  };
  if (!timers.isOver()) go();
}

/** 200 ms, doubled up to 7 s, as a kubelet does it. */
function backoffMs(tries: number): number {
  return Math.min(7000, 200 * 2 ** tries);
}

function isExpected(error: unknown): boolean {
  return isPortError(error) && isRetriable[error.kind];
}
