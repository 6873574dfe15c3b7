/** The entry of the command line: builds what lies outside, and ends with the exit code. */
import { randomInt } from "node:crypto";
import { enableCompileCache } from "node:module";

// Before anything else is loaded: the second start and all later ones are several times as fast.
enableCompileCache();

const [{ run }, { createTerminal }, { connect }, { realClock }] = await Promise.all([
  import("./program.ts"),
  import("./terminal.ts"),
  import("./connect.ts"),
  import("../ports/clock.ts"),
]);

// Without vowels no word comes about by chance.
const letters = "bcdfghjklmnpqrstvwxz2456789";
const { env } = process;
const args = process.argv.slice(2);

// A server and the building of an image end in their own orderly way; everything else just stops.
if (!args.includes("start") && !args.includes("image")) process.once("SIGINT", () => process.exit(130));

process.exitCode = await run(args, {
  terminal: createTerminal(env),
  clock: realClock,
  env,
  timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
  suffix: () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join(""),
  connect: (choice) => connect(choice, env, realClock),
});
