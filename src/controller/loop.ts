/** One pass over one pool: observe, decide, report, act. Level-triggered: it may run at any time, any number of times. */
import type { Action } from "../core/action.ts";
import { type Announcement, announcementOf } from "../core/announce.ts";
import { decide } from "../core/decide.ts";
import type { Instant, Snapshot } from "../core/model.ts";
import type { Clock } from "../ports/clock.ts";
import type { Kube } from "../ports/kube.ts";
import { machineNamed } from "./act.ts";
import { followLeases, observe, type ObserveDeps } from "./observe.ts";
import { perform } from "./perform.ts";
import { report } from "./report.ts";

export interface LoopDeps extends ObserveDeps {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly announce: (snapshot: Snapshot, announcement: Announcement) => void;
  readonly onPass: (pass: PassReport) => void;
}

export interface PassReport {
  readonly pool: string;
  readonly snapshot: Snapshot;
  readonly actions: readonly Action[];
  readonly failures: readonly { readonly action: Action; readonly error: unknown }[];
  readonly decideMs: number;
}

/** When to look again without an event; null when only an event can bring news. */
export async function reconcile(pool: string, deps: LoopDeps): Promise<Instant | null> {
  const { clock } = deps;
  const observed = observe(pool, deps);
  // Our own last write is not in the view yet: its event wakes us. The time is for the case that it never comes.
  if (observed === "stale") return clock.now() + 1000;
  if (observed === "gone") return null;

  const now = clock.now();
  const startedAt = clock.monotonic();
  const decision = decide(observed, now);
  const decideMs = clock.monotonic() - startedAt;
  followLeases(pool, observed, deps);
  const snapshot = await report(observed, decision, now, deps);
  const { namespace = "", name } = snapshot.pool.metadata;
  const provider = deps.providers.find(namespace, snapshot.pool.spec.providerRef.name);
  if (decision.held.some(({ reason }) => reason === "AwaitingInstance")) provider?.instances.hurry();
  const scene = { key: `${namespace}/${name}`, namespace, snapshot, deps: { ...deps, provider } };
  const { conflicts, failures } = await perform(decision.actions, scene);
  const failed = new Set(failures.map(({ action }) => action));
  for (const action of decision.actions) {
    const news = failed.has(action)
      ? null
      : announcementOf(action, "machine" in action ? machineNamed(observed, action.machine) : null);
    if (news !== null) deps.announce(snapshot, news);
  }
  deps.onPass({ pool, snapshot: observed, actions: decision.actions, failures, decideMs });
  return conflicts > 0 || failures.length > 0
    ? Math.min(decision.wakeAt ?? Infinity, clock.now() + 1000)
    : decision.wakeAt;
}
