/** A cloud image of the user's, checked and copied into the folder of images. It boots by firmware and reads a NoCloud seed. */
import { createHash } from "node:crypto";
import { createReadStream, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import type { Clock } from "../ports/clock.ts";
import { StartError } from "../start/error.ts";
import type { Progress } from "../start/progress.ts";
import { requirePrograms } from "./host.ts";
import { type Architecture, type Image, type ImageManifest, folderName } from "./manifest.ts";
import { publish } from "./publish.ts";
import { type Surroundings, type Words, lastLines, runProgram } from "../start/program.ts";
import { checkRoom, explainFull, fullDisk } from "./room.ts";
import { settle } from "./disk.ts";

export interface AddRequest {
  readonly file: string;
  readonly family: string;
  readonly version: string;
  /** Of the kubelet in it; null: the user's data installs one. */
  readonly kubernetesVersion: string | null;
  readonly architecture: Architecture;
  /** The folder of images. The caller holds its lock. */
  readonly dir: string;
  readonly isRoot: boolean;
  readonly clock: Clock;
  readonly progress: Progress;
  readonly surroundings: Surroundings;
}

export const addPrefix = ".add-";

export async function addImage(request: AddRequest): Promise<Image> {
  const { file, dir, progress, surroundings } = request;
  const target = join(dir, folderName(request));
  if (readdirSync(dir).includes(basename(target))) {
    throw new StartError(
      `There is an image ${folderName(request)} already, and machines may lie on it: nothing was changed. Choose another ` +
        `version, or remove that one first: poolkeeper image remove ${folderName(request)}`,
    );
  }
  await requirePrograms("Add", surroundings, request);
  const facts = await factsOf(file, surroundings);
  const room = { dir, neededBytes: facts["actual-size"] + 2 ** 26, what: `Copying ${file}` };
  checkRoom(room);
  const work = mkdtempSync(join(dir, addPrefix));
  try {
    const disk = join(work, "root.qcow2");
    await checkBoots(file, facts.format, { work, surroundings });
    await progress.during(`Copying ${file}`, () => copy(file, { format: facts.format, disk, surroundings }));
    settle(disk);
    const manifest = await manifestOf(request, disk, facts["virtual-size"]);
    return publish(work, dir, manifest);
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    throw explainFull(error, room, "Nothing was kept.");
  }
}

interface CopyOptions {
  readonly format: string;
  readonly disk: string;
  readonly surroundings: Surroundings;
}

async function copy(file: string, { format, disk, surroundings }: CopyOptions): Promise<void> {
  const words: Words = ["qemu-img", "convert", "-f", format, "-O", "qcow2", file, disk];
  const outcome = await runProgram(words, surroundings);
  if (outcome.kind === "Done") return;
  const why = lastLines(outcome.said, 3);
  throw fullDisk(outcome.said) ?? new StartError(`${file} could not be copied: ${why}. Nothing was kept.`);
}

async function manifestOf(request: AddRequest, disk: string, virtualBytes: number): Promise<ImageManifest> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(request.file), hash);
  return {
    family: request.family,
    version: request.version,
    kubernetesVersion: request.kubernetesVersion,
    operatingSystem: "linux",
    architecture: request.architecture,
    kind: "CloudInit",
    rootDisk: "root.qcow2",
    rootDiskBytes: statSync(disk).size,
    kernel: null,
    initrd: null,
    kernelArgs: "",
    minDiskGiB: Math.ceil(virtualBytes / 2 ** 30),
    builtAt: new Date(request.clock.now()).toISOString(),
    recipe: hash.digest("hex"),
  };
}

const imageFacts = z.object({
  format: z.string(),
  "virtual-size": z.number(),
  "actual-size": z.number(),
});
type ImageFacts = Readonly<z.infer<typeof imageFacts>>;

async function factsOf(file: string, surroundings: Surroundings): Promise<ImageFacts> {
  const outcome = await runProgram(["qemu-img", "info", "--output=json", file], surroundings);
  if (outcome.kind === "Failed")
    throw new StartError(`${file} cannot be read: ${lastLines(outcome.said, 1)}`);
  const facts = imageFacts.parse(JSON.parse(outcome.stdout));
  if (facts.format !== "qcow2" && facts.format !== "raw")
    throw new StartError(
      `${file} is a ${facts.format} image. Make a qcow2 of it and add that: qemu-img convert -O qcow2 ${file} NEW.qcow2`,
    );
  if (facts.format === "qcow2") {
    const check = await runProgram(["qemu-img", "check", "-q", file], surroundings);
    // Clusters that leak waste room and harm nothing.
    if (check.kind === "Failed" && check.how !== "exit code 3")
      throw new StartError(`${file} is damaged: ${lastLines(check.said, 2)}. Download it again.`);
  }
  return facts;
}

interface CheckOptions {
  readonly work: string;
  readonly surroundings: Surroundings;
}

/** Anything can be called a raw image; a disk that firmware boots has a boot record or a partition table. */
async function checkBoots(file: string, format: string, { work, surroundings }: CheckOptions): Promise<void> {
  const head = join(work, "head");
  const words = ["-f", format, "-O", "raw", "bs=2048", "count=20", `if=${file}`, `of=${head}`];
  const outcome = await runProgram(["qemu-img", "dd", ...words], surroundings);
  if (outcome.kind === "Failed")
    throw new StartError(`${file} cannot be read: ${lastLines(outcome.said, 1)}`);
  const bytes = readFileSync(head);
  rmSync(head);
  const packed = packers.find(({ magic }) => bytes.subarray(0, magic.length).equals(magic));
  if (packed !== undefined)
    throw new StartError(`${file} is packed. Unpack it and add what comes out: ${packed.command} ${file}`);
  if (bytes.subarray(0x8001, 0x8006).toString("latin1") === "CD001")
    throw new StartError(
      `${file} is a CD to install from. Take the image for clouds, most often a file .qcow2 or .img.`,
    );
  const boots = bytes.length > 512 && bytes.readUInt16LE(510) === 0xaa55;
  if (!boots)
    throw new StartError(
      `${file} is no disk that a machine could boot: it has no boot record and no partitions.`,
    );
}

const packers = [
  { magic: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a]), command: "unxz" },
  { magic: Buffer.from([0x1f, 0x8b]), command: "gunzip" },
  { magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), command: "unzstd" },
];
