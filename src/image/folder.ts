/** The folder of images as a whole: one process at a time changes it, and its troubles are put into words. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../ports/clock.ts";
import type { Environment } from "../start/binary.ts";
import { isRoot } from "../start/debian-packages.ts";
import { StartError, isDiskTrouble } from "../start/error.ts";
import { type Lock, tryLock, waitForLock } from "../start/lock.ts";
import type { Progress } from "../start/progress.ts";
import { addImage } from "./add.ts";
import { type Architecture, type Image, hostArchitecture, imagesDir } from "./manifest.ts";
import { findFolder, removeFolder } from "./remove.ts";

export interface Visit {
  readonly env: Environment;
  readonly clock: Clock;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** Others wait, and say for whom. */
export async function withImagesLock<T>(visit: Visit, work: (dir: string) => Promise<T>): Promise<T> {
  const { env, clock, progress, signal } = visit;
  const dir = imagesDir(env);
  const file = join(dir, "lock");
  let lock: Lock | null = null;
  try {
    mkdirSync(dir, { recursive: true });
    const attempt = tryLock(file);
    if (attempt.kind === "Held") lock = attempt.lock;
    else
      lock = await progress.during(
        `Waiting for process ${attempt.holder.pid}, which is changing the images`,
        () => waitForLock(file, signal === undefined ? { clock } : { clock, signal }),
      );
    return await work(dir);
  } catch (error) {
    throw explained(error, dir);
  } finally {
    lock?.release();
  }
}

function explained(error: unknown, dir: string): unknown {
  if (!(error instanceof Error) || error instanceof StartError || !isDiskTrouble(error)) return error;
  return new StartError(
    `The folder of images ${dir} cannot be used: ${error.message}. Images that were there are untouched, and nothing half ` +
      `done counts as one. Make room or let this user write there, or set XDG_CACHE_HOME to another folder, and run the ` +
      `same command again.`,
    error,
  );
}

export interface Addition extends Visit {
  readonly file: string;
  readonly family: string;
  readonly version: string;
  readonly kubernetesVersion: string | null;
  /** Null: that of this machine. */
  readonly architecture: Architecture | null;
}

export async function addToImages(addition: Addition): Promise<Image> {
  const { env, signal, kubernetesVersion } = addition;
  if (kubernetesVersion !== null) checkVersion(kubernetesVersion);
  const architecture = addition.architecture ?? hostArchitecture(process.arch);
  if (architecture === null) throw new StartError(`Name the architecture of the image: --architecture amd64`);
  const surroundings = { env, signal };
  return await withImagesLock(addition, (dir) =>
    addImage({ ...addition, architecture, dir, isRoot: isRoot(), surroundings }),
  );
}

/** False: there is no such image. */
export async function removeFromImages(visit: Visit, name: string): Promise<boolean> {
  return await withImagesLock(visit, async (dir) => {
    const folder = await findFolder(dir, name);
    if (folder !== null) removeFolder(folder);
    return folder !== null;
  });
}

export function checkVersion(kubernetesVersion: string): void {
  if (/^v\d+\.\d+\.\d+$/.test(kubernetesVersion)) return;
  throw new StartError(
    `"${kubernetesVersion}" is no version of a kubelet: write all three numbers, such as v1.36.3.`,
  );
}
