/** Tokens that have done their work, or come too late, end. The API server's own cleaner may do the same for those that expired. */
import { minuteMs } from "../../core/time.ts";
import type { Instant } from "../../core/model.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Kube, KubeCache } from "../../ports/kube.ts";
import { endToken } from "./act.ts";
import { attemptOf, hasRegistered } from "./attempt.ts";
import { isFor, parseToken, type Token, tokenLabel, tokenNamespace } from "./token.ts";

export interface SweepDeps {
  readonly kube: Kube;
  readonly cache: KubeCache;
  readonly clock: Clock;
  readonly namespace: string;
}

const againMs = minuteMs;

/** When to look again; null while there are no tokens of ours. */
export async function sweepTokens(deps: SweepDeps): Promise<Instant | null> {
  const { kube, clock, namespace } = deps;
  const { items } = await kube.list("Secret", { namespace: tokenNamespace, labelSelector: tokenLabel });
  let kept = 0;
  for (const secret of items) {
    const token = parseToken(secret);
    // Another Poolkeeper of this cluster looks after its own.
    if (token === null || !token.machineKey.startsWith(`${namespace}/`)) continue;
    if (isOver(token, deps)) await endToken(kube, secret);
    else kept += 1;
  }
  return kept === 0 ? null : clock.now() + againMs;
}

/** The cache is read after the list, so a token that was found is never newer than the record that it is compared with. */
function isOver(token: Token, { cache, clock }: SweepDeps): boolean {
  const machine = cache.get("ManagedMachine", token.machineKey);
  const attempt = machine === undefined ? null : attemptOf(machine);
  if (attempt === null || !isFor(token, attempt) || clock.now() >= token.expiresAt) return true;
  const { nodeName } = attempt.machine.status ?? {};
  return hasRegistered(attempt.machine, nodeName === undefined ? undefined : cache.get("Node", nodeName));
}
