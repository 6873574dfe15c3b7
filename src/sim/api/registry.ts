/** Which kinds are served now: the built-in ones, and those of the definitions that exist. */
import { newerEvents } from "./event-view.ts";
import { apiVersionOf, builtInTypes, type ResourceType } from "./resources.ts";

export interface Registry {
  readonly all: () => readonly ResourceType[];
  readonly find: (group: string, version: string, plural: string) => ResourceType | undefined;
  readonly findKind: (apiVersion: string, kind: string) => ResourceType | undefined;
  /** The type under which a shelf's objects are stored. */
  readonly ofStore: (store: string) => ResourceType | undefined;
  /** Serves the types of one shelf from now on; an empty list ends it. */
  readonly define: (store: string, types: readonly ResourceType[]) => void;
  /** Rises with each change, so that documents made from the registry can be kept. */
  readonly version: () => number;
}

export function createRegistry(): Registry {
  const defined = new Map<string, readonly ResourceType[]>();
  const events = builtInTypes.find((type) => type.plural === "events");
  const fixed = events === undefined ? builtInTypes : [...builtInTypes, newerEvents(events)];
  let version = 0;
  let byPath = new Map<string, ResourceType>();
  let byKind = new Map<string, ResourceType>();
  let byStore = new Map<string, ResourceType>();

  const index = () => {
    const all = [...fixed, ...[...defined.values()].flat()];
    byPath = new Map(all.map((type) => [`${apiVersionOf(type)}/${type.plural}`, type]));
    byKind = new Map(all.map((type) => [`${apiVersionOf(type)}/${type.kind}`, type]));
    byStore = new Map(all.toReversed().map((type) => [type.store, type]));
    version += 1;
  };
  index();

  return {
    all: () => [...byPath.values()],
    find: (group, apiVersion, plural) =>
      byPath.get(`${apiVersionOf({ group, version: apiVersion })}/${plural}`),
    findKind: (apiVersion, kind) => byKind.get(`${apiVersion}/${kind}`),
    ofStore: (store) => byStore.get(store),
    define: (store, types) => {
      if (types.length === 0) defined.delete(store);
      else defined.set(store, types);
      index();
    },
    version: () => version,
  };
}
