/** Every brake that lies on a pool: the file of this process, a person's mark on the provider, and failures in a row (S12). */
import type { ClusterView, Instant } from "../core/model.ts";
import { brakeWords, liftedAt, type Tally, tallyOf, tripOf } from "../core/trip.ts";
import { type Change, keyOf, type KubeCache } from "../ports/kube.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";

export interface Brakes {
  on(pool: ManagedNodePoolObject, now: Instant): Pick<ClusterView, "brake" | "tripped">;
}

/** How upgrades and repairs of all pools have ended is kept change by change, because it is asked in each pass. */
export function createBrakes(cache: KubeCache, file: () => string | null): Brakes {
  const tallies = new Map<string, Tally>();
  const count = ({ kind, key, after }: Pick<Change, "kind" | "key" | "after">): void => {
    if (kind !== "NodeOperation") return;
    const tally = after === undefined ? null : tallyOf(after as NodeOperationObject);
    if (tally === null) tallies.delete(key);
    else tallies.set(key, tally);
  };
  for (const object of cache.list("NodeOperation"))
    count({ kind: "NodeOperation", key: keyOf(object), after: object });
  cache.onChange(count);

  return {
    on: ({ metadata: { namespace = "" }, spec }, now) => {
      const provider = cache.get("InfrastructureProvider", `${namespace}/${spec.providerRef.name}`);
      return {
        brake: file() ?? brakeWords(provider),
        tripped: tripOf(tallies.values(), liftedAt(provider), now),
      };
    },
  };
}
