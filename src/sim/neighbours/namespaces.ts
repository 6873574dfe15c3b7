/** Empties a namespace that is being deleted, and lets it go when nothing is left. */
import { type Hand, type Neighbour } from "./hand.ts";
import { isGoing } from "./pod.ts";

/** Pods go with their grace, so the content is looked at again and again. */
const retryMs = 1_000;

export function createNamespaces(hand: Hand): Neighbour {
  return {
    name: "namespaces",
    wants: ({ store, type, object }) =>
      store === "namespaces" && type !== "DELETED" && isGoing(object) ? [object.metadata.name] : [],
    sync: (name) => {
      const namespace = hand.get("namespaces", name);
      if (namespace === undefined || !isGoing(namespace)) return null;
      let left = 0;
      for (const store of hand.server.store.names()) {
        for (const object of hand.list(store, name)) {
          if (!isGoing(object)) hand.remove(store, object, null);
          if (hand.get(store, `${name}/${object.metadata.name}`) !== undefined) left += 1;
        }
      }
      if (left > 0) return retryMs;
      const finalizers: readonly string[] = [];
      hand.replace("namespaces", { ...namespace, spec: { ...namespace.spec, finalizers } }, "finalize");
      return null;
    },
  };
}
