/** The host's and QEMU's words in those of the port: what is wrong, what was kept, and the next thing to do. */
import { isPortError, PortError, type PortErrorKind } from "../../ports/errors.ts";
import { systemCode } from "../../start/error.ts";
import { EffectFailed } from "./effect-failed.ts";
import { AgentSilence } from "./guest-agent.ts";
import { isDiskFull, ProgramError } from "./host.ts";

export function refusal(kind: PortErrorKind, message: string): PortError {
  return new PortError({ kind, message });
}

/** `what` is the call and its object, such as "start i-…". */
export function toPortError(what: string, error: unknown): PortError {
  if (isPortError(error)) return error;
  const said = error instanceof Error ? error.message : String(error);
  const { kind, advice } = meaningOf(error);
  return new PortError({
    kind,
    message: `${what}: ${said}${advice === "" ? "" : `. ${advice}`}`,
    cause: error,
  });
}

function meaningOf(error: unknown): { readonly kind: PortErrorKind; readonly advice: string } {
  const code = systemCode(error);
  if (isDiskFull(error)) {
    return { kind: "QuotaExceeded", advice: "What was there before was kept; make room on the disk" };
  }
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return { kind: "Denied", advice: "Poolkeeper's user must be able to write there" };
  }
  if (error instanceof EffectFailed) return { kind: "Conflict", advice: "" };
  if (error instanceof AgentSilence) return { kind: "Conflict", advice: "" };
  if (error instanceof ProgramError) return { kind: "Conflict", advice: "" };
  return { kind: "Unknown", advice: "The next look tells whether it was done" };
}
