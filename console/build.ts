/**
 * Builds the console into dist/, unless that is what its sources say already. The list of sources, each with the digest of
 * its contents, stands beside the result, so that a change elsewhere in the repository costs no build.
 */
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { realClock } from "../src/ports/clock.ts";
import { waitForLock } from "../src/start/lock.ts";
import { createProgress } from "../src/start/progress.ts";

const folder = import.meta.dirname;
const repository = path.resolve(folder, "..");
const dist = path.join(folder, "dist");
const listName = "sources.json";

/** What goes into every build besides the modules that the console imports. */
const always = ["package-lock.json", "console/*.{ts,json,html}", "console/public/*"];

type Digests = Readonly<Record<string, string>>;

async function main(): Promise<void> {
  const lock = await waitForLock(path.join(folder, ".build-lock"), { clock: realClock });
  try {
    if (isCurrent()) return;
    const progress = createProgress(process.stderr, realClock);
    await progress.during("Building the web console, which is done again only when it changes", build);
  } finally {
    lock.release();
  }
}

function isCurrent(): boolean {
  const list = path.join(dist, listName);
  if (!existsSync(list) || !existsSync(path.join(dist, "index.html"))) return false;
  const known: unknown = JSON.parse(readFileSync(list, "utf8"));
  return JSON.stringify(known) === JSON.stringify(digestsOf(Object.keys(Object(known))));
}

async function build(): Promise<void> {
  // Loaded only when there is something to build, because it takes a second.
  const [vite, { consoleOptions }] = await Promise.all([import("vite"), import("./options.ts")]);
  const part = path.join(folder, `dist.${process.pid}.part`);
  const modules = new Set<string>();
  try {
    await vite.build({
      ...consoleOptions,
      logLevel: "warn",
      plugins: [
        ...(consoleOptions.plugins ?? []),
        {
          name: "list-of-sources",
          buildEnd() {
            for (const id of this.getModuleIds()) modules.add(id.split("?")[0] ?? id);
          },
        },
      ],
      build: { ...consoleOptions.build, outDir: part },
    });
    writeFileSync(path.join(part, listName), JSON.stringify(digestsOf([...modules].map(relative)), null, 1));
    rmSync(dist, { recursive: true, force: true });
    renameSync(part, dist);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

/** Packages are covered by the lockfile. */
function digestsOf(files: readonly string[]): Digests {
  const own = files.filter((file) => /^(src|console)\//.test(file));
  const all = [...new Set([...own, ...globSync([...always], { cwd: repository })])].toSorted();
  return Object.fromEntries(all.map((file) => [file, digestOf(path.join(repository, file))]));
}

function digestOf(file: string): string {
  if (!existsSync(file)) return "gone";
  return createHash("sha256").update(readFileSync(file)).digest("base64url");
}

function relative(module: string): string {
  return path.relative(repository, module).split(path.sep).join("/");
}

await main();
