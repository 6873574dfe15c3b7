/** Requests to the REST API, with the language of the page and what proves that it was the page who asked. Keeps no answers. */
import type { Problem, SessionView } from "../../../src/api/answers.ts";
import type { Language } from "../../../src/text/words.ts";

export interface Asker {
  read<T>(path: string, query?: Query): Promise<T>;
  /** The answer to a change, or null where it has no body. */
  change<T>(request: ChangeRequest): Promise<T>;
  /** Open until it is aborted or the server ends it. */
  open(path: string, query: Query, options: OpenOptions): Promise<Response>;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface ChangeRequest {
  readonly method: "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  /** The version that was shown: if it has changed since, nothing is done. */
  readonly version?: string | undefined;
  /** The same for each attempt of one wish, so that it is granted once. */
  readonly key?: string;
}

export interface OpenOptions {
  readonly signal: AbortSignal;
  readonly lastEventId: string;
}

export interface AskerDeps {
  readonly language: () => Language;
  readonly csrf: () => string | null;
  readonly onSignedOut: () => void;
}

/** A question that is not answered by then is asked again: pages wait for none for ever. */
const patienceMs = 30_000;

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
}

export const apiRoot = "/api/v1";

/** What the API answered instead of what was asked for; without a problem it did not answer at all. */
export class AnswerError extends Error {
  readonly problem: Problem | null;

  constructor(problem: Problem | null, message: string) {
    super(message);
    this.name = "AnswerError";
    this.problem = problem;
  }
}

type Sent = Omit<RequestInit, "headers"> & { readonly headers?: Readonly<Record<string, string>> };

export function createAsker(deps: AskerDeps): Asker {
  const ask = async (path: string, init: Sent): Promise<Response> => {
    const headers = { "accept-language": deps.language(), ...init.headers };
    const response = await fetch(`${apiRoot}${path}`, {
      ...init,
      headers,
      credentials: "same-origin",
    }).catch((error: unknown) => {
      // Whoever breaks off a stream wants to know that it was them; a question that takes too long had no answer.
      if (init.signal?.aborted === true && !isTimeout(error)) throw error;
      throw new AnswerError(null, error instanceof Error ? error.message : String(error));
    });
    if (response.ok) return response;
    const failure = await failureOf(response);
    if (failure.problem?.status === 401 && path !== "/session") deps.onSignedOut();
    throw failure;
  };
  return {
    read: async <T>(path: string, query: Query = {}) => {
      const response = await ask(`${path}${queryText(query)}`, {
        method: "GET",
        signal: AbortSignal.timeout(patienceMs),
      });
      return (await response.json()) as T;
    },
    change: async <T>({ method, path, query = {}, body, version, key }: ChangeRequest) => {
      const csrf = deps.csrf();
      const response = await ask(`${path}${queryText(query)}`, {
        method,
        headers: {
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...(csrf === null ? {} : { "x-poolkeeper-csrf": csrf }),
          ...(version === undefined ? {} : { "if-match": `"${version}"` }),
          ...(key === undefined ? {} : { "idempotency-key": key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return (response.status === 204 ? null : await response.json()) as T;
    },
    open: (path, query, { signal, lastEventId }) =>
      ask(`${path}${queryText(query)}`, {
        method: "GET",
        signal,
        headers: lastEventId === "" ? {} : { "last-event-id": lastEventId },
      }),
  };
}

/** Sessions are asked for before anything else, and by whoever is not signed in yet. */
export function readSession(asker: Asker): Promise<SessionView> {
  return asker.read<SessionView>("/session");
}

export function queryText(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  if (given.length === 0) return "";
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`;
}

async function failureOf(response: Response): Promise<AnswerError> {
  const type = response.headers.get("content-type") ?? "";
  if (!type.includes("json")) return new AnswerError(null, `${response.status} ${response.statusText}`);
  const problem = (await response.json()) as Problem;
  return new AnswerError(problem, problem.detail);
}
