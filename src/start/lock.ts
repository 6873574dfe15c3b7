/**
 * One holder at a time, between processes. The file names its holder, so the holder's death frees the lock: a file left
 * behind by a dead process is taken over. It says nothing about threads of one process.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { sleep } from "../ports/clock.ts";
import type { Clock } from "../ports/clock.ts";
import { systemCode } from "./error.ts";
import { identifyProcess, isProcessAlive, isProcessId } from "./process-id.ts";
import type { ProcessId } from "./process-id.ts";

export interface Lock {
  release(): void;
}

export type LockAttempt =
  | { readonly kind: "Held"; readonly lock: Lock }
  | { readonly kind: "Taken"; readonly holder: ProcessId };

export interface WaitOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

const lockPollMs = 300;

export function tryLock(file: string): LockAttempt {
  const me = JSON.stringify(identifyProcess(process.pid));
  // A name of its own, linked into place: the lock is never seen before its holder's name is in it.
  const mine = `${file}.${process.pid}.part`;
  writeFileSync(mine, me);
  try {
    for (;;) {
      if (link(mine, file)) return { kind: "Held", lock: { release: () => release(file, me) } };
      const found = readOrNull(file);
      const holder = parseHolder(found);
      if (holder !== null && isProcessAlive(holder)) return { kind: "Taken", holder };
      if (found !== null) takeAway(file, found);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

export async function waitForLock(file: string, { clock, signal }: WaitOptions): Promise<Lock> {
  for (;;) {
    const attempt = tryLock(file);
    if (attempt.kind === "Held") return attempt.lock;
    signal?.throwIfAborted();
    await sleep(clock, lockPollMs);
  }
}

/** Removes the dead holder's file and no other: whoever took the lock over since then gets it back. */
function takeAway(file: string, found: string): void {
  const aside = `${file}.${process.pid}.dead`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return;
    throw error;
  }
  if (readOrNull(aside) !== found) link(aside, file);
  rmSync(aside, { force: true });
}

function release(file: string, me: string): void {
  if (readOrNull(file) === me) rmSync(file, { force: true });
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw error;
  }
}

function parseHolder(text: string | null): ProcessId | null {
  try {
    const holder: unknown = JSON.parse(text ?? "");
    return isProcessId(holder) ? holder : null;
  } catch {
    return null;
  }
}
