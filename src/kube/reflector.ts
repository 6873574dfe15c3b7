/**
 * Keeps a sink in step with one kind of the API server: everything once, then each change, through every way in which
 * a watch can end. What the copies look like and who hears of changes is cache.ts.
 */
import type { Clock } from "../ports/clock.ts";
import { PortError } from "../ports/errors.ts";
import { type Kind, type ListOptions, keyOf } from "../ports/kube.ts";
import type { KubeObject } from "../schema/kubernetes.ts";
import { list, selectorQuery } from "./list.ts";
import { statusError } from "./map.ts";
import { collectionPath, collectionTarget } from "./path.ts";
import { type Share, createShare } from "./share.ts";
import type { StreamAnswer, StreamItem, StreamRequest, Transport } from "./transport.ts";
import { compareResourceVersions } from "./version.ts";
import { eventOf } from "./watch.ts";
import type { KubeResponse } from "./wire.ts";

export interface ReflectorSink {
  /** The whole of the kind at one version. `Rewound`: the server's own history went back, so older objects count. */
  replace(objects: readonly KubeObject[], resourceVersion: string, history: "Continued" | "Rewound"): void;
  upsert(object: KubeObject): void;
  remove(object: KubeObject): void;
  /** The sink is complete and the watch runs. */
  up(): void;
  /** The watch has ended, for the reason given; another one is on its way. */
  down(cause: RestartCause, detail: string): void;
}

export type RestartCause =
  /** The server ended the watch in good order. */
  | "Ended"
  /** The history asked for is gone; everything is listed again. */
  | "Expired"
  /** Neither an event nor a bookmark for long. The usual end of a watch on a kind that does not change. */
  | "Silent"
  | "Broken"
  | "Undecodable"
  | "Refused"
  | "Unreachable"
  /** The list is older than what was seen before. */
  | "Stale";

export interface ReflectorOptions {
  readonly transport: Transport;
  readonly kind: Kind;
  readonly select: ListOptions;
  readonly clock: Clock;
  readonly random: () => number;
  readonly sink: ReflectorSink;
}

export interface Reflector {
  start(): void;
  stop(): Promise<void>;
}

const watchSeconds = 300;
/**
 * Bookmarks come about once a minute, but only when something has changed since the watch began (measured on 1.36). So
 * silence proves nothing, and a new watch from the same place is what finds out.
 */
const idleTimeoutMs = 75_000;
const firstBackoffMs = 250;
const maxBackoffMs = 30_000;
/** A watch that lived so long, or brought news, was a good one: the next failure starts the back-off anew. */
const healthyMs = 10_000;
/** So many stale lists in a row are not a lagging server but a restored one. */
const maxStaleLists = 3;

/** What one reflector knows between two watches. */
interface Progress {
  readonly options: ReflectorOptions;
  readonly signal: AbortSignal;
  readonly share: Share;
  /** Where the next watch begins; null when everything has to be listed first. */
  version: string | null;
  highestVersion: string;
  canWatchList: boolean;
  failures: number;
  staleLists: number;
  undecodableAt: string | null;
}

interface End {
  readonly cause: RestartCause;
  readonly detail: string;
  readonly retryAfterMs?: number;
}

export function createReflector(options: ReflectorOptions): Reflector {
  const aborting = new AbortController();
  const progress: Progress = {
    options,
    signal: aborting.signal,
    share: createShare(),
    version: null,
    highestVersion: "",
    canWatchList: true,
    failures: 0,
    staleLists: 0,
    undecodableAt: null,
  };
  let running: Promise<void> | null = null;
  return {
    start: () => {
      running ??= run(progress);
    },
    stop: async () => {
      aborting.abort();
      await running;
    },
  };
}

async function run(progress: Progress): Promise<void> {
  const { clock, sink } = progress.options;
  while (!progress.signal.aborted) {
    const startedAt = clock.monotonic();
    const versionBefore = progress.highestVersion;
    const end = await oneRound(progress).catch(endOfError);
    if (progress.signal.aborted) return;
    sink.down(end.cause, end.detail);
    // Servers cut readers that fall behind in a burst: what came until then was good, and waiting only makes it worse.
    const isGood = clock.monotonic() - startedAt >= healthyMs || progress.highestVersion !== versionBefore;
    await pause(progress, nextDelay(progress, end, isGood));
  }
}

