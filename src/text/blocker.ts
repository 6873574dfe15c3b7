/** The command that helps against what a pool's status says it waits for. */
import { isReason, nextCommand } from "./sentence.ts";

interface Blocker {
  readonly reason: string;
  /** The machine, or the wish where the whole pool waits; an object in the way may follow after a colon. */
  readonly object: string;
}

export function blockerCommand({ reason, object }: Blocker, pool: string): string | null {
  if (!isReason(reason)) return null;
  const [subject = ""] = object.split(":");
  const facts = /^[a-z]/.test(subject) ? { pool, machine: subject } : { pool };
  return nextCommand(reason, facts);
}
