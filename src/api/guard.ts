/** What every request has to pass before it is read: our own name and origin, and headers that keep browsers in line. */
import { failed } from "./problem.ts";

/** Nothing but our own files runs in a page of ours, no frame holds it, and no other host is asked. */
export const pageHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
};

/** Over TLS only: a promise that a plain start on loopback could not keep. */
export const secureHeaders: Readonly<Record<string, string>> = {
  "strict-transport-security": "max-age=31536000; includeSubDomains",
};

export type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface Address {
  /** Such as 127.0.0.1:7410. */
  readonly hosts: readonly string[];
  readonly isSecure: boolean;
}

/** A name that leads here without being ours is how pages of other sites reach servers on loopback. */
export function checkHost(headers: RequestHeaders, { hosts }: Address): void {
  const host = textOf(headers["host"]).toLowerCase();
  if (hosts.includes(host)) return;
  throw failed("ForeignHost", { found: host === "" ? "nobody" : host, valid: hosts.join(", ") });
}

/** Browsers say where a request comes from; nobody else has to. */
export function checkOrigin(headers: RequestHeaders, { hosts, isSecure }: Address): void {
  const origin = textOf(headers["origin"]);
  const scheme = isSecure ? "https" : "http";
  if (origin !== "" && !hosts.some((host) => origin === `${scheme}://${host}`)) {
    throw failed("ForeignOrigin", { found: origin });
  }
  const site = textOf(headers["sec-fetch-site"]);
  if (site === "cross-site" || site === "same-site") throw failed("ForeignOrigin", { found: site });
}

/** A cookie is sent by itself, so a change that it signs must also carry what only our own page knows. */
export function checkCsrf(headers: RequestHeaders, csrf: string): void {
  const hasOrigin = textOf(headers["origin"]) !== "" || textOf(headers["sec-fetch-site"]) === "same-origin";
  if (!hasOrigin || textOf(headers["x-poolkeeper-csrf"]) !== csrf) throw failed("CsrfMissing");
}

export function textOf(header: string | string[] | undefined): string {
  return Array.isArray(header) ? header.join(", ") : (header ?? "");
}

export function cookieOf(headers: RequestHeaders, name: string): string | null {
  for (const part of textOf(headers["cookie"]).split(";", maxCookies)) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return null;
}

const maxCookies = 50;
