/** Runs the programs of a build one by one, and says what a failure means for the images. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { StartError } from "../start/error.ts";
import { type Run, type Surroundings, type Words, lastLines, runProgram } from "../start/program.ts";
import { type Room, fullDisk } from "./room.ts";

export const keptAfterFailure =
  "Nothing half done was kept; programs and Debian's packages that were complete are.";

/** A full disk is thrown as such, since how much is free is known only when the half-done files are gone. */
export function createRunner({ dir, what }: Room, surroundings: Surroundings): Run {
  return async (words, options) => {
    const outcome = await runProgram(words, surroundings, options);
    if (outcome.kind === "Done") return outcome.stdout;
    const { how, said } = outcome;
    const full = fullDisk(said);
    if (full !== null) throw full;
    const log = join(dir, "build.log");
    writeFileSync(log, `${words.join(" ")}\n${said}`);
    throw new StartError(
      `${what} failed in ${programOf(words)} (${how}). ${keptAfterFailure} Images that were there are untouched. Mend what ` +
        `the log names and run the same command again. Its last lines:\n  ${lastLines(said, 10)}\nThe whole log is ${log}.`,
    );
  };
}

/** Not the one that makes a namespace for it. */
function programOf(words: Words): string {
  return words[words.lastIndexOf("--") + 1] ?? words[0];
}
