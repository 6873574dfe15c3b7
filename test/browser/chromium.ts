/** A Chromium to test in: the one of the machine or named in POOLKEEPER_CHROMIUM, else Debian's package. */
import { accessSync, constants, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { realClock } from "../../src/ports/clock.ts";
import { ensurePrograms, isRoot } from "../../src/start/debian-packages.ts";
import { waitForLock } from "../../src/start/lock.ts";
import type { Progress } from "../../src/start/progress.ts";

export type Chromium =
  | { readonly kind: "Found"; readonly file: string }
  | { readonly kind: "Missing"; readonly why: string };

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

export async function ensureChromium(progress: Progress): Promise<Chromium> {
  const found = find();
  if (found !== null) return { kind: "Found", file: found };
  const surroundings = { env: process.env, signal: undefined };
  const needs = [{ name: "chromium", debianPackage: "chromium" }];
  // Several test files may want it at the same moment.
  const lock = await waitForLock(path.join(tmpdir(), "poolkeeper-chromium.lock"), { clock: realClock });
  try {
    await ensurePrograms(needs, surroundings, { who: "The browser tests", progress, isRoot: isRoot() });
  } catch (error) {
    return { kind: "Missing", why: error instanceof Error ? error.message : String(error) };
  } finally {
    lock.release();
  }
  const file = find();
  return file === null ? { kind: "Missing", why: "chromium is not on PATH" } : { kind: "Found", file };
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
