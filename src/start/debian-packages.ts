/** Programs of Debian's packages that this machine must have: root gets what is missing, everybody else the command to type. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { StartError } from "./error.ts";
import { type Surroundings, type Words, lastLines, runProgram, systemPath } from "./program.ts";
import type { Progress } from "./progress.ts";

export interface Need {
  /** A program, or a file by its whole path. */
  readonly name: string;
  readonly debianPackage: string;
}

export interface EnsureOptions {
  /** Of the sentence "... need qemu-utils", such as `Images`. */
  readonly who: string;
  readonly progress: Progress;
  readonly isRoot: boolean;
}

/** Throws a StartError with what to install where it is missing afterwards. */
export async function ensurePrograms(
  needs: readonly Need[],
  surroundings: Surroundings,
  options: EnsureOptions,
): Promise<void> {
  const missing = () => needs.filter(({ name }) => !isThere(name, surroundings.env["PATH"] ?? ""));
  const packages = [...new Set(missing().map(({ debianPackage }) => debianPackage))];
  if (packages.length > 0) await install(packages, surroundings, options);
  const [still] = missing();
  if (still !== undefined)
    throw new StartError(`${still.name} is missing although ${still.debianPackage} is installed.`);
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
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

async function install(
  packages: readonly string[],
  surroundings: Surroundings,
  { who, progress, isRoot }: EnsureOptions,
): Promise<void> {
  const command = `apt-get install --no-install-recommends ${packages.join(" ")}`;
  if (!isRoot || !isThere("apt-get", surroundings.env["PATH"] ?? "")) {
    throw new StartError(
      `${who} need ${packages.join(", ")}, which this machine does not have. Install them and run the same command again: ` +
        `sudo ${command} (on Debian and Ubuntu; other systems have packages of the same or similar names).`,
    );
  }
  // Ended in the middle it would leave the packages of the whole machine half installed.
  const run = (words: Words) =>
    runProgram(words, surroundings, { env: { DEBIAN_FRONTEND: "noninteractive" }, life: "Own" });
  await progress.during(`Installing on this machine what is missing: ${packages.join(", ")}`, async () => {
    // A machine that has just started often updates itself.
    const patience = ["-o", "DPkg::Lock::Timeout=600"];
    const words: Words = ["apt-get", "install", ...patience, "--yes", "--no-install-recommends", ...packages];
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
