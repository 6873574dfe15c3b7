/** A route as data: what it takes, what it answers, and what runs. How requests get there is server.ts. */
import type { z } from "zod";
import type { Instant } from "../core/model.ts";
import type { Language } from "../text/words.ts";
import type { RequestHeaders } from "./guard.ts";
import type { Person } from "./person.ts";
import type { World } from "./world.ts";

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** A request whose parts are checked. */
export interface OpenCall<Q = unknown, B = unknown> {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Q;
  readonly body: B;
  readonly language: Language;
  readonly now: Instant;
  /** Names in lower case. */
  readonly headers: RequestHeaders;
  /** For the log. */
  readonly request: string;
}

/** A request whose caller is known. What they may do, the route asks. */
export interface Call<Q = unknown, B = unknown> extends OpenCall<Q, B> {
  readonly person: Person;
  readonly world: World;
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

/** What the document says of it. */
export interface Documented {
  readonly method: Method;
  /** With parameters in braces, such as /pools/{name}. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly query: z.ZodType | null;
  readonly body: z.ZodType | null;
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  /** Problems that this route may answer with besides those that every route may. */
  readonly problems: readonly number[];
}

export interface Route extends Documented {
  readonly run: (call: Call) => Promise<Reply> | Reply;
}

/** Open to whoever is not signed in yet. */
export interface OpenRoute extends Documented {
  /** Anywhere: browsers are sent there from other sites, and no cookie of ours is believed on the way. */
  readonly from: "Console" | "Anywhere";
  readonly run: (call: OpenCall) => Promise<Reply> | Reply;
}

export interface Reading<Q extends z.ZodType | null> {
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly query: Q;
  readonly answer: z.ZodType;
  readonly problems?: readonly number[];
  readonly run: (call: Call<Q extends z.ZodType ? z.output<Q> : null>) => Promise<Reply> | Reply;
}

/** The schemas are checked before `run` is called, so the cast gives nothing that is not there. */
export function reading<Q extends z.ZodType | null>(route: Reading<Q>): Route {
  const { path, tag, summary, query, answer, problems = [] } = route;
  return {
    method: "GET",
    path,
    tag,
    summary,
    query,
    body: null,
    answers: { 200: answer },
    problems: [...(path.includes("{") ? [404] : []), ...problems],
    run: route.run as Route["run"],
  };
}

export function ok(body: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 200, body, headers };
}
