/** Watched copies straight from the server in memory. They can be told to lag, so that stale views can be played. */
import {
  type Change,
  type ChangeListener,
  type IndexName,
  type Kind,
  type KubeCache,
  resources,
} from "../../ports/kube.ts";
import type { KubeObject } from "../../schema/kubernetes.ts";
import { keyOf, type Stored, stringAt } from "./json.ts";
import type { ApiServer } from "./server.ts";
import type { Commit } from "./store.ts";

export interface SimCache extends KubeCache {
  /** From now on changes of the kind (or of all kinds) wait. */
  hold(kind?: Kind): void;
  /** Delivers, in order, what has waited, and lets the rest flow again. */
  release(kind?: Kind): void;
  /** Loses the watch of the kind (or of all): what changed meanwhile is learned from a new list. */
  gap(kind?: Kind): void;
  stop(): void;
}

export function createSimCache(server: ApiServer, kinds: readonly Kind[]): SimCache {
  const listeners = new Set<ChangeListener>();
  const views = new Map(kinds.map((kind) => [kind, createView(server, kind)]));
  const tell = (changes: readonly Change[]) => {
    for (const change of changes) for (const listener of listeners) listener(change);
  };
  const viewOf = (kind: Kind): View => {
    const view = views.get(kind);
    if (view === undefined) throw new Error(`the cache was made without ${kind}: name it at construction`);
    return view;
  };
  const chosen = (kind: Kind | undefined) => (kind === undefined ? [...views.values()] : [viewOf(kind)]);

  // Changes are told after the write has returned, one microtask for all that it did, as no watch is faster than its cause.
  let isScheduled = false;
  const flush = () => {
    isScheduled = false;
    for (let next = nextChange(views); next !== null; next = nextChange(views)) tell([next]);
  };
  const schedule = () => {
    if (isScheduled) return;
    isScheduled = true;
    queueMicrotask(flush);
  };
  const stop = server.store.subscribe((commit) => {
    for (const view of views.values()) if (view.offer(commit)) schedule();
  });

  return {
    isSynced: () => true,
    get: (kind, key) => viewOf(kind).objects.get(key) as never,
    list: (kind) => viewOf(kind).list() as never,
    byIndex: (kind, index, value) => viewOf(kind).byIndex(index, value) as never,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    lastGapAt: (kind) => viewOf(kind).lastGapAt(),
    hold: (kind) => {
      for (const view of chosen(kind)) view.setHeld(true);
    },
    release: (kind) => {
      for (const view of chosen(kind)) view.setHeld(false);
      schedule();
    },
    gap: (kind) => {
      for (const view of chosen(kind)) tell(view.relist());
    },
    stop,
  };
}

/** The oldest change that waits in any view that is not held: across kinds the order of the writes is kept. */
function nextChange(views: ReadonlyMap<Kind, View>): Change | null {
  let first: View | null = null;
  for (const view of views.values()) {
    if (view.nextRevision() < (first?.nextRevision() ?? Number.POSITIVE_INFINITY)) first = view;
  }
  return first === null ? null : first.take();
}

interface View {
  readonly objects: ReadonlyMap<string, KubeObject>;
  readonly list: () => readonly KubeObject[];
  readonly byIndex: (index: IndexName, value: string) => readonly KubeObject[];
  readonly lastGapAt: () => number;
  readonly setHeld: (isHeld: boolean) => void;
  /** True when the change is of this kind and may be told now. */
  readonly offer: (commit: Commit) => boolean;
  /** Infinite where nothing may be told now. */
  readonly nextRevision: () => number;
  readonly take: () => Change | null;
  readonly relist: () => readonly Change[];
}

function createView(server: ApiServer, kind: Kind): View {
  const { group, version, plural } = resources[kind];
  const shelf = kind === "Event" || group === "" ? plural : `${plural}.${group}`;
  const objects = new Map<string, KubeObject>();
  const index = createIndex(kind);
  const waiting: Commit[] = [];
  let isHeld = false;
  let gapAt = server.clock.monotonic();
  let listed: readonly KubeObject[] | null = null;

  const show = (object: Stored): KubeObject => {
    const fromStored = server.registry.find(group, version, plural)?.fromStored ?? null;
    return fromStored === null ? object : fromStored(object);
  };
  const set = (key: string, after: KubeObject | undefined): Change => {
    const before = objects.get(key);
    if (after === undefined) objects.delete(key);
    else objects.set(key, after);
    index.move(key, before, after);
    listed = null;
    return { kind, key, before, after };
  };
  const relist = (): readonly Change[] => {
    waiting.length = 0;
    gapAt = server.clock.monotonic();
    const now = new Map(server.store.list(shelf).map((object) => [keyOf(object.metadata), object]));
    const gone = [...objects.keys()].filter((key) => !now.has(key)).map((key) => set(key, undefined));
    const changed = [...now].filter(
      ([key, object]) => versionOf(objects.get(key)) !== object.metadata.resourceVersion,
    );
    return [...gone, ...changed.map(([key, object]) => set(key, show(object)))];
  };
  relist();

  return {
    objects,
    list: () => (listed ??= [...objects.values()]),
    byIndex: (name, value) => index.under(name, value).flatMap((key) => objects.get(key) ?? []),
    lastGapAt: () => gapAt,
    setHeld: (value) => {
      isHeld = value;
    },
    offer: (commit) => {
      if (commit.store !== shelf) return false;
      waiting.push(commit);
      return !isHeld;
    },
    nextRevision: () =>
      isHeld ? Number.POSITIVE_INFINITY : (waiting[0]?.revision ?? Number.POSITIVE_INFINITY),
    take: () => {
      const commit = waiting.shift();
      if (commit === undefined) return null;
      return set(keyOf(commit.object.metadata), commit.type === "DELETED" ? undefined : show(commit.object));
    },
    relist,
  };
}

function versionOf(object: KubeObject | undefined): string | undefined {
  return object?.metadata.resourceVersion;
}

interface Index {
  readonly move: (key: string, before: KubeObject | undefined, after: KubeObject | undefined) => void;
  readonly under: (name: IndexName, value: string) => readonly string[];
}

const indexNames: readonly IndexName[] = ["pool", "node", "namespace"];

function createIndex(kind: Kind): Index {
  const keys = new Map<string, Set<string>>();
  return {
    move: (key, before, after) => {
      for (const name of indexNames) {
        const from = before === undefined ? undefined : indexValue(kind, name, before);
        const to = after === undefined ? undefined : indexValue(kind, name, after);
        if (from === to) continue;
        if (from !== undefined) keys.get(`${name}=${from}`)?.delete(key);
        if (to === undefined) continue;
        const slot = keys.get(`${name}=${to}`) ?? new Set();
        keys.set(`${name}=${to}`, slot.add(key));
      }
    },
    under: (name, value) => [...(keys.get(`${name}=${value}`) ?? [])],
  };
}

/** As the copies over HTTP index them: a namespaced object is under `namespace/pool`. */
function indexValue(kind: Kind, name: IndexName, object: KubeObject): string | undefined {
  const { namespace, labels } = object.metadata;
  if (name === "namespace") return namespace;
  const spec = object as unknown as Stored;
  if (name === "node") return kind === "Pod" ? stringAt(spec, "spec", "nodeName") : undefined;
  const pool = labels?.["poolkeeper.dev/pool"] ?? stringAt(spec, "spec", "poolName");
  return pool === undefined || namespace === undefined ? pool : `${namespace}/${pool}`;
}
