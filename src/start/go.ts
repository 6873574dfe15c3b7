/** One run of the Go compiler with a log, and how it ended. What is built, and what people should do instead, is decided elsewhere. */
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import type { Environment } from "./binary.ts";
import { StartError, systemCode } from "./error.ts";

export interface GoRun {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly log: string;
  readonly env: Environment;
  readonly signal: AbortSignal | undefined;
}

export type GoOutcome =
  | { readonly kind: "Done" }
  /** Go is not on the PATH. */
  | { readonly kind: "Absent"; readonly cause: unknown }
  | { readonly kind: "TooOld" | "Failed"; readonly how: string };

export async function runGo({ args, cwd, log, env, signal }: GoRun): Promise<GoOutcome> {
  const output = openSync(log, "w");
  try {
    const go = spawn("go", args, {
      cwd,
      env: { ...env, CGO_ENABLED: "0", GOWORK: "off" },
      stdio: ["ignore", output, output],
      ...(signal === undefined ? {} : { signal }),
    });
    const how = await new Promise<string | null>((resolve, reject) => {
      go.on("error", reject);
      go.on("exit", (code, by) => resolve(code === 0 ? null : (by ?? `exit code ${code}`)));
    });
    if (how === null) return { kind: "Done" };
    const isOld = /requires go >= /.test(readFileSync(log, "utf8"));
    return { kind: isOld ? "TooOld" : "Failed", how };
  } catch (error) {
    if (systemCode(error) === "ENOENT") return { kind: "Absent", cause: error };
    throw error;
  } finally {
    closeSync(output);
  }
}

/** What to say of a build that failed although there is a Go that is new enough. */
export function goFailed(what: string, how: string, log: string): StartError {
  const text = readFileSync(log, "utf8");
  if (text.includes("no space left on device")) {
    return new StartError(
      `Building ${what} needs more disk space: about 6 GB for Go's caches (go env GOCACHE GOMODCACHE name their ` +
        `folders) and the temporary folder. Free some and run the same command again; what was built is kept. ${logEnd(log)}`,
    );
  }
  return new StartError(
    `Building ${what} with Go failed (${how}). Mend what the log names – most often no way to the Go module proxy ` +
      `(go env GOPROXY) – and run the same command again; what was built before is kept. ${logEnd(log)}`,
  );
}

export function logEnd(log: string): string {
  const tail = readFileSync(log, "utf8").trimEnd().split("\n").slice(-12).join("\n  ");
  return `Its last lines:\n  ${tail}\nThe whole log is ${log}.`;
}
