/** `npm test`: everything that decides whether a change is good, in one command, with one total as its last line. */
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { run } from "node:test";
import { parseArgs } from "node:util";
import { ensureNeeds } from "./needs.ts";

const root = resolve(import.meta.dirname, "..");
const bin = join(root, "node_modules", ".bin");

/** Of one file. The longest, on real machines with emulated processors, takes 21 minutes, and 37 on a machine with much else to do. */
const testLimitMs = 60 * 60_000;

interface Total {
  passed: number;
  failed: number;
  skipped: number;
}

/** The rules of the house that need no run of the product. Each counts as one test. */
const checks: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ["types of the pure core", "tsc", "-p", "src/core"],
  ["types of everything", "tsc", "-p", "."],
  ["types of the console", "tsc", "-p", "console"],
  ["lint", "oxlint", "--type-aware", "src", "test", "bin", "console"],
  ["format", "biome", "format", "."],
  ["layers", "depcruise", "--config", ".dependency-cruiser.cjs", "src", "console/src"],
  ["nothing unused", "knip"],
];

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { only: { type: "string" } },
    allowPositionals: true,
  });
  const files = positionals.flatMap(filesUnder);
  const total: Total = { passed: 0, failed: 0, skipped: 0 };
  const startedAt = performance.now();
  if (files.length === 0) for (const check of checks) await runCheck(check, total);
  if (values.only !== "check") {
    await ensureNeeds();
    await runTests(files.length > 0 ? files : testFiles(), total);
  }
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  console.log(`took ${minutes} minutes`);
  if (total.skipped > 0) console.log(`${total.skipped} skipped, each with its reason above`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/** They take many minutes each. Begun first, they are not left over when all else is done. */
const longest: readonly string[] = ["test/e2e/machines.test.ts", "test/e2e/crash.test.ts"];

function testFiles(): readonly string[] {
  const files = globSync(["src/**/*.test.ts", "console/src/**/*.test.ts", "test/**/*.test.ts"], {
    cwd: root,
  });
  return files.toSorted((a, b) => longest.indexOf(b) - longest.indexOf(a) || a.localeCompare(b));
}

/** Of a test file, or of a folder of them. */
function filesUnder(path: string): readonly string[] {
  const wanted = relative(root, resolve(root, path));
  const found = testFiles().filter((file) => file === wanted || file.startsWith(`${wanted}/`));
  if (found.length === 0) throw new Error(`there is no test at ${path}`);
  return found;
}

async function runCheck([name, command, ...args]: (typeof checks)[number], total: Total): Promise<void> {
  const startedAt = performance.now();
  const { code, output } = await execute(join(bin, command), args);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (code === 0) {
    total.passed += 1;
    console.log(`ok    ${name} (${seconds}s)`);
    return;
  }
  total.failed += 1;
  console.log(`FAIL  ${name} (${seconds}s): ${command} ${args.join(" ")}\n${output}`);
}

function execute(
  command: string,
  args: readonly string[],
): Promise<{ readonly code: number; readonly output: string }> {
  const path = `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`;
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, PATH: path, NO_COLOR: "1", FORCE_COLOR: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (output += String(chunk)));
  return new Promise((settle) => {
    child.on("error", (error) => settle({ code: 1, output: error.message }));
    child.on("close", (code) => settle({ code: code ?? 1, output }));
  });
}

/** One process per file, as many at once as there are cores; a line for each file as it ends, every failure in full. */
async function runTests(files: readonly string[], total: Total): Promise<void> {
  const stream = run({
    files: files.map((file) => resolve(root, file)),
    concurrency: Math.max(1, availableParallelism()),
    timeout: testLimitMs,
  });
  const byFile = new Map<string, Total>();
  for await (const { type, data } of stream) {
    const file = "file" in data ? (data.file ?? "?").replace(`${root}/`, "") : "?";
    const tally = byFile.get(file) ?? { passed: 0, failed: 0, skipped: 0 };
    if (type === "test:summary" && byFile.has(file)) sayEnd(file, tally, data.duration_ms);
    if (type !== "test:pass" && type !== "test:fail") continue;
    byFile.set(file, tally);
    // A suite and a whole file end too; what counts is what is in them. A file that fails by itself counts as one.
    const isWhole = data.details.type === "suite" || data.name === data.file;
    if (isWhole && (type === "test:pass" || tally.failed > 0)) continue;
    count(tally, file, { isPassed: type === "test:pass", ...data });
  }
  for (const { passed, failed, skipped } of byFile.values()) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
}

function sayEnd(file: string, { passed, failed, skipped }: Total, durationMs: number): void {
  const seconds = (durationMs / 1000).toFixed(1);
  console.log(`${failed === 0 ? "ok   " : "FAIL "} ${file} (${passed + failed + skipped}, ${seconds}s)`);
}

interface Ended {
  readonly isPassed: boolean;
  readonly name: string;
  readonly skip?: string | boolean | undefined;
  readonly details: { readonly error?: Error };
}

function count(tally: Total, file: string, { isPassed, name, skip, details }: Ended): void {
  if (skip !== undefined) {
    tally.skipped += 1;
    console.log(`skip  ${file}: ${name}${typeof skip === "string" ? ` (${skip})` : ""}`);
  } else if (isPassed) tally.passed += 1;
  else {
    tally.failed += 1;
    console.log(`FAIL  ${file}: ${name}\n${details.error === undefined ? "" : describe(details.error)}`);
  }
}

function describe(error: Error & { cause?: unknown }): string {
  const cause = error.cause instanceof Error ? error.cause : error;
  return `      ${(cause.stack ?? cause.message).split("\n").slice(0, 30).join("\n      ")}`;
}

process.exitCode = await main();
