/** Deletes: at once, with a grace, or after the finalizers. What hangs on the object is garbage.ts of the neighbours. */
import { type Stored, timestamp } from "./json.ts";
import type { Call, Context, Preconditions } from "./request.ts";
import { conflict, type Subject } from "./status.ts";
import { hasFinalizers, strategyOf } from "./strategies.ts";
import { requireLive } from "./update.ts";

export interface Deleted {
  readonly object: Stored;
  readonly isGone: boolean;
}

export function remove(context: Context, call: Call): Deleted {
  return removeObject(context, call, requireLive(context, call));
}

export function requirePreconditions(subject: Subject, live: Stored, wanted: Preconditions): void {
  const { uid, resourceVersion, name } = live.metadata;
  if (wanted.uid !== undefined && wanted.uid !== uid) {
    const why = `the UID in the precondition (${wanted.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`;
    throw conflict(subject, name, why);
  }
  if (wanted.resourceVersion !== undefined && wanted.resourceVersion !== resourceVersion) {
    const why = `the ResourceVersion in the precondition (${wanted.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`;
    throw conflict(subject, name, why);
  }
}

export function removeObject(context: Context, call: Call, live: Stored): Deleted {
  const { type, options } = call;
  // The API names the kind, not the resource, in this one conflict.
  requirePreconditions({ ...type, plural: type.kind }, live, options.preconditions);
  const strategy = strategyOf(type.store);
  const asked = options.gracePeriodSeconds;
  const grace = strategy.graceSeconds === undefined ? 0 : strategy.graceSeconds(live, asked);
  const marked = mark(context, withPropagation(live, options.propagationPolicy), grace, asked);
  const isGone = marked.metadata.deletionGracePeriodSeconds === 0 && !hasFinalizers(marked);
  if (options.dryRun) return { object: marked, isGone };
  if (isGone) return { object: context.store.remove(type.store, marked), isGone };
  if (marked === live) return { object: live, isGone };
  return { object: context.store.put(type.store, marked), isGone };
}

const propagationFinalizers: { readonly [policy: string]: string } = {
  Foreground: "foregroundDeletion",
  Orphan: "orphan",
};

function withPropagation(live: Stored, policy: string): Stored {
  const finalizer = propagationFinalizers[policy];
  const present = live.metadata.finalizers ?? [];
  if (finalizer === undefined || present.includes(finalizer)) return live;
  return { ...live, metadata: { ...live.metadata, finalizers: [...present, finalizer] } };
}

/** Sets the deletion's time and grace. A grace that runs may only be shortened. */
function mark(context: Context, object: Stored, grace: number, asked: number | null): Stored {
  const { deletionTimestamp, deletionGracePeriodSeconds: running, generation } = object.metadata;
  const now = context.clock.now();
  const isNamespace = object.kind === "Namespace" && object.apiVersion === "v1";
  if (deletionTimestamp === undefined) {
    const metadata = {
      ...object.metadata,
      deletionTimestamp: timestamp(now + grace * 1000),
      deletionGracePeriodSeconds: grace,
      ...(generation === undefined ? {} : { generation: generation + 1 }),
    };
    const marked = { ...object, metadata };
    return isNamespace ? { ...marked, status: { ...object.status, phase: "Terminating" } } : marked;
  }
  const left = running ?? 0;
  if (left === 0 || asked === null || grace >= left) return object;
  const startedAt = Date.parse(deletionTimestamp) - left * 1000;
  const endsAt = Math.max(startedAt + grace * 1000, now);
  const metadata = {
    ...object.metadata,
    deletionTimestamp: timestamp(endsAt),
    deletionGracePeriodSeconds: endsAt === now && grace !== 0 ? 1 : grace,
  };
  return { ...object, metadata };
}
