/** One Kubernetes program, compiled by Go from the pinned modules of `tools/kube`. Where it is wanted is decided elsewhere. */
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import type { BinaryName, Environment } from "./binary.ts";
import { StartError, systemCode } from "./error.ts";

export interface BuildRequest {
  readonly name: BinaryName;
  readonly version: string;
  /** The finished program and the log of its build go here. */
  readonly dir: string;
  readonly toolsDir: string;
  /** The only version that `toolsDir` can build. */
  readonly pinned: string;
  readonly env: Environment;
}

export async function buildBinary(request: BuildRequest, signal: AbortSignal | undefined): Promise<void> {
  const { name, version, dir, pinned, toolsDir } = request;
  if (version !== pinned) {
    throw new StartError(
      `${name} ${version} is not on this machine and cannot be downloaded; from source only ${pinned} can be built. ` +
        `Put it in a folder and name that in KUBEBUILDER_ASSETS, or leave the version out.`,
    );
  }
  const log = path.join(dir, `build-${name}.log`);
  const part = path.join(dir, `${name}.${process.pid}.part`);
  const isEtcd = name === "etcd";
  const args = [
    "build",
    "-trimpath",
    `-ldflags=${linkerFlags(name, version)}`,
    `-o=${part}`,
    packageOf(name),
  ];
  const cwd = isEtcd ? path.join(toolsDir, "etcd") : toolsDir;
  try {
    const how = await runGo(args, { cwd, log, env: request.env, signal });
    if (how !== null) throw buildFailed(name, how, log);
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

interface GoRun {
  readonly cwd: string;
  readonly log: string;
  readonly env: Environment;
  readonly signal: AbortSignal | undefined;
}

/** Null when it went well, else how it ended. */
async function runGo(args: readonly string[], { cwd, log, env, signal }: GoRun): Promise<string | null> {
  const output = openSync(log, "w");
  try {
    const go = spawn("go", args, {
      cwd,
      env: { ...env, CGO_ENABLED: "0", GOWORK: "off" },
      stdio: ["ignore", output, output],
      ...(signal === undefined ? {} : { signal }),
    });
    return await new Promise((resolve, reject) => {
      go.on("error", reject);
      go.on("exit", (code, by) => resolve(code === 0 ? null : (by ?? `exit code ${code}`)));
    });
  } catch (error) {
    throw systemCode(error) === "ENOENT" ? goMissing(error) : error;
  } finally {
    closeSync(output);
  }
}

const installGo =
  "Install Go 1.26 or newer (https://go.dev/dl, or your system's packages) and run the same command again. Or put " +
  "kube-apiserver, kube-controller-manager, kube-scheduler, kubectl and etcd in a folder and name it in KUBEBUILDER_ASSETS.";

function goMissing(cause: unknown): StartError {
  return new StartError(
    `The Kubernetes programs could not be downloaded, and Go, which would build them, is not on the PATH. ${installGo}`,
    cause,
  );
}

function buildFailed(name: BinaryName, how: string, log: string): StartError {
  const text = readFileSync(log, "utf8").trimEnd();
  const tail = text.split("\n").slice(-12).join("\n  ");
  const shown = `Its last lines:\n  ${tail}\nThe whole log is ${log}.`;
  if (text.includes("no space left on device")) {
    return new StartError(
      `Building ${name} needs more disk space: about 6 GB for Go's caches (go env GOCACHE GOMODCACHE name their ` +
        `folders) and the temporary folder. Free some and run the same command again; what was built is kept. ${shown}`,
    );
  }
  if (/requires go >= /.test(text)) {
    return new StartError(`Building ${name} needs a newer Go. ${installGo} ${shown}`);
  }
  return new StartError(
    `Building ${name} with Go failed (${how}). Mend what the log names – most often no way to the Go module proxy ` +
      `(go env GOPROXY) – and run the same command again; what was built before is kept. ${shown}`,
  );
}
