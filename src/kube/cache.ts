/** Watched copies of several kinds, with their indexes and listeners. How one kind is kept current is view.ts. */
import type { Clock } from "../ports/clock.ts";
import { PortError } from "../ports/errors.ts";
import type { Change, ChangeListener, Kind, ListOptions, ObjectOf, PassingCache } from "../ports/kube.ts";
import { type RestartCause, createReflector } from "./reflector.ts";
import type { Transport } from "./transport.ts";
import { type View, createView } from "./view.ts";

export interface CacheOptions {
  readonly transport: Transport;
  readonly kinds: readonly Kind[];
  readonly selectors?: Readonly<Partial<Record<Kind, ListOptions>>>;
  readonly clock: Clock;
  readonly random?: () => number;
  /** A watch has ended and begins anew; for metrics and logs. */
  readonly onRestart?: (kind: Kind, cause: RestartCause, detail: string) => void;
  readonly onListenerError?: (error: unknown) => void;
}

export interface WatchedCache extends PassingCache {
  /** Rejects with what each missing kind waits for. */
  waitSynced(timeoutMs: number): Promise<void>;
}

export function createCache(options: CacheOptions): WatchedCache {
  const { transport, clock } = options;
  const listeners = new Set<ChangeListener>();
  const ups = new Set<() => void>();
  const onChange = (change: Change): void => {
    for (const listener of listeners) hear(listener, change, options.onListenerError);
  };
  const onUp = (): void => {
    for (const look of ups) look();
  };
  const views = new Map<Kind, View>();
  for (const kind of options.kinds) {
    const onDown = (cause: RestartCause, detail: string): void => options.onRestart?.(kind, cause, detail);
    views.set(kind, createView(kind, clock, { onChange, onUp, onDown }));
  }
  const reflectors = [...views].map(([kind, { sink }]) =>
    createReflector({
      transport,
      kind,
      select: options.selectors?.[kind] ?? {},
      clock,
      random: options.random ?? Math.random,
      sink,
    }),
  );
  const viewOf = (kind: Kind): View => {
    const view = views.get(kind);
    if (view === undefined) throw new Error(`${kind} is not watched by this cache`);
    return view;
  };
  const isSynced = (): boolean => [...views.values()].every((view) => view.isCurrent());
  return {
    isSynced,
    get: <K extends Kind>(kind: K, key: string) => viewOf(kind).store.get(key) as ObjectOf<K> | undefined,
    list: <K extends Kind>(kind: K) => viewOf(kind).store.list() as readonly ObjectOf<K>[],
    byIndex: (kind, index, value) =>
      viewOf(kind).store.byIndex(index, value) as readonly ObjectOf<typeof kind>[],
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    lastGapAt: (kind) => viewOf(kind).lastGapAt(),
    start: () => {
      for (const reflector of reflectors) reflector.start();
    },
    stop: async () => {
      await Promise.all(reflectors.map((reflector) => reflector.stop()));
    },
    waitSynced: async (timeoutMs) => {
      if (!isSynced() && !(await comesTrue(clock, ups, isSynced, timeoutMs))) throw notSyncedError(views);
    },
  };
}

/** What one listener throws keeps nothing from the others. */
function hear(
  listener: ChangeListener,
  change: Change,
  onError: ((error: unknown) => void) | undefined,
): void {
  try {
    listener(change);
  } catch (error) {
    onError?.(error);
  }
}

/** Whether the condition comes true in time. It is looked at whenever `signals` calls. */
function comesTrue(
  clock: Clock,
  signals: Set<() => void>,
  condition: () => boolean,
  timeoutMs: number,
): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (isTrue: boolean): void => {
      signals.delete(look);
      cancel();
      resolve(isTrue);
    };
    const look = (): void => {
      if (condition()) finish(true);
    };
    const cancel = clock.after(timeoutMs, () => finish(false));
    signals.add(look);
  });
}

function notSyncedError(views: ReadonlyMap<Kind, View>): PortError {
  const missing = [...views].filter(([, view]) => !view.isCurrent());
  const problems = missing.map(([kind, view]) => `${kind}: ${view.problem()}`);
  return new PortError({
    kind: "Unreachable",
    message: `Not everything could be read from the API server in time. ${problems.join("; ")}`,
  });
}
