/** A finished folder becomes an image: its manifest is written last, and then it gets its name. */
import { chmodSync, renameSync } from "node:fs";
import { join } from "node:path";
import { writeWholeFile } from "../start/whole-file.ts";
import { type Image, type ImageManifest, folderName, manifestFile } from "./manifest.ts";

/** `work` lies in `dir`, the folder of images, whose lock the caller holds. */
export function publish(work: string, dir: string, manifest: ImageManifest): Image {
  chmodSync(work, 0o755);
  writeWholeFile(join(work, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`, 0o644);
  const target = join(dir, folderName(manifest));
  renameSync(work, target);
  return { dir: target, manifest };
}
