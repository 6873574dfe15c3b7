import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { putFile, treeFiles } from "./tree.ts";

test("scripts may be run, settings may not, and all come in the order of their paths", () => {
  const files = treeFiles("root");
  const paths = files.map(({ path }) => path);
  assert.deepEqual(paths, paths.toSorted());
  const modes = new Map(files.map(({ path, mode }) => [path, mode]));
  assert.equal(modes.get("/usr/lib/poolkeeper/seed"), 0o755);
  assert.equal(modes.get("/etc/fstab"), 0o644);
});

test("files and folders of an image are readable for all, whatever the umask", (t) => {
  const root = mkdtempSync(join(tmpdir(), "poolkeeper-tree-"));
  const umask = process.umask(0o077);
  t.after(() => {
    process.umask(umask);
    rmSync(root, { recursive: true });
  });
  putFile(root, { path: "/a/b/c", mode: 0o644, text: "text" });
  assert.equal(readFileSync(join(root, "a/b/c"), "utf8"), "text");
  const modes = ["a", "a/b", "a/b/c"].map((name) => (statSync(join(root, name)).mode & 0o7777).toString(8));
  assert.deepEqual(modes, ["755", "755", "644"]);
});
