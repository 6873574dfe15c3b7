/** Keeps the status of maintenance windows true: open or not, and the next five openings. */
import type { Instant } from "../core/model.ts";
import { timeOf } from "../core/time.ts";
import { nextOpenings, windowProblem, windowState } from "../core/window.ts";
import { canonical } from "../core/hash.ts";
import type { Clock } from "../ports/clock.ts";
import type { Kube, KubeCache } from "../ports/kube.ts";
import { sentence } from "../text/sentence.ts";

/** Returns when the window's state changes next. */
export async function reconcileWindow(
  key: string,
  deps: { readonly kube: Kube; readonly cache: KubeCache; readonly clock: Clock },
): Promise<Instant | null> {
  const window = deps.cache.get("MaintenanceWindow", key);
  if (window === undefined) return null;
  const now = deps.clock.now();
  const { spec, metadata } = window;
  const problem = windowProblem(spec);
  const openings = problem === null ? nextOpenings(spec, now, 5) : [];
  const isOpen = problem === null && windowState(spec, now).isOpen;
  const status = {
    ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
    isOpen,
    nextOpenings: openings.map(({ opens, closes, offset }) => ({
      opens: timeOf(opens),
      closes: timeOf(closes),
      offset,
    })),
    ...(problem === null ? {} : { message: sentence(problem.reason, problem.facts) }),
  };
  if (canonical(window.status) !== canonical(status))
    await deps.kube.replace("MaintenanceWindow", { ...window, status }, "status");
  const [first] = openings;
  if (first === undefined) return null;
  return first.opens > now ? first.opens : first.closes;
}
