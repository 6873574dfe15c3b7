/** The API server in memory: one function from request to response over one store. Time and chance are given. */
import type { Clock } from "../../ports/clock.ts";
import { bind } from "./bind.ts";
import { create } from "./create.ts";
import { readBody, present } from "./draft.ts";
import { evict } from "./evict.ts";
import type { JsonObject, Stored } from "./json.ts";
import { keepDefinitions } from "./kinds.ts";
import { patch } from "./patch.ts";
import { createRandom } from "./random.ts";
import { list, matcherOf } from "./read.ts";
import { createRegistry, type Registry } from "./registry.ts";
import { remove, removeObject } from "./remove.ts";
import { type ApiRequest, type ApiResponse, type Call, type Context, defaultOptions } from "./request.ts";
import { ApiFailure, methodNotAllowed, noSuchPath, statusOf } from "./status.ts";
import { createStore, type Store } from "./store.ts";
import { readScale, writeScale } from "./scale.ts";
import { strategyOf } from "./strategies.ts";
import { replace, requireLive } from "./update.ts";
import { watch, type WatchEvent, type WatchRequest } from "./watch.ts";

export interface ApiServer {
  readonly clock: Clock;
  readonly registry: Registry;
  readonly store: Store;
  /** Any verb but watch. Refusals are responses, never exceptions. */
  readonly apply: (request: ApiRequest) => ApiResponse;
  /** Sends events from inside the write that causes them. Throws what is wrong with the request itself. */
  readonly watch: (request: WatchRequest, send: (event: WatchEvent) => void) => () => void;
}

export interface ServerOptions {
  readonly clock: Clock;
  readonly seed: number;
}

const firstNamespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];

export function createApiServer(options: ServerOptions): ApiServer {
  const { clock } = options;
  const context: Context = {
    clock,
    random: createRandom(options.seed),
    store: createStore(clock),
    registry: createRegistry(),
  };
  const apply = (request: ApiRequest): ApiResponse => {
    const warnings: string[] = [];
    const call = callOf(request, (text) => warnings.push(text));
    try {
      const { code, body } = answer(context, call);
      return { code, body, warnings };
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      return { code: error.code, body: statusOf(error), warnings };
    }
  };
  keepDefinitions(context);
  const namespaces = context.registry.find("", "v1", "namespaces");
  for (const name of firstNamespaces) {
    if (namespaces !== undefined) apply({ verb: "create", type: namespaces, body: { metadata: { name } } });
  }
  return {
    clock,
    registry: context.registry,
    store: context.store,
    apply,
    watch: (request, send) =>
      watch(
        context,
        callOf({ ...request, verb: "list" }, () => {}),
        request,
        send,
      ),
  };
}

function callOf(request: ApiRequest, warn: (text: string) => void): Call {
  return { request, type: request.type, options: { ...defaultOptions, ...request.options }, warn };
}

interface Answer {
  readonly code: number;
  readonly body: JsonObject;
}

function answer(context: Context, call: Call): Answer {
  const { verb, subresource = "" } = call.request;
  if (call.type.isReview) return review(call);
  if (subresource !== "") return answerSubresource(context, call, subresource);
  switch (verb) {
    case "get":
      return ok(call, requireLive(context, call));
    case "list":
      return { code: 200, body: list(context, call) };
    case "create":
      return { ...ok(call, create(context, call)), code: 201 };
    case "update":
      return ok(call, replace(context, call));
    case "patch": {
      const written = patch(context, call);
      return { ...ok(call, written.object), code: written.isNew ? 201 : 200 };
    }
    case "delete":
      return deleted(context, call);
    case "deletecollection":
      return deletedCollection(context, call);
  }
}

function ok(call: Call, object: Stored): Answer {
  return { code: 200, body: present(call, object) };
}

const done: JsonObject = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 };

function answerSubresource(context: Context, call: Call, subresource: string): Answer {
  const { verb } = call.request;
  if (call.type.store === "pods" && verb === "create") return podAction(context, call, subresource);
  if (!isServed(call, subresource)) throw noSuchPath();
  if (subresource === "scale") {
    if (verb === "get") return { code: 200, body: readScale(context, call) };
    if (verb === "update" || verb === "patch") return { code: 200, body: writeScale(context, call) };
  }
  if (verb === "get") return ok(call, requireLive(context, call));
  if (verb === "update") return ok(call, replace(context, call));
  if (verb === "patch") return ok(call, patch(context, call).object);
  throw methodNotAllowed(call.type, verb);
}

function isServed(call: Call, subresource: string): boolean {
  if (subresource === "status") return call.type.hasStatus;
  if (subresource === "scale") return call.type.scale !== null;
  if (strategyOf(call.type.store).parts?.[subresource] !== undefined) return true;
  return subresource === "finalize" && call.type.store === "namespaces";
}

function podAction(context: Context, call: Call, subresource: string): Answer {
  if (subresource === "eviction") evict(context, call);
  else if (subresource === "binding") bind(context, call);
  else throw noSuchPath();
  return { code: 201, body: done };
}

/** May I? Always: there is one user, and it is its own world. */
function review(call: Call): Answer {
  if (call.request.verb !== "create") throw methodNotAllowed(call.type, call.request.verb);
  const asked = readBody(call);
  return { code: 201, body: { ...asked, metadata: {}, status: { allowed: true } } };
}

function deleted(context: Context, call: Call): Answer {
  const { object, isGone } = remove(context, call);
  if (!isGone || call.type.store === "pods") return ok(call, object);
  return { code: 200, body: successOf(call, object) };
}

function successOf(call: Call, object: Stored): JsonObject {
  const { group, plural } = call.type;
  const { name, uid } = object.metadata;
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: { name, ...(group === "" ? {} : { group }), kind: plural, uid },
  };
}

function deletedCollection(context: Context, call: Call): Answer {
  const matches = matcherOf(call);
  const found = context.store.list(call.type.store, call.request.namespace).filter(matches);
  const items = found.map((object) => present(call, removeObject(context, call, object).object));
  const metadata = { resourceVersion: String(context.store.revision()) };
  return {
    code: 200,
    body: { kind: `${call.type.kind}List`, apiVersion: found[0]?.apiVersion ?? "v1", metadata, items },
  };
}
