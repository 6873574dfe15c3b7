/** The folder that one start owns while it runs: its lock, and what to say when the folder cannot be used. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { StartError, isDiskTrouble } from "./error.ts";
import { type Lock, tryLock } from "./lock.ts";

/** Two starts on one folder would write over each other's files, so the second is refused, whatever its cluster is. */
export function lockDataDir(dataDir: string): Lock {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const attempt = tryLock(join(dataDir, "lock"));
    if (attempt.kind === "Held") return attempt.lock;
    const { pid } = attempt.holder;
    throw new StartError(
      `The data directory ${dataDir} is used by process ${pid}, which is another start of poolkeeper. Nothing was touched. ` +
        `Use that one, end it (kill ${pid}), or choose another folder with --data-dir.`,
    );
  } catch (error) {
    throw explainDisk(error, dataDir);
  }
}

/** Trouble with the data directory itself becomes a sentence; everything else stays as it is. */
export function explainDisk(error: unknown, dataDir: string): unknown {
  if (!(error instanceof Error) || error instanceof StartError || !isDiskTrouble(error)) return error;
  return new StartError(
    `The data directory ${dataDir} cannot be used: ${error.message}. Nothing in it was deleted. Make room or give this ` +
      `user the right to write there, or choose another folder with --data-dir.`,
    error,
  );
}
