/** Servers and objects for tests: a virtual clock, a small definition, short ways to ask. */
import { createVirtualClock, type VirtualClock } from "../clock.ts";
import type { Json, JsonObject, Stored } from "./json.ts";
import type { ApiRequest, ApiResponse } from "./request.ts";
import type { ResourceType } from "./resources.ts";
import { type ApiServer, createApiServer } from "./server.ts";

export interface TestWorld {
  readonly clock: VirtualClock;
  readonly server: ApiServer;
  /** Asks for one verb of a shelf, such as `pods` or `deployments.apps`. */
  readonly ask: (verb: ApiRequest["verb"], store: string, rest?: Partial<ApiRequest>) => ApiResponse;
  /** Creates the object in its namespace, or `default`. Throws the refusal. */
  readonly make: (store: string, body: JsonObject) => Stored;
  readonly get: (store: string, key: string) => Stored | undefined;
}

export const startAt = Date.parse("2026-03-02T08:00:00Z");

export function aWorld(seed = 1): TestWorld {
  const clock = createVirtualClock(startAt);
  const server = createApiServer({ clock, seed });
  const ask: TestWorld["ask"] = (verb, store, rest = {}) =>
    server.apply({ verb, type: typeOf(server, store), ...rest });
  return {
    clock,
    server,
    ask,
    make: (store, body) => {
      const answer = ask("create", store, { body });
      if (answer.code >= 300) throw new Error(`${store}: ${JSON.stringify(answer.body["message"])}`);
      return answer.body as unknown as Stored;
    },
    get: server.store.get,
  };
}

function typeOf(server: ApiServer, store: string): ResourceType {
  const type = server.registry.ofStore(store);
  if (type === undefined) throw new Error(`no kind is kept in ${store}`);
  return type;
}

export function aConfigMap(name: string, metadata: JsonObject = {}): JsonObject {
  return { metadata: { name, ...metadata }, data: { a: "1" } };
}

export function aPod(name: string, metadata: JsonObject = {}, spec: JsonObject = {}): JsonObject {
  return { metadata: { name, ...metadata }, spec: { containers: [{ name: "c", image: "c:1" }], ...spec } };
}

export function ready(status: "True" | "False" | "Unknown" = "True"): Json {
  return [{ type: "Ready", status }];
}
