/** The tar archive of the seed, as a stock tar reads it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { tarOf } from "./tar.ts";

/** From a file: tar stops reading a pipe at the end of the archive, and so breaks it. */
function tar(archive: Buffer, ...args: readonly string[]): string {
  const dir = mkdtempSync(path.join(tmpdir(), "pk-tar-"));
  try {
    writeFileSync(path.join(dir, "seed"), archive);
    return execFileSync("tar", ["-f", path.join(dir, "seed"), ...args], { encoding: "utf8" });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function listed(archive: Buffer): readonly string[] {
  return tar(archive, "-tv", "--full-time", "--utc").trim().split("\n");
}

test("a stock tar finds names, modes, owners, sizes and times", () => {
  const archive = tarOf(
    [
      { path: "/etc/hostname", text: "web-1\n", mode: 0o644 },
      { path: "/etc/kubernetes/bootstrap-kubelet.conf", text: "x".repeat(1025), mode: 0o600 },
      { path: "/etc/empty", text: "", mode: 0o644 },
    ],
    1_700_000_000,
  );
  assert.equal(archive.length % 512, 0);
  assert.deepEqual(
    listed(archive).map((line) => line.split(/\s+/).join(" ")),
    [
      "-rw-r--r-- root/root 6 2023-11-14 22:13:20 etc/hostname",
      "-rw------- root/root 1025 2023-11-14 22:13:20 etc/kubernetes/bootstrap-kubelet.conf",
      "-rw-r--r-- root/root 0 2023-11-14 22:13:20 etc/empty",
    ],
  );
});

test("contents come back byte for byte, text beyond ASCII included, under long names too", () => {
  const long = `/${"d".repeat(80)}/${"e".repeat(80)}`;
  const archive = tarOf([{ path: long, text: "größer\n", mode: 0o644 }], 0);
  assert.equal(tar(archive, "-xO", long.slice(1)), "größer\n");
});

test("a name that fits nowhere is refused", () => {
  assert.throws(() => tarOf([{ path: `/${"d".repeat(200)}`, text: "", mode: 0o644 }], 0), RangeError);
});

test("a trailing run of zeros, as a seed disk has, does not trouble a stock tar", () => {
  const archive = tarOf([{ path: "/a", text: "a", mode: 0o644 }], 0);
  assert.equal(listed(Buffer.concat([archive, Buffer.alloc(1024 * 1024)])).length, 1);
});
