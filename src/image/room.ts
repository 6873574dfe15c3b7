/** Room on a disk: whether there is enough before work begins, and what to say when there was not. */
import { statfsSync } from "node:fs";
import { StartError, isOutOfRoom } from "../start/error.ts";

export interface Room {
  readonly dir: string;
  readonly neededBytes: number;
  /** For what, such as "Building an image with kubelet v1.36.3". */
  readonly what: string;
}

export function checkRoom({ dir, neededBytes, what }: Room): void {
  const free = freeBytes(dir);
  if (free >= neededBytes) return;
  throw new StartError(
    `${what} needs ${bytesText(neededBytes)} in ${dir}, and ${bytesText(free)} are free. Nothing was begun. ${makeRoom}`,
  );
}

/** The error itself, unless the disk was full: then what that means. Half-done files are to be gone by now. */
export function explainFull(error: unknown, { dir, neededBytes, what }: Room, kept: string): unknown {
  if (error instanceof StartError || !isOutOfRoom(error)) return error;
  return new StartError(
    `${what} ran out of room in ${dir}: it needs ${bytesText(neededBytes)} there, and ${bytesText(freeBytes(dir))} are ` +
      `free now that what was half done is gone. ${kept} Images that were there are untouched. ${makeRoom}`,
    error,
  );
}

/** For programs that say so only in words. */
export function fullDisk(said: string): Error | null {
  if (!/no space left on device|disk quota exceeded|enough free space/i.test(said)) return null;
  return Object.assign(new Error(said), { code: "ENOSPC" });
}

const makeRoom =
  "Make room (poolkeeper image list shows what images take), or set XDG_CACHE_HOME to a folder on a larger disk, and run " +
  "the same command again.";

function freeBytes(dir: string): number {
  const { bavail, bsize } = statfsSync(dir);
  return bavail * bsize;
}

export function bytesText(bytes: number): string {
  const mebi = bytes / 2 ** 20;
  return mebi < 1024 ? `${Math.ceil(mebi)} MiB` : `${(mebi / 1024).toFixed(1)} GiB`;
}
