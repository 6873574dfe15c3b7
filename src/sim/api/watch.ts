/** Watches: what has happened since a version, and then what happens, in order, as one client sees it. */
import { present } from "./draft.ts";
import type { JsonObject, Stored } from "./json.ts";
import type { ApiRequest, Call, Context } from "./request.ts";
import { listOptionsError, matcherOf, parseRevision } from "./read.ts";
import { apiVersionOf } from "./resources.ts";
import type { Predicate } from "./selector.ts";
import { ApiFailure, statusOf } from "./status.ts";
import type { Commit } from "./store.ts";

export type WatchEventType = "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";

export interface WatchEvent {
  readonly type: WatchEventType;
  readonly object: JsonObject;
}

export interface WatchRequest extends Omit<ApiRequest, "verb" | "body" | "patchType" | "subresource"> {
  readonly bookmarks: boolean;
  /** Begins with all that exists, and a bookmark that says so. */
  readonly sendInitialEvents: boolean | null;
}

const bookmarkMs = 60_000;
const initialEventsEnd = "k8s.io/initial-events-end";

/** Sends events until stopped. An ERROR is the last one. */
export function watch(
  context: Context,
  call: Call,
  request: WatchRequest,
  send: (event: WatchEvent) => void,
): () => void {
  requireSound(call, request);
  const matches = matcherOf(call);
  const { store, clock } = context;
  const revision = parseRevision(call.options.resourceVersion);
  const startsWithAll = request.sendInitialEvents ?? revision === 0;
  const bookmark = (annotations: JsonObject | null) => {
    if (request.bookmarks)
      send({ type: "BOOKMARK", object: bookmarkOf(call, store.revision(), annotations) });
  };
  if (startsWithAll) {
    for (const object of store.list(call.type.store)) {
      if (matches(object)) send({ type: "ADDED", object: present(call, object) });
    }
    if (request.sendInitialEvents === true) bookmark({ [initialEventsEnd]: "true" });
  } else if (!replay(context, call, { matches, send, revision })) {
    return nothing;
  }
  const stopStore = store.subscribe((commit) => deliver(call, commit, matches, send));
  let stopTimer = nothing;
  const tick = () => {
    bookmark(null);
    stopTimer = clock.after(bookmarkMs, tick);
  };
  if (request.bookmarks) stopTimer = clock.after(bookmarkMs, tick);
  return () => {
    stopStore();
    stopTimer();
  };
}

function nothing(): void {}

interface Replay {
  readonly matches: Predicate<Stored>;
  readonly send: (event: WatchEvent) => void;
  readonly revision: number;
}

/** False when the start is forgotten or not yet reached, which the client learns as an event, not as an answer. */
function replay(context: Context, call: Call, { matches, send, revision }: Replay): boolean {
  try {
    const from = call.options.resourceVersion === "" ? context.store.revision() : revision;
    for (const commit of context.store.since(call.type.store, from)) deliver(call, commit, matches, send);
    return true;
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    send({ type: "ERROR", object: statusOf(error) });
    return false;
  }
}

/** An object that comes to match is added, one that ceases to is deleted, whatever really happened to it. */
function deliver(
  call: Call,
  commit: Commit,
  matches: Predicate<Stored>,
  send: (event: WatchEvent) => void,
): void {
  if (commit.store !== call.type.store) return;
  const { before, object } = commit;
  const didMatch = before !== undefined && matches(before);
  const doesMatch = commit.type !== "DELETED" && matches(object);
  if (doesMatch) send({ type: didMatch ? "MODIFIED" : "ADDED", object: present(call, object) });
  else if (didMatch) send({ type: "DELETED", object: present(call, lastSeenAs(commit)) });
}

/** What a client loses sight of is shown as it last saw it, under the new version. */
function lastSeenAs(commit: Commit): Stored {
  const { before, object } = commit;
  if (commit.type === "DELETED" || before === undefined) return object;
  return { ...before, metadata: { ...before.metadata, resourceVersion: object.metadata.resourceVersion } };
}

function bookmarkOf(call: Call, revision: number, annotations: JsonObject | null): JsonObject {
  return {
    kind: call.type.kind,
    apiVersion: apiVersionOf(call.type),
    metadata: {
      resourceVersion: String(revision),
      creationTimestamp: null,
      ...(annotations === null ? {} : { annotations }),
    },
  };
}

function requireSound(call: Call, request: WatchRequest): void {
  if (request.sendInitialEvents === null) {
    if (call.options.resourceVersionMatch === "") return;
    throw listOptionsError(
      "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
    );
  }
  if (call.options.resourceVersionMatch === "NotOlderThan") return;
  throw listOptionsError(
    "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
  );
}
