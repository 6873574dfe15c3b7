import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { createRunner } from "./runner.ts";
import { aFolder } from "./testing.ts";

const linux = process.platform === "linux" ? {} : { skip: "needs Linux" };
const surroundings = { env: process.env, signal: undefined };

test(
  "the step of a build that fails is named, with its last words and where all of them are",
  linux,
  async (t) => {
    const dir = aFolder(t);
    const run = createRunner({ dir, neededBytes: 1, what: "Building an image" }, surroundings);
    await assert.rejects(
      run(["unshare", "--help-me-not", "--", "mke2fs", "-q"]),
      /Building an image failed in mke2fs \(exit code 1\)\. Nothing half done was kept.*Its last lines:/,
    );
    assert.match(readFileSync(join(dir, "build.log"), "utf8"), /^unshare --help-me-not -- mke2fs -q\n/);
  },
);
