/** One HTTP exchange with the API server, and whether it left this machine. Knows nothing of retries or of Kubernetes. */
import { Agent, type Dispatcher, ProxyAgent, Socks5ProxyAgent } from "undici";
import type { ClusterConfig } from "./config.ts";
import type { Credentials } from "./credentials.ts";
import type { Method, RequestHeaders, ResponseHeaders } from "./wire.ts";

export interface Exchange {
  readonly method: Method;
  /** With the query, without the server. */
  readonly path: string;
  readonly headers: RequestHeaders;
  readonly body: string | null;
  readonly signal: AbortSignal;
}

export type Outcome =
  | {
      readonly kind: "Answered";
      readonly status: number;
      readonly headers: ResponseHeaders;
      readonly body: AsyncIterable<Uint8Array> & { text(): Promise<string> };
    }
  /** `wasSent` is false only when not one byte of the request can have arrived. */
  | { readonly kind: "Failed"; readonly wasSent: boolean; readonly error: Error };

export interface Connection {
  exchange(exchange: Exchange): Promise<Outcome>;
  /** Ends every exchange under way. */
  close(): Promise<void>;
}

const connectTimeoutMs = 10_000;
const keepAliveMs = 60_000;
/** A connection whose other end has silently gone is noticed within two pings. */
const streamWindow = 4 * 1024 * 1024;
const connectionWindowSize = 16 * 1024 * 1024;
const pingMs = 15_000;

export function createConnection(config: ClusterConfig): Connection {
  let open: { readonly credentials: Credentials; readonly dispatcher: Dispatcher } | null = null;

  const dispatcherFor = (credentials: Credentials): Dispatcher => {
    if (open !== null && hasSameTls(open.credentials, credentials)) return open.dispatcher;
    // Requests under way keep the certificate they began with; the old agent ends with the last of them.
    open?.dispatcher.close().catch(() => {});
    open = { credentials, dispatcher: createDispatcher(config, credentials) };
    return open.dispatcher;
  };

  let isClosed = false;

  return {
    exchange: async (exchange) => {
      if (isClosed) return { kind: "Failed", wasSent: false, error: new Error("the connection was closed") };
      const credentials = await config.credentials.current();
      const url = new URL(config.server);
      let wasSent = false;
      const noticing: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
        dispatch(
          options,
          noticeStart(handler, () => {
            wasSent = true;
          }),
        );
      try {
        const answer = await dispatcherFor(credentials)
          .compose(noticing)
          .request({
            origin: url.origin,
            path: `${url.pathname.replace(/\/$/, "")}${exchange.path}`,
            method: exchange.method,
            headers: { ...credentials.headers, ...exchange.headers },
            body: exchange.body,
            signal: exchange.signal,
          });
        return { kind: "Answered", status: answer.statusCode, headers: answer.headers, body: answer.body };
      } catch (error) {
        return { kind: "Failed", wasSent, error: error instanceof Error ? error : new Error(String(error)) };
      }
    },
    close: async () => {
      const dispatcher = open?.dispatcher;
      open = null;
      isClosed = true;
      await dispatcher?.destroy();
    },
  };
}

function createDispatcher(config: ClusterConfig, { ca, cert, key }: Credentials): Dispatcher {
  const tls = {
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
    ...(config.tls.serverName === null ? {} : { servername: config.tls.serverName }),
    rejectUnauthorized: config.tls.isVerified,
  };
  const options = {
    allowH2: true,
    connectTimeout: connectTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    // Every exchange carries a signal of its own; a second set of timers would only hide which one it was.
    headersTimeout: 0,
    bodyTimeout: 0,
    // A burst of a thousand nodes must fit into the windows, or the server takes us for a dead reader.
    h2Options: { pingInterval: pingMs, settings: { initialWindowSize: streamWindow }, connectionWindowSize },
  };
  const { proxyUrl } = config;
  if (proxyUrl === null) return new Agent({ ...options, connect: tls });
  if (proxyUrl.startsWith("socks")) {
    return new Socks5ProxyAgent(proxyUrl.replace(/^socks5h?:/, "socks5:"), { ...options, requestTls: tls });
  }
  return new ProxyAgent({ ...options, uri: proxyUrl, requestTls: tls });
}

/** The request starts only once a connection stands, so what failed before was never sent. */
function noticeStart(handler: Dispatcher.DispatchHandler, notice: () => void): Dispatcher.DispatchHandler {
  return {
    onRequestStart: (controller, context) => {
      notice();
      handler.onRequestStart?.(controller, context);
    },
    onResponseStart: (...args) => handler.onResponseStart?.(...args),
    onResponseData: (...args) => handler.onResponseData?.(...args),
    onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
    onResponseError: (...args) => handler.onResponseError?.(...args),
  };
}

function hasSameTls(one: Credentials, other: Credentials): boolean {
  return one.ca === other.ca && one.cert === other.cert && one.key === other.key;
}
