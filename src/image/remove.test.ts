import assert from "node:assert/strict";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { realClock } from "../ports/clock.ts";
import { silentProgress } from "../start/progress.ts";
import { removeFromImages } from "./folder.ts";
import { imagesDir } from "./manifest.ts";
import { aFolder, debian, putImage } from "./testing.ts";

function aHome(t: TestContext) {
  const home = aFolder(t);
  const env = { XDG_CACHE_HOME: home };
  const dataDir = join(home, "data");
  mkdirSync(join(dataDir, "disks"), { recursive: true });
  const remove = (name: string) =>
    removeFromImages({ name, dataDir, env, clock: realClock, progress: silentProgress });
  return { dir: imagesDir(env), disks: join(dataDir, "disks"), remove };
}

/** The head of a disk that lies on another, as QEMU writes it. */
function overlayOn(backing: string): Buffer {
  const head = Buffer.alloc(512);
  head.write("QFI\u00fb", 0, "latin1");
  head.writeUInt32BE(3, 4);
  head.writeBigUInt64BE(200n, 8);
  head.writeUInt32BE(backing.length, 16);
  head.write(backing, 200);
  return head;
}

test("an image goes by its name or its folder's name, and leaves nothing", async (t) => {
  const { dir, remove } = aHome(t);
  for (const name of ["Debian:12-k1.36.3", "Debian-12-k1.36.3"]) {
    putImage(dir, debian);
    assert.deepEqual(await remove(name), { kind: "Removed" });
    assert.deepEqual(readdirSync(dir), []);
  }
  assert.deepEqual(await remove("Debian:12-k1.36.3"), { kind: "Unknown" });
});

test("a damaged image can be removed, and nothing else in the folder", async (t) => {
  const { dir, remove } = aHome(t);
  rmSync(join(putImage(dir, debian), "manifest.json"));
  assert.deepEqual(await remove("Debian:12-k1.36.3"), { kind: "Removed" });
  for (const name of ["lock", "..", ".", ""]) assert.deepEqual(await remove(name), { kind: "Unknown" });
});

test("an image stays while the disk of a machine lies on it", async (t) => {
  const { dir, disks, remove } = aHome(t);
  const folder = putImage(dir, debian);
  const disk = join(disks, "i-1.qcow2");
  writeFileSync(disk, overlayOn(join(folder, "root.qcow2")));
  writeFileSync(join(disks, "data.qcow2"), overlayOn("/elsewhere/root.qcow2"));
  writeFileSync(join(disks, "empty.qcow2"), "");
  assert.deepEqual(await remove("Debian:12-k1.36.3"), {
    kind: "InUse",
    users: { disks: [disk], processes: [] },
  });
  assert.ok(existsSync(join(folder, "root.qcow2")));
  rmSync(disk);
  assert.deepEqual(await remove("Debian:12-k1.36.3"), { kind: "Removed" });
});

const linux = process.platform === "linux" ? {} : { skip: "needs /proc" };

test("an image stays while a process has its disk open", linux, async (t) => {
  const { dir, remove } = aHome(t);
  const opened = openSync(join(putImage(dir, debian), "root.qcow2"), "r");
  t.after(() => closeSync(opened));
  const users = { disks: [], processes: [process.pid] };
  assert.deepEqual(await remove("Debian:12-k1.36.3"), { kind: "InUse", users });
});
