/**
 * What is known of a node image, and which images a folder holds. It neither builds images nor starts machines; a folder
 * without a valid manifest is no image, but is told of.
 */
import { readFile, readdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { z } from "zod";

/** `Node`: ours, boots by its own kernel and reads a tar seed. `CloudInit`: a user's, boots by firmware, reads NoCloud. */
const imageKind = z.enum(["Node", "CloudInit"]);

const manifestFields = z.strictObject({
  family: z.string().regex(/^[A-Za-z0-9]+$/),
  /** Never the name of two contents: overlays of running machines lie on the root disk. */
  version: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  /** Of the kubelet inside, such as v1.36.3; null where the user's data installs it. */
  kubernetesVersion: z
    .string()
    .regex(/^v\d+\.\d+\.\d+$/)
    .nullable(),
  operatingSystem: z.literal("linux"),
  architecture: z.enum(["amd64", "arm64"]),
  kind: imageKind,
  rootDisk: z.literal("root.qcow2"),
  /** Of the file; another size means that somebody changed or cut it. */
  rootDiskBytes: z.int().min(1),
  kernel: z.literal("vmlinuz").nullable(),
  initrd: z.literal("initrd.img").nullable(),
  /** Without a console, which is the machine's business. */
  kernelArgs: z.string(),
  minDiskGiB: z.int().min(1),
  builtAt: z.iso.datetime(),
  /** SHA-256 over everything that went in: equal recipes need no second build. */
  recipe: z.string().regex(/^[0-9a-f]{64}$/),
  /** What is inside, by name, for people: such as kernel and containerd. */
  contents: z.record(z.string(), z.string()).optional(),
});
export type ImageManifest = Readonly<z.infer<typeof manifestFields>>;

export type Architecture = ImageManifest["architecture"];

/** Of a processor as Node names it; null: there are no images for it. */
export function hostArchitecture(arch: string): Architecture | null {
  if (arch === "x64") return "amd64";
  return arch === "arm64" ? "arm64" : null;
}

export interface Image {
  readonly dir: string;
  readonly manifest: ImageManifest;
}

export interface DamagedImage {
  readonly dir: string;
  readonly why: string;
}

export interface ImageListing {
  /** Own images first; within a family oldest first, so that the last one is the newest. */
  readonly images: readonly Image[];
  readonly damaged: readonly DamagedImage[];
}

export const manifestFile = "manifest.json";

export function imagesDir(env: Readonly<Record<string, string | undefined>>): string {
  const home = env["XDG_CACHE_HOME"] ?? path.join(env["HOME"] ?? homedir(), ".cache");
  return path.join(home, "poolkeeper", "images");
}

export function folderName({ family, version }: Pick<ImageManifest, "family" | "version">): string {
  return `${family}-${version}`;
}

/** Of a folder that does not exist: nothing. */
export async function listImages(dir: string): Promise<ImageListing> {
  const names = await namesIn(dir);
  const found = await Promise.all(names.map((name) => readImage(path.join(dir, name))));
  return {
    images: found.filter((each) => "manifest" in each).toSorted(byAge),
    damaged: found.filter((each) => "why" in each),
  };
}

/** What begins with a dot is a build that goes on, or was killed. */
async function namesIn(dir: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(dir, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
      .map(({ name }) => name);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

async function readImage(dir: string): Promise<Image | DamagedImage> {
  try {
    const parsed = manifestFields.safeParse(JSON.parse(await readFile(path.join(dir, manifestFile), "utf8")));
    if (!parsed.success)
      return { dir, why: `${manifestFile} is not valid: ${z.prettifyError(parsed.error)}` };
    const why = await damageOf(dir, parsed.data);
    return why === null ? { dir, manifest: parsed.data } : { dir, why };
  } catch (error) {
    return {
      dir,
      why: `${manifestFile} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

async function damageOf(dir: string, manifest: ImageManifest): Promise<string | null> {
  if (path.basename(dir) !== folderName(manifest))
    return `the manifest is of ${folderName(manifest)}; the folder must have that name`;
  for (const file of [manifest.rootDisk, manifest.kernel, manifest.initrd]) {
    const bytes = file === null ? null : await sizeOf(path.join(dir, file));
    if (bytes === 0) return `${file ?? ""} is missing or empty`;
    if (file === manifest.rootDisk && bytes !== manifest.rootDiskBytes)
      return `${file} has ${bytes ?? 0} bytes instead of ${manifest.rootDiskBytes}: it was changed or cut`;
  }
  return null;
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}

const numeric = new Intl.Collator("en", { numeric: true });

function byAge({ manifest: a }: Image, { manifest: b }: Image): number {
  return (
    Number(a.kind === "CloudInit") - Number(b.kind === "CloudInit") ||
    numeric.compare(a.family, b.family) ||
    numeric.compare(a.kubernetesVersion ?? "", b.kubernetesVersion ?? "") ||
    numeric.compare(a.version, b.version)
  );
}
