/** How a command ends when it cannot do what was asked: the sentence, the command that helps, and the exit code. */
import type { Refusal } from "../core/intent/answer.ts";
import type { RefusalReason } from "../core/reason.ts";
import { type PortError, type PortErrorKind, isPortError } from "../ports/errors.ts";
import { nextCommand, sentence } from "../text/sentence.ts";

export const exitCodes = {
  ok: 0,
  error: 1,
  usage: 2,
  blocked: 3,
  timedOut: 4,
  conflict: 5,
  notFound: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Thrown by commands, caught once in program.ts. */
export class CommandError extends Error {
  readonly code: ExitCode;
  /** The command to type next; null where there is none. */
  readonly next: string | null;

  constructor(code: ExitCode, message: string, next: string | null = null) {
    super(message);
    this.name = "CommandError";
    this.code = code;
    this.next = next;
  }
}

export function usageError(message: string, next: string | null = null): CommandError {
  return new CommandError(exitCodes.usage, message, next);
}

export function refusalError({ reason, facts }: Refusal): CommandError {
  return new CommandError(
    refusalCodes[reason] ?? exitCodes.blocked,
    sentence(reason, facts),
    nextCommand(reason, facts),
  );
}

/** What is asked for is so already: said, but no failure. */
export function isSatisfied({ reason }: Refusal): boolean {
  return reason === "NothingToDo" || reason === "NothingBehind";
}

const refusalCodes: Readonly<Partial<Record<RefusalReason, ExitCode>>> = {
  NotFound: exitCodes.notFound,
  NotAMember: exitCodes.notFound,
  OperationNotFound: exitCodes.notFound,
  WindowUnknown: exitCodes.notFound,
  UnknownProvider: exitCodes.notFound,
  RevisionUnknown: exitCodes.notFound,
  NameTaken: exitCodes.conflict,
  ProviderInUse: exitCodes.conflict,
  CountOutOfRange: exitCodes.usage,
  InvalidName: exitCodes.usage,
  InvalidValue: exitCodes.usage,
  UnknownZone: exitCodes.usage,
  UnknownInstanceType: exitCodes.usage,
  UnknownImage: exitCodes.usage,
  ZoneUnknown: exitCodes.usage,
};

const portCodes: Readonly<Partial<Record<PortErrorKind, ExitCode>>> = {
  NotFound: exitCodes.notFound,
  AlreadyExists: exitCodes.conflict,
  Conflict: exitCodes.conflict,
};

export interface Ending {
  readonly code: ExitCode;
  readonly lines: readonly string[];
}

/** `origin` says which kubeconfig was used, for errors that may come from the wrong one. */
export function endingOf(error: unknown, origin: string | null): Ending {
  if (error instanceof CommandError) {
    const next = error.next === null ? [] : [`try: ${error.next}`];
    return { code: error.code, lines: [`error: ${error.message}`, ...next] };
  }
  if (isPortError(error)) return portEnding(error, origin);
  if (error instanceof Error && error.name === "StartError")
    return { code: 1, lines: [`error: ${error.message}`] };
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    code: exitCodes.error,
    lines: [`error: ${detail}`, "This is a fault of poolkeeper: please report it."],
  };
}

function portEnding(error: PortError, origin: string | null): Ending {
  const isRefused = error.status === 422 || error.status === 400;
  const code = portCodes[error.kind] ?? (isRefused ? exitCodes.usage : exitCodes.error);
  const lines = [`error: ${error.message}`];
  if (error.kind === "Conflict")
    lines.push("Somebody else changed it in the meantime; run the command again.");
  if (error.kind === "Unreachable" || error.status === 401) {
    if (origin !== null) lines.push(`The cluster was taken from ${origin}.`);
    lines.push(
      "try: npm start   (a simulated cluster of its own), or name another cluster with --kubeconfig FILE",
    );
  }
  return { code, lines };
}
