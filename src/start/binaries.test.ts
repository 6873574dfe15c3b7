import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { realClock } from "../ports/clock.ts";
import { cacheDir, ensureBinaries, etcdVersion, kubernetesVersion } from "./binaries.ts";
import type { BinaryRequest } from "./binaries.ts";
import type { BinaryName, BinarySources } from "./binary.ts";
import { kubernetesFolders } from "./build.ts";
import { StartError } from "./error.ts";

const version = kubernetesVersion;
const toolsDir = new URL("../../tools/", import.meta.url);

/** A machine of its own: a cache, a PATH with what the shell scripts need, and nowhere to download from. */
interface Machine {
  readonly dir: string;
  readonly said: string[];
  script(folder: string, name: string, body: string): string;
  ensure<N extends BinaryName>(
    names: readonly N[],
    change?: Partial<BinaryRequest>,
  ): Promise<Record<N, string>>;
}

function onMachine(run: (machine: Machine) => Promise<void>): () => Promise<void> {
  return async () => {
    const dir = mkdtempSync(path.join(tmpdir(), "pk-bin-"));
    const said: string[] = [];
    const progress = {
      say: (text: string) => void said.push(text),
      during: <T>(text: string, work: () => Promise<T>) => (said.push(text), work()),
    };
    const machine: Machine = {
      dir,
      said,
      script: (folder, name, body) => {
        mkdirSync(path.join(dir, folder), { recursive: true });
        const file = path.join(dir, folder, name);
        writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
        return file;
      },
      ensure: (names, change) =>
        ensureBinaries({
          version,
          clock: realClock,
          progress,
          env: { XDG_CACHE_HOME: path.join(dir, "cache"), PATH: path.join(dir, "path") },
          sources: nowhere,
          ...change,
          names,
        }),
    };
    try {
      await run(machine);
    } finally {
      rmSync(dir, { recursive: true });
    }
  };
}

/** A port of this machine that nobody listens on: refused at once. */
const nowhere: BinarySources = {
  kubernetesUrl: "http://127.0.0.1:2/k",
  etcdUrl: "http://127.0.0.1:2/e",
  toolsDir: toolsDir.pathname,
};

function cached({ dir }: Machine): string {
  return path.join(dir, "cache", "poolkeeper", "kube", version);
}

