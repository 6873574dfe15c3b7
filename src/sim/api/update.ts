/** Writes over an object that exists: all rules that replace, patch and apply share. */
import { check, readBody, settle } from "./draft.ts";
import { isEqual, type JsonObject, keyOf, type Meta, type Stored, withValue } from "./json.ts";
import { createFrom, managerOf } from "./create.ts";
import { trackUpdate } from "./manage.ts";
import type { Call, Context } from "./request.ts";
import { shapeOf } from "./shape.ts";
import {
  type ApiFailure,
  badRequest,
  conflict,
  invalid,
  invalidValue,
  notFound,
  staleVersion,
} from "./status.ts";
import { hasFinalizers, strategyOf } from "./strategies.ts";

/** PUT. */
export function replace(context: Context, call: Call): Stored {
  const draft = readBody(call);
  const { type, request } = call;
  const name = request.name ?? draft.metadata.name;
  if (draft.metadata.name !== undefined && draft.metadata.name !== name) {
    throw badRequest(
      `the name of the object (${draft.metadata.name}) does not match the name on the URL (${name})`,
    );
  }
  const live = findLive(context, call);
  if (live === undefined) {
    if (type.store !== "leases.coordination.k8s.io") throw notFound(type, name);
    return createFrom(context, call, draft, null);
  }
  const version = draft.metadata.resourceVersion ?? "";
  if (version === "" && !type.allowsBlindUpdate) {
    const text = "Invalid value: 0: must be specified for an update";
    throw invalid(type, name, [{ type: "Invalid", field: "metadata.resourceVersion", text }]);
  }
  return writeOver(context, call, { live, draft, own: null });
}

export function findLive(context: Context, call: Call): Stored | undefined {
  const { type, request } = call;
  const name = request.name ?? "";
  const namespace = type.isNamespaced ? (request.namespace ?? "default") : undefined;
  return context.store.get(type.store, keyOf(namespace === undefined ? { name } : { name, namespace }));
}

export function requireLive(context: Context, call: Call): Stored {
  const live = findLive(context, call);
  if (live === undefined) throw notFound(call.type, call.request.name ?? "");
  return live;
}

export interface Change {
  readonly live: Stored;
  readonly draft: Stored;
  /** Ownership other than that of a plain update. */
  readonly own: ((stored: Stored) => Stored) | null;
}

export function writeOver(context: Context, call: Call, change: Change): Stored {
  const { type, options } = call;
  const { live, draft } = change;
  requireSame(call, live, draft.metadata);
  // What filling in has added outside the endpoint's own part is put back.
  const nowMs = context.clock.now();
  const settled = settle(call, withParts(call, nowMs, live, draft));
  const object = withGeneration(call, live, withParts(call, nowMs, live, settled));
  check(call, object, live);
  const manager = managerOf(context, call);
  const owned =
    change.own === null ? trackUpdate(live, object, manager, shapeOf(type.schema)) : change.own(object);
  if (isSameButTimes(owned, live)) return live;
  if (options.dryRun) return owned;
  return commit(context, type.store, owned);
}

/** A new time alone in managedFields is no change. */
function isSameButTimes(object: Stored, live: Stored): boolean {
  if (!isEqual(withoutManagers(object), withoutManagers(live))) return false;
  return isEqual(timelessManagers(object), timelessManagers(live));
}

function withoutManagers(object: Stored): JsonObject {
  return withValue(object, ["metadata", "managedFields"], undefined);
}

function timelessManagers(object: Stored): readonly JsonObject[] {
  return (object.metadata.managedFields ?? []).map((entry) => ({ ...entry, time: "" }));
}

/** Stores the object, or removes it when its last finalizer is gone. */
export function commit(context: Context, store: string, object: Stored): Stored {
  const { deletionTimestamp, deletionGracePeriodSeconds } = object.metadata;
  const isOver = deletionTimestamp !== undefined && (deletionGracePeriodSeconds ?? 0) === 0;
  return isOver && !hasFinalizers(object)
    ? context.store.remove(store, object)
    : context.store.put(store, object);
}

function requireSame(call: Call, live: Stored, given: Meta): void {
  const refuse = (why: string): ApiFailure => conflict(call.type, live.metadata.name, why);
  if (given.uid !== undefined && given.uid !== live.metadata.uid) {
    if (call.request.verb === "patch") {
      const error = invalidValue("metadata.uid", given.uid, "field is immutable");
      throw invalid(call.type, live.metadata.name, [error]);
    }
    throw refuse(
      `Precondition failed: UID in precondition: ${given.uid}, UID in object meta: ${live.metadata.uid}`,
    );
  }
  const version = given.resourceVersion ?? "";
  if (version !== "" && version !== live.metadata.resourceVersion) throw refuse(staleVersion);
}

/** Each endpoint changes its own part and keeps the rest as it is. */
function withParts(call: Call, nowMs: number, live: Stored, draft: Stored): Stored {
  const subresource = call.request.subresource ?? "";
  const metadata = keptMetadata(live.metadata, draft.metadata);
  if (subresource === "status") {
    const own = call.type.schema === null ? metadata : live.metadata;
    return withStatus({ ...live, metadata: own }, draft.status);
  }
  if (subresource === "finalize") return { ...live, spec: draft.spec ?? {} };
  const strategy = strategyOf(call.type.store);
  const part = strategy.parts?.[subresource];
  if (part !== undefined) return part({ ...live, metadata }, draft, nowMs);
  if (strategy.isFixed === true) return { ...live, metadata };
  const object = { ...draft, apiVersion: live.apiVersion, metadata };
  return call.type.hasStatus ? withStatus(object, live.status) : object;
}

function withStatus(object: Stored, status: JsonObject | undefined): Stored {
  return withValue(object, ["status"], status) as Stored;
}

/** What a client may change in metadata; the rest is the server's. */
function keptMetadata(live: Meta, given: Meta): Meta {
  const { labels: _, annotations: __, finalizers: ___, ownerReferences: ____, ...fixed } = live;
  const { labels, annotations, finalizers, ownerReferences } = given;
  return {
    ...fixed,
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(finalizers === undefined ? {} : { finalizers }),
    ...(ownerReferences === undefined ? {} : { ownerReferences }),
  };
}

function withGeneration(call: Call, live: Stored, object: Stored): Stored {
  const generation = live.metadata.generation;
  if (generation === undefined) return object;
  const part = (one: Stored): JsonObject => {
    const { metadata: _, status, ...rest } = one;
    return call.type.hasStatus ? rest : { ...rest, status };
  };
  if (isEqual(part(object), part(live))) return object;
  return { ...object, metadata: { ...object.metadata, generation: generation + 1 } };
}
