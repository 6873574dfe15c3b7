/** Official releases over HTTPS, put in place only when their checksum is the published one. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, createWriteStream, mkdtempSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { EnvHttpProxyAgent, fetch } from "undici";
import type { Response } from "undici";
import type { Environment } from "./binary.ts";
import { StartError, isDiskTrouble, systemCode } from "./error.ts";

export interface Release {
  readonly url: string;
  readonly checksumUrl: string;
  /** Where in the archive the wanted file is; null when the archive, or the program itself, is wanted. */
  readonly memberOfArchive: string | null;
}

export type DownloadAnswer =
  | { readonly kind: "Done" }
  | { readonly kind: "Unavailable"; readonly why: string };

export interface Downloader {
  /** `file` is there when it is done, whole and executable, and untouched otherwise. */
  get(release: Release, file: string, signal: AbortSignal | undefined): Promise<DownloadAnswer>;
  close(): Promise<void>;
}

/** A machine without a way out must not make people wait. */
const connectLimitMs = 3_000;
const silenceLimitMs = 20_000;

export function createDownloader(env: Environment): Downloader {
  const agent = new EnvHttpProxyAgent({
    connect: { timeout: connectLimitMs },
    headersTimeout: silenceLimitMs,
    bodyTimeout: silenceLimitMs,
    ...proxiesOf(env),
  });
  const unreachable = new Map<string, string>();

  const get: Downloader["get"] = async (release, file, signal) => {
    const { host } = new URL(release.url);
    const known = unreachable.get(host);
    if (known !== undefined) return { kind: "Unavailable", why: known };
    const work = mkdtempSync(path.join(path.dirname(file), `.${path.basename(file)}-`));
    try {
      await fetchInto({ release, target: file, work, agent, signal });
      return { kind: "Done" };
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof StartError || isDiskTrouble(error)) throw error;
      const why = `${host} cannot be used (${reasonOf(error)})`;
      unreachable.set(host, why);
      return { kind: "Unavailable", why };
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  };
  return { get, close: () => agent.destroy() };
}

interface Fetch {
  readonly release: Release;
  readonly target: string;
  readonly work: string;
  readonly agent: EnvHttpProxyAgent;
  readonly signal: AbortSignal | undefined;
}

async function fetchInto({ release, target, work, agent, signal }: Fetch): Promise<void> {
  const options = signal === undefined ? { dispatcher: agent } : { dispatcher: agent, signal };
  const checksums = await (await ok(fetch(release.checksumUrl, options))).text();
  const wanted = checksumFor(checksums, path.basename(release.url));
  if (wanted === null) throw new Error(`${release.checksumUrl} names no checksum for it`);

  const { body } = await ok(fetch(release.url, options));
  if (body === null) throw new Error("the answer was empty");
  const file = path.join(work, "file");
  const hash = createHash("sha256");
  const measure = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(body), measure, createWriteStream(file));
  const actual = hash.digest("hex");
  if (actual !== wanted) throw mismatch(release, wanted, actual);

  const program = release.memberOfArchive === null ? file : unpack(file, release.memberOfArchive, work);
  chmodSync(program, 0o755);
  renameSync(program, target);
}

async function ok(answer: Promise<Response>): Promise<Response> {
  const response = await answer;
  if (!response.ok) throw new Error(`HTTP ${response.status} for ${response.url}`);
  return response;
}

/** Either one bare checksum, or lines of a checksum and a file name. */
function checksumFor(text: string, fileName: string): string | null {
  const lines = text.trim().split("\n");
  const line = lines.length === 1 ? lines[0] : lines.find((each) => each.trim().endsWith(` ${fileName}`));
  return /^[0-9a-f]{64}(?=\s|$)/.exec(line?.trim() ?? "")?.[0] ?? null;
}

function unpack(archive: string, member: string, work: string): string {
  const tar = spawnSync("tar", ["-xzf", archive, "-C", work, member], { encoding: "utf8" });
  if (tar.status === 0) return path.join(work, member);
  throw new Error(`tar cannot unpack it: ${tar.error?.message ?? tar.stderr.trim()}`);
}

function mismatch(release: Release, wanted: string, actual: string): StartError {
  return new StartError(
    `${release.url} has the checksum ${actual}, but ${release.checksumUrl} says ${wanted}. ` +
      `The file was deleted and nothing was installed. Run the same command again; if it happens again, something ` +
      `between here and ${new URL(release.url).host} changes files: put programs that you trust in a folder and name it in ` +
      `KUBEBUILDER_ASSETS.`,
  );
}

function reasonOf(error: unknown): string {
  const code = systemCode(error);
  if (code !== null) return code;
  const deepest = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return deepest instanceof Error ? deepest.message : String(deepest);
}

function proxiesOf(env: Environment) {
  const httpProxy = env["http_proxy"] ?? env["HTTP_PROXY"];
  const httpsProxy = env["https_proxy"] ?? env["HTTPS_PROXY"];
  const noProxy = env["no_proxy"] ?? env["NO_PROXY"];
  return {
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
    ...(noProxy === undefined ? {} : { noProxy }),
  };
}
