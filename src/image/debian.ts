/** The Debian below an image: one tar of installed packages, kept for a day so that images of several kubelets share it. */
import { chmodSync, mkdtempSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../ports/clock.ts";
import type { Progress } from "../start/progress.ts";
import type { Host } from "./host.ts";
import { type Mirror, aptProxies, findMirror } from "./mirror.ts";
import type { Run, Surroundings, Words } from "../start/program.ts";
import {
  type BaseChoice,
  baseOf,
  epochSeconds,
  excludedPaths,
  initrdModules,
  packagesFor,
  suite,
} from "./recipe.ts";

export interface BaseRequest {
  readonly choice: BaseChoice;
  readonly host: Host;
  /** The folder of images. */
  readonly dir: string;
  readonly mirror: string | null;
  /** `Fresh`: today's packages, whatever is kept. */
  readonly packages: "Kept" | "Fresh";
  readonly clock: Clock;
  readonly progress: Progress;
  readonly surroundings: Surroundings;
  readonly run: Run;
}

export const basePrefix = ".debian-";
/** Of folders that are of use to the running build only. */
export const workPrefix = ".build-";
const keptMs = 24 * 60 * 60 * 1000;

export async function ensureBase(request: BaseRequest): Promise<string> {
  const { choice, dir, packages, clock, progress } = request;
  const file = join(dir, `${basePrefix}${baseOf(choice).slice(0, 16)}.tar`);
  if (packages === "Kept" && isYoung(file, clock.now())) {
    progress.say("Debian's packages are those of the last build; --fresh fetches today's");
    return file;
  }
  const mirror = await findMirror(request.mirror, request.surroundings);
  if (mirror.security === null)
    progress.say(
      `${mirror.archive} has no security updates beside it, and no other place has: they will be missing`,
    );
  const part = `${file}.part`;
  await progress.during(`Installing Debian ${suite} from ${mirror.archive}`, () =>
    install(part, mirror, request),
  );
  renameSync(part, file);
  return file;
}

function isYoung(file: string, now: number): boolean {
  try {
    return now - statSync(file).mtimeMs < keptMs;
  } catch {
    return false;
  }
}

async function install(part: string, mirror: Mirror, request: BaseRequest): Promise<void> {
  const { choice, host, dir, progress, surroundings, run } = request;
  const sources = [
    `deb ${mirror.archive} ${suite} main`,
    `deb ${mirror.archive} ${suite}-updates main`,
    ...(mirror.security === null ? [] : [`deb ${mirror.security} ${suite}-security main`]),
  ];
  const words: Words = [
    "mmdebstrap",
    `--mode=${host.isRoot ? "root" : "unshare"}`,
    "--variant=apt",
    "--format=tar",
    `--architectures=${choice.architecture}`,
    "--keyring=/usr/share/keyrings/debian-archive-keyring.gpg",
    "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
    `--include=${packagesFor(choice).join(",")}`,
    '--aptopt=Apt::Install-Recommends "false"',
    '--aptopt=Acquire::Languages "none"',
    ...excludedPaths.map((path) => `--dpkgopt=path-exclude=${path}`),
    // The licences ask to be kept.
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    `--essential-hook=${writeInitrdConfig}`,
    `--customize-hook=${repackInitrd}`,
    `--customize-hook=${removeTraces}`,
    suite,
    part,
    ...sources,
  ];
  // With a process namespace of its own, nothing of it survives its first process.
  const alone: Words = host.isRoot ? ["unshare", "--pid", "--fork", "--kill-child", "--", ...words] : words;
  const env = { ...(await aptProxies(surroundings)), SOURCE_DATE_EPOCH: String(epochSeconds) };
  const onLine = stageTeller(progress);
  rmSync(part, { force: true });
  // Where other users cannot look into our folder, only root can work in it; it is where the room was checked.
  if (!host.isRoot) return void (await run(alone, { env, onLine }));
  const work = mkdtempSync(join(dir, workPrefix));
  chmodSync(work, 0o755);
  await run(alone, { env: { ...env, TMPDIR: work }, onLine });
  rmSync(work, { recursive: true });
}

function stageTeller(progress: Progress): (line: string) => void {
  return (line) => {
    const [, stage] = /^I: ((?:downloading|extracting|installing|creating) .*?)\.*$/.exec(line) ?? [];
    if (stage !== undefined) progress.say(`  ${stage}`);
  };
}

const initrdConfig = `AUTO_MODULES=no\\nMICROCODE=no\\nINCLUDE_MODULES=${initrdModules.join(",")}\\n`;
const writeInitrdConfig = `mkdir -p "$1/etc/tiny-initramfs" && printf '${initrdConfig}' > "$1/etc/tiny-initramfs/tiny-initramfs.conf"`;

/** Its archive carries the time of the build; a second packing takes that out. */
const repackInitrd = `chroot "$1" sh -euc '
  mkdir /tmp/initrd && cd /tmp/initrd
  for image in /boot/initrd.img-*; do
    gzip -dc "$image" | cpio --quiet -id
    find . -exec touch --no-dereference --date=@${epochSeconds} {} +
    find . | LC_ALL=C sort | cpio --quiet --reproducible -o -H newc | gzip -9n > "$image"
    rm -rf /tmp/initrd/*
  done
  rmdir /tmp/initrd'`;

const removeTraces = `rm -rf "$1"/var/log/*.log "$1"/var/log/apt "$1"/var/cache/debconf/*-old "$1"/var/lib/dpkg/*-old`;
