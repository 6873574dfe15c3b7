/** The copies of one kind: takes what the reflector brings, never backwards, and knows when its view had a gap. */
import type { Clock } from "../ports/clock.ts";
import { type Change, type Kind, keyOf } from "../ports/kube.ts";
import type { KubeObject } from "../schema/kubernetes.ts";
import type { ReflectorSink, RestartCause } from "./reflector.ts";
import { type Store, createStore } from "./store.ts";
import { compareResourceVersions } from "./version.ts";

export interface View {
  readonly store: Store;
  readonly sink: ReflectorSink;
  /** Everything was listed, and the watch runs or ended only just now. */
  isCurrent(): boolean;
  lastGapAt(): number;
  /** Why the view is not current, in words. */
  problem(): string;
}

export interface ViewHooks {
  readonly onChange: (change: Change) => void;
  readonly onUp: () => void;
  readonly onDown: (cause: RestartCause, detail: string) => void;
}

/** What happens while a view is out of touch for longer is not seen when it happens: that is a gap. */
const gapMs = 5_000;
const losesEvents: readonly RestartCause[] = ["Expired", "Stale"];
/** What comes so soon after a silence had happened during it: the watch was dead. */
const suspicionMs = 2_000;

export function createView(kind: Kind, clock: Clock, hooks: ViewHooks): View {
  const store = createStore(kind);
  let isListed = false;
  let downAt: number | null = clock.monotonic();
  let hasLostEvents = false;
  let lastGapAt = clock.monotonic();
  let isSuspicious = false;
  let suspiciousUntil = 0;
  let problem = "it was not asked for yet";

  const isCurrent = (): boolean =>
    isListed && !hasLostEvents && (downAt === null || clock.monotonic() - downAt <= gapMs);

  const notice = (): void => {
    if (clock.monotonic() < suspiciousUntil) lastGapAt = clock.monotonic();
  };

  const sink: ReflectorSink = {
    replace: (objects, version, history) => {
      for (const change of replaceAll(kind, store, { objects, version, history })) hooks.onChange(change);
    },
    upsert: (object) => {
      const key = keyOf(object);
      const before = store.get(key);
      // Watches have been seen to repeat themselves.
      if (before !== undefined && compareResourceVersions(versionOf(before), versionOf(object)) >= 0) return;
      notice();
      store.set(object);
      hooks.onChange({ kind, key, before, after: object });
    },
    remove: (object) => {
      const key = keyOf(object);
      const before = store.get(key);
      if (before === undefined || compareResourceVersions(versionOf(before), versionOf(object)) > 0) return;
      notice();
      store.remove(key);
      hooks.onChange({ kind, key, before, after: undefined });
    },
    up: () => {
      if (!isCurrent()) lastGapAt = clock.monotonic();
      if (isSuspicious) suspiciousUntil = clock.monotonic() + suspicionMs;
      isSuspicious = false;
      isListed = true;
      downAt = null;
      hasLostEvents = false;
      hooks.onUp();
    },
    down: (cause, detail) => {
      downAt ??= clock.monotonic();
      hasLostEvents ||= losesEvents.includes(cause);
      isSuspicious ||= cause === "Silent";
      problem = detail;
      hooks.onDown(cause, detail);
    },
  };
  return {
    store,
    sink,
    isCurrent,
    lastGapAt: () => (isCurrent() ? lastGapAt : clock.monotonic()),
    problem: () => problem,
  };
}

interface Whole {
  readonly objects: readonly KubeObject[];
  readonly version: string;
  readonly history: "Continued" | "Rewound";
}

/** Brings the copies to the whole that was listed, and gives what has changed by that. */
function replaceAll(kind: Kind, store: Store, { objects, version, history }: Whole): readonly Change[] {
  const isNewer = (kept: KubeObject, than: string): boolean =>
    history === "Continued" && compareResourceVersions(versionOf(kept), than) > 0;
  const changes: Change[] = [];
  const listed = new Set<string>();
  for (const object of objects) {
    const key = keyOf(object);
    listed.add(key);
    const kept = store.get(key);
    // An object never moves backwards, whatever server the list came from.
    if (kept !== undefined && (hasSameVersion(kept, object) || isNewer(kept, versionOf(object)))) continue;
    store.set(object);
    changes.push({ kind, key, before: kept, after: object });
  }
  for (const key of store.keys()) {
    const kept = store.get(key);
    if (kept === undefined || listed.has(key) || isNewer(kept, version)) continue;
    store.remove(key);
    changes.push({ kind, key, before: kept, after: undefined });
  }
  return changes;
}

function hasSameVersion(one: KubeObject, other: KubeObject): boolean {
  return versionOf(one) === versionOf(other) && one.metadata.uid === other.metadata.uid;
}

function versionOf(object: KubeObject): string {
  return object.metadata.resourceVersion ?? "";
}
