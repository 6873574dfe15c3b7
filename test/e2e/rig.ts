/**
 * What the tests of this folder stand on: the built product as its users start it, stock kubectl, and a folder of their
 * own. It asserts nothing about pools, but that no process is left when a test is over.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { stringify } from "yaml";
import { realClock, sleep } from "../../src/ports/clock.ts";
import { cacheDir, ensureBinaries, kubernetesVersion } from "../../src/start/binaries.ts";
import { type ControlPlane, startControlPlane } from "../../src/start/control-plane.ts";
import { commandLine } from "../../src/start/process-id.ts";
import { silentProgress } from "../../src/start/progress.ts";

export const namespace = "poolkeeper-system";
export const root = path.resolve(import.meta.dirname, "../..");
const program = path.join(root, "bin", "poolkeeper");

export interface Outcome {
  /** Null: ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  /** Standard output and standard error as they came. */
  readonly text: string;
}

export interface Rig {
  readonly folder: string;
  /** For `--data-dir`. */
  readonly dataDir: string;
  /** Where commands run: files in it are named without a path. */
  readonly workDir: string;
  /** The cluster that kubectl and the command line speak to. */
  kubeconfig: string;
  /** A command that must succeed, and is shown in the transcript; its standard output. */
  kubectl(...args: readonly string[]): Promise<string>;
  pk(...args: readonly string[]): Promise<string>;
  /** `kubectl get … -o json`, for the test's own eyes. */
  get(...args: readonly string[]): Promise<unknown>;
  /** A command that may fail. */
  tryKubectl(...args: readonly string[]): Promise<Outcome>;
  tryPk(...args: readonly string[]): Promise<Outcome>;
  /** The objects as one YAML file in the work folder, applied with kubectl. */
  apply(file: string, ...objects: readonly object[]): Promise<string>;
  /** A kubectl that goes on and ends with the test. Resolves when its watch is open: what happens then is seen. */
  watch(args: readonly string[], onLine: (line: string) => void): Promise<void>;
  /** A kubectl that goes on and ends with the test, such as a port-forward. Resolves with what it says of `sign`. */
  follow(args: readonly string[], sign: RegExp): Promise<RegExpExecArray>;
  /** A Kubernetes of the test's own, in which Poolkeeper may come and go. */
  startCluster(): Promise<void>;
  /** `poolkeeper start` with these arguments. It ends with the test. */
  start(...args: readonly string[]): Server;
  /** Looks until there is something to see. */
  eventually<T>(what: string, look: () => Promise<T | null | false>, limitMs?: number): Promise<T>;
  /** Ends everything; throws when a process is left. */
  end(): Promise<void>;
}

export interface Server {
  readonly pid: number;
  /** Resolves when `/readyz` says so; rejects when the process ends before. */
  ready(): Promise<void>;
  output(): string;
  kill(signal: NodeJS.Signals): void;
  readonly exited: Promise<Outcome>;
}

/** Generous: a loaded machine is slow, and a test that fails for that tells nothing. */
const limitMs = 5 * 60_000;
const pollMs = 500;

interface Parts {
  readonly folder: string;
  readonly dataDir: string;
  readonly workDir: string;
  /** Where commands and their output are kept for people. */
  readonly transcript: string | null;
  readonly kubectlFile: string;
  readonly env: NodeJS.ProcessEnv;
  readonly servers: Server[];
  readonly children: Set<ChildProcess>;
  plane: ControlPlane | null;
}

export async function createRig(t: TestContext, transcript: string | null = null): Promise<Rig> {
  const { kubectl } = await ensureBinaries({
    names: ["kubectl", "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"],
    version: kubernetesVersion,
    env: process.env,
    clock: realClock,
    progress: silentProgress,
  });
  const folder = mkdtempSync(path.join(tmpdir(), "pk-e2e-"));
  const workDir = path.join(folder, "work");
  const dataDir = path.join(folder, "data");
  for (const dir of [workDir, dataDir, path.join(folder, "home")]) mkdirSync(dir);
  // A port of its own: two tests that look for a free one at the same moment would find the same.
  const api = 28_300 + Math.floor(Math.random() * 4_000);
  writeFileSync(path.join(dataDir, "ports.json"), JSON.stringify({ api }));
  const parts: Parts = {
    folder,
    dataDir,
    workDir,
    transcript,
    kubectlFile: kubectl,
    env: environment(folder),
    servers: [],
    children: new Set(),
    plane: null,
  };
  const rig = rigOf(parts);
  t.after(rig.end);
  return rig;
}