/** Serves these files, and answers 404 for all others. */
async function withServer(
  files: Readonly<Record<string, Buffer | string>>,
  run: (sources: BinarySources, asked: readonly string[]) => Promise<void>,
): Promise<void> {
  const asked: string[] = [];
  const server = createServer((incoming, answer) => {
    asked.push(incoming.url ?? "");
    const file = files[incoming.url ?? ""];
    answer.statusCode = file === undefined ? 404 : 200;
    answer.end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const sources = { kubernetesUrl: `${base}/k`, etcdUrl: `${base}/e`, toolsDir: toolsDir.pathname };
    await run(sources, asked);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const platform = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
const kubeletUrl = `/k/${version}/bin/${platform.replace("-", "/")}/kubelet`;

function sha256(text: Buffer | string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Which version of each module a go.mod asks for. */
function pinsOf(file: string): Map<string, string> {
  const lines = readFileSync(new URL(file, toolsDir), "utf8").split("\n");
  return new Map(lines.map((line) => line.trim().split(" ")).map(([module = "", pin = ""]) => [module, pin]));
}

test("the versions that are asked for are those that tools pin", () => {
  assert.equal(kubernetesFolders[kubernetesVersion], "kube");
  for (const [version, folder] of Object.entries(kubernetesFolders))
    assert.equal(pinsOf(`${folder}/go.mod`).get("k8s.io/kubernetes"), version);
  assert.equal(pinsOf("kube/etcd/go.mod").get("go.etcd.io/etcd/server/v3"), etcdVersion);
});

test(
  "KUBEBUILDER_ASSETS comes before PATH, and PATH before the cache",
  onMachine(async (machine) => {
    const env = { XDG_CACHE_HOME: path.join(machine.dir, "cache"), PATH: path.join(machine.dir, "path") };
    const inCache = machine.script(path.relative(machine.dir, cached(machine)), "kubelet", "exit 1");
    assert.deepEqual(await machine.ensure(["kubelet"], { env }), { kubelet: inCache });
    const inPath = machine.script("path", "kubelet", `echo Kubernetes ${version}`);
    assert.deepEqual(await machine.ensure(["kubelet"], { env }), { kubelet: inPath });
    const inAssets = machine.script("assets", "kubelet", "echo Kubernetes v1.36.0");
    const both = { ...env, KUBEBUILDER_ASSETS: path.join(machine.dir, "assets") };
    assert.deepEqual(await machine.ensure(["kubelet"], { env: both }), { kubelet: inAssets });
  }),
);

test(
  "a program of another minor version, one that fails, and one that is no program are passed over",
  onMachine(async (machine) => {
    const dispatcher = 'test "$1 $2" = "version --client" && echo Client Version: v1.32.4-dispatcher';
    machine.script("path", "kubectl", dispatcher);
    machine.script("path", "kubelet", "exit 3");
    machine.script("path", "etcd", "echo etcd Version: 3.5.9");
    mkdirSync(path.join(machine.dir, "path", "kube-scheduler"));
    const names = ["kubectl", "kubelet", "etcd", "kube-scheduler"] as const;
    for (const name of names) machine.script(path.relative(machine.dir, cached(machine)), name, "exit 1");
    const expected = Object.fromEntries(names.map((name) => [name, path.join(cached(machine), name)]));
    assert.deepEqual(await machine.ensure(names), expected);
  }),
);

test(
  "where the patch counts, a program of another patch is passed over",
  onMachine(async (machine) => {
    const inCache = machine.script(path.relative(machine.dir, cached(machine)), "kubelet", "exit 1");
    const inPath = machine.script("path", "kubelet", "echo Kubernetes v1.36.2");
    assert.deepEqual(await machine.ensure(["kubelet"]), { kubelet: inPath });
    assert.deepEqual(await machine.ensure(["kubelet"], { likeness: "Patch" }), { kubelet: inCache });
    machine.script("path", "kubelet", `echo Kubernetes ${version}`);
    assert.deepEqual(await machine.ensure(["kubelet"], { likeness: "Patch" }), { kubelet: inPath });
  }),
);

test("the cache is under XDG_CACHE_HOME, else under the home folder", () => {
  assert.equal(cacheDir({ env: { XDG_CACHE_HOME: "/x" }, version }), `/x/poolkeeper/kube/${version}`);
  assert.equal(cacheDir({ env: { HOME: "/h" }, version }), `/h/.cache/poolkeeper/kube/${version}`);
});

test(
  "a download with the published checksum is put into the cache, once for two that ask at the same time",
  onMachine(async (machine) => {
    const files = { [kubeletUrl]: "the kubelet", [`${kubeletUrl}.sha256`]: `${sha256("the kubelet")}\n` };
    await withServer(files, async (sources, asked) => {
      const both = await Promise.all([
        machine.ensure(["kubelet"], { sources }),
        machine.ensure(["kubelet"], { sources }),
      ]);
      assert.deepEqual(both[0], both[1]);
      assert.equal(readFileSync(both[0].kubelet, "utf8"), "the kubelet");
      assert.equal(asked.filter((url) => url === kubeletUrl).length, 1);
      assert.deepEqual(readdirSync(cached(machine)), ["kubelet"]);
      assert.match(
        machine.said.join("\n"),
        /Waiting for process \d+, which is getting the Kubernetes programs/,
      );
      assert.match(machine.said.join("\n"), new RegExp(`\\[1/1\\] Getting kubelet ${version}`));
    });
  }),
);

test(
  "etcd comes out of its archive",
  onMachine(async (machine) => {
    const folder = `etcd-${etcdVersion}-${platform}`;
    mkdirSync(path.join(machine.dir, folder));
    writeFileSync(path.join(machine.dir, folder, "etcd"), "the etcd");
    const archive = execFileSync("tar", ["-cz", "-C", machine.dir, folder]);
    const files = {
      [`/e/${etcdVersion}/${folder}.tar.gz`]: archive,
      [`/e/${etcdVersion}/SHA256SUMS`]: `${sha256("x")}  other.zip\n${sha256(archive)}  ${folder}.tar.gz\n`,
    };
    await withServer(files, async (sources) => {
      const { etcd } = await machine.ensure(["etcd"], { sources });
      assert.equal(readFileSync(etcd, "utf8"), "the etcd");
    });
  }),
);

test(
  "a download with another checksum is refused, named, and not kept",
  onMachine(async (machine) => {
    const files = { [kubeletUrl]: "the kubelet, changed", [`${kubeletUrl}.sha256`]: sha256("the kubelet") };
    await withServer(files, async (sources) => {
      await assert.rejects(machine.ensure(["kubelet"], { sources }), (error) => {
        assert(error instanceof StartError);
        assert.match(error.message, new RegExp(`kubelet has the checksum ${sha256("the kubelet, changed")}`));
        assert.match(error.message, /nothing was installed/);
        return true;
      });
    });
    assert.deepEqual(readdirSync(cached(machine)), []);
  }),
);

test(
  "without a way out and without Go the error says what to install",
  onMachine(async (machine) => {
    await assert.rejects(machine.ensure(["kubelet"]), (error) => {
      assert(error instanceof StartError);
      assert.match(
        error.message,
        /Go, which would build them, is not on the PATH\. Install Go 1\.26 or newer/,
      );
      return true;
    });
    assert.match(machine.said.join("\n"), /127\.0\.0\.1:2 cannot be used \(ECONNREFUSED\), so Go builds it/);
  }),
);

test(
  "Go builds from the pinned modules, with the version in the linker's flags and without C",
  onMachine(async (machine) => {
    mkdirSync(path.join(cached(machine), ".etcd-killed"), { recursive: true });
    writeFileSync(path.join(cached(machine), "kube-scheduler.1.part"), "of a build that was killed");
    const words = path.join(machine.dir, "words");
    machine.script(
      "path",
      "go",
      `echo "$PWD $CGO_ENABLED" "$@" >> ${words}; for word; do case $word in -o=*) echo built > "\${word#-o=}";; esac; done`,
    );
    const files = await machine.ensure(["kube-scheduler", "etcd"]);
    assert.equal(readFileSync(files["kube-scheduler"], "utf8"), "built\n");
    assert.equal(readFileSync(files.etcd, "utf8"), "built\n");
    const [scheduler, etcd] = readFileSync(words, "utf8").trim().split("\n");
    assert.match(scheduler ?? "", /tools\/kube 0 build -trimpath .*\/kube-scheduler$/);
    assert.match(scheduler ?? "", /-X k8s\.io\/component-base\/version\.gitVersion=v1\.36\.3 .*gitMinor=36/);
    assert.match(etcd ?? "", /tools\/kube\/etcd 0 build .*go\.etcd\.io\/etcd\/server\/v3$/);
    assert.deepEqual(readdirSync(cached(machine)).toSorted(), ["etcd", "kube-scheduler"]);
  }),
);

test(
  "a build that fails shows the end of its log, says where the log is, and leaves no program",
  onMachine(async (machine) => {
    const failures = [
      ["dial tcp: lookup proxy: no such host", /Building kubelet with Go failed \(exit code 1\)/],
      ["write x.o: no space left on device", /Building kubelet needs more disk space/],
      ["go: go.mod requires go >= 1.26.0 (running go 1.24.1)", /Building kubelet needs a newer Go/],
    ] as const;
    for (const [line, expected] of failures) {
      machine.script("path", "go", `echo '${line}'; exit 1`);
      const log = path.join(cached(machine), "build-kubelet.log");
      await assert.rejects(machine.ensure(["kubelet"]), (error) => {
        assert(error instanceof StartError);
        assert.match(error.message, expected);
        assert(error.message.includes(line) && error.message.includes(log), error.message);
        return true;
      });
      assert(existsSync(log) && !existsSync(path.join(cached(machine), "kubelet")));
    }
  }),
);

test(
  "a version that can neither be downloaded nor built is refused before anything is compiled",
  onMachine(async (machine) => {
    await assert.rejects(
      machine.ensure(["kubelet"], { version: "v1.35.1" }),
      /kubelet v1\.35\.1 is not on this machine and cannot be downloaded; from source only v1\.36\.3 and v1\.35\.4 can be built/,
    );
  }),
);

test(
  "a cache that is no folder is named",
  onMachine(async (machine) => {
    writeFileSync(path.join(machine.dir, "cache"), "");
    await assert.rejects(machine.ensure(["kubelet"]), /cannot be put into .*XDG_CACHE_HOME/);
  }),
);
