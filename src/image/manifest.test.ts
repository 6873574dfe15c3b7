import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import test from "node:test";
import { folderName, imagesDir, listImages } from "./manifest.ts";
import { aFolder, debian, putImage, ubuntu } from "./testing.ts";

test("own images come first, and within a family the newest last", async (t) => {
  const dir = aFolder(t);
  putImage(dir, ubuntu);
  putImage(dir, { ...debian, version: "12-k1.36.10", kubernetesVersion: "v1.36.10" });
  putImage(dir, { ...debian, version: "12-k1.36.3-r10" });
  putImage(dir, { ...debian, version: "12-k1.36.3-r2" });
  putImage(dir, debian);
  putImage(dir, { ...debian, version: "12-k1.35.9", kubernetesVersion: "v1.35.9" });
  const { images, damaged } = await listImages(dir);
  assert.deepEqual(damaged, []);
  assert.deepEqual(
    images.map((each) => folderName(each.manifest)),
    [
      "Debian-12-k1.35.9",
      "Debian-12-k1.36.3",
      "Debian-12-k1.36.3-r2",
      "Debian-12-k1.36.3-r10",
      "Debian-12-k1.36.10",
      "Ubuntu-24.04",
    ],
  );
});

test("a folder that does not exist holds no images", async (t) => {
  assert.deepEqual(await listImages(join(aFolder(t), "nowhere")), { images: [], damaged: [] });
});

test("a build that goes on is neither an image nor damage", async (t) => {
  const dir = aFolder(t);
  mkdirSync(join(dir, ".build-Debian-12-k1.36.3"));
  writeFileSync(join(dir, "lock"), "{}");
  assert.deepEqual(await listImages(dir), { images: [], damaged: [] });
});

const damages: readonly (readonly [string, (folder: string) => void, RegExp])[] = [
  ["without a manifest", (folder) => rmSync(join(folder, "manifest.json")), /cannot be read: ENOENT/],
  ["with half a manifest", (folder) => writeFileSync(join(folder, "manifest.json"), "{"), /cannot be read/],
  [
    "with another's manifest",
    (folder) => writeFileSync(join(folder, "manifest.json"), JSON.stringify(ubuntu)),
    /of Ubuntu-24\.04/,
  ],
  [
    "with a field that is wrong",
    (folder) => writeFileSync(join(folder, "manifest.json"), JSON.stringify({ ...debian, minDiskGiB: 0 })),
    /minDiskGiB/,
  ],
  ["without its kernel", (folder) => rmSync(join(folder, "vmlinuz")), /vmlinuz is missing or empty/],
  [
    "with a root disk that was cut",
    (folder) => writeFileSync(join(folder, "root.qcow2"), "dis"),
    /3 bytes instead of 4/,
  ],
];

for (const [what, damage, why] of damages) {
  test(`a folder ${what} is told of and left where it is`, async (t) => {
    const dir = aFolder(t);
    const folder = putImage(dir, debian);
    damage(folder);
    const { images, damaged } = await listImages(dir);
    assert.deepEqual(images, []);
    assert.deepEqual(
      damaged.map((each) => basename(each.dir)),
      ["Debian-12-k1.36.3"],
    );
    assert.match(damaged[0]?.why ?? "", why);
  });
}

test("images lie in the user's cache", () => {
  assert.equal(imagesDir({ XDG_CACHE_HOME: "/c", HOME: "/h" }), "/c/poolkeeper/images");
  assert.equal(imagesDir({ HOME: "/h" }), "/h/.cache/poolkeeper/images");
});
