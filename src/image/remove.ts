/** Taking an image out of the folder of images. Machines hold what they lie on under a second name and notice nothing. */
import { renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { StartError } from "../start/error.ts";
import { listImages } from "./manifest.ts";

/** By the name of its folder or as FAMILY:VERSION; damaged ones too. Null: there is none. */
export async function findFolder(dir: string, name: string): Promise<string | null> {
  const { images, damaged } = await listImages(dir);
  const wanted = name.replace(":", "-");
  return [...images, ...damaged].find((each) => basename(each.dir) === wanted)?.dir ?? null;
}

export const removedPrefix = ".removed-";

/** The caller holds the lock of images. */
export function removeFolder(folder: string): void {
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
