/** How a neighbour touches the world: through requests like anybody else. Refusals come back as null; a later pass tries again. */
import { type Json, type JsonObject, keyOf, type Stored } from "../api/json.ts";
import type { ApiRequest } from "../api/request.ts";
import type { ResourceType } from "../api/resources.ts";
import type { ApiServer } from "../api/server.ts";
import type { Commit } from "../api/store.ts";

export interface Hand {
  readonly server: ApiServer;
  readonly now: () => number;
  readonly get: (store: string, key: string) => Stored | undefined;
  readonly list: (store: string, namespace?: string) => readonly Stored[];
  readonly create: (store: string, namespace: string | undefined, body: JsonObject) => Stored | null;
  readonly replace: (store: string, object: Stored, subresource?: string) => Stored | null;
  readonly act: (store: string, object: Stored, subresource: string, body: Json) => Stored | null;
  /** A null grace leaves it to the object. Only this very object is deleted, never a namesake. */
  readonly remove: (store: string, object: Stored, graceSeconds: number | null) => void;
}

export function createHand(server: ApiServer, manager: string): Hand {
  const typeOf = (store: string): ResourceType | undefined => server.registry.ofStore(store);
  const ask = (store: string, request: Omit<ApiRequest, "type">): Stored | null => {
    const type = typeOf(store);
    if (type === undefined) return null;
    const answer = server.apply({ ...request, type, options: { fieldManager: manager, ...request.options } });
    return answer.code < 300 ? (answer.body as unknown as Stored) : null;
  };
  const place = (object: Stored) => ({ name: object.metadata.name, namespace: object.metadata.namespace });
  return {
    server,
    now: () => server.clock.now(),
    get: server.store.get,
    list: server.store.list,
    create: (store, namespace, body) => ask(store, { verb: "create", namespace, body }),
    replace: (store, object, subresource) =>
      ask(store, { verb: "update", ...place(object), subresource, body: object }),
    act: (store, object, subresource, body) =>
      ask(store, { verb: "create", ...place(object), subresource, body }),
    remove: (store, object, graceSeconds) => {
      const options = { preconditions: { uid: object.metadata.uid }, gracePeriodSeconds: graceSeconds };
      ask(store, { verb: "delete", ...place(object), options });
    },
  };
}

/** One neighbour: which keys a change makes it look at, and what it does about one key. */
export interface Neighbour {
  readonly name: string;
  readonly wants: (commit: Commit) => readonly string[];
  /** Milliseconds after which to look at the key again, or null. */
  readonly sync: (key: string) => number | null;
}

export function keyOfObject(object: Stored): string {
  return keyOf(object.metadata);
}

/** The uid of the object's controller, if it is of that kind. */
export function controllerOf(
  object: Stored,
  kind: string,
): { readonly name: string; readonly uid: string } | null {
  const owner = (object.metadata.ownerReferences ?? []).find((one) => one.controller === true);
  return owner === undefined || owner.kind !== kind ? null : { name: owner.name, uid: owner.uid };
}

export function ownerReference(owner: Stored): JsonObject {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}
