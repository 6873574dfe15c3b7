/** A folder of images of its own for tests that really build, and the command line that works on it. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { imagesDir } from "../../src/image/manifest.ts";

const main = resolve(import.meta.dirname, "../../src/cli/main.ts");

export interface Home {
  readonly dir: string;
  /** The folder of images. */
  readonly images: string;
  poolkeeper(...args: readonly string[]): Running;
  remove(): void;
}

export interface Running {
  readonly process: ChildProcess;
  /** What it has said so far, on both outputs. */
  said(): string;
  /** Resolves when that has been said; rejects when it ends without. */
  until(text: string): Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly out: string }>;
}

/** Programs that were built or downloaded before are lent by the user's own cache; Debian is installed anew. */
export function createHome(): Home {
  const dir = mkdtempSync(join(tmpdir(), "poolkeeper-image-"));
  const env = { ...process.env, XDG_CACHE_HOME: dir };
  const [images, lent] = [imagesDir(env), dirname(imagesDir(process.env))];
  mkdirSync(images, { recursive: true });
  for (const name of ["kube", "node"]) {
    mkdirSync(join(lent, name), { recursive: true });
    symlinkSync(join(lent, name), join(dirname(images), name));
  }
  return {
    dir,
    images,
    poolkeeper: (...args) => run(args, env),
    remove: () => rmSync(dir, { recursive: true }),
  };
}

function run(args: readonly string[], env: NodeJS.ProcessEnv): Running {
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let [out, all] = ["", ""];
  const listeners = new Set<() => void>();
  const hear = (text: string): void => {
    all += text;
    for (const listener of listeners) listener();
  };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    hear(text);
  });
  child.stderr.setEncoding("utf8").on("data", hear);
  const ended = new Promise<{ code: number | null; out: string }>((settle) => {
    child.on("close", (code) => settle({ code, out: out.trim() }));
  });
  const until = async (text: string): Promise<void> => {
    const isSaid = new Promise<true>((settle) => {
      const listen = (): void => {
        if (all.includes(text)) settle(true);
      };
      listeners.add(listen);
      listen();
    });
    if ((await Promise.race([isSaid, ended])) !== true)
      throw new Error(`it ended without "${text}":\n${all}`);
  };
  return { process: child, said: () => all, until, ended };
}

/** Why images cannot be built here, or nothing. Root installs what is missing. */
export function cannotBuild(): { readonly skip?: string } {
  if (process.platform !== "linux") return { skip: "images are built on Linux" };
  const isRoot = process.getuid?.() === 0;
  if (isRoot && existsSync("/usr/bin/apt-get")) return {};
  const missing = ["mmdebstrap", "mke2fs", "qemu-img"].filter((name) => !hasProgram(name));
  return missing.length === 0
    ? {}
    : { skip: `${missing.join(", ")} missing, and only root could install them` };
}

export function hasProgram(name: string): boolean {
  const found = spawnSync("sh", ["-c", `PATH="$PATH:/usr/sbin:/sbin" command -v ${name}`]);
  return found.status === 0;
}
