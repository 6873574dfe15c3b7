/** Makes a new object. */
import { check, readBody, settle } from "./draft.ts";
import { keyOf, type Meta, type Stored, timestamp, withValue } from "./json.ts";
import { trackUpdate } from "./manage.ts";
import { administrator, type Call, type Context } from "./request.ts";
import { apiVersionOf } from "./resources.ts";
import { shapeOf } from "./shape.ts";
import {
  alreadyExists,
  ApiFailure,
  badRequest,
  forbidden,
  invalid,
  notFound,
  requiredValue,
} from "./status.ts";
import { strategyOf } from "./strategies.ts";

export function create(context: Context, call: Call): Stored {
  return createFrom(context, call, readBody(call), null);
}

/** `own` puts another ownership on the object than that of a plain create. */
export function createFrom(
  context: Context,
  call: Call,
  draft: Stored,
  own: ((stored: Stored) => Stored) | null,
): Stored {
  const { type, options } = call;
  const metadata = newMetadata(context, call, draft.metadata);
  requireNamespace(context, call, metadata);
  if (metadata.name === "") {
    throw invalid(type, "", [requiredValue("metadata.name", "name or generateName is required")]);
  }
  const filled = settle(call, { ...draft, metadata });
  const object = strategyCreate(context, call, filled);
  check(call, object, undefined);
  const key = keyOf(metadata);
  if (context.store.get(type.store, key) !== undefined) throw alreadyExists(type, metadata.name);
  const manager = managerOf(context, call);
  const owned = own === null ? trackUpdate(undefined, object, manager, shapeOf(type.schema)) : own(object);
  if (options.dryRun) return withValue(owned, ["metadata", "resourceVersion"], undefined) as Stored;
  return context.store.put(type.store, owned);
}

export function managerOf(context: Context, call: Call) {
  const { options, request } = call;
  return {
    name: options.fieldManager === "" ? "unknown" : options.fieldManager,
    operation: request.patchType === "apply" ? "Apply" : "Update",
    apiVersion: apiVersionOf(call.type),
    subresource: request.subresource ?? "",
    nowMs: context.clock.now(),
  } as const;
}

function newMetadata(context: Context, call: Call, given: Meta): Meta {
  const { type } = call;
  const {
    namespace: _,
    resourceVersion,
    deletionTimestamp: __,
    deletionGracePeriodSeconds: ___,
    ...kept
  } = given;
  if ((resourceVersion ?? "") !== "") {
    // The API server answers 500 here, without a reason.
    throw new ApiFailure(500, "", "resourceVersion should not be set on objects to be created");
  }
  const { managedFields: ____, ...rest } = kept;
  return {
    ...rest,
    name: nameOf(context, given),
    ...(type.isNamespaced ? { namespace: namespaceOf(call, given) } : {}),
    uid: context.random.uid(),
    resourceVersion: "",
    creationTimestamp: timestamp(context.clock.now()),
    ...(type.hasGeneration ? { generation: 1 } : {}),
  };
}

function nameOf(context: Context, given: Meta): string {
  if ((given.name ?? "") !== "") return given.name;
  const prefix = given.generateName ?? "";
  return prefix === "" ? "" : prefix.slice(0, 58) + context.random.suffix();
}

function namespaceOf(call: Call, given: Meta): string {
  const asked = call.request.namespace;
  if (asked !== undefined && given.namespace !== undefined && given.namespace !== asked) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  return asked ?? given.namespace ?? "default";
}

function requireNamespace(context: Context, call: Call, metadata: Meta): void {
  const namespace = metadata.namespace;
  if (namespace === undefined) return;
  const found = context.store.get("namespaces", namespace);
  if (found === undefined) {
    throw notFound({ group: "", plural: "namespaces", kind: "Namespace" }, namespace);
  }
  refuseInTerminating(found, call, metadata.name);
}

export function refuseInTerminating(namespace: Stored | undefined, call: Call, name: string): void {
  if (namespace?.metadata.deletionTimestamp === undefined) return;
  const inNamespace = namespace.metadata.name;
  throw forbidden(
    call.type,
    name,
    `unable to create new content in namespace ${inNamespace} because it is being terminated`,
    [
      {
        reason: "NamespaceTerminating",
        message: `namespace ${inNamespace} is being terminated`,
        field: "metadata.namespace",
      },
    ],
  );
}

function strategyCreate(context: Context, call: Call, filled: Stored): Stored {
  const strategy = strategyOf(call.type.store);
  const isKept = !call.type.hasStatus || strategy.keepsStatusOnCreate === true;
  const object = isKept ? filled : (withValue(filled, ["status"], undefined) as Stored);
  return strategy.create === undefined
    ? object
    : strategy.create(object, context.clock.now(), call.request.user ?? administrator);
}
