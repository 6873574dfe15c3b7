/** Read your own writes (S29): no decision for a pool while a view is older than what we last wrote for it. */
import { type Kind, keyOf, type KubeCache } from "../ports/kube.ts";
import type { KubeObject } from "../schema/kubernetes.ts";

export interface Freshness {
  /** Our write of `object` for `pool` was answered: its version must be seen before the next decision. */
  wrote(pool: string, kind: Kind, object: KubeObject): void;
  /** Our deletion was answered: the object must be seen gone, or going. */
  removed(pool: string, kind: Kind, object: KubeObject): void;
  isStale(pool: string): boolean;
}

interface Expected {
  readonly kind: Kind;
  readonly key: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly isGone: boolean;
}

export function createFreshness(cache: KubeCache): Freshness {
  const byPool = new Map<string, Map<string, Expected>>();

  const expect = (pool: string, expected: Expected): void => {
    const list = byPool.get(pool) ?? new Map<string, Expected>();
    byPool.set(pool, list);
    list.set(`${expected.kind} ${expected.key}`, expected);
  };

  const isSeen = ({ kind, key, uid, resourceVersion, isGone }: Expected): boolean => {
    const found = cache.get(kind, key);
    if (isGone)
      return (
        found === undefined || found.metadata.uid !== uid || found.metadata.deletionTimestamp !== undefined
      );
    if (found === undefined) return false;
    return (
      found.metadata.uid !== uid ||
      compareVersions(found.metadata.resourceVersion ?? "", resourceVersion) >= 0
    );
  };

  // An object that is deleted before its write was seen will never show that version.
  cache.onChange(({ kind, key, after }) => {
    if (after !== undefined) return;
    for (const list of byPool.values()) list.delete(`${kind} ${key}`);
  });

  return {
    wrote: (pool, kind, object) => {
      const { uid = "", resourceVersion = "" } = object.metadata;
      expect(pool, { kind, key: keyOf(object), uid, resourceVersion, isGone: false });
    },
    removed: (pool, kind, object) => {
      expect(pool, {
        kind,
        key: keyOf(object),
        uid: object.metadata.uid ?? "",
        resourceVersion: "",
        isGone: true,
      });
    },
    isStale: (pool) => {
      const list = byPool.get(pool);
      if (list === undefined) return false;
      for (const [key, expected] of list) if (isSeen(expected)) list.delete(key);
      if (list.size === 0) byPool.delete(pool);
      return list.size > 0;
    },
  };
}

/** Versions of one resource grow as decimal numbers; longer is newer, then the first differing digit tells. */
function compareVersions(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
