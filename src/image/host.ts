/** What building an image needs of this machine: programs, and a way to files of many users. Says or installs what is missing. */
import { type EnsureOptions, type Need, ensurePrograms } from "../start/debian-packages.ts";
import { StartError } from "../start/error.ts";
import type { Progress } from "../start/progress.ts";
import { type Surroundings, type Words, lastLines, runProgram } from "../start/program.ts";

export interface Host {
  readonly isRoot: boolean;
  /** The same words, run where all files can belong to their owners in the guest. */
  readonly asOwner: (words: Words) => Words;
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
  options: Pick<EnsureOptions, "progress" | "isRoot">,
): Promise<void> {
  const building = [...forBuilding, ...(options.isRoot ? [] : forOthers)];
  const wanted = [...forImages, ...(work === "Build" ? building : [])];
  await ensurePrograms(wanted, surroundings, { ...options, who: "Images" });
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
