/**
 * One build of a node image, from the host's first missing program to the folder that machines boot from. Whether a build
 * is needed, and that there is one at a time, is decided elsewhere. A folder appears under its name whole or not at all.
 */
import { mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Clock } from "../ports/clock.ts";
import { ensureBinaries } from "../start/binaries.ts";
import type { Environment } from "../start/binary.ts";
import type { Progress } from "../start/progress.ts";
import { addPrefix } from "./add.ts";
import { basePrefix, ensureBase, workPrefix } from "./debian.ts";
import { type Containerd, obtainContainerd, placesOf } from "./containerd.ts";
import { type DiskRequest, layOutTree, writeDisk } from "./disk.ts";
import { type Host, prepareHost } from "./host.ts";
import { type Image, type ImageManifest, folderName, listImages } from "./manifest.ts";
import { publish } from "./publish.ts";
import { type Run, type Surroundings, runProgram } from "../start/program.ts";
import type { RecipeChoice } from "./recipe.ts";
import { containerdVersion, debianVersion, family, kernelArgs, minDiskGiB, recipeOf } from "./recipe.ts";
import { removedPrefix } from "./remove.ts";
import { bytesText, checkRoom, explainFull } from "./room.ts";
import { createRunner, keptAfterFailure } from "./runner.ts";

export interface BuildRequest {
  readonly choice: RecipeChoice;
  /** The folder of images. The caller holds its lock. */
  readonly dir: string;
  /** A person's choice of where Debian comes from; null: we look ourselves. */
  readonly mirror: string | null;
  readonly packages: "Kept" | "Fresh";
  readonly isRoot: boolean;
  readonly clock: Clock;
  readonly progress: Progress;
  readonly surroundings: Surroundings;
}

const packagesFile = "packages.txt";
/** Measured: 1.5 GiB at the most, while the tree and the file system made from it lie beside each other. */
const neededBytes = 2 * 2 ** 30;

export async function buildImage(request: BuildRequest): Promise<Image> {
  const { choice, dir, progress, surroundings } = request;
  const room = { dir, neededBytes, what: `Building an image with kubelet ${choice.kubernetesVersion}` };
  const host = await prepareHost(surroundings, progress, request.isRoot);
  await sweep(dir, host, surroundings.env);
  try {
    checkRoom(room);
    return await buildOn(host, request, createRunner(room, surroundings));
  } catch (error) {
    await sweep(dir, host, surroundings.env);
    throw explainFull(error, room, keptAfterFailure);
  }
}

async function buildOn(host: Host, request: BuildRequest, run: Run): Promise<Image> {
  const { choice, dir, clock, progress } = request;
  const startedAt = clock.monotonic();
  const containerd = await obtainContainerd({ ...request, ...choice, cache: join(dirname(dir), "node") });
  const programs = { ...(await kubernetesPrograms(request)), ...placesOf(containerd) };
  const extra = containerd.kind === "Package" ? ["containerd"] : [];
  const base = await ensureBase({ ...request, choice: { ...choice, extra }, host, run });
  const packages = await packagesIn(base, run);
  const same = await findSame(request, packages);
  if (same !== null) {
    progress.say(`Debian has nothing newer than what is in ${basename(same.dir)}: it stays as it is`);
    return same;
  }
  const work = mkdtempSync(join(dir, workPrefix));
  const disk: DiskRequest = { ...choice, host, work, base, programs, containerd, run };
  await progress.during("Putting the files together", () => layOutTree(disk));
  await progress.during("Writing the disk", () => writeDisk(disk));
  writeFileSync(join(work, packagesFile), packages);
  const image = nameAndPublish(work, request, { ...contentsOf(packages), ...versionOf(containerd) });
  const seconds = ((clock.monotonic() - startedAt) / 1000).toFixed(0);
  const size = bytesText(image.manifest.rootDiskBytes);
  progress.say(`Image ${basename(image.dir)} is ready after ${seconds} s: ${size} in ${image.dir}`);
  return image;
}

