import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { realClock } from "../ports/clock.ts";
import { identifyProcess } from "../start/process-id.ts";
import { type EnsureRequest, ensureImage } from "./ensure.ts";
import { withImagesLock } from "./folder.ts";
import { hostArchitecture, imagesDir } from "./manifest.ts";
import { recipeOf } from "./recipe.ts";
import { aFolder, debian, putImage } from "./testing.ts";

const architecture = hostArchitecture(process.arch);
const buildable =
  process.platform === "linux" && architecture !== null ? {} : { skip: "images are built on Linux" };
const choice = { kubernetesVersion: "v1.36.3", architecture: architecture ?? "amd64" };

function aHome(t: TestContext) {
  const env = { XDG_CACHE_HOME: aFolder(t), PATH: process.env["PATH"] };
  const said: string[] = [];
  const progress = {
    say: (text: string) => void said.push(text),
    during: <T>(text: string, work: () => Promise<T>) => (said.push(text), work()),
  };
  const ensure = (change: Partial<EnsureRequest> = {}) =>
    ensureImage({ kubernetesVersion: "v1.36.3", env, clock: realClock, progress, ...change });
  return { env, dir: imagesDir(env), said, progress, ensure };
}

test(
  "the newest image of today's recipe is taken without a word, and one of another recipe is not",
  buildable,
  async (t) => {
    const { dir, said, ensure } = aHome(t);
    putImage(dir, debian);
    putImage(dir, { ...debian, version: "12-k1.36.3-r2", recipe: recipeOf(choice) });
    putImage(dir, { ...debian, version: "12-k1.36.3-r3", recipe: recipeOf(choice) });
    putImage(dir, { ...debian, version: "12-k1.36.3-r4" });
    const { manifest } = await ensure();
    assert.equal(manifest.version, "12-k1.36.3-r3");
    assert.deepEqual(said, []);
    assert.deepEqual(
      readdirSync(dir).filter((name) => !name.startsWith("Debian")),
      [],
    );
  },
);

test("what is no version is refused before anything is done", async (t) => {
  const { ensure } = aHome(t);
  for (const kubernetesVersion of ["1.36.3", "v1.36", "latest", "v1.36.3; reboot"])
    await assert.rejects(
      ensure({ kubernetesVersion }),
      /is no version of a kubelet: write all three numbers/,
    );
});

test("who finds the images being changed waits, says for whom, and looks again", buildable, async (t) => {
  const { env, dir, said, progress, ensure } = aHome(t);
  let begun = (): void => {};
  const isBegun = new Promise<void>((resolve) => (begun = resolve));
  const building = withImagesLock({ env, clock: realClock, progress }, async () => {
    begun();
    // It goes on until the other waits.
    while (said.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    putImage(dir, { ...debian, recipe: recipeOf(choice) });
  });
  await isBegun;
  const { manifest } = await ensure();
  await building;
  assert.equal(manifest.version, debian.version);
  assert.deepEqual(said, [`Waiting for process ${process.pid}, which is changing the images`]);
});

test("the lock of a process that was killed holds nobody up", async (t) => {
  const { env, dir, progress } = aHome(t);
  mkdirSync(dir, { recursive: true });
  const dead = { ...identifyProcess(process.pid), startedAt: "long ago" };
  writeFileSync(join(dir, "lock"), JSON.stringify(dead));
  assert.equal(await withImagesLock({ env, clock: realClock, progress }, async () => 7), 7);
});

test("a folder of images that cannot be written is named, with what to do", async (t) => {
  const home = aFolder(t);
  writeFileSync(join(home, "poolkeeper"), "a file");
  const { progress } = aHome(t);
  const visit = { env: { XDG_CACHE_HOME: home }, clock: realClock, progress };
  await assert.rejects(
    withImagesLock(visit, async () => {}),
    /The folder of images .*\/poolkeeper\/images cannot be used: .*Images that were there are untouched.*XDG_CACHE_HOME/,
  );
});
