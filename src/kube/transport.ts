/** Requests and watches to one API server: time limits, retries that cannot do harm, and counts for the metrics. */
import { type Clock, sleep } from "../ports/clock.ts";
import type { PortError } from "../ports/errors.ts";
import type { ClusterConfig } from "./config.ts";
import { type Connection, type Outcome, createConnection } from "./connection.ts";
import { createLimiter } from "./limiter.ts";
import { type Line, createLineSplitter } from "./lines.ts";
import { askedWaitMs, noAnswerError, parseStatus, statusError } from "./map.ts";
import type { ClusterName, KubeRequest, KubeResponse, ResponseHeaders, Verb } from "./wire.ts";

export interface StreamRequest extends KubeRequest {
  /** The stream is given up when nothing at all arrives for so long. */
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal;
}

export type StreamItem =
  | Line
  | { readonly kind: "Silent" }
  /** The connection broke. A stream that just stops was ended by the server in good order. */
  | { readonly kind: "Broken"; readonly message: string };

export type StreamAnswer =
  | { readonly kind: "Open"; readonly items: AsyncIterable<StreamItem> }
  | { readonly kind: "Refused"; readonly response: KubeResponse };

export interface RequestSample {
  readonly verb: Verb;
  readonly kind: string;
  /** The HTTP status, or `error` when there was no answer. */
  readonly code: string;
  readonly durationMs: number;
}

export interface Transport {
  readonly cluster: ClusterName;
  /** Resolves with any answer of the server. Throws `PortError` only when there was none. */
  request(request: KubeRequest): Promise<KubeResponse>;
  stream(request: StreamRequest): Promise<StreamAnswer>;
  close(): Promise<void>;
}

export interface TransportOptions {
  readonly config: ClusterConfig;
  readonly clock: Clock;
  readonly version: string;
  /** Which part of Poolkeeper calls, for the server's audit log. */
  readonly component: string;
  readonly random?: () => number;
  readonly maxConcurrent?: number;
  readonly onRequest?: (sample: RequestSample) => void;
}

const defaultTimeoutMs = 30_000;
const defaultConcurrency = 50;
const maxTries = 4;
const firstRetryMs = 100;
/** However long a server asks us to wait, somebody waits for the answer. */
const maxRetryAfterMs = 10_000;

interface Caller {
  readonly options: TransportOptions;
  readonly connection: Connection;
  readonly random: () => number;
}

export function createTransport(options: TransportOptions): Transport {
  const connection = createConnection(options.config);
  const caller: Caller = { options, connection, random: options.random ?? Math.random };
  const limit = options.maxConcurrent ?? defaultConcurrency;
  const lanes = { main: createLimiter(limit), evict: createLimiter(limit), lease: createLimiter(limit) };
  return {
    cluster: options.config,
    request: async (request) => {
      const release = await lanes[request.lane ?? "main"].acquire();
      try {
        return await requestWithRetries(caller, request);
      } finally {
        release();
      }
    },
    stream: (request) => openStream(caller, request),
    close: () => connection.close(),
  };
}

/** Sends and gives the body of a success; every other answer is thrown. */
export async function call(transport: Transport, request: KubeRequest): Promise<unknown> {
  const response = await transport.request(request);
  if (response.status >= 200 && response.status < 300) return response.json;
  throw statusError(transport.cluster, request, response);
}

type Attempt =
  | { readonly kind: "Answered"; readonly response: KubeResponse }
  | { readonly kind: "Failed"; readonly error: PortError };

async function requestWithRetries(caller: Caller, request: KubeRequest): Promise<KubeResponse> {
  const { clock } = caller.options;
  const deadline = clock.monotonic() + (request.timeoutMs ?? defaultTimeoutMs);
  for (let tries = 1; ; tries += 1) {
    const attempt = await attemptOnce(caller, request, deadline);
    const waitMs = retryDelay(caller, request, attempt, tries);
    if (waitMs === null || clock.monotonic() + waitMs >= deadline) {
      if (attempt.kind === "Failed") throw attempt.error;
      return attempt.response;
    }
    await sleep(clock, waitMs);
  }
}

/** Milliseconds until the request may be sent again, or null when it may not. */
function retryDelay(caller: Caller, request: KubeRequest, attempt: Attempt, tries: number): number | null {
  if (tries >= maxTries) return null;
  const isRead = request.method === "GET";
  const backoffMs = firstRetryMs * 2 ** (tries - 1) * (1 + caller.random());
  if (attempt.kind === "Failed") return isRead ? backoffMs : null;
  const { status, json } = attempt.response;
  if (status === 401 && tries === 1) {
    caller.options.config.credentials.forget();
    return 0;
  }
  // Both codes say that nothing was done. A budget's refusal is an answer for the caller, not a delay.
  if ((status !== 429 && status !== 503) || request.verb === "evict") return null;
  const askedMs = askedWaitMs(attempt.response, parseStatus(json));
  if (askedMs === null) return isRead ? backoffMs : null;
  return Math.min(askedMs, maxRetryAfterMs) * (1 + caller.random() / 2);
}

