/**
 * A real Kubernetes control plane on this machine: etcd, API server, controller manager and scheduler, with all state
 * in one folder. It runs no kubelet; nodes come from providers.
 */
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { realClock } from "../ports/clock.ts";
import type { Clock } from "../ports/clock.ts";
import { ensureBinaries, kubernetesVersion } from "./binaries.ts";
import type { Environment } from "./binary.ts";
import { ensureCertificates } from "./certificates.ts";
import { componentNames, componentSpec, etcdDir, apiUrl, logFile } from "./components.ts";
import type { ComponentName, Layout } from "./components.ts";
import { rotateLog, tellingLines } from "./component-log.ts";
import { explainDisk } from "./data-dir.ts";
import { StartError } from "./error.ts";
import { checkEtcdData, etcdAdvice, markEtcdData } from "./etcd-data.ts";
import { writePortableKubeconfig } from "./kubeconfig.ts";
import { endLeftovers } from "./leftovers.ts";
import { tryLock } from "./lock.ts";
import type { Lock } from "./lock.ts";
import { chooseApiPort, portsFrom } from "./port.ts";
import { silentProgress } from "./progress.ts";
import type { Progress } from "./progress.ts";
import { createProbe } from "./probe.ts";
import { createSupervision } from "./supervision.ts";
import type { LostProcess, Supervision } from "./supervision.ts";

export interface ControlPlaneOptions {
  readonly dataDir: string;
  /** For tests: any free port, and no waiting for the disk. What is stored survives a kill, but not a power cut. */
  readonly isTest: boolean;
  readonly version?: string;
  /** Instead of the port that was remembered or chosen. */
  readonly apiPort?: number;
  /** Instead of looking for the programs, downloading or building them. */
  readonly binaries?: Readonly<Record<ComponentName, string>>;
  readonly progress?: Progress;
  readonly env?: Environment;
  readonly clock?: Clock;
  /** Ends a start that is under way; everything that was begun is ended before the promise rejects. */
  readonly signal?: AbortSignal;
}

export interface ControlPlane {
  readonly url: string;
  /** The administrator's. Its copies work from any folder. */
  readonly kubeconfigPath: string;
  readonly admin: ClientCredentials;
  readonly pids: Readonly<Record<ComponentName | "supervisor", number>>;
  /** Resolves, with what to tell people, when a process ends without having been asked to. Then call `stop`. */
  readonly lost: Promise<StartError>;
  /** Ends the processes in their order; the data stays. May be called again. */
  stop(): Promise<void>;
}

/** PEM texts, as TLS options of Node and undici take them. */
export interface ClientCredentials {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

interface Run {
  readonly dataDir: string;
  readonly options: ControlPlaneOptions;
  readonly clock: Clock;
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
}

export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const run: Run = {
    dataDir: path.resolve(options.dataDir),
    options,
    clock: options.clock ?? realClock,
    progress: options.progress ?? silentProgress,
    signal: options.signal,
  };
  try {
    makeFolders(run.dataDir);
    const lock = lockData(run.dataDir);
    return await startLocked(run, lock).catch((error: unknown) => {
      lock.release();
      throw error;
    });
  } catch (error) {
    throw explainDisk(error, run.dataDir);
  }
}

