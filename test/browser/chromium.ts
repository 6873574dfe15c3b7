/** A Chromium to test in: the one of the machine, or Debian's package where it may be installed. Says what it does. */
import { spawn } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { realClock } from "../../src/ports/clock.ts";
import { waitForLock } from "../../src/start/lock.ts";
import type { Progress } from "../../src/start/progress.ts";

export type Chromium =
  | { readonly kind: "Found"; readonly file: string }
  | { readonly kind: "Missing"; readonly why: string };

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

export async function ensureChromium(progress: Progress): Promise<Chromium> {
  const found = find();
  if (found !== null) return { kind: "Found", file: found };
  const apt = onPath("apt-get");
  if (apt === null) return missing("there is no apt-get to install it with");
  if (process.getuid?.() !== 0) return missing("only root may install it with apt-get");
  // Several test files may want it at the same moment.
  const lock = await waitForLock(path.join(tmpdir(), "poolkeeper-chromium.lock"), { clock: realClock });
  try {
    if (find() === null) {
      await progress.during("Installing Debian's chromium with apt-get for the browser tests", async () => {
        await run(apt, ["update", "-qq"]);
        await run(apt, ["install", "-y", "-qq", "--no-install-recommends", "chromium"]);
      });
    }
  } catch (error) {
    return missing(error instanceof Error ? error.message : String(error));
  } finally {
    lock.release();
  }
  const installed = find();
  return installed === null ? missing("apt-get has not brought it") : { kind: "Found", file: installed };
}

function missing(why: string): Chromium {
  return {
    kind: "Missing",
    why: `no Chromium on PATH, and ${why}; install one or name it in POOLKEEPER_CHROMIUM`,
  };
}

function find(): string | null {
  const named = process.env["POOLKEEPER_CHROMIUM"];
  if (named !== undefined && existsSync(named)) return named;
  return names.map(onPath).find((file) => file !== null) ?? null;
}

function onPath(name: string): string | null {
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    const file = path.join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk) => (said += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(`${command} ${args.join(" ")} ended with ${code}: ${said.trim().split("\n").at(-1)}`),
        );
    });
  });
}