async function attemptOnce(caller: Caller, request: KubeRequest, deadline: number): Promise<Attempt> {
  const { clock, config } = caller.options;
  const aborting = new AbortController();
  const startedAt = clock.monotonic();
  const cancelTimer = clock.after(deadline - startedAt, () => aborting.abort());
  try {
    const outcome = await readWhole(await send(caller, request, aborting.signal));
    const isRead = outcome.kind === "Read";
    count(caller, request, isRead ? String(outcome.response.status) : "error", startedAt);
    if (isRead) return { kind: "Answered", response: outcome.response };
    const failure = { ...outcome, isTimeout: aborting.signal.aborted };
    return { kind: "Failed", error: noAnswerError(config, request, failure) };
  } finally {
    cancelTimer();
  }
}

function send(caller: Caller, request: KubeRequest, signal: AbortSignal): Promise<Outcome> {
  const { version, component } = caller.options;
  const query = new URLSearchParams(request.query ?? {}).toString();
  return caller.connection.exchange({
    method: request.method,
    path: query === "" ? request.path : `${request.path}?${query}`,
    headers: {
      accept: "application/json",
      "user-agent": `poolkeeper/${version} (${component})`,
      ...(request.body === undefined ? {} : { "content-type": "application/json" }),
      ...request.headers,
    },
    body: request.body === undefined ? null : JSON.stringify(request.body),
    signal,
  });
}

type WholeOutcome =
  | { readonly kind: "Read"; readonly response: KubeResponse }
  | Extract<Outcome, { readonly kind: "Failed" }>;

async function readWhole(outcome: Outcome): Promise<WholeOutcome> {
  if (outcome.kind === "Failed") return outcome;
  const { status, headers } = outcome;
  try {
    const json = parseBody(await outcome.body.text(), headers);
    return { kind: "Read", response: { status, headers, json } };
  } catch (error) {
    return {
      kind: "Failed",
      wasSent: true,
      error: error instanceof Error ? error : new Error(String(error)),
    };
  }
}

function parseBody(text: string, headers: ResponseHeaders): unknown {
  const type = String(headers["content-type"] ?? "");
  return type.includes("json") ? JSON.parse(text) : text;
}

function count(caller: Caller, request: KubeRequest, code: string, startedAt: number): void {
  const { onRequest, clock } = caller.options;
  onRequest?.({ verb: request.verb, kind: request.kind, code, durationMs: clock.monotonic() - startedAt });
}

async function openStream(caller: Caller, request: StreamRequest): Promise<StreamAnswer> {
  const { clock, config } = caller.options;
  const aborting = new AbortController();
  const abort = (): void => aborting.abort();
  request.signal.addEventListener("abort", abort, { once: true });
  if (request.signal.aborted) abort();
  const startedAt = clock.monotonic();
  const cancelTimer = clock.after(request.timeoutMs ?? defaultTimeoutMs, abort);
  const end = (): void => {
    request.signal.removeEventListener("abort", abort);
    abort();
  };
  const outcome = await send(caller, request, aborting.signal).catch((error: unknown) => {
    cancelTimer();
    end();
    throw error;
  });
  count(caller, request, outcome.kind === "Answered" ? String(outcome.status) : "error", startedAt);
  if (outcome.kind === "Answered" && outcome.status === 200) {
    cancelTimer();
    return { kind: "Open", items: readItems(clock, request, outcome.body, end) };
  }
  const whole = await readWhole(outcome);
  cancelTimer();
  request.signal.removeEventListener("abort", abort);
  if (whole.kind === "Read") return { kind: "Refused", response: whole.response };
  throw noAnswerError(config, request, { ...whole, isTimeout: aborting.signal.aborted });
}

async function* readItems(
  clock: Clock,
  request: StreamRequest,
  body: AsyncIterable<Uint8Array>,
  end: () => void,
): AsyncGenerator<StreamItem> {
  const splitter = createLineSplitter();
  const silence = watchForSilence(clock, request.idleTimeoutMs, end);
  try {
    for await (const chunk of body) {
      silence.reset();
      for (const line of splitter.push(chunk)) yield line;
    }
  } catch (error) {
    if (silence.hasFallen()) yield { kind: "Silent" };
    else if (!request.signal.aborted) yield { kind: "Broken", message: String(error) };
  } finally {
    silence.stop();
    end();
  }
}

interface Silence {
  reset(): void;
  stop(): void;
  hasFallen(): boolean;
}

/** One timer that looks at the time of the last byte, instead of a new timer for each of a million bytes. */
function watchForSilence(clock: Clock, limitMs: number, end: () => void): Silence {
  let lastAt = clock.monotonic();
  let hasFallen = false;
  const look = (): void => {
    const leftMs = lastAt + limitMs - clock.monotonic();
    if (leftMs > 0) {
      cancel = clock.after(leftMs, look);
      return;
    }
    hasFallen = true;
    end();
  };
  let cancel = clock.after(limitMs, look);
  return {
    reset: () => {
      lastAt = clock.monotonic();
    },
    stop: () => cancel(),
    hasFallen: () => hasFallen,
  };
}
