/** Which process a number means, told apart from a later process with the same number. It signals nobody. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

export interface ProcessId {
  readonly pid: number;
  /** The kernel's mark of when the process began, as an opaque text. */
  readonly startedAt: string;
}

/** The process that has this number now, or null when there is none. One that has ended and waits for its parent is none. */
export function identifyProcess(pid: number): ProcessId | null {
  const startedAt = process.platform === "linux" ? startInProc(pid) : startInPs(pid);
  return startedAt === null ? null : { pid, startedAt };
}

export function isProcessAlive(id: ProcessId): boolean {
  return identifyProcess(id.pid)?.startedAt === id.startedAt;
}

export function isProcessId(value: unknown): value is ProcessId {
  if (typeof value !== "object" || value === null || !("pid" in value) || !("startedAt" in value))
    return false;
  return Number.isSafeInteger(value.pid) && Number(value.pid) > 0 && typeof value.startedAt === "string";
}

/** The command line, words separated by blanks; empty when the process is gone. */
export function commandLine(pid: number): string {
  if (process.platform !== "linux") return ps(pid, "command=");
  return readOr(`/proc/${pid}/cmdline`, "").replaceAll("\0", " ").trim();
}

function startInProc(pid: number): string | null {
  // The second field is the program's name in brackets, and may itself hold blanks and brackets.
  const stat = readOr(`/proc/${pid}/stat`, "");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, started] = [fields[0], fields[19]];
  return started === undefined || state === "Z" || state === "X" ? null : started;
}

function startInPs(pid: number): string | null {
  const [state, ...started] = ps(pid, "stat=,lstart=").split(/\s+/);
  return state === undefined || state === "" || state.startsWith("Z") ? null : started.join(" ");
}

function ps(pid: number, columns: string): string {
  return spawnSync("ps", ["-o", columns, "-p", String(pid)], { encoding: "utf8" }).stdout?.trim() ?? "";
}

function readOr(file: string, fallback: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return fallback;
  }
}
