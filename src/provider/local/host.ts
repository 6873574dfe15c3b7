/**
 * The machine underneath: files that are whole or absent, programs, processes that outlive us, and their sockets. Every
 * effect of this provider goes through here, so that a test can end the process before and after each of them.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, constants, fsyncSync, openSync, statfsSync, statSync, writeSync } from "node:fs";
import { copyFile, link, mkdir, rename, rm } from "node:fs/promises";
import { createConnection, type Socket } from "node:net";
import { isOutOfRoom, systemCode } from "../../start/error.ts";
import { identifyProcess, isProcessAlive, type ProcessId } from "../../start/process-id.ts";
import { writeWholeFile } from "../../start/whole-file.ts";

export interface Host {
  makeFolder(folder: string): Promise<void>;
  writeFile(file: string, content: string | Uint8Array, mode: number): void;
  /** Zeros in place, so that whoever has the file open finds nothing in it either. */
  wipe(file: string): void;
  rename(from: string, to: string): Promise<void>;
  /** A second name for the file, or a copy where it lies on another file system. */
  share(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Runs a program to its end and gives what it printed; its failure is an error with its own words. */
  run(program: string, args: readonly string[], folder: string): Promise<string>;
  /** Starts a program that goes on when we are gone. */
  launch(launch: Launch): Promise<Launched>;
  signal(process: ProcessId, name: "SIGTERM" | "SIGKILL"): void;
  connect(folder: string, socketName: string): Promise<Socket>;
  freeBytes(folder: string): number;
}

export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  /** Takes what the program says. */
  readonly logFile: string;
}

export interface Launched {
  readonly process: ProcessId;
  /** How it ended, in words, once it has. */
  readonly ended: Promise<string>;
}

/** What a program said when it failed. */
export class ProgramError extends Error {
  constructor(program: string, code: number | string | null, output: string) {
    super(`${program} failed (${code ?? "killed"}): ${output.trim() || "it said nothing"}`);
    this.name = "ProgramError";
  }
}

/** Also where a program met it and only says so. */
export function isDiskFull(error: unknown): boolean {
  if (isOutOfRoom(error)) return true;
  return error instanceof ProgramError && error.message.includes("No space left on device");
}

export const realHost: Host = {
  makeFolder: async (folder) => void (await mkdir(folder, { recursive: true, mode: 0o700 })),
  writeFile: writeWholeFile,
  wipe,
  rename,
  share,
  remove: (path) => rm(path, { recursive: true, force: true }),
  run,
  launch,
  signal: (id, name) => {
    if (!isProcessAlive(id)) return;
    try {
      process.kill(id.pid, name);
    } catch (error) {
      // It ended between the look and the signal.
      if (systemCode(error) !== "ESRCH") throw error;
    }
  },
  connect,
  freeBytes: (folder) => {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  },
};

function wipe(file: string): void {
  const opened = openSync(file, "r+");
  try {
    const zeros = Buffer.alloc(64 * 1024);
    const { size } = statSync(file);
    for (let at = 0; at < size; at += zeros.length) {
      writeSync(opened, zeros, 0, Math.min(zeros.length, size - at), at);
    }
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

async function share(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (systemCode(error) === "EEXIST") return;
    if (!["EXDEV", "EPERM", "EMLINK", "ENOTSUP"].includes(systemCode(error) ?? "")) throw error;
    await copyFile(from, `${to}.part`, constants.COPYFILE_FICLONE);
    await rename(`${to}.part`, to);
  }
}

function run(program: string, args: readonly string[], folder: string): Promise<string> {
  const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let complaints = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (complaints += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new ProgramError(program, systemCode(error), error.message)));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new ProgramError(program, code ?? signal, complaints || output));
    });
  });
}

async function launch({ program, args, folder, logFile }: Launch): Promise<Launched> {
  const log = openSync(logFile, "w", 0o600);
  try {
    const child = spawn(program, args, { cwd: folder, detached: true, stdio: ["ignore", log, log] });
    const ended = endOf(child);
    await new Promise((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (error) => reject(new ProgramError(program, systemCode(error), error.message)));
    });
    child.unref();
    const pid = child.pid ?? 0;
    return { process: identifyProcess(pid) ?? { pid, startedAt: "" }, ended };
  } finally {
    closeSync(log);
  }
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
}

/** Names of sockets may have 107 bytes; a folder's descriptor stands for any path, however long. */
function connect(folder: string, socketName: string): Promise<Socket> {
  const opened = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  const socket = createConnection(`/proc/self/fd/${opened}/${socketName}`);
  return new Promise((resolve, reject) => {
    const settle = (done: () => void): void => {
      closeSync(opened);
      done();
    };
    socket.once("error", (error) => settle(() => reject(error)));
    socket.once("connect", () => {
      socket.removeAllListeners("error");
      settle(() => resolve(socket));
    });
  });
}