async function startLocked(run: Run, lock: Lock): Promise<ControlPlane> {
  const { dataDir, clock, progress, options } = run;
  const recordFile = path.join(dataDir, "pids.json");
  const ended = await endLeftovers(recordFile, clock);
  if (ended.length > 0) progress.say(`Ended what an earlier start left behind: ${ended.join(", ")}`);

  checkEtcdData(etcdDir(dataDir));
  const layout = await layOut(run);
  const url = apiUrl(layout);
  const { authority, leaves } = layout.certificates;
  const kubeconfigPath = path.join(dataDir, "kubeconfig");
  writePortableKubeconfig({
    file: kubeconfigPath,
    url,
    authorityFile: authority.certFile,
    user: "poolkeeper-admin",
    client: leaves.admin,
  });
  const admin = {
    ca: readFileSync(authority.certFile, "utf8"),
    cert: readFileSync(leaves.admin.certFile, "utf8"),
    key: readFileSync(leaves.admin.keyFile, "utf8"),
  };

  for (const name of [...componentNames, "supervisor"]) rotateLog(logFile(dataDir, name));
  const supervision = createSupervision({ recordFile, clock, logFile: logFile(dataDir, "supervisor") });
  const stop = async (): Promise<void> => {
    await supervision.stop();
    lock.release();
  };
  try {
    const starting = () => startComponents({ run, layout, supervision, url, admin });
    const pids = await progress.during("Starting the Kubernetes control plane", starting);
    markEtcdData(etcdDir(dataDir));
    progress.say(
      `Kubernetes ${options.version ?? kubernetesVersion} answers at ${url}; kubeconfig: ${kubeconfigPath}`,
    );
    const lost = supervision.lost.then((process) => explainLoss(process, "while running", layout));
    return { url, kubeconfigPath, admin, pids, lost, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function layOut({ dataDir, options, clock, progress, signal }: Run): Promise<Layout> {
  const binaries =
    options.binaries ??
    (await ensureBinaries({
      names: componentNames,
      version: options.version ?? kubernetesVersion,
      env: options.env ?? process.env,
      clock,
      progress,
      ...(signal === undefined ? {} : { signal }),
    }));
  signal?.throwIfAborted();
  const certificates = ensureCertificates(path.join(dataDir, "pki"), clock.now());
  const apiPort = await chooseApiPort({
    dataDir,
    wanted: options.apiPort ?? null,
    candidates: options.isTest ? portsForTests() : portsFrom(16_443, 200),
  });
  return { dataDir, binaries, certificates, apiPort, isTest: options.isTest };
}

/** Random, so that control planes that start at the same moment do not meet on one port. */
function portsForTests(): Iterable<number> {
  return portsFrom(18_000 + Math.floor(Math.random() * 10_000), 200);
}

/** A slow disk and a busy machine need more than the usual four seconds; nobody waits longer than this. */
const startLimitMs = 120_000;

interface Starting {
  readonly run: Run;
  readonly layout: Layout;
  readonly supervision: Supervision;
  readonly url: string;
  readonly admin: ClientCredentials;
}

async function startComponents(starting: Starting): Promise<ControlPlane["pids"]> {
  const { run, layout, supervision, url, admin } = starting;
  const probe = createProbe({ url, credentials: admin, clock: run.clock });
  const failed = supervision.lost.then((process) => {
    throw explainLoss(process, "while starting", layout);
  });
  const aborted = rejectOnAbort(run.signal);
  const late = Promise.withResolvers<never>();
  const cancel = run.clock.after(startLimitMs, () => late.reject(tooLate(probe.lastAnswer(), layout)));
  const orFailure = <T>(work: Promise<T>) => Promise.race([work, failed, aborted, late.promise]);
  const start = (name: ComponentName) => orFailure(supervision.start(componentSpec(layout, name)));
  try {
    const etcd = await start("etcd");
    const apiserver = await start("kube-apiserver");
    await orFailure(probe.isApiReady());
    const controllerManager = await start("kube-controller-manager");
    const scheduler = await start("kube-scheduler");
    await orFailure(probe.isClusterReady());
    return {
      supervisor: supervision.pid,
      etcd,
      "kube-apiserver": apiserver,
      "kube-controller-manager": controllerManager,
      "kube-scheduler": scheduler,
    };
  } finally {
    cancel();
    await probe.close();
  }
}

function tooLate(lastAnswer: string, { dataDir }: Layout): StartError {
  return new StartError(
    `The Kubernetes control plane was not ready after ${startLimitMs / 1000} s and was ended. ${lastAnswer}\n` +
      `Its logs are in ${path.join(dataDir, "logs")}. Nothing in ${dataDir} was deleted. Run the same command again when ` +
      `the machine is less busy.`,
  );
}

function rejectOnAbort(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal?.aborted === true) reject(signal.reason);
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function explainLoss(process: LostProcess, when: string, { dataDir }: Layout): StartError {
  if (process.name === "supervisor") {
    return new StartError(
      `The process that watches over the control plane ended ${when} (${process.how}), so the control plane was ended ` +
        `too. Nothing in ${dataDir} was deleted. Run the same command again.`,
    );
  }
  const log = logFile(dataDir, process.name);
  const lines = tellingLines(log).map((line) => `\n  ${line}`);
  const said = lines.length === 0 ? "It wrote nothing. " : `It said:${lines.join("")}\n`;
  const advice =
    process.name === "etcd"
      ? etcdAdvice(etcdDir(dataDir))
      : `Nothing in ${dataDir} was deleted. Mend what it says and run the same command again.`;
  return new StartError(
    `${process.name} ended ${when} (${process.how}). ${said}The whole log is ${log}. ${advice}`,
  );
}

function makeFolders(dataDir: string): void {
  for (const folder of [dataDir, etcdDir(dataDir), path.join(dataDir, "logs")]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
}

function lockData(dataDir: string): Lock {
  const file = path.join(dataDir, "control-plane.lock");
  const attempt = tryLock(file);
  if (attempt.kind === "Held") return attempt.lock;
  throw new StartError(
    `The control plane in ${dataDir} is already run by process ${attempt.holder.pid}. Nothing was touched. Use that one ` +
      `(its kubeconfig is ${path.join(dataDir, "kubeconfig")}), end it (kill ${attempt.holder.pid}), or choose another ` +
      `folder with --data-dir.`,
  );
}
