/** The API's refusals: one error class that carries a Status, and one function for each of the reasons in use. */
import type { JsonObject } from "./json.ts";

export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
}

/** What the message speaks of: the resource for most reasons, the kind for Invalid. */
export interface Subject {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

export class ApiFailure extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;

  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message);
    this.name = "ApiFailure";
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
}

export function statusOf(failure: ApiFailure): JsonObject {
  const details = failure.details as JsonObject | undefined;
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: failure.message,
    ...(failure.reason === "" ? {} : { reason: failure.reason }),
    ...(details === undefined ? {} : { details }),
    code: failure.code,
  };
}

/** `pods` or `managednodepools.poolkeeper.dev`. */
export function qualified(subject: Subject): string {
  return subject.group === "" ? subject.plural : `${subject.plural}.${subject.group}`;
}

function qualifiedKind(subject: Subject): string {
  return subject.group === "" ? subject.kind : `${subject.kind}.${subject.group}`;
}

function detailsOf(subject: Subject, name: string): StatusDetails {
  return { name, ...(subject.group === "" ? {} : { group: subject.group }), kind: subject.plural };
}

export function notFound(subject: Subject, name: string): ApiFailure {
  return new ApiFailure(
    404,
    "NotFound",
    `${qualified(subject)} "${name}" not found`,
    detailsOf(subject, name),
  );
}

export function noSuchPath(): ApiFailure {
  return new ApiFailure(404, "NotFound", "the server could not find the requested resource", {});
}

export function alreadyExists(subject: Subject, name: string): ApiFailure {
  return new ApiFailure(
    409,
    "AlreadyExists",
    `${qualified(subject)} "${name}" already exists`,
    detailsOf(subject, name),
  );
}

export function conflict(subject: Subject, name: string, why: string): ApiFailure {
  const message = `Operation cannot be fulfilled on ${qualified(subject)} "${name}": ${why}`;
  return new ApiFailure(409, "Conflict", message, detailsOf(subject, name));
}

export const staleVersion =
  "the object has been modified; please apply your changes to the latest version and try again";

export function applyConflict(message: string, causes: readonly Cause[]): ApiFailure {
  return new ApiFailure(409, "Conflict", message, { causes });
}

export function badRequest(message: string): ApiFailure {
  return new ApiFailure(400, "BadRequest", message);
}

export function forbidden(
  subject: Subject,
  name: string,
  why: string,
  causes?: readonly Cause[],
): ApiFailure {
  const message = `${qualified(subject)} "${name}" is forbidden: ${why}`;
  const details = detailsOf(subject, name);
  return new ApiFailure(403, "Forbidden", message, causes === undefined ? details : { ...details, causes });
}

export function methodNotAllowed(subject: Subject, verb: string): ApiFailure {
  const details = { ...(subject.group === "" ? {} : { group: subject.group }), kind: subject.plural };
  return new ApiFailure(
    405,
    "MethodNotAllowed",
    `${verb} is not supported on resources of kind "${qualified(subject)}"`,
    details,
  );
}

export function expired(message: string): ApiFailure {
  return new ApiFailure(410, "Expired", message);
}

export function tooManyRequests(
  message: string,
  causes: readonly Cause[],
  retryAfterSeconds: number,
): ApiFailure {
  const details = { causes, ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}) };
  return new ApiFailure(429, "TooManyRequests", message, details);
}

export function unsupportedMediaType(got: string, accepted: readonly string[]): ApiFailure {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`;
  return new ApiFailure(415, "UnsupportedMediaType", `${message} (got ${got})`);
}

/** One thing that is wrong with one field of an object. */
export interface FieldError {
  readonly type:
    | "Invalid"
    | "Required"
    | "NotSupported"
    | "Duplicate"
    | "Forbidden"
    | "TooLong"
    | "TooMany"
    | "TypeInvalid";
  readonly field: string;
  readonly text: string;
}

export function invalid(subject: Subject, name: string, errors: readonly FieldError[]): ApiFailure {
  const texts = errors.map((error) => `${error.field}: ${error.text}`);
  const list = texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
  return new ApiFailure(422, "Invalid", `${qualifiedKind(subject)} "${name}" is invalid: ${list}`, {
    name,
    ...(subject.group === "" ? {} : { group: subject.group }),
    kind: subject.kind,
    causes: errors.map((error) => ({
      reason: `FieldValue${error.type}`,
      message: error.text,
      field: error.field,
    })),
  });
}

export function invalidValue(field: string, value: unknown, why: string): FieldError {
  return { type: "Invalid", field, text: `Invalid value: ${shown(value)}: ${why}` };
}

export function requiredValue(field: string, why = ""): FieldError {
  return { type: "Required", field, text: why === "" ? "Required value" : `Required value: ${why}` };
}

export function forbiddenValue(field: string, why: string): FieldError {
  return { type: "Forbidden", field, text: `Forbidden: ${why}` };
}

export function unsupportedValue(field: string, value: unknown, supported: readonly string[]): FieldError {
  const list = supported.map((one) => JSON.stringify(one)).join(", ");
  return {
    type: "NotSupported",
    field,
    text: `Unsupported value: ${shown(value)}: supported values: ${list}`,
  };
}

/** A value as the API prints it in a refusal. */
export function shown(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}