/** From nothing, or from the last version, to the end of one watch. */
async function oneRound(progress: Progress): Promise<End> {
  if (progress.version !== null) return watch(progress);
  if (progress.canWatchList) {
    const end = await watchList(progress);
    if (end !== "NotServed") return end;
    progress.canWatchList = false;
  }
  const { transport, kind, select } = progress.options;
  const { items, resourceVersion } = await list(transport, kind, select, progress.share);
  return accept(progress, items, resourceVersion) ?? watch(progress);
}

function endOfError(error: unknown): End {
  if (!(error instanceof PortError)) return { cause: "Broken", detail: String(error) };
  const cause = error.kind === "Unreachable" ? "Unreachable" : "Refused";
  return { cause, detail: error.message, retryAfterMs: error.retryAfterMs ?? 0 };
}

async function watch(progress: Progress): Promise<End> {
  const answer = await open(progress, { resourceVersion: progress.version ?? "" });
  if (answer.kind === "Refused") return refused(progress, answer.response);
  progress.options.sink.up();
  return follow(progress, answer.items);
}

/** Changes, one by one, until the stream ends. */
async function follow(progress: Progress, items: AsyncIterable<StreamItem>): Promise<End> {
  for await (const item of items) {
    const end = takeItem(progress, item);
    if (end !== null) return end;
  }
  return { cause: "Ended", detail: "" };
}

function takeItem(progress: Progress, item: StreamItem): End | null {
  const { kind, sink } = progress.options;
  if (item.kind !== "Json") return brokenOff(progress, item);
  const event = eventOf(kind, item.value, progress.share);
  switch (event.kind) {
    case "Changed":
      sink.upsert(event.object);
      return advance(progress, event.version);
    case "Deleted":
      sink.remove(event.object);
      return advance(progress, event.version);
    case "Bookmark":
      return advance(progress, event.version);
    case "Error":
      return failed(progress, event.status.code ?? 500, event.status.message);
    case "Odd":
      return null;
  }
}

function advance(progress: Progress, version: string): null {
  progress.version = version;
  progress.undecodableAt = null;
  if (compareResourceVersions(version, progress.highestVersion) > 0) progress.highestVersion = version;
  return null;
}

function brokenOff(progress: Progress, item: Exclude<StreamItem, { readonly kind: "Json" }>): End {
  if (item.kind === "Silent") return { cause: "Silent", detail: `silent for ${idleTimeoutMs / 1000} s` };
  if (item.kind === "Broken") return { cause: "Broken", detail: item.message };
  // The event in that line is lost: the server sends it again from the version before. If it is as bad then, the
  // whole is read again.
  if (progress.undecodableAt !== null && progress.undecodableAt === progress.version) progress.version = null;
  progress.undecodableAt = progress.version;
  return { cause: "Undecodable", detail: item.message };
}

/** Everything and then the changes in one stream, which spares the server and us the memory of one big list. */
async function watchList(progress: Progress): Promise<End | "NotServed"> {
  const answer = await open(progress, { sendInitialEvents: "true", resourceVersionMatch: "NotOlderThan" });
  if (answer.kind === "Refused") {
    const { status } = answer.response;
    return status === 400 || status === 422 ? "NotServed" : refused(progress, answer.response);
  }
  const initial = new Map<string, KubeObject>();
  let isFilled = false;
  for await (const item of answer.items) {
    const end = isFilled ? takeItem(progress, item) : takeInitial(progress, initial, item);
    if (end === "Filled") isFilled = true;
    else if (end !== null) return end;
  }
  if (isFilled) return { cause: "Ended", detail: "" };
  progress.canWatchList = false;
  return { cause: "Broken", detail: "the stream ended before everything was sent; listing page by page" };
}