/** What this build, or one that was killed, left half done. Only for the holder of the lock. What stays is hidden. */
async function sweep(dir: string, host: Host, env: Environment): Promise<void> {
  const isLeft = (name: string): boolean =>
    [workPrefix, addPrefix, removedPrefix].some((prefix) => name.startsWith(prefix)) ||
    (name.startsWith(basePrefix) && name.endsWith(".part"));
  const left = readdirSync(dir).filter(isLeft);
  if (left.length === 0) return;
  const paths = left.map((name) => join(dir, name));
  // Without a signal: also after an interruption.
  const surroundings = { env, signal: undefined };
  await runProgram(
    host.asOwner(["rm", "--recursive", "--force", "--one-file-system", ...paths]),
    surroundings,
  );
}

async function kubernetesPrograms({
  choice,
  clock,
  progress,
  surroundings: { env, signal },
}: BuildRequest): Promise<Readonly<Record<string, string>>> {
  const found = await ensureBinaries({
    names: ["kubelet", "kube-proxy"],
    version: choice.kubernetesVersion,
    likeness: "Patch",
    env,
    clock,
    progress,
    ...(signal === undefined ? {} : { signal }),
  });
  return { "/usr/bin/kubelet": found.kubelet, "/usr/bin/kube-proxy": found["kube-proxy"] };
}

/** With `Fresh` an image is built although there is one: only if it would be another. */
async function findSame({ dir, choice }: BuildRequest, packages: string): Promise<Image | null> {
  const { images } = await listImages(dir);
  const recipe = recipeOf(choice);
  const isSame = (image: Image): boolean =>
    image.manifest.recipe === recipe && textOrNull(join(image.dir, packagesFile)) === packages;
  return images.findLast(isSame) ?? null;
}

function textOrNull(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

/** A line with name and version for each. */
async function packagesIn(base: string, run: Run): Promise<string> {
  const status = await run(["tar", "--extract", "--to-stdout", `--file=${base}`, "./var/lib/dpkg/status"]);
  const found = status.matchAll(/^Package: (\S+)$[^]*?^Version: (\S+)$/gm);
  const lines = Array.from(found, ([, name, version]) => `${name ?? ""} ${version ?? ""}\n`);
  return lines.toSorted().join("");
}

function contentsOf(packages: string): Readonly<Record<string, string>> {
  const kernel = /^linux-image-(\d\S*) /m.exec(packages)?.[1];
  const containerd = /^containerd (\S+)/m.exec(packages)?.[1];
  return {
    ...(kernel === undefined ? {} : { kernel }),
    ...(containerd === undefined ? {} : { containerd: `${containerd} of Debian` }),
  };
}

function versionOf(containerd: Containerd): Readonly<Record<string, string>> {
  return containerd.kind === "Package" ? {} : { containerd: containerdVersion };
}

function nameAndPublish(
  work: string,
  { choice, dir, clock }: BuildRequest,
  contents: Readonly<Record<string, string>>,
): Image {
  const version = nextVersion(readdirSync(dir), choice.kubernetesVersion);
  const manifest: ImageManifest = {
    family,
    version,
    kubernetesVersion: choice.kubernetesVersion,
    operatingSystem: "linux",
    architecture: choice.architecture,
    kind: "Node",
    rootDisk: "root.qcow2",
    rootDiskBytes: statSync(join(work, "root.qcow2")).size,
    kernel: "vmlinuz",
    initrd: "initrd.img",
    kernelArgs,
    minDiskGiB,
    builtAt: new Date(clock.now()).toISOString(),
    recipe: recipeOf(choice),
    contents,
  };
  return publish(work, dir, manifest);
}

/** A name is never used for a second content: overlays of machines lie on the first. */
export function nextVersion(taken: readonly string[], kubernetesVersion: string): string {
  const first = `${debianVersion}-k${kubernetesVersion.slice(1)}`;
  const isFree = (version: string): boolean => !taken.includes(folderName({ family, version }));
  if (isFree(first)) return first;
  for (let revision = 2; ; revision++) {
    if (isFree(`${first}-r${revision}`)) return `${first}-r${revision}`;
  }
}
