/** Room on a disk: whether there is enough before work begins, and what to say when there was not. */
import { statfsSync } from "node:fs";
import { StartError } from "../start/error.ts";

export interface Room {
  readonly dir: string;
  readonly neededBytes: number;
  /** For what, such as "Building Debian 12-k1.36.3". */
  readonly what: string;
}

export function checkRoom(room: Room): void {
  const free = freeBytes(room.dir);
  if (free < room.neededBytes) throw noRoom(room, "Nothing was begun.");
}

/** `kept` says what did not have to be done again. */
export function noRoom({ dir, neededBytes, what }: Room, kept: string, cause?: unknown): StartError {
  return new StartError(
    `${what} needs ${bytesText(neededBytes)} in ${dir}, where ${bytesText(freeBytes(dir))} are free. ${kept} Images that ` +
      `were there are untouched. Make room (poolkeeper image list shows what images take), or set XDG_CACHE_HOME to a ` +
      `folder on a larger disk, and run the same command again.`,
    cause,
  );
}

export function freeBytes(dir: string): number {
  const { bavail, bsize } = statfsSync(dir);
  return bavail * bsize;
}

export function bytesText(bytes: number): string {
  const mebi = bytes / 2 ** 20;
  return mebi < 1024 ? `${Math.ceil(mebi)} MiB` : `${(mebi / 1024).toFixed(1)} GiB`;
}
