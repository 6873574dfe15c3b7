/** One run of an outside program: its output, or how it failed. It words no errors; whoever runs it knows what it was for. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Environment } from "./binary.ts";
import { systemCode } from "./error.ts";

export type Words = readonly [program: string, ...args: string[]];

export interface Surroundings {
  readonly env: Environment;
  readonly signal: AbortSignal | undefined;
}

export type Outcome =
  | { readonly kind: "Done"; readonly stdout: string }
  | { readonly kind: "Failed"; readonly how: string; readonly said: string };

export interface RunOptions {
  /** Over the environment of all. */
  readonly env?: Environment;
  /** Called with every line of the program's errors, where many tell their progress. */
  readonly onLine?: (line: string) => void;
  /** `Own`: it is not ended with us. Absent: whatever ends us ends it too, since it writes into our folders. */
  readonly life?: "Own";
}

/** Runs it and answers what it printed; that it failed is thrown, in words for people. */
export type Run = (words: Words, options?: RunOptions) => Promise<string>;

/** Tools of the file system are not on everybody's path. */
export const systemPath = "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin";

export async function runProgram(
  words: Words,
  { env, signal }: Surroundings,
  options: RunOptions = {},
): Promise<Outcome> {
  signal?.throwIfAborted();
  const [stdout, all]: [string[], string[]] = [[], []];
  const leash = options.life === "Own" ? [] : ["setpriv", "--pdeathsig", "KILL", "--"];
  const [program = "", ...args] = [...leash, ...words];
  const child = spawn(program, args, {
    env: { ...env, PATH: `${env["PATH"] ?? ""}:${systemPath}`, LC_ALL: "C.UTF-8", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that it can be ended with what it has started, and is by nothing else: Ctrl-C reaches only us.
    detached: true,
  });
  const kill = (): void => {
    if (options.life !== "Own" && child.pid !== undefined) killGroup(child.pid);
  };
  signal?.addEventListener("abort", kill);
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout.push(text);
    all.push(text);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => all.push(text));
  if (options.onLine !== undefined) createInterface({ input: child.stderr }).on("line", options.onLine);
  try {
    const how = await new Promise<string | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, by) => resolve(code === 0 ? null : (by ?? `exit code ${code}`)));
    });
    signal?.throwIfAborted();
    if (how === null) return { kind: "Done", stdout: stdout.join("") };
    return { kind: "Failed", how, said: all.join("") };
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    return { kind: "Failed", how: `${program} is missing`, said: "" };
  } finally {
    signal?.removeEventListener("abort", kill);
  }
}

/** Not with a politer signal: unshare does not hear it. */
function killGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch (error) {
    if (systemCode(error) !== "ESRCH") throw error;
  }
}

export function lastLines(text: string, count: number): string {
  return text.trimEnd().split("\n").slice(-count).join("\n  ");
}
