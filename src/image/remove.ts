/** Taking an image out of the folder of images, and what speaks against it: disks of machines that lie on it. */
import { closeSync, openSync, readSync, readdirSync, readlinkSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { StartError } from "../start/error.ts";
import { listImages } from "./manifest.ts";

/** By the name of its folder or as FAMILY:VERSION; damaged ones too. Null: there is none. */
export async function findFolder(dir: string, name: string): Promise<string | null> {
  const { images, damaged } = await listImages(dir);
  const wanted = name.replace(":", "-");
  return [...images, ...damaged].find((each) => basename(each.dir) === wanted)?.dir ?? null;
}

export interface Users {
  /** Below the data directory; they hold only what differs from the image. */
  readonly disks: readonly string[];
  /** Ids of processes that have the image's disk open, as far as this user may see. */
  readonly processes: readonly number[];
}

export function usersOf(folder: string, dataDir: string): Users {
  const root = join(folder, "root.qcow2");
  const disks = filesBelow(dataDir).filter((file) => file.endsWith(".qcow2") && backingFile(file) === root);
  return { disks, processes: processesWith(root) };
}

function processesWith(file: string): readonly number[] {
  const ids = namesIn("/proc").filter((name) => /^\d+$/.test(name));
  return ids
    .filter((id) => namesIn(`/proc/${id}/fd`).some((fd) => linkOf(`/proc/${id}/fd/${fd}`) === file))
    .map(Number);
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return []; // It has ended, or belongs to somebody else.
  }
}

function linkOf(link: string): string | null {
  try {
    return readlinkSync(link);
  } catch {
    return null;
  }
}

/** The caller holds the lock of images. */
export function removeImage(folder: string): void {
  // From this name on it is no image, however far the rest gets; the next build sweeps what stays.
  const aside = join(dirname(folder), `${removedPrefix}${basename(folder)}`);
  try {
    rmSync(aside, { recursive: true, force: true });
    renameSync(folder, aside);
    rmSync(aside, { recursive: true });
  } catch (error) {
    throw new StartError(
      `${folder} cannot be removed: ${error instanceof Error ? error.message : String(error)}. Let this user write there and ` +
        `run the same command again.`,
      error,
    );
  }
}

export const removedPrefix = ".removed-";

function filesBelow(dir: string): readonly string[] {
  try {
    const entries = readdirSync(dir, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return []; // Nobody has started machines from there.
  }
}

/** What the header says: magic and version, then where the name of the file below lies, and how long it is. */
function backingFile(file: string): string | null {
  const header = Buffer.alloc(4096);
  const opened = openSync(file, "r");
  try {
    readSync(opened, header, 0, header.length, 0);
  } finally {
    closeSync(opened);
  }
  if (header.toString("latin1", 0, 4) !== "QFI\u00fb") return null;
  const at = Number(header.readBigUInt64BE(8));
  const length = header.readUInt32BE(16);
  return at === 0 || at + length > header.length ? null : header.toString("utf8", at, at + length);
}
