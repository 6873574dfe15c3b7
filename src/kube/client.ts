/** The Kubernetes port over HTTP. Reads go to etcd; what watches keep for decisions is cache.ts. */
import type { CreateOptions, DeleteOptions, Kind, Kube, ObjectOf, ObjectRef, Patch } from "../ports/kube.ts";
import { evict } from "./evict.ts";
import { list } from "./list.ts";
import { collectionPath, objectPath, objectTarget } from "./path.ts";
import { type Transport, call } from "./transport.ts";
import type { Lane } from "./wire.ts";

/** Listed objects are trimmed (trim.ts), got ones are whole. */
export function createKube(transport: Transport): Kube {
  return {
    get: (kind, ref) => get(transport, kind, ref),
    list: (kind, options) => list(transport, kind, options ?? {}),
    create: (kind, object, options) => create(transport, kind, object, options ?? {}),
    replace: (kind, object, subresource) => replace(transport, kind, object, subresource),
    patch: (kind, ref, change) => patch(transport, kind, ref, change),
    delete: (kind, ref, options) => remove(transport, kind, ref, options ?? {}),
    evict: (pod, uid) => evict(transport, pod, uid),
  };
}

async function get<K extends Kind>(transport: Transport, kind: K, ref: ObjectRef): Promise<ObjectOf<K>> {
  const answer = await call(transport, {
    verb: "get",
    kind,
    target: objectTarget(kind, ref),
    method: "GET",
    path: objectPath(kind, ref),
    lane: laneOf(kind),
  });
  return answer as ObjectOf<K>;
}

async function create<K extends Kind>(
  transport: Transport,
  kind: K,
  object: ObjectOf<K>,
  { fieldManager, dryRun }: CreateOptions,
): Promise<ObjectOf<K>> {
  const answer = await call(transport, {
    verb: "create",
    kind,
    target: objectTarget(kind, object.metadata),
    method: "POST",
    path: collectionPath(kind, object.metadata.namespace),
    query: {
      ...(fieldManager === undefined ? {} : { fieldManager }),
      ...(dryRun === true ? { dryRun: "All" } : {}),
    },
    body: object,
    lane: laneOf(kind),
  });
  return answer as ObjectOf<K>;
}

async function replace<K extends Kind>(
  transport: Transport,
  kind: K,
  object: ObjectOf<K>,
  subresource: "status" | "approval" | undefined,
): Promise<ObjectOf<K>> {
  const answer = await call(transport, {
    verb: "update",
    kind,
    target: objectTarget(kind, object.metadata),
    method: "PUT",
    path: objectPath(kind, object.metadata, subresource),
    body: object,
    lane: laneOf(kind),
  });
  return answer as ObjectOf<K>;
}

const patchTypes = { merge: "application/merge-patch+json", apply: "application/apply-patch+yaml" } as const;

async function patch<K extends Kind>(
  transport: Transport,
  kind: K,
  ref: ObjectRef,
  change: Patch,
): Promise<ObjectOf<K>> {
  const answer = await call(transport, {
    verb: "patch",
    kind,
    target: objectTarget(kind, ref),
    method: "PATCH",
    path: objectPath(kind, ref, change.subresource),
    query: {
      ...(change.fieldManager === undefined ? {} : { fieldManager: change.fieldManager }),
      ...(change.force === true ? { force: "true" } : {}),
      ...(change.dryRun === true ? { dryRun: "All" } : {}),
    },
    headers: { "content-type": patchTypes[change.type] },
    body: change.body,
    lane: laneOf(kind),
  });
  return answer as ObjectOf<K>;
}

async function remove(
  transport: Transport,
  kind: Kind,
  ref: ObjectRef,
  options: DeleteOptions,
): Promise<void> {
  const { uid, resourceVersion, gracePeriodSeconds } = options;
  const preconditions = {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  await call(transport, {
    verb: "delete",
    kind,
    target: objectTarget(kind, ref),
    method: "DELETE",
    path: objectPath(kind, ref),
    body: {
      apiVersion: "v1",
      kind: "DeleteOptions",
      preconditions,
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    },
    lane: laneOf(kind),
  });
}

function laneOf(kind: Kind): Lane {
  return kind === "Lease" ? "lease" : "main";
}
