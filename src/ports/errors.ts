/** The one error of all ports, and the one table that says what each kind of it means. */

export type PortErrorKind =
  | "NotFound"
  | "AlreadyExists"
  | "Conflict"
  | "Expired"
  | "Throttled"
  | "QuotaExceeded"
  | "OutOfStock"
  | "Denied"
  | "Invalid"
  | "Unreachable"
  | "Unknown";

export interface PortErrorDetails {
  readonly kind: PortErrorKind;
  /** One sentence for people: what was asked, of which object, and what was answered. */
  readonly message: string;
  readonly retryAfterMs?: number;
  /** The far side's request id, for its support desk. */
  readonly requestId?: string;
  readonly status?: number;
  readonly cause?: unknown;
}

export class PortError extends Error {
  readonly kind: PortErrorKind;
  readonly retryAfterMs: number | null;
  readonly requestId: string | null;
  readonly status: number | null;

  constructor(details: PortErrorDetails) {
    super(details.message, { cause: details.cause });
    this.name = "PortError";
    this.kind = details.kind;
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.requestId = details.requestId ?? null;
    this.status = details.status ?? null;
  }
}

export function isPortError(error: unknown, kind?: PortErrorKind): error is PortError {
  return error instanceof PortError && (kind === undefined || error.kind === kind);
}

/** `Unknown` (no answer after sending) is never repeated as a new create: the next look decides. */
export const isRetriable: Readonly<Record<PortErrorKind, boolean>> = {
  NotFound: false,
  AlreadyExists: false,
  Conflict: true,
  Expired: true,
  Throttled: true,
  QuotaExceeded: true,
  OutOfStock: true,
  Denied: false,
  Invalid: false,
  Unreachable: true,
  Unknown: true,
};
