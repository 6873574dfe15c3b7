/** What the owner of child processes and their supervisor say to each other, and what is recorded about them on disk. */
import type { ProcessId } from "./process-id.ts";

export interface ChildSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly logFile: string;
}

export type ToSupervisor = { readonly kind: "Start"; readonly child: ChildSpec } | { readonly kind: "Stop" };

export type FromSupervisor =
  | { readonly kind: "Started"; readonly name: string; readonly pid: number }
  | { readonly kind: "Failed"; readonly name: string; readonly message: string }
  | { readonly kind: "Ended"; readonly name: string; readonly how: string };

/** Written before anybody depends on a child, so that the next start finds what a killed one left behind. */
export interface ProcessRecord {
  readonly supervisor: ProcessId | null;
  readonly children: readonly RecordedChild[];
}

export interface RecordedChild {
  readonly name: string;
  readonly command: string;
  readonly id: ProcessId;
}

/** How long a child may take to end by itself before it is killed. */
export const endLimitMs = 10_000;
