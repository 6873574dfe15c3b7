import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { pauseImage, workloadImage, writeContainerArchive } from "./containers.ts";
import { treeFiles } from "./tree.ts";

async function anArchive(t: TestContext): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), "poolkeeper-oci-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const [work, busybox, archive] = [join(dir, "work"), join(dir, "busybox"), join(dir, "images.tar")];
  mkdirSync(work);
  writeFileSync(busybox, "a program", { mode: 0o600 });
  const run = async ([program, ...args]: readonly [string, ...string[]]): Promise<string> =>
    execFileSync(program, args, { encoding: "utf8" });
  await writeContainerArchive({
    busybox,
    work,
    archive,
    architecture: "amd64",
    epochSeconds: 1_000_000,
    run,
  });
  return archive;
}

function member(archive: string, name: string): Buffer {
  return execFileSync("tar", ["--extract", "--to-stdout", `--file=${archive}`, name]);
}

interface Index {
  readonly manifests: readonly { readonly digest: string; readonly annotations: Record<string, string> }[];
}

interface Manifest {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string; readonly size: number }[];
}

function blob(archive: string, digest: string): Buffer {
  const content = member(archive, `./blobs/${digest.replace(":", "/")}`);
  assert.equal(`sha256:${createHash("sha256").update(content).digest("hex")}`, digest);
  return content;
}

test("the archive holds both images under the names that containerd and pods use", async (t) => {
  const archive = await anArchive(t);
  const { manifests } = JSON.parse(member(archive, "./index.json").toString()) as Index;
  const names = manifests.map(({ annotations }) => annotations["io.containerd.image.name"]);
  assert.deepEqual(names, [pauseImage, workloadImage]);
  for (const { digest } of manifests) {
    const manifest = JSON.parse(blob(archive, digest).toString()) as Manifest;
    const config = JSON.parse(blob(archive, manifest.config.digest).toString()) as {
      readonly rootfs: { readonly diff_ids: readonly string[] };
    };
    const [layer] = manifest.layers;
    assert.equal(layer?.size, blob(archive, layer?.digest ?? "").length);
    assert.deepEqual(config.rootfs.diff_ids, [layer?.digest]);
  }
});

test("a container finds its script, its shell and a folder to write to, whatever the modes on the host were", async (t) => {
  const archive = await anArchive(t);
  const { manifests } = JSON.parse(member(archive, "./index.json").toString()) as Index;
  const { layers } = JSON.parse(blob(archive, manifests[0]?.digest ?? "").toString()) as Manifest;
  const layer = join(archive, "..", "layer.tar");
  writeFileSync(layer, blob(archive, layers[0]?.digest ?? ""));
  const listing = execFileSync("tar", ["--list", "--verbose", `--file=${layer}`], { encoding: "utf8" });
  for (const pattern of [
    /^-rwxr-xr-x 0\/0 .* \.\/bin\/busybox$/m,
    /^-rwxr-xr-x 0\/0 .* \.\/bin\/pause$/m,
    /^-rwxr-xr-x 0\/0 .* \.\/bin\/serve$/m,
    /^lrwxrwxrwx 0\/0 .* \.\/bin\/sh -> busybox$/m,
    /^drwxrwxrwt 0\/0 .* \.\/tmp\/$/m,
  ])
    assert.match(listing, pattern);
});

test("the same files give the same archive", async (t) => {
  const [first, second] = [await anArchive(t), await anArchive(t)];
  assert.ok(readFileSync(first).equals(readFileSync(second)));
});

test("the images of the archive are those that the guest's files name", () => {
  const text = (["root", "containerd-1"] as const).flatMap(treeFiles).map((file) => file.text);
  const named = new Set(text.flatMap((each) => each.match(/poolkeeper\.dev\/[a-z]+:\d+/g) ?? []));
  assert.deepEqual([...named], [pauseImage]);
});
