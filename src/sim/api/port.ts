/** The Kubernetes port straight into the server in memory: no HTTP, the same errors. Everything resolves in microtasks. */
import { PortError, type PortErrorKind } from "../../ports/errors.ts";
import {
  type DeleteOptions,
  type EvictionAnswer,
  type Kind,
  type Kube,
  type ListOptions,
  type ObjectOf,
  type ObjectRef,
  type Patch,
  type Resource,
  refKey,
  resources,
} from "../../ports/kube.ts";
import { isObject, type Json, type JsonObject, numberAt, objectsAt, stringAt } from "./json.ts";
import { administrator, type ApiRequest, type ApiResponse, type Options, type User } from "./request.ts";
import type { ResourceType } from "./resources.ts";
import type { ApiServer } from "./server.ts";

/** Who the writes are from, where a call does not say so itself. */
const defaultManager = "poolkeeper";

/** `user` is who asks; it may do everything, and is written down where the API does so. */
export function createSimKube(server: ApiServer, user: User = administrator): Kube {
  const ask = (verb: string, kind: Kind, ref: Partial<ObjectRef>, rest: Rest): ApiResponse => {
    const target = `${verb} ${kind} ${refKey({ name: ref.name ?? "", ...ref })}`.trim();
    const type = typeOf(server, kind, target);
    const { options, ...request } = rest;
    const answer = server.apply({
      type,
      name: ref.name,
      ...(type.isNamespaced ? { namespace: ref.namespace } : {}),
      ...request,
      user,
      options: { fieldManager: defaultManager, ...options },
    });
    return answer.code < 300 || rest.subresource === "eviction" ? answer : refuse(target, answer, request);
  };
  return {
    get: async (kind, ref) => objectOf(kind, ask("get", kind, ref, { verb: "get" })),
    list: async <K extends Kind>(kind: K, options: ListOptions = {}) => {
      const namespace = options.namespace === undefined ? {} : { namespace: options.namespace };
      const { labelSelector = "", fieldSelector = "" } = options;
      const { body } = ask("list", kind, namespace, {
        verb: "list",
        options: { labelSelector, fieldSelector },
      });
      return {
        items: objectsAt(body, "items") as unknown as readonly ObjectOf<K>[],
        resourceVersion: stringAt(body, "metadata", "resourceVersion") ?? "",
      };
    },
    create: async (kind, given, options) => {
      const { namespace } = given.metadata;
      const ref = namespace === undefined ? {} : { namespace };
      const rest = {
        verb: "create" as const,
        body: given as unknown as Json,
        options: {
          dryRun: options?.dryRun === true,
          ...(options?.fieldManager === undefined ? {} : { fieldManager: options.fieldManager }),
        },
      };
      return objectOf(kind, ask("create", kind, ref, rest));
    },
    replace: async (kind, given, subresource) =>
      objectOf(
        kind,
        ask("update", kind, given.metadata, { verb: "update", subresource, body: given as unknown as Json }),
      ),
    patch: async (kind, ref, patch) => objectOf(kind, ask("patch", kind, ref, patchRequest(patch))),
    delete: async (kind, ref, options) => {
      ask("delete", kind, ref, { verb: "delete", options: deleteOptions(options ?? {}) });
    },
    evict: async (pod, uid) => evictionAnswer(pod, ask("evict", "Pod", pod, evictionRequest(pod, uid))),
  };
}

function objectOf<K extends Kind>(_kind: K, answer: ApiResponse): ObjectOf<K> {
  return answer.body as unknown as ObjectOf<K>;
}

type Rest = Omit<ApiRequest, "type" | "name" | "namespace">;

/** A kind that is not served must never be taken for an object that is gone. */
function typeOf(server: ApiServer, kind: Kind, target: string): ResourceType {
  const { group, version, plural }: Resource = resources[kind];
  const type = server.registry.find(group, version, plural);
  if (type !== undefined) return type;
  const message = `Cannot ${target}: the API server does not know this kind. Install Poolkeeper's definitions with: poolkeeper install`;
  throw new PortError({ kind: "Invalid", message, status: 404 });
}

function patchRequest(patch: Patch): Rest {
  return {
    verb: "patch",
    patchType: patch.type,
    subresource: patch.subresource,
    body: patch.body as Json,
    options: {
      dryRun: patch.dryRun === true,
      force: patch.force === true,
      ...(patch.fieldManager === undefined ? {} : { fieldManager: patch.fieldManager }),
    },
  };
}

function deleteOptions(options: DeleteOptions): Partial<Options> {
  const { uid, resourceVersion, gracePeriodSeconds } = options;
  return { preconditions: { uid, resourceVersion }, gracePeriodSeconds: gracePeriodSeconds ?? null };
}

function evictionRequest(pod: ObjectRef, uid: string): Rest {
  const metadata: JsonObject = { name: pod.name, namespace: pod.namespace };
  return {
    verb: "create",
    subresource: "eviction",
    body: { apiVersion: "policy/v1", kind: "Eviction", metadata, deleteOptions: { preconditions: { uid } } },
  };
}

function evictionAnswer(pod: ObjectRef, answer: ApiResponse): EvictionAnswer {
  if (answer.code < 300) return { kind: "Evicted" };
  const causes = objectsAt(answer.body, "details", "causes");
  const parts = [stringAt(answer.body, "message"), ...causes.map((cause) => stringAt(cause, "message"))];
  const message = parts.filter((part) => part !== undefined).join(" ");
  const hasCause = (reason: string) => causes.some((cause) => cause["reason"] === reason);
  if (answer.code === 404) return { kind: "Gone" };
  // A pod of this name with another UID is another pod.
  if (answer.code === 409 && message.includes("UID")) return { kind: "Gone" };
  if (answer.code === 403 && hasCause("NamespaceTerminating"))
    return { kind: "NamespaceTerminating", message };
  if (answer.code === 500) return { kind: "TooManyBudgets", message };
  if (hasCause("DisruptionBudget") || message.includes("disruption")) {
    return { kind: "Blocked", retryAfterMs: retryAfterOf(answer), message };
  }
  return refuse(`evict Pod ${refKey(pod)}`, answer, { verb: "create" });
}

function retryAfterOf(answer: ApiResponse): number | null {
  const seconds = numberAt(answer.body, "details", "retryAfterSeconds") ?? 0;
  return seconds > 0 ? seconds * 1000 : null;
}

function refuse(target: string, answer: ApiResponse, request: Pick<ApiRequest, "verb">): never {
  const retryAfterMs = retryAfterOf(answer);
  throw new PortError({
    kind: kindOf(answer, request.verb === "get" || request.verb === "list"),
    message: `Cannot ${target}: ${textOf(answer.body["message"])}`,
    status: answer.code,
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  });
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

const kindsByCode: { readonly [code: number]: PortErrorKind } = {
  401: "Denied",
  403: "Denied",
  404: "NotFound",
  410: "Expired",
  429: "Throttled",
};

function kindOf(answer: ApiResponse, isRead: boolean): PortErrorKind {
  if (answer.code === 409) return answer.body["reason"] === "AlreadyExists" ? "AlreadyExists" : "Conflict";
  if (answer.code === 404 && !isObject(answer.body["details"])) return "Invalid";
  if (answer.code >= 500) return isRead ? "Unreachable" : "Unknown";
  return kindsByCode[answer.code] ?? "Invalid";
}
