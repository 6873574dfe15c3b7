/** Has the web console built where its sources have changed, in a process of its own, while the start goes on. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Progress } from "./progress.ts";

const folder = resolve(import.meta.dirname, "../../console");

export interface ConsoleBuild {
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Never rejects: everything but the console works without it. What was built before is served until then. */
export async function buildConsole({ progress, signal }: ConsoleBuild): Promise<void> {
  const builder = resolve(folder, "build.ts");
  if (!existsSync(builder)) return;
  const problem = await run(builder, signal);
  if (problem === null || signal.aborted) return;
  const kept = existsSync(resolve(folder, "dist", "index.html"))
    ? "The one that was built before is served."
    : "The API and the command line work without it.";
  progress.say(`The web console could not be built: ${problem}. ${kept} Try: node console/build.ts`);
}

/** Null when it went well, else how it ended. What it says itself goes to the terminal. */
function run(builder: string, signal: AbortSignal): Promise<string | null> {
  const child = spawn(process.execPath, [builder], { stdio: ["ignore", "ignore", "inherit"], signal });
  return new Promise((settle) => {
    child.on("error", (error) => settle(error.message));
    child.on("exit", (code, killedBy) =>
      settle(code === 0 ? null : `it ended with ${killedBy ?? `code ${code}`}`),
    );
  });
}
