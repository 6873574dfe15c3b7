/**
 * A cloud image as a distribution makes them, and a cluster's owner adds to it: a partition, a boot loader, cloud-init,
 * netplan, containerd and a kubelet as its package brings it. Made without mounting, so that the test needs nothing more
 * than the images of nodes do.
 */
import assert from "node:assert/strict";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { obtainContainerd, placesOf } from "../../src/image/containerd.ts";
import { writeContainerArchive } from "../../src/image/containers.ts";
import { ensureBase } from "../../src/image/debian.ts";
import { prepareHost } from "../../src/image/host.ts";
import { hostArchitecture, imagesDir } from "../../src/image/manifest.ts";
import { epochSeconds } from "../../src/image/recipe.ts";
import { createRunner } from "../../src/image/runner.ts";
import { putFile, putFolder, putProgram, treeFiles, type TreeFile } from "../../src/image/tree.ts";
import { realClock } from "../../src/ports/clock.ts";
import { ensureBinaries } from "../../src/start/binaries.ts";
import type { Run } from "../../src/start/program.ts";
import { silentProgress as progress } from "../../src/start/progress.ts";

const extra = ["cloud-init", "netplan.io", "cloud-guest-utils", "grub-pc-bin"];
const imageMiB = 3072;
/** The usual place of the first partition; the boot loader lies before it. */
const partitionSector = 2048;
const sectorBytes = 512;
/** Of the table of partitions, in the first sector. */
const tableAt = 446;

const architecture = hostArchitecture(process.arch) ?? "amd64";

/** The loader reads this instead of a file: it needs no menu. */
const loader = `set root=(hd0,msdos1)
linux /vmlinuz root=/dev/vda1 rw console=ttyS0
initrd /initrd.img
boot
`;

const units = "/usr/lib/systemd/system";

const files: readonly TreeFile[] = [
  text("/etc/fstab", "/dev/vda1 / ext4 defaults 0 1\n"),
  text("/etc/machine-id", ""),
  ...treeFiles("root").filter(({ path }) => path === "/etc/containerd/config.toml"),
  text(
    `${units}/containerd.service`,
    `[Unit]
Description=containerd container runtime
After=network.target

[Service]
ExecStart=/usr/bin/containerd
Type=notify
Delegate=yes
KillMode=process
Restart=always

[Install]
WantedBy=multi-user.target
`,
  ),
  text(
    `${units}/images.service`,
    `[Unit]
Requires=containerd.service
After=containerd.service
Before=kubelet.service

[Service]
Type=oneshot
ExecStart=/usr/bin/ctr --namespace k8s.io images import /usr/lib/poolkeeper/images.tar

[Install]
WantedBy=multi-user.target
`,
  ),
  text(
    `${units}/kubelet.service`,
    `[Unit]
Description=kubelet
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/usr/bin/kubelet
Restart=always
RestartSec=10

[Install]
WantedBy=multi-user.target
`,
  ),
];

function text(path: string, content: string): TreeFile {
  return { path, mode: 0o644, text: content };
}

/** A raw image in `dir`, which is its own. Needs root, and programs that were built or downloaded before. */
export async function buildCloudImage(dir: string, kubernetesVersion: string): Promise<string> {
  const surroundings = { env: process.env, signal: undefined };
  const run = createRunner({ dir, neededBytes: 0, what: "Building a cloud image" }, surroundings);
  const shared = { clock: realClock, progress, surroundings, run };
  const choice = { architecture, extra };
  const host = await prepareHost(surroundings, progress, true);
  const base = await ensureBase({ ...shared, choice, host, dir, mirror: null, packages: "Kept" });
  const tree = join(dir, "tree");
  mkdirSync(tree, { mode: 0o755 });
  await run(["tar", "--extract", `--file=${base}`, `--directory=${tree}`, "--exclude=./dev/*"]);
  for (const file of files) putFile(tree, file);
  const programs = await programsOf(kubernetesVersion);
  for (const [place, file] of Object.entries(programs)) putProgram(tree, place, file);
  await writeContainerArchive({
    busybox: join(tree, "usr/bin/busybox"),
    work: join(dir, "containers"),
    archive: join(putFolder(tree, "/usr/lib/poolkeeper"), "images.tar"),
    architecture,
    epochSeconds,
    run,
  });
  await run(["chroot", tree, "systemctl", "enable", "containerd", "images", "systemd-resolved"]);
  const image = join(dir, "cloud.raw");
  await writeImage({ tree, image, run });
  return image;
}

async function programsOf(version: string): Promise<Readonly<Record<string, string>>> {
  const { env } = process;
  const { kubelet } = await ensureBinaries({ names: ["kubelet"], version, env, clock: realClock, progress });
  const cache = join(dirname(imagesDir(env)), "node");
  const surroundings = { env, signal: undefined };
  const containerd = await obtainContainerd({ cache, architecture, progress, surroundings });
  assert.equal(containerd.kind, "Programs");
  return { ...placesOf(containerd), "/usr/bin/kubelet": kubelet };
}

interface Writing {
  readonly tree: string;
  readonly image: string;
  readonly run: Run;
}

/** The first sector with its table of one partition, the loader's core after it, and then a file system. */
async function writeImage({ tree, image, run }: Writing): Promise<void> {
  writeFileSync(join(tree, "tmp/loader"), loader);
  const modules = ["biosdisk", "part_msdos", "ext2", "linux", "normal"];
  const core = ["-O", "i386-pc", "-o", "/tmp/core", "-p", "/boot/grub", "-c", "/tmp/loader", ...modules];
  await run(["chroot", tree, "grub-mkimage", ...core]);
  const offset = partitionSector * sectorBytes;
  // The loader of Debian 12 does not know what mke2fs makes of late.
  const features = "^metadata_csum_seed,^orphan_file";
  const sizeMiB = imageMiB - offset / 2 ** 20;
  const place = ["-E", `offset=${offset}`, "-d", tree, image, `${sizeMiB}M`];
  await run(["truncate", `--size=${imageMiB}M`, image]);
  await run(["mke2fs", "-q", "-t", "ext4", "-O", features, ...place]);
  const boot = readFileSync(join(tree, "usr/lib/grub/i386-pc/boot.img")).subarray(0, tableAt);
  const sectors = (sizeMiB * 2 ** 20) / sectorBytes;
  const file = openSync(image, "r+");
  writeSync(file, Buffer.concat([boot, tableOf(sectors), readFileSync(join(tree, "tmp/core"))]));
  closeSync(file);
}

/** One partition of Linux, which is booted, and the mark at the sector's end. */
function tableOf(sectors: number): Buffer {
  const table = Buffer.alloc(sectorBytes - tableAt);
  table.writeUInt8(0x80, 0);
  table.writeUInt8(0x83, 4);
  table.writeUInt32LE(partitionSector, 8);
  table.writeUInt32LE(sectors, 12);
  table.writeUInt16LE(0xaa55, table.length - 2);
  return table;
}
