/** Translates what the API server answers, and its silence, into `PortError`s that a person can act on. */
import { PortError, type PortErrorKind } from "../ports/errors.ts";
import type { ClusterName, KubeRequest, KubeResponse } from "./wire.ts";

/** The parts of a `Status` object that are read here. Every part may be missing. */
export interface Status {
  readonly code: number | null;
  readonly reason: string;
  readonly message: string;
  readonly name: string | null;
  readonly retryAfterSeconds: number | null;
  readonly causes: readonly StatusCause[];
}

export interface StatusCause {
  readonly type: string;
  readonly field: string;
  readonly message: string;
}

export function parseStatus(json: unknown): Status {
  const status = fieldsOf(json);
  const details = fieldsOf(status["details"]);
  const causes: unknown[] = Array.isArray(details["causes"]) ? details["causes"] : [];
  return {
    code: numberOf(status["code"]),
    reason: textOf(status["reason"]),
    message: typeof json === "string" ? json.trim() : textOf(status["message"]),
    name: typeof details["name"] === "string" ? details["name"] : null,
    retryAfterSeconds: numberOf(details["retryAfterSeconds"]),
    causes: causes.map(fieldsOf).map((cause) => ({
      type: textOf(cause["reason"]),
      field: textOf(cause["field"]),
      message: textOf(cause["message"]),
    })),
  };
}

/** The error for an answer that is not a success. */
export function statusError(cluster: ClusterName, request: KubeRequest, response: KubeResponse): PortError {
  const status = parseStatus(response.json);
  const kind = kindOf(request, response.status, status);
  const requestId = response.headers["audit-id"];
  const waitMs = askedWaitMs(response, status);
  return new PortError({
    kind,
    message: sentence(cluster, request, response.status, status),
    status: response.status,
    ...(waitMs === null ? {} : { retryAfterMs: waitMs }),
    ...(typeof requestId === "string" ? { requestId } : {}),
  });
}

/** How long the server asks us to wait, in its header or in its body; null when it does not. */
export function askedWaitMs(response: KubeResponse, status: Status): number | null {
  const header = response.headers["retry-after"];
  const seconds = typeof header === "string" ? Number.parseInt(header, 10) : (status.retryAfterSeconds ?? 0);
  return seconds > 0 ? seconds * 1000 : null;
}

function kindOf(request: KubeRequest, code: number, status: Status): PortErrorKind {
  if (code >= 500) return serverErrorKind(request, code);
  switch (code) {
    case 401:
    case 403:
      return "Denied";
    case 404:
      // A kind that is not served must never be taken for an object that is gone.
      return status.name === null ? "Invalid" : "NotFound";
    case 409:
      return status.reason === "AlreadyExists" ? "AlreadyExists" : "Conflict";
    case 410:
      return "Expired";
    case 429:
      return "Throttled";
    default:
      return "Invalid";
  }
}

/** A write that ended in a server error may have been stored all the same, except where the server was not serving. */
function serverErrorKind(request: KubeRequest, code: number): PortErrorKind {
  return request.method === "GET" || code === 503 ? "Unreachable" : "Unknown";
}

function sentence(cluster: ClusterName, request: KubeRequest, code: number, status: Status): string {
  const asked = `Cannot ${request.verb} ${request.target}`;
  const answer = status.message === "" ? `the API server answered ${code}` : status.message;
  switch (code) {
    case 401:
      return (
        `${asked}: the API server ${cluster.server} does not accept the credentials of user ${cluster.userName} ` +
        `(context ${cluster.contextName}). Nothing was changed. ` +
        `Sign in again, then check with: kubectl --context ${cluster.contextName} auth whoami`
      );
    case 403:
      return `${asked}: ${deniedAnswer(answer)}`;
    case 404:
      return status.name === null ? notServed(asked, cluster) : `${asked}: ${answer}`;
    case 422:
      return [`${asked}: ${invalidAnswer(answer, status)}`, ...status.causes.map(causeLine)].join("\n");
    default:
      return code >= 500 ? `${asked}: the API server answered ${code}: ${answer}` : `${asked}: ${answer}`;
  }
}

function notServed(asked: string, cluster: ClusterName): string {
  return (
    `${asked}: the API server ${cluster.server} does not know this kind. ` +
    "Install Poolkeeper's definitions with: poolkeeper install"
  );
}

const missingPermission =
  /User "(?<user>[^"]+)" cannot (?<verb>\w+) resource "(?<resource>[^"]+)"(?: in API group "(?<group>[^"]*)")?(?:.*in the namespace "(?<namespace>[^"]+)")?/;

/** The server's sentence names verb, resource and user; what is added is the command that shows the same. */
function deniedAnswer(answer: string): string {
  const found = missingPermission.exec(answer)?.groups;
  if (found === undefined) return answer;
  const group = found["group"] ? `.${found["group"]}` : "";
  const [plural = "", subresource] = (found["resource"] ?? "").split("/");
  const check = [
    `kubectl auth can-i ${found["verb"]} ${plural}${group}`,
    subresource === undefined ? "" : ` --subresource ${subresource}`,
    found["namespace"] === undefined ? "" : ` -n ${found["namespace"]}`,
    ` --as ${found["user"]}`,
  ];
  return `${answer}. Nothing was changed. Check with: ${check.join("")}`;
}

function invalidAnswer(answer: string, status: Status): string {
  if (status.causes.length === 0) return answer;
  const count = status.causes.length;
  return `${count} ${count === 1 ? "field was" : "fields were"} refused and nothing was changed:`;
}

function causeLine(cause: StatusCause): string {
  return `  ${cause.field === "" ? "(the whole object)" : cause.field}: ${cause.message}`;
}

/** What is known of a request that has no answer. */
export interface NoAnswer {
  readonly wasSent: boolean;
  readonly isTimeout: boolean;
  readonly error: Error;
}

export function noAnswerError(cluster: ClusterName, request: KubeRequest, failure: NoAnswer): PortError {
  const cause = failure.error;
  const problem = failure.isTimeout ? "no answer came in time" : problemOf(cause);
  const isUncertain = failure.wasSent && request.method !== "GET";
  const message = isUncertain
    ? `Sent to the API server ${cluster.server}: ${request.verb} ${request.target}, but ${problem}. ` +
      "It may or may not have been done; the next look decides."
    : `Cannot ${request.verb} ${request.target}: the API server ${cluster.server} (context ${cluster.contextName}) ` +
      `cannot be reached: ${problem}. Nothing was changed. Check with: kubectl --context ${cluster.contextName} version`;
  return new PortError({ kind: isUncertain ? "Unknown" : "Unreachable", message, cause });
}

/** An `AggregateError` of several addresses has an empty message; its parts say what happened. */
function problemOf(error: Error): string {
  if (error instanceof AggregateError) {
    const parts = error.errors.map((part: unknown) => (part instanceof Error ? part.message : String(part)));
    return [...new Set(parts)].join(", ");
  }
  return error.message === "" ? error.name : error.message;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
