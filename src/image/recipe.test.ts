import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { nextVersion } from "./build.ts";
import { hostArchitecture } from "./manifest.ts";
import { containerdVersion, links, packagesFor, recipeOf } from "./recipe.ts";
import { treeFiles } from "./tree.ts";

const files = new Map(treeFiles("root").map(({ path, text }) => [path, text]));
const textIn = (path: string): string => files.get(path) ?? "";

test("containerd is built in the version that tools/node pins", () => {
  const pins = readFileSync(new URL("../../tools/node/go.mod", import.meta.url), "utf8");
  assert.match(
    pins,
    new RegExp(`github.com/containerd/containerd/v2 ${containerdVersion.replaceAll(".", "\\.")}( |$)`, "m"),
  );
});

test("another kubelet or another architecture is another recipe, and the same choice is the same one", () => {
  const choice = { kubernetesVersion: "v1.36.3", architecture: "amd64" } as const;
  assert.match(recipeOf(choice), /^[0-9a-f]{64}$/);
  assert.equal(recipeOf(choice), recipeOf({ ...choice }));
  assert.notEqual(recipeOf(choice), recipeOf({ ...choice, kubernetesVersion: "v1.36.4" }));
  assert.notEqual(recipeOf(choice), recipeOf({ ...choice, architecture: "arm64" }));
});

test("the name of an image is never given to a second content", () => {
  assert.equal(nextVersion([], "v1.36.3"), "12-k1.36.3");
  assert.equal(nextVersion(["Debian-12-k1.36.3"], "v1.36.3"), "12-k1.36.3-r2");
  assert.equal(nextVersion(["Debian-12-k1.36.3", "Debian-12-k1.36.3-r2"], "v1.36.3"), "12-k1.36.3-r3");
  assert.equal(nextVersion(["Debian-12-k1.36.3", "Debian-12-k1.36.3-r2"], "v1.35.4"), "12-k1.35.4");
});

test("Debian's containerd comes only when it is asked for", () => {
  assert.ok(!packagesFor({ architecture: "amd64", extra: [] }).includes("containerd"));
  assert.ok(packagesFor({ architecture: "arm64", extra: ["containerd"] }).includes("containerd"));
  assert.ok(packagesFor({ architecture: "arm64", extra: [] }).includes("linux-image-cloud-arm64"));
});

test("images are built for processors that Debian and Kubernetes share", () => {
  assert.deepEqual(["x64", "arm64", "ia32"].map(hostArchitecture), ["amd64", "arm64", null]);
});

test("every unit of ours that is started at boot is in the image, and none of ours is masked", () => {
  const targets = Object.entries(links).filter(([place]) => place.includes(".wants/"));
  const ours = targets
    .map(([, target]) => target)
    .filter((target) => /poolkeeper|kubelet|containerd/.test(target));
  assert.equal(ours.length, 5);
  for (const target of ours) assert.ok(files.has(target), `${target} is not in the tree`);
  const masked = Object.keys(links).filter((place) => links[place] === "/dev/null");
  assert.ok(masked.length > 20);
  for (const place of masked)
    assert.doesNotMatch(place, /poolkeeper|kubelet|kube-proxy|containerd|qemu|resolved|networkd\.service/);
});

test("programs of ours that units run are in the image and may be run", () => {
  const units = [...files].filter(([path]) => path.endsWith(".service"));
  const called = units.flatMap(([, text]) =>
    Array.from(text.matchAll(/=(\/usr\/lib\/poolkeeper\/[a-z-]+)( |$)/gm)),
  );
  assert.ok(called.length > 5);
  const programs = new Map(treeFiles("root").map(({ path, mode }) => [path, mode]));
  for (const [, program = ""] of called) assert.equal(programs.get(program), 0o755, program);
});

test("the seed is there before the network, containerd and the kubelet begin", () => {
  const [, before = ""] =
    /^Before=(.*)$/m.exec(textIn("/usr/lib/systemd/system/poolkeeper-seed.service")) ?? [];
  for (const unit of [
    "systemd-networkd.service",
    "containerd.service",
    "kubelet.service",
    "kube-proxy.service",
  ])
    assert.ok(before.split(" ").includes(unit), unit);
});

test("with Debian's containerd only its files differ, at the same places", () => {
  for (const { path } of treeFiles("containerd-1")) assert.ok(files.has(path), path);
});

test("the image says nothing about the machine it was built on", () => {
  assert.equal(textIn("/etc/machine-id"), "");
  assert.equal(textIn("/etc/hostname"), "localhost\n");
});