/** Nothing of the person's own settings but where the programs are. */
function environment(folder: string): NodeJS.ProcessEnv {
  const cache = cacheDir({ env: process.env, version: kubernetesVersion });
  return {
    PATH: `${path.dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
    HOME: path.join(folder, "home"),
    XDG_CACHE_HOME: path.resolve(cache, "../../.."),
    TZ: "UTC",
    NO_COLOR: "1",
  };
}

function rigOf(parts: Parts): Rig {
  const { folder, dataDir, workDir, kubectlFile, env, servers } = parts;
  const succeeded = async (name: string, args: readonly string[], outcome: Outcome): Promise<string> => {
    const command = `${name} ${args.map(quoted).join(" ")}`;
    if (parts.transcript !== null) {
      appendFileSync(parts.transcript, `$ ${command}\n${outcome.text.trimEnd()}\n\n`);
    }
    if (outcome.code === 0) return outcome.stdout;
    throw new Error(
      `${command} ended with ${outcome.code}:\n${outcome.text}\n${await reportOf(rig, servers)}`,
    );
  };
  const run = (command: string, args: readonly string[]): Promise<Outcome> =>
    outcomeOf(launch(parts, command, args));
  const rig: Rig = {
    folder,
    dataDir,
    workDir,
    kubeconfig: path.join(dataDir, "kubeconfig"),
    tryKubectl: async (...args) => {
      env["KUBECONFIG"] = rig.kubeconfig;
      return await run(kubectlFile, args);
    },
    tryPk: (...args) => run(process.execPath, [program, ...patient(args), "--kubeconfig", rig.kubeconfig]),
    kubectl: async (...args) => succeeded("kubectl", args, await rig.tryKubectl(...args)),
    pk: async (...args) => succeeded("bin/poolkeeper", args, await rig.tryPk(...args)),
    get: async (...args) => {
      const { code, stdout, text } = await rig.tryKubectl("get", ...args, "-o", "json");
      if (code !== 0) throw new Error(text);
      return JSON.parse(stdout);
    },
    apply: async (file, ...objects) => {
      writeFileSync(path.join(workDir, file), objects.map((object) => stringify(object)).join("---\n"));
      return await rig.kubectl("apply", "-f", file);
    },
    watch: (args, onLine) => {
      env["KUBECONFIG"] = rig.kubeconfig;
      return openWatch(launch(parts, kubectlFile, [...args, "-v=6"]), onLine);
    },
    follow: (args, sign) => {
      env["KUBECONFIG"] = rig.kubeconfig;
      return saying(launch(parts, kubectlFile, args), sign);
    },
    startCluster: async () => {
      parts.plane = await startControlPlane({ dataDir: path.join(folder, "plane"), isTest: true });
      rig.kubeconfig = parts.plane.kubeconfigPath;
    },
    start: (...args) => {
      const server = serverOf(launch(parts, process.execPath, [program, "start", ...args], "WithChannel"));
      servers.push(server);
      return server;
    },
    eventually: (what, look, limit = limitMs) => eventually(rig, parts, { what, look, limit }),
    end: () => endAll(parts),
  };
  return rig;
}

/** With a channel the child hears of it when the test's own process dies. */
function launch(
  { workDir, env, children }: Parts,
  command: string,
  args: readonly string[],
  channel: "WithChannel" | "Alone" = "Alone",
): ChildProcess {
  const child = spawn(command, args, {
    cwd: workDir,
    env: { ...env },
    stdio: ["ignore", "pipe", "pipe", ...(channel === "WithChannel" ? (["ipc"] as const) : [])],
  });
  children.add(child);
  child.on("close", () => children.delete(child));
  return child;
}

function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let stdout = "";
  let text = "";
  child.stdout?.on("data", (chunk) => {
    stdout += String(chunk);
    text += String(chunk);
  });
  child.stderr?.on("data", (chunk) => (text += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, text }));
  });
}

/** At this verbosity kubectl tells on standard error of each answer, and so of the one that opens the watch. */
function openWatch(child: ChildProcess, onLine: (line: string) => void): Promise<void> {
  let rest = "";
  child.stdout?.on("data", (chunk) => {
    const lines = `${rest}${String(chunk)}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  let said = "";
  return new Promise((resolve, reject) => {
    child.stderr?.on("data", (chunk) => {
      said += String(chunk);
      if (/watch=true.*200 OK/.test(said)) resolve();
    });
    child.on("close", () => reject(new Error(`The watch ended: ${lastLines(said)}`)));
  });
}

function saying(child: ChildProcess, sign: RegExp): Promise<RegExpExecArray> {
  let said = "";
  return new Promise((resolve, reject) => {
    const listen = (chunk: unknown): void => {
      said += String(chunk);
      const found = sign.exec(said);
      if (found !== null) resolve(found);
    };
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", listen);
    child.on("close", () => reject(new Error(`It ended without ${sign}: ${lastLines(said)}`)));
  });
}

function serverOf(child: ChildProcess): Server {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output += String(chunk)));
  const exited = outcomeOf(child);
  const server: Server = {
    pid: child.pid ?? 0,
    output: () => output,
    kill: (signal) => {
      child.kill(signal);
    },
    exited,
    ready: async () => {
      for (let waitedMs = 0; waitedMs < limitMs; waitedMs += pollMs) {
        const [, url] = /Poolkeeper is ready on (\S+?),/.exec(output) ?? [];
        if (url !== undefined && (await isReady(url))) return;
        const outcome = await Promise.race([exited, sleep(realClock, pollMs)]);
        if (outcome !== undefined) throw new Error(`poolkeeper ended with ${outcome.code}:\n${outcome.text}`);
      }
      throw new Error(`poolkeeper is not ready:\n${output}`);
    },
  };
  return server;
}

