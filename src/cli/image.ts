/** `image`: node images on this machine. The other door to code of the start: it is opened only when the verb is typed. */
import { type Command, Option } from "commander";
import { resolve } from "node:path";
import { CommandError, exitCodes, usageError } from "./failure.ts";
import { imageColumns } from "./image-columns.ts";
import { yamlOf } from "./output.ts";
import type { Session } from "./session.ts";
import { tableLines } from "./table.ts";

interface BuildFlags {
  readonly kubernetesVersion?: string;
  readonly mirror?: string;
  readonly fresh: boolean;
}

interface AddFlags {
  readonly kubernetesVersion?: string;
  readonly architecture?: "amd64" | "arm64";
}

interface ListFlags {
  readonly output: "table" | "wide" | "json" | "yaml" | "name";
}

export function register(program: Command, session: Session): void {
  const image = program.command("image").description("node images on this machine, for the provider local");
  image
    .command("build")
    .description("build an image of Debian 12 with containerd and a kubelet; one that is there is taken")
    .option("--kubernetes-version <version>", "version of the kubelet (default: that of --cluster local)")
    .option("--mirror <url>", "where Debian's packages come from, such as http://deb.debian.org/debian")
    .option("--fresh", "a new image with today's packages of Debian, if they differ", false)
    .action((flags: BuildFlags) => untilInterrupted((signal) => build(session, flags, signal)));
  image
    .command("list")
    .description("all images, and folders that are damaged")
    .addOption(
      new Option("-o, --output <format>", "how it is shown")
        .choices(["table", "wide", "json", "yaml", "name"])
        .default("table"),
    )
    .action((flags: ListFlags) => list(session, flags));
  image
    .command("add <file> <family:version>")
    .description("take a cloud image with cloud-init (qcow2 or raw) into the images")
    .option("--kubernetes-version <version>", "of the kubelet in it; without, your user data installs one")
    .addOption(
      new Option("--architecture <which>", "of the image (default: this machine's)").choices([
        "amd64",
        "arm64",
      ]),
    )
    .action((file: string, name: string, flags: AddFlags) =>
      untilInterrupted((signal) => add(session, { file, name, ...flags }, signal)),
    );
  image
    .command("remove <images...>")
    .description("remove images; machines that were made from them keep what they lie on")
    .action((names: string[]) => remove(session, names));
}

/** Ctrl-C lets the build take its half-done files away. */
async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, abort);
  try {
    await work(stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    throw new CommandError(
      exitCodes.interrupted,
      "Interrupted. Images that were there are untouched, nothing half done was kept, and what is complete is used next time.",
    );
  }
}

async function build(session: Session, flags: BuildFlags, signal: AbortSignal): Promise<void> {
  const [{ ensureImage }, { kubernetesVersion }, progress] = await Promise.all([
    import("../image/ensure.ts"),
    import("../start/binaries.ts"),
    progressOf(session),
  ]);
  const { dir } = await ensureImage({
    kubernetesVersion: flags.kubernetesVersion ?? kubernetesVersion,
    ...(flags.mirror === undefined ? {} : { mirror: flags.mirror }),
    packages: flags.fresh ? "Fresh" : "Kept",
    env: session.outside.env,
    clock: session.clock,
    progress,
    signal,
  });
  session.terminal.out(dir);
}

async function list(session: Session, { output }: ListFlags): Promise<void> {
  const { imagesDir, listImages } = await import("../image/manifest.ts");
  const { terminal } = session;
  const dir = imagesDir(session.outside.env);
  const { images, damaged } = await listImages(dir);
  const manifests = images.map(({ manifest }) => manifest);
  if (output === "json") terminal.out(JSON.stringify(manifests, null, 2));
  else if (output === "yaml") terminal.out(await yamlOf(manifests));
  else if (output === "name")
    for (const { family, version } of manifests) terminal.out(`${family}:${version}`);
  else if (images.length === 0)
    terminal.err(`There are no images in ${dir}. Build one with: poolkeeper image build`);
  else
    for (const line of tableLines(imageColumns, images, session.look(), output === "wide"))
      terminal.out(line);
  for (const { dir, why } of damaged) terminal.err(`damaged: ${dir}: ${why}`);
  if (damaged.length > 0) terminal.err("try: poolkeeper image remove NAME, with the name of the folder");
}

interface Addition extends AddFlags {
  readonly file: string;
  readonly name: string;
}

async function add(session: Session, addition: Addition, signal: AbortSignal): Promise<void> {
  const [, family, version] = /^([A-Za-z0-9]+):([A-Za-z0-9][A-Za-z0-9._-]*)$/.exec(addition.name) ?? [];
  if (family === undefined || version === undefined)
    throw usageError(
      `"${addition.name}" is no name for an image: write FAMILY:VERSION, such as Ubuntu:24.04.`,
    );
  const { addToImages } = await import("../image/folder.ts");
  const { dir } = await addToImages({
    file: resolve(addition.file),
    family,
    version,
    kubernetesVersion: addition.kubernetesVersion ?? null,
    architecture: addition.architecture ?? null,
    env: session.outside.env,
    clock: session.clock,
    progress: await progressOf(session),
    signal,
  });
  session.terminal.out(dir);
}

async function remove(session: Session, names: readonly string[]): Promise<void> {
  const { removeFromImages } = await import("../image/folder.ts");
  const visit = { env: session.outside.env, clock: session.clock, progress: await progressOf(session) };
  for (const name of names) {
    if (!(await removeFromImages(visit, name)))
      throw new CommandError(exitCodes.notFound, `There is no image ${name}.`, "poolkeeper image list");
    session.terminal.out(`${name} removed`);
  }
}

async function progressOf({ terminal, clock }: Session) {
  const { createProgress } = await import("../start/progress.ts");
  return createProgress({ write: (text) => terminal.err(text.trimEnd()) }, clock);
}
