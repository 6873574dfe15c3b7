/**
 * Images as this provider uses them. What an instance is made from gets a second name in the data directory, so that a
 * removed or rebuilt image never changes under a disk that lies on it. It makes no images.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Image, type ImageManifest, listImages, manifestFile } from "../../image/manifest.ts";
import type { DiskFields } from "../../schema/machine.ts";
import { EffectFailed } from "./effect-failed.ts";
import type { Host } from "./host.ts";
import type { Layout } from "./layout.ts";
import type { ImageInUse } from "./record.ts";

export interface ImageStore {
  /** What may be chosen for new disks. */
  offered(): Promise<readonly Image[]>;
  find(image: DiskFields["image"]): Promise<Image | null>;
  /** Holds the image fast under its own name; idempotent. */
  hold(image: ImageInUse): Promise<void>;
  /** Of an image that is held; null where it is not. */
  manifestOf(image: ImageInUse): ImageManifest | null;
  /** Lets images go that none of these disks lies on. */
  letGo(inUse: readonly ImageInUse[]): Promise<void>;
}

export interface ImageStoreOptions {
  readonly layout: Layout;
  readonly imagesDir: string;
  readonly architecture: ImageManifest["architecture"];
  readonly host: Host;
  readonly log: (line: string) => void;
}

export function createImageStore(options: ImageStoreOptions): ImageStore {
  const { layout, imagesDir, architecture, host, log } = options;
  const told = new Set<string>();
  const offered = async (): Promise<readonly Image[]> => {
    const { images, damaged } = await listImages(imagesDir);
    for (const { dir, why } of damaged) {
      if (!told.has(dir)) log(`image ${dir} is not offered: ${why}`);
      told.add(dir);
    }
    return images.filter(({ manifest }) => manifest.architecture === architecture);
  };
  const find = async ({ family, version }: DiskFields["image"]): Promise<Image | null> =>
    (await offered()).find(({ manifest }) => manifest.family === family && manifest.version === version) ??
    null;

  return {
    offered,
    find,
    hold: async (image) => {
      const folder = join(layout.images, folderOf(image));
      if (existsSync(join(folder, manifestFile))) return;
      const source = await find(image);
      if (source === null || source.manifest.recipe !== image.recipe) {
        const what = `image ${image.family} ${image.version} of build ${image.recipe.slice(0, 12)}`;
        throw new EffectFailed(`${what} is no longer in ${imagesDir}; see poolkeeper image list`);
      }
      await copyImage(source, folder, host);
    },
    manifestOf: (image) => {
      const file = join(layout.images, folderOf(image), manifestFile);
      // Written by `hold`, after it was found valid.
      return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as ImageManifest) : null;
    },
    letGo: async (inUse) => {
      if (!existsSync(layout.images)) return;
      const needed = new Set(inUse.map(folderOf));
      for (const name of readdirSync(layout.images)) {
        if (!needed.has(name)) await host.remove(join(layout.images, name));
      }
    },
  };
}

/** The manifest last: a folder that has it is complete. */
async function copyImage({ dir, manifest }: Image, folder: string, host: Host): Promise<void> {
  await host.makeFolder(folder);
  for (const file of [manifest.rootDisk, manifest.kernel, manifest.initrd]) {
    if (file !== null) await host.share(join(dir, file), join(folder, file));
  }
  host.writeFile(join(folder, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`, 0o644);
}

/** Unlike the folder it comes from, one for each build. */
export function folderOf({ family, version, recipe }: ImageInUse): string {
  return `${family}-${version}-${recipe.slice(0, 12)}`;
}
