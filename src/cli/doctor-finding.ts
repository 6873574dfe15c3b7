/** What a check of `doctor` finds. The checks are in doctor-checks.ts and doctor-access.ts. */
import type { Session } from "./session.ts";

export interface Finding {
  readonly level: "ok" | "warn" | "FAIL";
  readonly text: string;
  readonly fix: string | null;
}

export type Check = (session: Session) => Promise<readonly Finding[]>;

export function ok(text: string): Finding {
  return { level: "ok", text, fix: null };
}

export function warn(text: string, fix: string | null = null): Finding {
  return { level: "warn", text, fix };
}

export function fail(text: string, fix: string | null = null): Finding {
  return { level: "FAIL", text, fix };
}
