/** What building an image needs of this machine: programs, and a way to files of many users. Says or installs what is missing. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { StartError } from "../start/error.ts";
import type { Progress } from "../start/progress.ts";
import { type Surroundings, type Words, lastLines, runProgram, systemPath } from "./program.ts";

export interface Host {
  readonly isRoot: boolean;
  /** The same words, run where all files can belong to their owners in the guest. */
  readonly asOwner: (words: Words) => Words;
}

interface Need {
  /** A program, or a file by its whole path. */
  readonly name: string;
  readonly debianPackage: string;
}

const forBuilding: readonly Need[] = [
  { name: "mmdebstrap", debianPackage: "mmdebstrap" },
  { name: "/usr/lib/apt/apt-helper", debianPackage: "apt" },
  { name: "/usr/share/keyrings/debian-archive-keyring.gpg", debianPackage: "debian-archive-keyring" },
  { name: "tar", debianPackage: "tar" },
  { name: "mke2fs", debianPackage: "e2fsprogs" },
  { name: "debugfs", debianPackage: "e2fsprogs" },
];
const forImages: readonly Need[] = [{ name: "qemu-img", debianPackage: "qemu-utils" }];
/** Who is not root borrows the users below him. */
const forOthers: readonly Need[] = [{ name: "newuidmap", debianPackage: "uidmap" }];

export async function prepareHost(
  surroundings: Surroundings,
  progress: Progress,
  isRoot: boolean,
): Promise<Host> {
  await requirePrograms("Build", surroundings, { progress, isRoot });
  if (!isRoot) await checkNamespaces(surroundings);
  return {
    isRoot,
    asOwner: (words) =>
      isRoot ? words : ["unshare", "--user", "--map-root-user", "--map-auto", "--", ...words],
  };
}

export async function requirePrograms(
  work: "Build" | "Add",
  surroundings: Surroundings,
  options: InstallOptions,
): Promise<void> {
  const building = [...forBuilding, ...(options.isRoot ? [] : forOthers)];
  const wanted = [...forImages, ...(work === "Build" ? building : [])];
  const missing = () => wanted.filter(({ name }) => !isThere(name, surroundings.env["PATH"] ?? ""));
  const packages = [...new Set(missing().map(({ debianPackage }) => debianPackage))];
  if (packages.length > 0) await install(packages, surroundings, options);
  const [still] = missing();
  if (still !== undefined)
    throw new StartError(`${still.name} is missing although ${still.debianPackage} is installed.`);
}

function isThere(name: string, searchPath: string): boolean {
  const folders = name.startsWith("/")
    ? [""]
    : [...searchPath.split(delimiter), ...systemPath.split(delimiter)];
  return folders.some((folder) => {
    try {
      accessSync(folder === "" ? name : join(folder, name), constants.R_OK);
      return true;
    } catch {
      return false;
    }
  });
}

interface InstallOptions {
  readonly progress: Progress;
  readonly isRoot: boolean;
}

async function install(
  packages: readonly string[],
  surroundings: Surroundings,
  { progress, isRoot }: InstallOptions,
): Promise<void> {
  const command = `apt-get install --no-install-recommends ${packages.join(" ")}`;
  if (!isRoot || !isThere("apt-get", surroundings.env["PATH"] ?? "")) {
    throw new StartError(
      `Images need ${packages.join(", ")}, which this machine does not have. Install them and run the same command again: ` +
        `sudo ${command} (on Debian and Ubuntu; other systems have packages of the same or similar names).`,
    );
  }
  // Ended in the middle it would leave the packages of the whole machine half installed.
  const run = (words: Words) =>
    runProgram(words, surroundings, { env: { DEBIAN_FRONTEND: "noninteractive" }, life: "Own" });
  await progress.during(`Installing on this machine what is missing: ${packages.join(", ")}`, async () => {
    const words: Words = ["apt-get", "install", "--yes", "--no-install-recommends", ...packages];
    let outcome = await run(words);
    if (outcome.kind === "Failed") {
      // Most often the lists are old or were never fetched.
      await run(["apt-get", "update"]);
      outcome = await run(words);
    }
    if (outcome.kind === "Done") return;
    throw new StartError(
      `The packages ${packages.join(", ")} could not be installed (${outcome.how}). Mend it and run ${command} yourself, ` +
        `then the same command again. apt-get's last lines:\n  ${lastLines(outcome.said, 8)}`,
    );
  });
}

async function checkNamespaces(surroundings: Surroundings): Promise<void> {
  const outcome = await runProgram(
    ["unshare", "--user", "--map-root-user", "--map-auto", "--", "true"],
    surroundings,
  );
  if (outcome.kind === "Done") return;
  throw new StartError(
    `This user may not make files of other users in a namespace of its own, which building an image needs: ` +
      `${lastLines(outcome.said, 1)}. Give it a range of users (sudo usermod --add-subuids 100000-165535 ` +
      `--add-subgids 100000-165535 $USER) and allow user namespaces (sysctl kernel.unprivileged_userns_clone and ` +
      `kernel.apparmor_restrict_unprivileged_userns), or run the same command as root.`,
  );
}
