/** Every object, every version of the last while, and who listens. Answers reads of now and of then; knows no rules. */
import type { Clock } from "../../ports/clock.ts";
import { keyOf, type Stored } from "./json.ts";
import { expired } from "./status.ts";

export type ChangeType = "ADDED" | "MODIFIED" | "DELETED";

/** One committed change. `object` is the last state for a deletion, under the deletion's own version. */
export interface Commit {
  readonly revision: number;
  readonly timeMs: number;
  readonly store: string;
  readonly type: ChangeType;
  readonly object: Stored;
  readonly before: Stored | undefined;
}

export interface Store {
  readonly revision: () => number;
  readonly get: (store: string, key: string) => Stored | undefined;
  /** Objects in the order of their keys; of one namespace where it is named. */
  readonly list: (store: string, namespace?: string) => readonly Stored[];
  readonly size: (store: string) => number;
  readonly names: () => readonly string[];
  /** Objects as they were at `revision`. Throws Expired when that is too long ago. */
  readonly listAt: (store: string, revision: number) => readonly Stored[];
  readonly put: (store: string, object: Stored) => Stored;
  readonly remove: (store: string, object: Stored) => Stored;
  /** Commits of one store after `revision`. Throws Expired when some of them are forgotten. */
  readonly since: (store: string, revision: number) => readonly Commit[];
  /** Calls `listener` at once for each commit from now on; the result stops it. */
  readonly subscribe: (listener: (commit: Commit) => void) => () => void;
  /** Forgets the history, as etcd does when it compacts. */
  readonly compact: () => void;
}

export const historyLimit = 10_000;
export const historyMs = 5 * 60_000;

/** Keys, sorted when somebody asks. */
interface Keys {
  readonly all: Set<string>;
  sorted: readonly string[] | null;
}

interface Shelf {
  readonly objects: Map<string, Stored>;
  readonly keys: Keys;
  readonly namespaces: Map<string, Keys>;
  history: Commit[];
  /** The newest version of which a commit is forgotten: a watch must start at it or later. */
  forgotten: number;
}

export function createStore(clock: Clock): Store {
  const shelves = new Map<string, Shelf>();
  const listeners = new Set<(commit: Commit) => void>();
  let revision = 0;

  const shelfOf = (store: string): Shelf => {
    const found = shelves.get(store);
    if (found !== undefined) return found;
    const made: Shelf = {
      objects: new Map(),
      keys: { all: new Set(), sorted: null },
      namespaces: new Map(),
      history: [],
      forgotten: 0,
    };
    shelves.set(store, made);
    return made;
  };

  const commit = (store: string, type: ChangeType, object: Stored, before: Stored | undefined): Stored => {
    revision += 1;
    const stamped = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
    const shelf = shelfOf(store);
    index(shelf, type, stamped);
    const entry = { revision, timeMs: clock.now(), store, type, object: stamped, before };
    shelf.history.push(entry);
    trim(shelf, clock.now());
    for (const listener of listeners) listener(entry);
    return stamped;
  };

  return {
    revision: () => revision,
    get: (store, key) => shelves.get(store)?.objects.get(key),
    list: (store, namespace) => listOf(shelfOf(store), namespace),
    size: (store) => shelves.get(store)?.objects.size ?? 0,
    names: () => [...shelves.keys()],
    listAt: (store, at) => listAt(shelfOf(store), at),
    put: (store, object) => {
      const before = shelves.get(store)?.objects.get(keyOf(object.metadata));
      return commit(store, before === undefined ? "ADDED" : "MODIFIED", object, before);
    },
    remove: (store, object) =>
      commit(store, "DELETED", object, shelves.get(store)?.objects.get(keyOf(object.metadata))),
    since: (store, at) => since(shelfOf(store), at),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    compact: () => {
      for (const shelf of shelves.values()) forget(shelf, shelf.history.length);
    },
  };
}

function index(shelf: Shelf, type: ChangeType, object: Stored): void {
  const key = keyOf(object.metadata);
  if (type === "DELETED") shelf.objects.delete(key);
  else shelf.objects.set(key, object);
  if (type === "MODIFIED") return;
  const namespace = object.metadata.namespace;
  const places = namespace === undefined ? [shelf.keys] : [shelf.keys, keysIn(shelf, namespace)];
  for (const keys of places) {
    keys.sorted = null;
    if (type === "DELETED") keys.all.delete(key);
    else keys.all.add(key);
  }
}

function keysIn(shelf: Shelf, namespace: string): Keys {
  const found = shelf.namespaces.get(namespace);
  if (found !== undefined) return found;
  const made: Keys = { all: new Set(), sorted: null };
  shelf.namespaces.set(namespace, made);
  return made;
}

function listOf(shelf: Shelf, namespace: string | undefined): readonly Stored[] {
  const keys = namespace === undefined ? shelf.keys : shelf.namespaces.get(namespace);
  if (keys === undefined) return [];
  keys.sorted ??= [...keys.all].toSorted();
  return keys.sorted.flatMap((key) => shelf.objects.get(key) ?? []);
}

/** Undoes the commits after `revision`, newest first. */
function listAt(shelf: Shelf, revision: number): readonly Stored[] {
  const newer = since(shelf, revision);
  if (newer.length === 0) return listOf(shelf, undefined);
  const objects = new Map(shelf.objects);
  for (const entry of newer.toReversed()) {
    const key = keyOf(entry.object.metadata);
    if (entry.before === undefined) objects.delete(key);
    else objects.set(key, entry.before);
  }
  return [...objects.keys()].toSorted().flatMap((key) => objects.get(key) ?? []);
}

function since(shelf: Shelf, revision: number): readonly Commit[] {
  if (revision < shelf.forgotten) {
    throw expired(`too old resource version: ${revision} (${shelf.forgotten})`);
  }
  let first = shelf.history.length;
  while (first > 0 && (shelf.history[first - 1]?.revision ?? 0) > revision) first -= 1;
  return shelf.history.slice(first);
}

/** Looks only when a batch has gathered, so that a commit stays cheap. */
function trim(shelf: Shelf, nowMs: number): void {
  const oldest = shelf.history[0];
  if (oldest === undefined) return;
  const isLong = shelf.history.length > historyLimit * 1.1;
  if (!isLong && nowMs - oldest.timeMs <= historyMs * 1.1) return;
  const fresh = shelf.history.findIndex((entry) => nowMs - entry.timeMs <= historyMs);
  forget(shelf, Math.max(fresh, shelf.history.length - historyLimit, 0));
}

function forget(shelf: Shelf, count: number): void {
  const last = shelf.history[count - 1];
  if (last === undefined) return;
  shelf.forgotten = last.revision;
  shelf.history = shelf.history.slice(count);
}
