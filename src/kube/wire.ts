/** The words of one call to the API server, shared by those who build, send and judge it. */

export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "evict";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Calls of one lane wait for each other only: slow evictions hold back neither reads nor the leader's lease. */
export type Lane = "main" | "evict" | "lease";

export interface KubeRequest {
  readonly verb: Verb;
  readonly kind: string;
  /** The object or collection in words, for messages: `Pod shop/cart-0`. */
  readonly target: string;
  readonly method: Method;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: RequestHeaders;
  readonly body?: unknown;
  readonly timeoutMs?: number;
  readonly lane?: Lane;
}

export interface KubeResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** The parsed body; text that is not JSON stays a string. */
  readonly json: unknown;
}

/** A header that stands several times is a list. */
export type RequestHeaders = Readonly<Record<string, string | string[]>>;

/** Names in lower case. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Whom we talk to, for messages. */
export interface ClusterName {
  readonly contextName: string;
  readonly server: string;
  readonly userName: string;
}
