/** Looks after operations whose pool is no more: ends those that nobody will end, and lets the old ones go. */
import { isOfPool, sortBygone } from "../core/bygone.ts";
import type { Instant } from "../core/model.ts";
import { timeOf } from "../core/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { Kube, KubeCache } from "../ports/kube.ts";
import { forgetOperation } from "./act.ts";
import { sentence } from "./wording.ts";

interface BygoneDeps {
  readonly kube: Kube;
  readonly cache: KubeCache;
  readonly clock: Clock;
}

/** `key` is the pool's; a pool of that name may live. Returns when to look again, or null when nothing is left. */
export async function sweepBygone(key: string, { kube, cache, clock }: BygoneDeps): Promise<Instant | null> {
  const pool = cache.get("ManagedNodePool", key);
  const operations = cache
    .byIndex("NodeOperation", "pool", key)
    .filter(
      (operation) =>
        operation.metadata.deletionTimestamp === undefined &&
        (pool === undefined || !isOfPool(operation, pool)),
    );
  const now = clock.now();
  const { close, forget, wakeAt } = sortBygone(operations, now);
  for (const operation of close) {
    const message = sentence("NotFound", { object: `pool ${operation.spec.poolName}` });
    const status = { ...operation.status, phase: "Cancelled", message, finishedTime: timeOf(now) } as const;
    await kube.replace("NodeOperation", { ...operation, status }, "status");
  }
  for (const { metadata } of forget) {
    const ref = { namespace: metadata.namespace ?? "", name: metadata.name };
    await forgetOperation(kube, ref, metadata.uid ?? "");
  }
  return wakeAt;
}

/** Names of pools, dead or alive, that operations speak of. */
export function poolsOfOperations(cache: KubeCache): readonly string[] {
  const keys = cache
    .list("NodeOperation")
    .map(({ metadata, spec }) => `${metadata.namespace ?? ""}/${spec.poolName}`);
  return [...new Set(keys)];
}
