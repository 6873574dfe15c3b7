/** How the console and the API are reached, and where people sign in: read from the environment, since a chart sets it there. */
import { isIPv4 } from "node:net";
import { readFileSync } from "node:fs";
import type { ApiAddress } from "../api/world.ts";
import { StartError } from "./error.ts";

export interface Web {
  /** The address that is listened on. */
  readonly listen: string;
  /** As browsers name it, behind a proxy for example; null: this machine's loopback. */
  readonly publicUrl: URL | null;
  /** Only programs of this machine reach it, so the person at it may come in by a link. */
  readonly isLocal: boolean;
  readonly oidc: OidcSettings | null;
}

export interface OidcSettings {
  readonly issuer: URL;
  readonly clientId: string;
  /** Read when it is needed, and not kept. */
  readonly secret: () => string | null;
  readonly usernameClaim: string;
  readonly groupsClaim: string;
  /** Before every user and group, so that nobody at the provider can be taken for somebody of the cluster. */
  readonly prefix: string;
}

type Env = Readonly<Record<string, string | undefined>>;

export function webOf(env: Env): Web {
  const listen = env["POOLKEEPER_LISTEN"] ?? "127.0.0.1";
  const publicUrl = urlOf(env, "POOLKEEPER_PUBLIC_URL");
  if (publicUrl !== null && (publicUrl.pathname !== "/" || publicUrl.search !== "")) {
    throw new StartError(
      `POOLKEEPER_PUBLIC_URL is ${publicUrl.href}, but the console cannot be served below a path: name scheme, host and port only.`,
    );
  }
  if (publicUrl === null && !isLoopback(listen) && env["POOLKEEPER_OIDC_ISSUER"] !== undefined) {
    throw new StartError(
      `POOLKEEPER_LISTEN is ${listen}, so browsers come by a name that is not known here. Name it: POOLKEEPER_PUBLIC_URL=https://HOST`,
    );
  }
  return { listen, publicUrl, isLocal: publicUrl === null && isLoopback(listen), oidc: oidcOf(env) };
}

function oidcOf(env: Env): OidcSettings | null {
  const issuer = urlOf(env, "POOLKEEPER_OIDC_ISSUER");
  if (issuer === null) return null;
  if (issuer.protocol !== "https:" && !isLoopback(issuer.hostname)) {
    throw new StartError(
      `POOLKEEPER_OIDC_ISSUER is ${issuer.href}: without TLS anybody on the way could sign in. Use its https address.`,
    );
  }
  const clientId = env["POOLKEEPER_OIDC_CLIENT_ID"] ?? "";
  if (clientId === "") {
    throw new StartError(
      "POOLKEEPER_OIDC_ISSUER is set, but POOLKEEPER_OIDC_CLIENT_ID is not: name the client that is registered there for Poolkeeper.",
    );
  }
  const prefix = env["POOLKEEPER_OIDC_PREFIX"] ?? "oidc:";
  if (prefix === "" || prefix.startsWith("system:")) {
    throw new StartError(
      `POOLKEEPER_OIDC_PREFIX is "${prefix}": people of the provider must not be taken for users of the cluster. Choose one such as oidc:`,
    );
  }
  const file = env["POOLKEEPER_OIDC_CLIENT_SECRET_FILE"];
  return {
    issuer,
    clientId,
    secret: () => (file === undefined ? null : readFileSync(file, "utf8").trim()),
    usernameClaim: env["POOLKEEPER_OIDC_USERNAME_CLAIM"] ?? "sub",
    groupsClaim: env["POOLKEEPER_OIDC_GROUPS_CLAIM"] ?? "groups",
    prefix,
  };
}

function urlOf(env: Env, name: string): URL | null {
  const text = env[name];
  if (text === undefined || text === "") return null;
  const url = URL.parse(text);
  if (url !== null && (url.protocol === "https:" || url.protocol === "http:")) return url;
  throw new StartError(`${name} is "${text}", which is no http or https address.`);
}

function isLoopback(host: string): boolean {
  return (
    host === "localhost" || host === "::1" || host === "[::1]" || (isIPv4(host) && host.startsWith("127."))
  );
}

/** Cookies know no ports, so the name keeps two starts on one machine apart. Over TLS it is bound to the host as well. */
export function addressOf({ publicUrl }: Web, port: number): ApiAddress {
  const own = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
  if (publicUrl === null) {
    return { url: `http://127.0.0.1:${port}`, hosts: own, isSecure: false, cookie: `poolkeeper-${port}` };
  }
  const isSecure = publicUrl.protocol === "https:";
  return {
    url: publicUrl.origin,
    hosts: [publicUrl.host, ...own],
    isSecure,
    cookie: isSecure ? "__Host-poolkeeper" : "poolkeeper",
  };
}
