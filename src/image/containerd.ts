/**
 * The container runtime of an image: containerd's official release, or built by Go from the module that `tools/node` pins,
 * or, where there is neither a way out nor a Go, the one of Debian.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createDownloader } from "../start/download.ts";
import { goFailed, runGo } from "../start/go.ts";
import type { Progress } from "../start/progress.ts";
import { type Surroundings, runProgram } from "../start/program.ts";
import type { Architecture } from "./manifest.ts";
import { containerdVersion } from "./recipe.ts";

export const containerdPrograms = ["containerd", "containerd-shim-runc-v2", "ctr"];

export type Containerd =
  /** A folder with the programs. */
  | { readonly kind: "Programs"; readonly dir: string }
  /** The package of Debian is to be installed. */
  | { readonly kind: "Package" };

export interface ContainerdRequest {
  /** Where finished programs are kept between builds. */
  readonly cache: string;
  readonly architecture: Architecture;
  readonly progress: Progress;
  readonly surroundings: Surroundings;
  readonly releasesUrl?: string;
}

/** Its programs by their place in the guest; none where the package of Debian brings them. */
export function placesOf(containerd: Containerd): Readonly<Record<string, string>> {
  if (containerd.kind === "Package") return {};
  const { dir } = containerd;
  return Object.fromEntries(containerdPrograms.map((name) => [`/usr/bin/${name}`, join(dir, name)]));
}

const officialReleases = "https://github.com/containerd/containerd/releases/download";
const toolsDir = fileURLToPath(new URL("../../tools/node", import.meta.url));

/** One caller at a time: whoever builds an image holds the lock of images. */
export async function obtainContainerd(request: ContainerdRequest): Promise<Containerd> {
  const dir = join(request.cache, `containerd-${containerdVersion}`);
  if (existsSync(dir)) return { kind: "Programs", dir };
  const part = `${dir}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  try {
    const step = `Getting containerd ${containerdVersion}`;
    const isThere = await request.progress.during(
      step,
      async () => (await download(part, request)) || (await build(part, request)),
    );
    if (!isThere) return { kind: "Package" };
    renameSync(part, dir);
    return { kind: "Programs", dir };
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

async function download(part: string, request: ContainerdRequest): Promise<boolean> {
  const { architecture, progress, surroundings, releasesUrl = officialReleases } = request;
  const name = `containerd-static-${containerdVersion.slice(1)}-linux-${architecture}.tar.gz`;
  const url = `${releasesUrl}/${containerdVersion}/${name}`;
  const downloader = createDownloader(surroundings.env);
  try {
    const archive = join(part, "archive.tar.gz");
    const release = { url, checksumUrl: `${url}.sha256sum`, memberOfArchive: null };
    const answer = await downloader.get(release, archive, surroundings.signal);
    if (answer.kind === "Unavailable") {
      progress.say(`  ${answer.why}, so Go builds it; the first time this takes minutes`);
      return false;
    }
    const members = containerdPrograms.map((program) => `bin/${program}`);
    const words = [
      "--extract",
      `--file=${archive}`,
      `--directory=${part}`,
      "--strip-components=1",
      ...members,
    ];
    const unpacked = await runProgram(["tar", ...words], surroundings);
    rmSync(archive);
    if (unpacked.kind === "Failed")
      progress.say(`  ${name} cannot be unpacked (${unpacked.how}), so Go builds it`);
    return unpacked.kind === "Done";
  } finally {
    await downloader.close();
  }
}

/** False where there is no Go that could build it. */
async function build(part: string, { cache, progress, surroundings }: ContainerdRequest): Promise<boolean> {
  const module = "github.com/containerd/containerd/v2";
  const log = join(cache, "build-containerd.log");
  const flags = `-s -w -X ${module}/version.Version=${containerdVersion}`;
  const packages = containerdPrograms.map((program) => `${module}/cmd/${program}`);
  const outcome = await runGo({
    // Snapshotters for file systems that the image does not have.
    args: [
      "build",
      "-trimpath",
      "-tags=no_btrfs,no_devmapper,no_zfs",
      `-ldflags=${flags}`,
      `-o=${part}/`,
      ...packages,
    ],
    cwd: toolsDir,
    log,
    env: surroundings.env,
    signal: surroundings.signal,
  });
  if (outcome.kind === "Failed") throw goFailed("containerd", outcome.how, log);
  rmSync(log, { force: true });
  if (outcome.kind === "Done") return true;
  const why = outcome.kind === "Absent" ? "Go is not on the PATH" : "Go is too old";
  progress.say(
    `  ${why}, so the image gets Debian's containerd, which newer kubelets will not work with for long`,
  );
  return false;
}
