import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { realClock } from "../ports/clock.ts";
import { silentProgress } from "../start/progress.ts";
import { removeFromImages } from "./folder.ts";
import { imagesDir } from "./manifest.ts";
import { aFolder, debian, putImage, ubuntu } from "./testing.ts";

function aHome(t: TestContext) {
  const env = { XDG_CACHE_HOME: aFolder(t) };
  const visit = { env, clock: realClock, progress: silentProgress };
  return { dir: imagesDir(env), remove: (name: string) => removeFromImages(visit, name) };
}

test("an image goes by its name or its folder's name, and the others stay", async (t) => {
  const { dir, remove } = aHome(t);
  putImage(dir, ubuntu);
  for (const name of ["Debian:12-k1.36.3", "Debian-12-k1.36.3"]) {
    putImage(dir, debian);
    assert.equal(await remove(name), true);
    assert.deepEqual(readdirSync(dir), ["Ubuntu-24.04"]);
  }
  assert.equal(await remove("Debian:12-k1.36.3"), false);
});

test("a damaged image can be removed, and what is no image cannot", async (t) => {
  const { dir, remove } = aHome(t);
  rmSync(join(putImage(dir, debian), "manifest.json"));
  assert.equal(await remove("Debian:12-k1.36.3"), true);
  for (const name of ["lock", "..", ".", ""]) assert.equal(await remove(name), false);
});
