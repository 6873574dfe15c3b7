/** Keeps the served kinds in step with the definitions, and empties a definition that is being deleted. */
import { cleanupFinalizer, definitionStore, typesOf } from "./definition.ts";
import type { Stored } from "./json.ts";
import { removeObject } from "./remove.ts";
import { type Call, type Context, defaultOptions } from "./request.ts";
import { commit } from "./update.ts";

export function keepDefinitions(context: Context): void {
  const { store, registry, clock } = context;
  store.subscribe((change) => {
    if (change.store === definitionStore) {
      registry.define(change.object.metadata.name, change.type === "DELETED" ? [] : typesOf(change.object));
      if (change.object.metadata.deletionTimestamp === undefined || change.type === "DELETED") return;
      // Listeners must not write: the clean-up is an event of its own.
      clock.after(0, () => empty(context, change.object.metadata.name));
      return;
    }
    if (change.type !== "DELETED") return;
    const definition = store.get(definitionStore, change.store);
    if (definition?.metadata.deletionTimestamp === undefined) return;
    clock.after(0, () => release(context, change.store));
  });
}

/** Deletes every object of the kind; the definition itself goes when the last of them is gone. */
function empty(context: Context, name: string): void {
  const type = context.registry.ofStore(name);
  if (type === undefined) return;
  const call: Call = { request: { verb: "delete", type }, type, options: defaultOptions, warn: () => {} };
  for (const object of context.store.list(name)) {
    if (object.metadata.deletionTimestamp === undefined) removeObject(context, call, object);
  }
  release(context, name);
}

function release(context: Context, name: string): void {
  const definition = context.store.get(definitionStore, name);
  if (definition?.metadata.deletionTimestamp === undefined || context.store.size(name) > 0) return;
  const finalizers = (definition.metadata.finalizers ?? []).filter((one) => one !== cleanupFinalizer);
  const released: Stored = { ...definition, metadata: { ...definition.metadata, finalizers } };
  commit(context, definitionStore, released);
}
