/** One Kubernetes program, compiled by Go from modules that are pinned in `tools/`. Where it is wanted is decided elsewhere. */
import { renameSync, rmSync } from "node:fs";
import path from "node:path";
import type { BinaryName, Environment } from "./binary.ts";
import { StartError } from "./error.ts";
import { goFailed, logEnd, runGo } from "./go.ts";

export interface BuildRequest {
  readonly name: BinaryName;
  readonly version: string;
  /** The finished program and the log of its build go here. */
  readonly dir: string;
  readonly toolsDir: string;
  readonly env: Environment;
}

/** Which folder pins which version of Kubernetes; a test holds this to the go.mod files. */
export const kubernetesFolders: Readonly<Record<string, string>> = {
  "v1.36.3": "kube",
  "v1.35.4": "kube-1.35",
};

export async function buildBinary(request: BuildRequest, signal: AbortSignal | undefined): Promise<void> {
  const { name, version, dir, toolsDir } = request;
  const isEtcd = name === "etcd";
  const folder = isEtcd ? "kube/etcd" : kubernetesFolders[version];
  if (folder === undefined) throw notPinned(name, version);
  const log = path.join(dir, `build-${name}.log`);
  const part = path.join(dir, `${name}.${process.pid}.part`);
  const args = [
    "build",
    "-trimpath",
    `-ldflags=${linkerFlags(name, version)}`,
    `-o=${part}`,
    packageOf(name),
  ];
  const cwd = path.join(toolsDir, folder);
  try {
    const outcome = await runGo({ args, cwd, log, env: request.env, signal });
    if (outcome.kind === "Absent") throw goMissing(outcome.cause);
    if (outcome.kind === "TooOld") throw goTooOld(name, log);
    if (outcome.kind === "Failed") throw goFailed(name, outcome.how, log);
    renameSync(part, path.join(dir, name));
    rmSync(log, { force: true });
  } finally {
    rmSync(part, { force: true });
  }
}

function packageOf(name: BinaryName): string {
  return name === "etcd" ? "go.etcd.io/etcd/server/v3" : `k8s.io/kubernetes/cmd/${name}`;
}

/** Kubernetes programs learn their version from the linker; without it they call themselves v0.0.0. */
function linkerFlags(name: BinaryName, version: string): string {
  const [major, minor] = version.slice(1).split(".");
  const facts = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: "clean" };
  const packages = name === "etcd" ? [] : ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"];
  const settings = packages.flatMap((each) =>
    Object.entries(facts).map(([fact, value]) => `-X ${each}.${fact}=${value}`),
  );
  return ["-s", "-w", ...settings].join(" ");
}

const installGo =
  "Install Go 1.26 or newer (https://go.dev/dl, or your system's packages) and run the same command again. Or put the " +
  "programs in a folder and name it in KUBEBUILDER_ASSETS: kube-apiserver, kube-controller-manager, kube-scheduler, " +
  "kubectl and etcd for a control plane, kubelet and kube-proxy for a node image.";

function notPinned(name: BinaryName, version: string): StartError {
  const pinned = Object.keys(kubernetesFolders).join(" and ");
  return new StartError(
    `${name} ${version} is not on this machine and cannot be downloaded; from source only ${pinned} can be built. ` +
      `Put it in a folder and name that in KUBEBUILDER_ASSETS, or leave the version out.`,
  );
}

function goMissing(cause: unknown): StartError {
  return new StartError(
    `The Kubernetes programs could not be downloaded, and Go, which would build them, is not on the PATH. ${installGo}`,
    cause,
  );
}

function goTooOld(name: BinaryName, log: string): StartError {
  return new StartError(`Building ${name} needs a newer Go. ${installGo} ${logEnd(log)}`);
}
