/**
 * `npm run fuzz:api`: schemathesis, from PyPI, against the embedded start. The OpenAPI document is validated; then it sends thousands
 * of requests, good and bad, and looks whether anything fails or answers other than documented.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { signIn } from "./sign-in.ts";

const version = "4.32.5";
const packages = [`schemathesis==${version}`, "openapi-spec-validator==0.7.2"];
const root = path.resolve(import.meta.dirname, "../..");
const cache = process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache");
const venv = path.join(cache, "poolkeeper", "schemathesis", version);
const tool = path.join(venv, "bin", "schemathesis");

/** What a request would have to know of the world to be granted is no fault of the document. */
const leftOut = ["positive_data_acceptance", "ignored_auth"];

async function main(): Promise<number> {
  if (!install()) return 1;
  const folder = mkdtempSync(path.join(tmpdir(), "pk-fuzz-"));
  const server = spawn(
    process.execPath,
    [path.join(root, "bin", "poolkeeper"), "start", "--port", "0", "--data-dir", folder],
    { cwd: root, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, POOLKEEPER_LOG: "warn" } },
  );
  try {
    const link = await linkOf(server);
    return await fuzz(link, folder, process.argv.slice(2));
  } finally {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Once per version, in a folder of its own outside of the tree. */
function install(): boolean {
  if (existsSync(tool)) return true;
  console.log(`Installing schemathesis ${version} from PyPI into ${venv} (once) ...`);
  mkdirSync(path.dirname(venv), { recursive: true });
  const steps: readonly (readonly [command: string, ...args: string[]])[] = [
    ["python3", "-m", "venv", venv],
    [path.join(venv, "bin", "python"), "-m", "pip", "install", "--quiet", ...packages],
  ];
  for (const [command, ...args] of steps) {
    const { status, error } = spawnSync(command, args, { stdio: "inherit" });
    if (status === 0) continue;
    rmSync(venv, { recursive: true, force: true });
    console.error(
      `${command} ${args.join(" ")} ended with ${status ?? error?.message}. Fuzzing needs Python 3.10 or newer with ` +
        "venv and pip, and the way to PyPI (Debian: apt install python3-venv). Nothing else needs them.",
    );
    return false;
  }
  return true;
}

/** The start tells it on standard error when it is ready. */
function linkOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const read = (chunk: unknown): void => {
      text += String(chunk);
      const [, link] = /Console: (\S+)/.exec(text) ?? [];
      if (link !== undefined) resolve(link);
    };
    server.stdout?.on("data", read);
    server.stderr?.on("data", read);
    server.once("exit", (code) => reject(new Error(`The start ended with ${code}:\n${text}`)));
  });
}

async function fuzz(link: string, folder: string, extra: readonly string[]): Promise<number> {
  const { url, cookie, csrf } = await signIn(link);
  const args = [
    "--config-file",
    path.join(import.meta.dirname, "schemathesis.toml"),
    "run",
    `${url}/api/openapi.json`,
    ...["-H", `Cookie: ${cookie}`, "-H", `X-Poolkeeper-Csrf: ${csrf}`, "-H", `Origin: ${url}`],
    // The stream has no end, and signing out ends the test.
    ...["--exclude-path", "/api/v1/stream", "--exclude-operation-id", "deleteSession"],
    ...["--checks", "all", "--exclude-checks", leftOut.join(",")],
    ...["--phases", "examples,coverage,fuzzing,stateful", "--rate-limit", "95/s", "--no-color"],
    ...["--continue-on-failure", "--max-examples", "25"],
    ...extra,
  ];
  const validator = path.join(venv, "bin", "openapi-spec-validator");
  const file = path.join(folder, "openapi.json");
  writeFileSync(file, await (await fetch(`${url}/api/openapi.json`)).text());
  const isValid = (await runTool(validator, [file])) === 0;
  if (!isValid) return 1;
  const code = await runTool(tool, args);
  console.log(code === 0 ? "0 server errors, 0 undocumented answers" : `schemathesis ended with ${code}`);
  return code === 0 ? 0 : 1;
}

function runTool(command: string, args: readonly string[]): Promise<number | null> {
  const child = spawn(command, args, { cwd: tmpdir(), stdio: "inherit" });
  return new Promise((resolve) => child.once("exit", resolve));
}

process.exitCode = await main();
