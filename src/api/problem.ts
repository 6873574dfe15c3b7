/** Everything that can go wrong with a request, as one error class and one RFC 9457 answer. */
import type { Refusal } from "../core/intent/answer.ts";
import type { Facts, RefusalReason } from "../core/reason.ts";
import { isPortError, type PortError, type PortErrorKind } from "../ports/errors.ts";
import { complaintText } from "../text/complaint.ts";
import { type ProblemReason, problemWords } from "../text/problem.ts";
import { nextCommand, sentence } from "../text/sentence.ts";
import type { Language } from "../text/words.ts";
import type { Outcome, Problem } from "./answers.ts";

export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

interface Details {
  readonly fields?: readonly FieldProblem[];
  readonly preview?: Outcome;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown anywhere below a route, answered in one place. */
export class RequestError extends Error {
  readonly refusal: Refusal | null;
  readonly reason: ProblemReason | RefusalReason;
  readonly facts: Facts;
  readonly details: Details;

  constructor(
    reason: ProblemReason | RefusalReason,
    facts: Facts,
    refusal: Refusal | null,
    details: Details,
  ) {
    super(reason);
    this.name = "RequestError";
    this.reason = reason;
    this.facts = facts;
    this.refusal = refusal;
    this.details = details;
  }
}

export function failed(reason: ProblemReason, facts: Facts = {}, details: Details = {}): RequestError {
  return new RequestError(reason, facts, null, details);
}

/** What is asked for does not fit the schema; the first field that is wrong stands in the sentence. */
export function invalid(fields: readonly FieldProblem[]): RequestError {
  return failed("InvalidRequest", {}, { fields });
}

/** A wish that the core does not grant. */
export function refused(refusal: Refusal): RequestError {
  return new RequestError(refusal.reason, refusal.facts, refusal, {});
}

export interface Asked {
  readonly language: Language;
  /** Method, path and id, for the log and the answer. */
  readonly request: string;
}

export interface Answered {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
  /** A fault of ours: to be logged. */
  readonly isFault: boolean;
}

export function answerError(error: unknown, { language, request }: Asked): Answered {
  if (error instanceof RequestError) return answerRequest(error, { language, request });
  if (isPortError(error)) return answerRequest(portProblem(error), { language, request });
  const answer = answerRequest(failed("Internal", { request }), { language, request });
  return { ...answer, isFault: true };
}

function answerRequest(
  { reason, facts: known, refusal, details }: RequestError,
  { language, request }: Asked,
): Answered {
  const fields = details.fields?.map(({ path, message }) => ({
    path,
    message: complaintText(message, language),
  }));
  const [first] = fields ?? [];
  const facts = first === undefined ? known : { message: `${first.path}: ${first.message}`, ...known };
  const words =
    refusal === null
      ? problemWords(reason as ProblemReason, facts, language)
      : {
          status: refusalStatus[refusal.reason] ?? 409,
          title: refusalTitle,
          detail: sentence(refusal.reason, facts, language),
          try: nextCommand(refusal.reason, facts),
        };
  const problem: Problem = {
    type: `urn:poolkeeper:problem:${reason}`,
    title: words.title,
    status: words.status,
    detail: words.detail,
    instance: request,
    reason,
    facts,
    try: words.try,
    ...(fields === undefined ? {} : { fields }),
    ...(details.preview === undefined ? {} : { preview: details.preview }),
  };
  return { problem, headers: details.headers ?? {}, isFault: false };
}

const refusalTitle = "The wish is refused";

const refusalStatus: Readonly<Partial<Record<RefusalReason, number>>> = {
  NotFound: 404,
  NotAMember: 404,
  OperationNotFound: 404,
  NotATarget: 404,
  RevisionUnknown: 404,
  CountOutOfRange: 422,
  InvalidName: 422,
  InvalidValue: 422,
  UnknownZone: 422,
  UnknownInstanceType: 422,
  UnknownImage: 422,
  UnknownProvider: 422,
  WindowUnknown: 422,
  ZoneUnknown: 422,
  VersionSkewTooNew: 422,
  VersionSkewTooOld: 422,
  ChargeTypeUnsupported: 422,
};

const portReasons: Readonly<Record<PortErrorKind, ProblemReason>> = {
  NotFound: "ClusterConflict",
  AlreadyExists: "ClusterConflict",
  Conflict: "ClusterConflict",
  Expired: "ClusterUnreachable",
  Throttled: "ClusterUnreachable",
  QuotaExceeded: "ClusterRefused",
  OutOfStock: "ClusterRefused",
  Denied: "NotPermitted",
  Invalid: "ClusterRefused",
  Unreachable: "ClusterUnreachable",
  Unknown: "ClusterUnreachable",
};

/** What the API server answered on the way. The permission that is missing is known before, unless it went meanwhile. */
function portProblem(error: PortError): RequestError {
  const message = error.message.replace(/[.\s]+$/, "");
  if (error.status === 401) return failed("TokenInvalid", { message });
  const reason = portReasons[error.kind];
  if (reason === "NotPermitted") {
    const permission = deniedIn(error.message);
    return permission === null ? failed("ClusterRefused", { message }) : failed("NotPermitted", permission);
  }
  return failed(reason, { message });
}

/** Kubernetes names verb and resource in its refusal. */
function deniedIn(message: string): Facts | null {
  const [, verb = "", resource = "", group = ""] =
    /cannot (\w+) resource "([^"]+)" in API group "([^"]*)"/.exec(message) ?? [];
  if (verb === "") return null;
  const [, namespace] = /in the namespace "([^"]+)"/.exec(message) ?? [];
  const full = group === "" ? resource : `${resource}.${group}`;
  return namespace === undefined ? { verb, resource: full } : { verb, resource: full, namespace };
}
