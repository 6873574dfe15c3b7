import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import { realClock } from "../ports/clock.ts";
import { silentProgress } from "../start/progress.ts";
import { type Addition, addToImages } from "./folder.ts";
import { imagesDir, listImages } from "./manifest.ts";
import { aFolder } from "./testing.ts";

const qemu = spawnSync("qemu-img", ["--version"]).status === 0 ? {} : { skip: "needs qemu-img" };

function aHome(t: TestContext) {
  const home = aFolder(t);
  const env = { ...process.env, XDG_CACHE_HOME: home };
  const add = (file: string, change: Partial<Addition> = {}) =>
    addToImages({
      file,
      family: "Ubuntu",
      version: "24.04",
      kubernetesVersion: null,
      architecture: "arm64",
      env,
      clock: realClock,
      progress: silentProgress,
      ...change,
    });
  return { home, dir: imagesDir(env), add };
}

/** A disk with a boot record and otherwise nothing. */
function aDisk(home: string, megabytes: number): string {
  const file = join(home, "cloud.img");
  const record = Buffer.alloc(512);
  record.writeUInt16LE(0xaa55, 510);
  writeFileSync(file, record);
  truncateSync(file, megabytes * 2 ** 20);
  return file;
}

test("a raw disk and a qcow2 become images, with all that a machine needs to know", qemu, async (t) => {
  const { home, dir, add } = aHome(t);
  const raw = aDisk(home, 2500);
  const packed = join(home, "cloud.qcow2");
  execFileSync("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", raw, packed]);
  await add(raw);
  await add(packed, { version: "24.10", kubernetesVersion: "v1.36.3" });
  const { images, damaged } = await listImages(dir);
  assert.deepEqual(damaged, []);
  const [first, second] = images.map(({ manifest }) => manifest);
  assert.equal(first?.kind, "CloudInit");
  assert.deepEqual([first?.version, first?.architecture, first?.minDiskGiB], ["24.04", "arm64", 3]);
  assert.deepEqual([first?.kernel, first?.kubernetesVersion], [null, null]);
  assert.deepEqual([second?.version, second?.kubernetesVersion], ["24.10", "v1.36.3"]);
  assert.equal(first?.rootDiskBytes, statSync(join(dir, "Ubuntu-24.04", "root.qcow2")).size);
});

test("an image that is there is never written over", qemu, async (t) => {
  const { home, dir, add } = aHome(t);
  const disk = aDisk(home, 1);
  await add(disk);
  const before = statSync(join(dir, "Ubuntu-24.04", "root.qcow2")).mtimeMs;
  await assert.rejects(
    add(disk),
    /There is an image Ubuntu-24\.04 already.*poolkeeper image remove Ubuntu-24\.04/,
  );
  assert.equal(statSync(join(dir, "Ubuntu-24.04", "root.qcow2")).mtimeMs, before);
});

test("what no machine could boot is refused, said why, and leaves nothing", qemu, async (t) => {
  const { home, dir, add } = aHome(t);
  const put = (name: string, content: Buffer | string): string => {
    const file = join(home, name);
    writeFileSync(file, content);
    return file;
  };
  const cd = Buffer.alloc(0x9000);
  cd.write("CD001", 0x8001);
  const cut = join(home, "cut.qcow2");
  execFileSync("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", aDisk(home, 1), cut]);
  truncateSync(cut, 70_000);
  const refusals = [
    [join(home, "nothing.img"), /nothing\.img cannot be read: .*No such file/],
    [put("notes.txt", "to do\n".repeat(200)), /notes\.txt is no disk that a machine could boot/],
    [put("empty.img", ""), /empty\.img is no disk that a machine could boot/],
    [put("cloud.img.gz", gzipSync("disk")), /is packed\. Unpack it and add what comes out: gunzip /],
    [put("debian.iso", cd), /is a CD to install from/],
    [cut, /cut\.qcow2 (is damaged|cannot be read)/],
  ] as const;
  for (const [file, expected] of refusals) {
    await assert.rejects(add(file), expected);
    assert.deepEqual(readdirSync(dir), []);
  }
});
