/**
 * Where Debian's packages come from: what the person named, else Debian itself, else what this machine's own apt uses.
 * Each is asked whether it really has the release; a repository of somebody else among apt's sources is passed over.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Environment } from "../start/binary.ts";
import { StartError } from "../start/error.ts";
import { type Surroundings, runProgram } from "../start/program.ts";
import { suite } from "./recipe.ts";

export interface Mirror {
  /** Such as https://deb.debian.org/debian. */
  readonly archive: string;
  /** Null: none was found, and the image will lack the security updates of Debian. */
  readonly security: string | null;
}

const debian = "https://deb.debian.org/debian";
const debianSecurity = "https://security.debian.org/debian-security";

/** `wanted` is the person's choice: it is used, or the error says why it cannot be. */
export async function findMirror(wanted: string | null, surroundings: Surroundings): Promise<Mirror> {
  const named = wanted === null ? [] : [wanted.replace(/\/+$/, "")];
  const tried: string[] = [];
  for (const archive of named.length > 0 ? named : [debian, ...(await sourcesOfHost(suite, surroundings))]) {
    const why = await whyNot(archive, suite, surroundings);
    if (why === null) return { archive, security: await findSecurity(archive, surroundings) };
    tried.push(`${archive}: ${why}`);
  }
  throw new StartError(
    `No repository with Debian ${suite} could be used:\n  ${tried.join("\n  ")}\nName another with --mirror URL or ` +
      `POOLKEEPER_DEBIAN_MIRROR, such as http://deb.debian.org/debian or a mirror near you. Behind a proxy set ` +
      `https_proxy and http_proxy. No image was changed.`,
  );
}

async function findSecurity(archive: string, surroundings: Surroundings): Promise<string | null> {
  const ofHost = await sourcesOfHost(`${suite}-security`, surroundings);
  for (const candidate of [`${archive}-security`, debianSecurity, ...ofHost]) {
    if ((await whyNot(candidate, `${suite}-security`, surroundings)) === null) return candidate;
  }
  return null;
}

/** The archives that this machine's apt is set up with for that release, in its order. */
async function sourcesOfHost(release: string, surroundings: Surroundings): Promise<readonly string[]> {
  const outcome = await runProgram(["apt-get", "--print-uris", "update"], surroundings);
  if (outcome.kind === "Failed") return [];
  const found = [...outcome.stdout.matchAll(/^'(\S+)\/dists\/([^/']+)\/InRelease'/gm)];
  return found.flatMap(([, archive = "", name]) => (name === release ? [archive] : []));
}

/** Asked with apt's own client, since apt will fetch the packages. Null: it has the release. */
async function whyNot(archive: string, release: string, surroundings: Surroundings): Promise<string | null> {
  if (!/^https?:\/\/[^\s'"]+$/.test(archive)) return "not an http or https address";
  const dir = mkdtempSync(join(tmpdir(), "poolkeeper-mirror-"));
  try {
    const file = join(dir, "InRelease");
    const options = ["Acquire::Retries=0", "Acquire::http::Timeout=8", "Acquire::https::Timeout=8"];
    const outcome = await runProgram(
      [
        "/usr/lib/apt/apt-helper",
        ...options.flatMap((option) => ["-o", option]),
        "download-file",
        `${archive}/dists/${release}/InRelease`,
        file,
      ],
      surroundings,
    );
    if (outcome.kind === "Failed") return reasonIn(outcome.said);
    return whyNotDebian(readFileSync(file, "utf8"));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** The proxies that this machine's apt is set up with, for an apt that does not read its settings. */
export async function aptProxies(surroundings: Surroundings): Promise<Environment> {
  const wanted = ["http_proxy", "Acquire::http::Proxy", "https_proxy", "Acquire::https::Proxy"];
  const outcome = await runProgram(["apt-config", "shell", ...wanted], surroundings);
  const said = outcome.kind === "Done" ? outcome.stdout : "";
  const found = said.matchAll(/^(https?_proxy)='([^']+)'$/gm);
  const proxies = Object.fromEntries(Array.from(found, ([, name = "", url = ""]) => [name, url]));
  // As apt does: https goes the way of http where nothing else is said. What the environment says comes first.
  const both: Environment = { https_proxy: proxies["http_proxy"], ...proxies };
  const isNews = (name: string, url: string | undefined): boolean =>
    url !== undefined && url !== "DIRECT" && surroundings.env[name] === undefined;
  return Object.fromEntries(Object.entries(both).filter(([name, url]) => isNews(name, url)));
}

function whyNotDebian(release: string): string | null {
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, "m").exec(release)?.[1]?.trim() ?? "";
  if (field("Origin") !== "Debian") return `its origin is "${field("Origin")}" and not Debian`;
  if (!field("Codename").startsWith(suite)) return `it has ${field("Codename")} and not ${suite}`;
  return null;
}

/** apt-helper says first what went wrong, indented, and then only that it did. */
function reasonIn(said: string): string {
  const lines = said.split("\n").map((line) => line.trim());
  const at = lines.findIndex((line) => line.startsWith("Err:"));
  return lines[at + 1] ?? "no answer";
}