function takeInitial(
  progress: Progress,
  initial: Map<string, KubeObject>,
  item: StreamItem,
): End | "Filled" | null {
  // Whatever goes wrong before the end: the paged list is the way that every server knows.
  const giveUp = (end: End): End => {
    progress.canWatchList = false;
    return end;
  };
  if (item.kind !== "Json") return giveUp(brokenOff(progress, item));
  const event = eventOf(progress.options.kind, item.value, progress.share);
  switch (event.kind) {
    case "Changed":
      initial.set(keyOf(event.object), event.object);
      return null;
    case "Deleted":
      initial.delete(keyOf(event.object));
      return null;
    case "Bookmark":
      if (event.isEndOfInitial) return acceptInitial(progress, initial, event.version);
      return giveUp({ cause: "Refused", detail: "the server has no streaming lists; listing page by page" });
    case "Error":
      return failed(progress, event.status.code ?? 500, event.status.message);
    case "Odd":
      return null;
  }
}

function acceptInitial(
  progress: Progress,
  initial: ReadonlyMap<string, KubeObject>,
  version: string,
): End | "Filled" {
  const end = accept(progress, [...initial.values()], version);
  if (end !== null) return end;
  progress.options.sink.up();
  return "Filled";
}

/** Hands the whole to the sink, unless it is older than what the sink has: then it comes from a lagging server. */
function accept(progress: Progress, objects: readonly KubeObject[], version: string): End | null {
  const { sink } = progress.options;
  const isOlder = compareResourceVersions(version, progress.highestVersion) < 0;
  if (isOlder && progress.staleLists + 1 < maxStaleLists) {
    progress.staleLists += 1;
    return { cause: "Stale", detail: `listed at ${version}, but ${progress.highestVersion} was seen before` };
  }
  progress.staleLists = 0;
  progress.highestVersion = version;
  sink.replace(objects, version, isOlder ? "Rewound" : "Continued");
  return advance(progress, version);
}

function open(progress: Progress, query: Readonly<Record<string, string>>): Promise<StreamAnswer> {
  const { transport, kind, select, random } = progress.options;
  const request: StreamRequest = {
    verb: "watch",
    kind,
    target: collectionTarget(kind, select.namespace),
    method: "GET",
    path: collectionPath(kind, select.namespace),
    query: {
      ...selectorQuery(select),
      ...query,
      watch: "true",
      allowWatchBookmarks: "true",
      // Jittered, so that many watches begun together do not end together.
      timeoutSeconds: String(Math.round(watchSeconds * (1 + random()))),
    },
    idleTimeoutMs,
    signal: progress.signal,
  };
  return transport.stream(request);
}

function refused(progress: Progress, response: KubeResponse): End {
  const { kind, select } = progress.options;
  const target = collectionTarget(kind, select.namespace);
  const { message, retryAfterMs } = statusError(
    progress.options.transport.cluster,
    { verb: "watch", kind, target, method: "GET", path: "" },
    response,
  );
  return { ...failed(progress, response.status, message), retryAfterMs: retryAfterMs ?? 0 };
}

/** Only a busy server keeps our place; any other refusal may be about the place itself, so all is listed again. */
function failed(progress: Progress, code: number, message: string): End {
  const isBusy = code === 429 || code === 500 || code === 503;
  if (!isBusy) progress.version = null;
  return { cause: code === 410 ? "Expired" : "Refused", detail: message };
}

function nextDelay(progress: Progress, end: End, isGood: boolean): number {
  if (isGood) progress.failures = 0;
  const isUsual = end.cause === "Ended" || end.cause === "Silent";
  if (isUsual && isGood) return 0;
  const backoffMs = Math.min(maxBackoffMs, firstBackoffMs * 2 ** progress.failures);
  progress.failures += 1;
  const askedMs = Math.min(maxBackoffMs, end.retryAfterMs ?? 0);
  return Math.max(backoffMs, askedMs) * (1 + progress.options.random());
}

async function pause(progress: Progress, delayMs: number): Promise<void> {
  if (progress.signal.aborted) return;
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      cancel();
      progress.signal.removeEventListener("abort", finish);
      resolve();
    };
    const cancel = progress.options.clock.after(delayMs, finish);
    progress.signal.addEventListener("abort", finish);
  });
}
