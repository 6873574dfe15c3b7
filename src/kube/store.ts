/** The copies of one kind with their indexes: maps of maps, so that a change touches only its own entries. */
import type { IndexName, Kind } from "../ports/kube.ts";
import { keyOf } from "../ports/kube.ts";
import type { KubeObject } from "../schema/kubernetes.ts";

export interface Store {
  get(key: string): KubeObject | undefined;
  list(): readonly KubeObject[];
  byIndex(index: IndexName, value: string): readonly KubeObject[];
  keys(): Iterable<string>;
  /** Both give what was there before. */
  set(object: KubeObject): KubeObject | undefined;
  remove(key: string): KubeObject | undefined;
}

const indexNames: readonly IndexName[] = ["pool", "node", "namespace"];
const poolLabel = "poolkeeper.dev/pool";

type Index = Map<string, Map<string, KubeObject>>;

export function createStore(kind: Kind): Store {
  const objects = new Map<string, KubeObject>();
  const indexes: Readonly<Record<IndexName, Index>> = {
    pool: new Map(),
    node: new Map(),
    namespace: new Map(),
  };
  let listed: readonly KubeObject[] | null = null;

  const unindex = (key: string, object: KubeObject): void => {
    for (const name of indexNames) {
      const value = indexValue(kind, name, object);
      if (value === undefined) continue;
      const under = indexes[name].get(value);
      under?.delete(key);
      if (under?.size === 0) indexes[name].delete(value);
    }
  };

  const index = (key: string, object: KubeObject): void => {
    for (const name of indexNames) {
      const value = indexValue(kind, name, object);
      if (value === undefined) continue;
      const under = indexes[name].get(value);
      if (under === undefined) indexes[name].set(value, new Map([[key, object]]));
      else under.set(key, object);
    }
  };

  return {
    get: (key) => objects.get(key),
    list: () => {
      listed ??= [...objects.values()];
      return listed;
    },
    byIndex: (name, value) => [...(indexes[name].get(value)?.values() ?? [])],
    keys: () => objects.keys(),
    set: (object) => {
      const key = keyOf(object);
      const before = objects.get(key);
      if (before !== undefined) unindex(key, before);
      objects.set(key, object);
      index(key, object);
      listed = null;
      return before;
    },
    remove: (key) => {
      const before = objects.get(key);
      if (before === undefined) return undefined;
      unindex(key, before);
      objects.delete(key);
      listed = null;
      return before;
    },
  };
}

/** Only the fields that an index reads; any kind may lack them. */
interface Indexed extends KubeObject {
  readonly spec?: { readonly nodeName?: unknown; readonly poolName?: unknown };
}

function indexValue(kind: Kind, name: IndexName, object: Indexed): string | undefined {
  const { namespace, labels } = object.metadata;
  if (name === "namespace") return namespace;
  if (name === "node") return kind === "Pod" ? textOf(object.spec?.nodeName) : undefined;
  const pool = labels?.[poolLabel] ?? textOf(object.spec?.poolName);
  return pool === undefined || namespace === undefined ? pool : `${namespace}/${pool}`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
