/** One pass over one pool: observe, decide, report, act. Level-triggered: it may run at any time, any number of times. */
import type { Action, Decision, Held } from "../core/action.ts";
import { type Announcement, announcementOf } from "../core/announce.ts";
import { decide } from "../core/decide.ts";
import type { Instant, Snapshot } from "../core/model.ts";
import type { HoldReason } from "../core/reason.ts";
import { machineNamed } from "./act.ts";
import type { AdmissionDeps } from "./join/admission.ts";
import { sweepBygone } from "./bygone.ts";
import { followLeases, observe, type ObserveDeps } from "./observe.ts";
import { type Failure, isEffect, perform } from "./perform.ts";
import { report, type ReportBook } from "./report.ts";
import type { Waits } from "./interest.ts";

export interface LoopDeps extends ObserveDeps, AdmissionDeps {
  readonly reports: ReportBook;
  readonly waits: Waits;
  readonly announce: (snapshot: Snapshot, announcement: Announcement) => void;
  readonly onPass: (pass: PassReport) => void;
}

export interface PassReport {
  readonly pool: string;
  readonly snapshot: Snapshot;
  readonly actions: readonly Action[];
  readonly held: readonly Held[];
  /** Of the actions, those that somebody else was faster with: they were not done. */
  readonly lost: ReadonlySet<Action>;
  readonly failures: readonly Failure[];
  readonly decideMs: number;
}

/** Until what has not arrived in our view should have. */
const againMs = 1000;
/** How an effect was answered may be all the news there is: a refused eviction, a restarted service. */
const seenMs = 100;

/** What other pools, the whole cluster or a file hold back ends without an event of this pool. */
const untold: ReadonlySet<HoldReason> = new Set(["OtherPoolUpgrading", "Storm", "BrakeOn"]);
const untoldMs = 10_000;

/** For what nobody tells us, a newer API server for example. */
const longestMs = 60_000;

/** When to look again without an event; null when nothing is left of the pool. */
export async function reconcile(pool: string, deps: LoopDeps): Promise<Instant | null> {
  const { clock } = deps;
  const observed = observe(pool, deps);
  // Our own last write is not in the view yet: its event wakes us. The time is for the case that it never comes.
  if (observed === "stale") return clock.now() + againMs;
  if (observed === "gone") {
    deps.waits.note(pool, []);
    deps.storms.delete(pool);
    deps.outcomes.poolGone(pool);
    return sweepBygone(pool, deps);
  }

  const now = clock.now();
  const startedAt = clock.monotonic();
  const decision = decide(observed, now);
  const decideMs = clock.monotonic() - startedAt;
  // Noted before anything is awaited: a change that comes from now on is heard.
  deps.waits.note(pool, decision.held);
  if (decision.held.some(({ reason }) => reason === "Storm")) deps.storms.set(pool, clock.monotonic());
  followLeases(pool, observed, deps);
  const { snapshot, wakeAt: reportAt } = await report(observed, decision, now, deps);
  const { namespace = "", name } = snapshot.pool.metadata;
  const provider = deps.providers.find(namespace, snapshot.pool.spec.providerRef.name);
  if (decision.held.some(({ reason }) => reason === "AwaitingInstance")) provider?.instances.hurry();
  const scene = { key: `${namespace}/${name}`, namespace, snapshot, deps: { ...deps, provider } };
  const { actions, held } = decision;
  const { done, lost, failures } = await perform(actions, scene, now);
  for (const action of actions.filter((each) => done.has(each))) {
    const machine = "machine" in action ? machineNamed(observed, action.machine) : null;
    const news = announcementOf(action, machine);
    if (news !== null) deps.announce(snapshot, news);
  }
  deps.onPass({ pool, snapshot: observed, actions, held, lost, failures, decideMs });
  const sweepAt = await sweepBygone(pool, deps);
  const isUncertain = lost.size > 0 || failures.length > 0;
  return lookAgainAt(decision, { reportAt: earlier(reportAt, sweepAt), isUncertain }, clock.now());
}

function earlier(a: Instant | null, b: Instant | null): Instant | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

function lookAgainAt(
  { actions, held, wakeAt }: Decision,
  { reportAt, isUncertain }: { readonly reportAt: Instant | null; readonly isUncertain: boolean },
  now: Instant,
): Instant {
  const times = [
    wakeAt,
    reportAt,
    isUncertain ? now + againMs : null,
    actions.some(isEffect) ? now + seenMs : null,
    held.some(({ reason }) => untold.has(reason)) ? now + untoldMs : null,
    now + longestMs,
  ];
  return Math.min(...times.filter((at) => at !== null));
}
