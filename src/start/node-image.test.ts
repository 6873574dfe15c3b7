/** A start without the image that it would like to have: with an older one it goes on, with none it ends. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { type ImageManifest, folderName } from "../image/manifest.ts";
import { ensureNodeImage } from "./node-image.ts";

const older: ImageManifest = {
  family: "Debian",
  version: "12-k1.35.4",
  kubernetesVersion: "v1.35.4",
  operatingSystem: "linux",
  architecture: "amd64",
  kind: "Node",
  rootDisk: "root.qcow2",
  rootDiskBytes: 4,
  kernel: null,
  initrd: null,
  kernelArgs: "",
  minDiskGiB: 3,
  builtAt: "2026-11-24T00:00:00.000Z",
  recipe: "0".repeat(64),
};

function aCache(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "poolkeeper-cache-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function ensure(cache: string, lines: string[]): Promise<void> {
  const progress = {
    say: (text: string) => lines.push(text),
    during: <T>(_: string, work: () => Promise<T>) => work(),
  };
  const env = { XDG_CACHE_HOME: cache };
  // No version that could be built, so that nothing is.
  const kubernetesVersion = "v1.36";
  await ensureNodeImage({ kubernetesVersion, env, progress, signal: new AbortController().signal });
}

test("with an older image there is something to go on with, and it is said", async (t) => {
  const cache = aCache(t);
  const folder = join(cache, "poolkeeper", "images", folderName(older));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, older.rootDisk), "disk");
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(older));
  const lines: string[] = [];
  await ensure(cache, lines);
  assert.match(
    lines.join("\n"),
    /no image with kubelet v1\.36, and none could be built: .*\nOlder images are used/,
  );
});

test("without any the start ends, and says why there is none", async (t) => {
  await assert.rejects(ensure(aCache(t), []), /"v1\.36" is no version of a kubelet/);
});
