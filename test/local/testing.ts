/** A local provider on real QEMU for tests: images without a system in them, folders that go away, and what to wait for. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import type { InstanceState } from "../../src/core/model.ts";
import { folderName, type ImageManifest, manifestFile } from "../../src/image/manifest.ts";
import { type Clock, realClock, sleep } from "../../src/ports/clock.ts";
import {
  type Bootstrap,
  type DiskReplacement,
  ownershipTags,
  type Provider,
} from "../../src/ports/provider.ts";
import { platforms } from "../../src/provider/local/command-line.ts";
import type { Host } from "../../src/provider/local/host.ts";
import { openLocalProvider } from "../../src/provider/local/provider.ts";
import type { InstanceRequest } from "../../src/schema/machine.ts";
import type { LocalSettings } from "../../src/schema/provider.ts";

const architecture = process.arch === "arm64" ? "arm64" : "amd64";

/** What only real QEMU can show is not shown elsewhere; everything else must not be left out. */
export const noQemu: string | false = hasQemu()
  ? false
  : "QEMU is not installed: apt-get install qemu-system-x86 qemu-utils";

function hasQemu(): boolean {
  const { program } = platforms[architecture];
  const words = [program, "qemu-img", "qemu-io"].map((name) => [name, "--version"] as const);
  return words.every(([name, flag]) => spawnSync(name, [flag]).status === 0);
}

export const clusterUid = "cluster-1";
export const providerName = "here";

export interface Place {
  readonly dataDir: string;
  readonly imagesDir: string;
  /** Of the provider: locks, images, instances. */
  readonly root: string;
  /** Closed when the test ends. */
  readonly opened: Provider[];
}

/** Whatever still runs in it when the test ends is ended, by its number and no other. */
export function aPlace(t: Pick<TestContext, "after">, folder = "data"): Place {
  const dir = mkdtempSync(path.join(tmpdir(), "pk-local-"));
  const place: Place = {
    opened: [],
    dataDir: path.join(dir, folder),
    imagesDir: path.join(dir, "images"),
    root: path.join(dir, folder, "local", providerName),
  };
  t.after(async () => {
    for (const provider of place.opened) await provider.close();
    for (const pid of qemusIn(place)) process.kill(pid, "SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  });
  return place;
}

/** A disk with nothing on it: the firmware finds no system, and waits. Enough for everything but a guest. */
export function anImage(place: Place, fields: Partial<ImageManifest> = {}): ImageManifest {
  const { family = "Empty", version = "1" } = fields;
  const dir = path.join(place.imagesDir, folderName({ family, version }));
  mkdirSync(dir, { recursive: true });
  const root = path.join(dir, "root.qcow2");
  execFileSync("qemu-img", ["create", "-q", "-f", "qcow2", root, "64M"]);
  const manifest: ImageManifest = {
    family,
    version,
    kubernetesVersion: "v1.35.2",
    operatingSystem: "linux",
    architecture,
    kind: "CloudInit",
    rootDisk: "root.qcow2",
    rootDiskBytes: statSync(root).size,
    kernel: null,
    initrd: null,
    kernelArgs: "",
    minDiskGiB: 1,
    builtAt: "2026-01-01T00:00:00Z",
    recipe: Buffer.from(`${family} ${version}`).toString("hex").padEnd(64, "0").slice(0, 64),
    ...fields,
  };
  writeFileSync(path.join(dir, manifestFile), JSON.stringify(manifest));
  return manifest;
}

export interface Opened {
  readonly provider: Provider;
  readonly log: readonly string[];
  /** The one instance. */
  only(): Promise<Awaited<ReturnType<Provider["list"]>>[number]>;
  until(state: InstanceState): Promise<void>;
}

export interface OpenOptions {
  readonly settings?: LocalSettings;
  readonly host?: Host;
  readonly clock?: Clock;
  /** Absent: short, as no guest listens. */
  readonly shutdownLimitMs?: number;
}

export async function openIn(place: Place, options: OpenOptions = {}): Promise<Opened> {
  const log: string[] = [];
  const provider = await openLocalProvider({
    name: providerName,
    region: "lab",
    settings: { accelerator: "tcg", ...options.settings },
    dataDir: place.dataDir,
    imagesDir: place.imagesDir,
    clock: options.clock ?? realClock,
    log: (line) => log.push(line),
    signal: new AbortController().signal,
    shutdownLimitMs: options.shutdownLimitMs ?? 300,
    ...(options.host === undefined ? {} : { host: options.host }),
  });
  place.opened.push(provider);
  const only = async () => {
    const [instance, ...others] = await provider.list(clusterUid);
    assert.ok(instance !== undefined && others.length === 0, "not exactly one instance is listed");
    return instance;
  };
  return { provider, log, only, until: (state) => untilSo(async () => (await only()).state === state) };
}

/** A new place with the first image in it, and the provider opened there. */
export async function aHost(
  t: Pick<TestContext, "after">,
  options: OpenOptions = {},
): Promise<Opened & { readonly place: Place }> {
  const place = aPlace(t);
  anImage(place);
  return { place, ...(await openIn(place, options)) };
}

/** Waits for ever: the runner's own limit ends a test whose wish never comes true. */
export async function untilSo(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await sleep(realClock, 50);
}

export function aLocalRequest(fields: Partial<InstanceRequest> = {}): InstanceRequest {
  return {
    instanceType: "local.small",
    zone: "lab-a",
    image: { family: "Empty", version: "1" },
    kubernetesVersion: "v1.35.2",
    systemDisk: { sizeGiB: 20 },
    dataDisks: [{ name: "data", sizeGiB: 1, onRelease: "Keep" }],
    chargeType: "PayAsYouGo",
    tags: { [ownershipTags.cluster]: clusterUid, [ownershipTags.pool]: "web" },
    nodeLabels: {},
    taints: [],
    unschedulable: false,
    ...fields,
  };
}

export function aLocalBootstrap(fields: Partial<Bootstrap> = {}): Bootstrap {
  return {
    machineName: "web-1",
    machineUid: "00000000-0000-4000-8000-000000000001",
    poolName: "web",
    nodeLabels: { "poolkeeper.dev/pool": "web" },
    taints: [],
    unschedulable: false,
    kubernetesVersion: "v1.35.2",
    userData: null,
    join: { server: "https://127.0.0.1:6443", authorityPem: "PEM\n", token: "abcdef.0123456789abcdef" },
    ...fields,
  };
}

/** Numbers of the QEMU processes that run in this place, from the kernel's own table. */
export function qemusIn({ root }: Pick<Place, "root">): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const isQemu = readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("qemu-system");
        return isQemu && readlinkSync(`/proc/${pid}/cwd`).startsWith(`${root}/`);
      } catch {
        return false;
      }
    });
}

/** To the second image, with another kubelet. */
export function aReplacement(clientToken: string): DiskReplacement {
  const kubernetesVersion = "v1.36.3";
  return {
    clientToken,
    disk: { image: { family: "Empty", version: "2" }, kubernetesVersion, hash: "h2" },
    bootstrap: aLocalBootstrap({ kubernetesVersion }),
  };
}