async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/readyz`).catch(() => null);
  return answer?.status === 200;
}

/** Everything is ended, whatever of it fails. */
async function endAll({ servers, children, plane, folder }: Parts): Promise<void> {
  for (const server of servers) server.kill("SIGTERM");
  const ends = await Promise.allSettled(servers.map(endOf));
  for (const child of children) child.kill("SIGKILL");
  await Promise.all([...children].map(outcomeOf));
  await plane?.stop();
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  assert.deepEqual(processesOf(folder), [], "no process is left behind");
  rmSync(folder, { recursive: true, force: true });
}

/** Whoever does not end by itself in good time is ended, and the test fails for it. */
async function endOf(server: Server): Promise<void> {
  const patience = Promise.withResolvers<"Late">();
  const cancel = realClock.after(90_000, () => patience.resolve("Late"));
  const ending = await Promise.race([server.exited, patience.promise]);
  cancel();
  if (ending !== "Late") return;
  server.kill("SIGKILL");
  await server.exited;
  throw new Error(`poolkeeper did not end after SIGTERM:\n${lastLines(server.output())}`);
}

interface Wait<T> {
  readonly what: string;
  readonly look: () => Promise<T | null | false>;
  readonly limit: number;
}

async function eventually<T>(rig: Rig, parts: Parts, { what, look, limit }: Wait<T>): Promise<T> {
  const until = realClock.monotonic() + limit;
  let problem = "";
  for (;;) {
    try {
      const found = await look();
      if (found !== null && found !== false) return found;
      problem = "";
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    if (realClock.monotonic() >= until) break;
    await sleep(realClock, pollMs);
  }
  throw new Error(`${what}: not within ${limit / 1000} s. ${problem}\n${await reportOf(rig, parts.servers)}`);
}

/** What a person would look at, and the end of the log. */
async function reportOf(rig: Rig, servers: readonly Server[]): Promise<string> {
  const looks: readonly (readonly string[])[] = [
    ["get", "infra,mw,mnp,mm,nop,nodes,pdb", "-A", "-o", "wide"],
    ["get", "pods", "-A", "-o", "wide"],
    ["get", "mnp", "-A", "-o", 'jsonpath={range .items[*]}{.metadata.name}: {.status}{"\\n"}{end}'],
    ["get", "events", "-n", namespace, "--sort-by=.metadata.creationTimestamp"],
  ];
  const outcomes = await Promise.all(looks.map((args) => rig.tryKubectl(...args)));
  return [...outcomes.map(({ text }) => text), ...servers.map((server) => server.output())]
    .map(lastLines)
    .join("\n");
}

function lastLines(text: string): string {
  return text.split("\n").slice(-40).join("\n");
}

/** The product's own patience is an hour. */
function patient(args: readonly string[]): readonly string[] {
  return args.includes("--wait") ? [...args, "--timeout", "8m"] : args;
}

function quoted(arg: string): string {
  return /^[\w./:=,@%+-]+$/.test(arg) ? arg : `'${arg}'`;
}

/** Whatever runs for this folder, found without the product's own records. */
export function processesOf(folder: string): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => commandLine(Number(pid)))
    .filter((line) => line.includes(folder));
}
