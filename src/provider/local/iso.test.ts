/** The CD image of the seed: found by its label, and every file whole under its own name. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { isoOf } from "./iso.ts";

const at = new Date(1_700_000_000_000);
const files = [
  { name: "user-data", text: `#cloud-config\n${"a: b\n".repeat(1000)}` },
  { name: "meta-data", text: "instance-id: i-1\n" },
  { name: "network-config", text: "größe: 2\n" },
];

/** Reads the Joliet names the way ECMA-119 lays them out, not the way they are written. */
function filesOf(image: Buffer): Readonly<Record<string, string>> {
  const descriptor = image.subarray(17 * 2048, 18 * 2048);
  assert.equal(descriptor.toString("latin1", 0, 7), "\u0002CD001\u0001");
  const root = descriptor.subarray(156);
  const folder = image.subarray(root.readUInt32LE(2) * 2048).subarray(0, root.readUInt32LE(10));
  const found: Record<string, string> = {};
  for (let offset = 0; (folder[offset] ?? 0) > 0; offset += folder[offset] ?? 0) {
    const record = folder.subarray(offset);
    const name = Buffer.from(record.subarray(33, 33 + record.readUInt8(32)));
    if (name.length < 2) continue;
    const start = record.readUInt32LE(2) * 2048;
    assert.equal(record.readUInt32BE(6), record.readUInt32LE(2));
    found[name.swap16().toString("utf16le")] = image.toString("utf8", start, start + record.readUInt32LE(10));
  }
  return found;
}

test("every file is found under its name with its content", () => {
  assert.deepEqual(
    filesOf(isoOf("cidata", files, at)),
    Object.fromEntries(files.map(({ name, text }) => [name, text])),
  );
});

test("the system's own prober finds the file system and the label cidata", () => {
  const dir = mkdtempSync(path.join(tmpdir(), "pk-iso-"));
  try {
    const file = path.join(dir, "seed.iso");
    writeFileSync(file, isoOf("cidata", files, at));
    const found = execFileSync("blkid", ["-p", "-o", "export", file], { encoding: "utf8" });
    assert.match(found, /^LABEL=cidata$/m);
    assert.match(found, /^TYPE=iso9660$/m);
    assert.match(found, /^VERSION=Joliet/m);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test("more files than one folder's sector holds are refused", () => {
  const many = Array.from({ length: 60 }, (_, index) => ({ name: `file-${index}`, text: "" }));
  assert.throws(() => isoOf("cidata", many, at), RangeError);
});
