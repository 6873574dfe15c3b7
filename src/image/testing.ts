/** Images that are none inside, for tests of what handles images; folders and a web server that are gone after the test. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type ImageManifest, folderName } from "./manifest.ts";

export const debian: ImageManifest = {
  family: "Debian",
  version: "12-k1.36.3",
  kubernetesVersion: "v1.36.3",
  operatingSystem: "linux",
  architecture: "amd64",
  kind: "Node",
  rootDisk: "root.qcow2",
  rootDiskBytes: 4,
  kernel: "vmlinuz",
  initrd: "initrd.img",
  kernelArgs: "root=/dev/vda ro",
  minDiskGiB: 3,
  builtAt: "2027-01-01T00:00:00.000Z",
  recipe: "0".repeat(64),
};

export const ubuntu: ImageManifest = {
  ...debian,
  family: "Ubuntu",
  version: "24.04",
  kubernetesVersion: null,
  kind: "CloudInit",
  kernel: null,
  initrd: null,
};

export function aFolder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), "poolkeeper-images-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Puts it into a folder of images and answers its own folder. */
export function putImage(dir: string, manifest: ImageManifest): string {
  const folder = join(dir, folderName(manifest));
  mkdirSync(folder, { recursive: true });
  for (const file of [manifest.rootDisk, manifest.kernel, manifest.initrd]) {
    if (file !== null) writeFileSync(join(folder, file), "disk");
  }
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
  return folder;
}

/** A web server with these files, for as long as `run` takes. */
export async function withServer(
  files: Readonly<Record<string, string | Buffer>>,
  run: (url: string) => Promise<void>,
): Promise<void> {
  const server = createServer((incoming, answer) => {
    const file = files[incoming.url ?? ""];
    answer.statusCode = file === undefined ? 404 : 200;
    answer.end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
