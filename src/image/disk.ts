/** The system disk of an image: a tree of files, then an ext4 file system made from it without mounting, then qcow2. */
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  globSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Containerd } from "./containerd.ts";
import { writeContainerArchive } from "./containers.ts";
import type { Host } from "./host.ts";
import type { Run } from "../start/program.ts";
import type { Architecture } from "./manifest.ts";
import { epochSeconds, fileSystemUuid, hashSeed, links, minDiskGiB } from "./recipe.ts";
import { putFile, putFolder, putProgram, treeFiles } from "./tree.ts";

export interface DiskRequest {
  readonly host: Host;
  /** A folder of its own; the finished files are left in it. */
  readonly work: string;
  readonly base: string;
  /** Programs by their place in the guest. */
  readonly programs: Readonly<Record<string, string>>;
  readonly architecture: Architecture;
  readonly containerd: Containerd;
  readonly run: Run;
}

/** Unpacks Debian, puts our own files over it, and takes the kernel and its initrd out. */
export async function layOutTree(request: DiskRequest): Promise<void> {
  const { host, work, base, architecture, run } = request;
  const [tree, own] = [join(work, "tree"), join(work, "own")];
  mkdirSync(tree, { mode: 0o755 });
  const words = [
    "--extract",
    `--file=${base}`,
    `--directory=${tree}`,
    ...leftOut.map((path) => `--exclude=${path}`),
  ];
  await run(host.asOwner(["tar", ...words]));
  stageOwn(own, request);
  await writeContainerArchive({
    busybox: join(tree, "usr/bin/busybox"),
    work: join(work, "containers"),
    archive: join(putFolder(own, "/usr/lib/poolkeeper"), "images.tar"),
    architecture,
    epochSeconds,
    run,
  });
  await run(host.asOwner(["cp", "--archive", "--no-target-directory", "--remove-destination", own, tree]));
  const touch = ["touch", "--no-dereference", `--date=@${epochSeconds}`];
  await run(host.asOwner(["find", tree, "-newermt", `@${epochSeconds}`, "-exec", ...touch, "{}", "+"]));
  rmSync(own, { recursive: true });
  copyFileSync(only(join(tree, "boot/vmlinuz-*")), join(work, "vmlinuz"));
  copyFileSync(only(join(tree, "boot/initrd.img-*")), join(work, "initrd.img"));
}

/** Devices are made by the guest's kernel, and the folders of apt belong to whom the builder let it run as. */
const leftOut = ["./dev/*", "./var/lib/apt/lists/partial", "./var/cache/apt/archives/partial"];

function stageOwn(own: string, { programs, containerd }: DiskRequest): void {
  for (const file of treeFiles("root")) putFile(own, file);
  if (containerd.kind === "Package") for (const file of treeFiles("containerd-1")) putFile(own, file);
  for (const [place, file] of Object.entries(programs)) putProgram(own, place, file);
  for (const [place, target] of Object.entries(links)) {
    putFolder(own, dirname(place));
    symlinkSync(target, join(own, place));
  }
}

function only(pattern: string): string {
  const [file, ...others] = globSync(pattern);
  if (file === undefined || others.length > 0) throw new Error(`${pattern} should be one file`);
  return file;
}

/** Leaves root.qcow2 and takes the tree away. */
export async function writeDisk(request: DiskRequest): Promise<void> {
  const { host, work, run } = request;
  const [tree, plain, disk] = [join(work, "tree"), join(work, "root.ext4"), join(work, "root.qcow2")];
  // Both tell the tools which time it is: the first those of e2fsprogs up to 1.47.0, the second later ones.
  const env = { E2FSPROGS_FAKE_TIME: String(epochSeconds), SOURCE_DATE_EPOCH: String(epochSeconds) };
  const extended = `hash_seed=${hashSeed},root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0`;
  const options = ["-q", "-t", "ext4", "-L", "poolkeeper", "-m", "1", "-U", fileSystemUuid, "-E", extended];
  await run(host.asOwner(["mke2fs", ...options, "-d", tree, plain, `${minDiskGiB}G`]), { env });
  await run(host.asOwner(["rm", "--recursive", tree]));
  const script = join(work, "age.debugfs");
  writeFileSync(script, ageScript(await run(["dumpe2fs", "-h", plain])));
  await run(["debugfs", "-w", "-f", script, plain], { env });
  await run(["qemu-img", "convert", "-O", "qcow2", "-c", "-o", "compression_type=zstd", plain, disk]);
  for (const file of [plain, script]) rmSync(file);
  for (const file of ["root.qcow2", "vmlinuz", "initrd.img"]) settle(join(work, file));
}

/** mke2fs takes over when each file was last read and touched on the host: a script for debugfs takes that out again. */
function ageScript(facts: string): string {
  const fact = (name: string): number => Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(facts)?.[1]);
  // The file system is new, so inodes in use are the first ones; those below 11 are its own, 2 is the root.
  const last = fact("Inode count") - fact("Free inodes");
  const inodes = [2, ...Array.from({ length: last - 10 }, (_, index) => index + 11)];
  return inodes
    .flatMap((inode) => ["ctime", "atime"].map((time) => `sif <${inode}> ${time} @${epochSeconds}\n`))
    .join("");
}

/** On the disk before anything says that it is there. */
export function settle(file: string): void {
  const opened = openSync(file, "r+");
  fsyncSync(opened);
  closeSync(opened);
}
