/**
 * Where the Kubernetes programs are on this machine: already there, in the cache, downloaded, or at last built. It does
 * not run them, but for asking those it did not make for their version.
 */
import { execFile } from "node:child_process";
import { accessSync, constants, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Clock } from "../ports/clock.ts";
import type { BinaryName, BinarySources, Environment } from "./binary.ts";
import { buildBinary } from "./build.ts";
import { createDownloader } from "./download.ts";
import type { Downloader } from "./download.ts";
import { StartError, isDiskTrouble } from "./error.ts";
import { tryLock, waitForLock } from "./lock.ts";
import type { Lock } from "./lock.ts";
import type { Progress } from "./progress.ts";
import { releaseOf } from "./release.ts";

/** What a local control plane runs. `tools/kube` pins the same; a test holds them to its go.mod files. */
export const kubernetesVersion = "v1.36.3";
export const etcdVersion = "v3.6.16";

export type BinaryPaths<N extends BinaryName = BinaryName> = Readonly<Record<N, string>>;

export interface BinaryRequest<N extends BinaryName = BinaryName> {
  readonly names: readonly N[];
  /** Of Kubernetes, such as v1.36.3. etcd comes in the version that goes with it. */
  readonly version: string;
  /** How alike a program must be that somebody else installed. Absent: of the same minor version. */
  readonly likeness?: "Minor" | "Patch";
  readonly env: Environment;
  readonly clock: Clock;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
  readonly sources?: BinarySources;
}

const officialSources: BinarySources = {
  kubernetesUrl: "https://dl.k8s.io",
  etcdUrl: "https://github.com/etcd-io/etcd/releases/download",
  toolsDir: fileURLToPath(new URL("../../tools", import.meta.url)),
};

export async function ensureBinaries<N extends BinaryName>(
  request: BinaryRequest<N>,
): Promise<BinaryPaths<N>> {
  const found = new Map<N, string>();
  await Promise.all(
    request.names.map(async (name) => {
      const file = (await findInstalled(name, request)) ?? findCached(name, request);
      if (file !== null) found.set(name, file);
    }),
  );
  const missing = request.names.filter((name) => !found.has(name));
  if (missing.length > 0) await obtain(missing, request);
  for (const name of missing) found.set(name, path.join(cacheDir(request), name));
  // Every name was set just above; the type of a record with exactly these keys cannot be inferred from a Map.
  return Object.fromEntries(found) as unknown as BinaryPaths<N>;
}

export function cacheDir({ env, version }: Pick<BinaryRequest, "env" | "version">): string {
  const home = env["XDG_CACHE_HOME"] ?? path.join(env["HOME"] ?? homedir(), ".cache");
  return path.join(home, "poolkeeper", "kube", version);
}

/** A program that somebody else installed counts only when it says itself that it has the wanted version. */
async function findInstalled(name: BinaryName, request: BinaryRequest): Promise<string | null> {
  const { env, version, likeness = "Minor" } = request;
  const folders = [env["KUBEBUILDER_ASSETS"], ...(env["PATH"] ?? "").split(path.delimiter)];
  for (const folder of folders) {
    if (folder === undefined || folder === "" || !path.isAbsolute(folder)) continue;
    const file = path.join(folder, name);
    if (isProgram(file) && (await isLike(file, wantedVersion(name, version), likeness))) return file;
  }
  return null;
}

function findCached(name: BinaryName, request: BinaryRequest): string | null {
  const file = path.join(cacheDir(request), name);
  return isProgram(file) ? file : null;
}

function wantedVersion(name: BinaryName, version: string): string {
  return name === "etcd" ? etcdVersion : version;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    const stat = statSync(file);
    return stat.isFile() && stat.size > 0;
  } catch {
    return false;
  }
}

const askLimitMs = 5_000;

async function isLike(file: string, version: string, likeness: "Minor" | "Patch"): Promise<boolean> {
  const args = path.basename(file) === "kubectl" ? ["version", "--client"] : ["--version"];
  try {
    const { stdout } = await promisify(execFile)(file, args, { timeout: askLimitMs });
    const shape = likeness === "Minor" ? /\d+\.\d+(?=\.\d)/ : /\d+\.\d+\.\d+/;
    const said = shape.exec(stdout);
    return said !== null && said[0] === shape.exec(version)?.[0];
  } catch {
    return false; // What cannot be run is not a program for us; the next place may have one.
  }
}

/** Downloads, then builds what could not be downloaded. Two processes at once do the work once. */
async function obtain(names: readonly BinaryName[], request: BinaryRequest): Promise<void> {
  const dir = cacheDir(request);
  try {
    mkdirSync(dir, { recursive: true });
    const lock = await lockCache(path.join(dir, "lock"), request);
    try {
      sweep(dir);
      const wanted = names.filter((name) => findCached(name, request) === null);
      await obtainLocked(wanted, request);
    } finally {
      lock.release();
    }
  } catch (error) {
    if (!(error instanceof Error) || error instanceof StartError || !isDiskTrouble(error)) throw error;
    throw new StartError(
      `The Kubernetes programs cannot be put into ${dir}: ${error.message}. What was complete there is kept. Free about ` +
        `1 GB and let this user write there, or set XDG_CACHE_HOME to another folder, and run the same command again.`,
      error,
    );
  }
}

/** Removes what killed downloads and builds left half done. Only for the holder of the lock. */
function sweep(dir: string): void {
  for (const name of readdirSync(dir)) {
    const isHalfDone = name.startsWith(".") || (name.endsWith(".part") && !name.startsWith("lock"));
    if (isHalfDone) rmSync(path.join(dir, name), { recursive: true });
  }
}

async function lockCache(file: string, { clock, progress, signal }: BinaryRequest): Promise<Lock> {
  const attempt = tryLock(file);
  if (attempt.kind === "Held") return attempt.lock;
  const options = signal === undefined ? { clock } : { clock, signal };
  const { pid } = attempt.holder;
  return await progress.during(`Waiting for process ${pid}, which is getting the Kubernetes programs`, () =>
    waitForLock(file, options),
  );
}

async function obtainLocked(names: readonly BinaryName[], request: BinaryRequest): Promise<void> {
  const { progress, signal } = request;
  const download = createDownloader(request.env);
  try {
    for (const [index, name] of names.entries()) {
      signal?.throwIfAborted();
      const step = `[${index + 1}/${names.length}] Getting ${name} ${wantedVersion(name, request.version)}`;
      await progress.during(step, () => obtainOne(name, request, download));
    }
  } finally {
    await download.close();
  }
}

async function obtainOne(name: BinaryName, request: BinaryRequest, download: Downloader): Promise<void> {
  const { env, progress, signal, sources = officialSources } = request;
  const [version, dir] = [wantedVersion(name, request.version), cacheDir(request)];
  const answer = await download.get(releaseOf(name, version, sources), path.join(dir, name), signal);
  if (answer.kind === "Done") return;
  progress.say(`  ${answer.why}, so Go builds it; the first time this takes minutes`);
  await buildBinary({ name, version, dir, toolsDir: sources.toolsDir, env }, signal);
}
