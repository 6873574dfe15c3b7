import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { rotateLog, tellingLines } from "./component-log.ts";

test("the lines that tell why a program ended are found in each of their shapes, and the rest is left out", () => {
  const dir = mkdtempSync(path.join(tmpdir(), "pk-log-"));
  const file = path.join(dir, "x.log");
  const cases = [
    [
      "I1124 10:00:00 fine\nE1124 10:00:01 run.go:72] bad\nI1124 10:00:02 ending\n",
      ["E1124 10:00:01 run.go:72] bad"],
    ],
    [
      '{"level":"info","msg":"a"}\n{"level":"fatal","msg":"m","error":"e","stacktrace":"s"}\n',
      ["fatal: m: e"],
    ],
    ["panic: no\n\ngoroutine 1 [running]:\nmain.main()\n", ["panic: no"]],
    ["Error: unknown flag: --x\nUsage:\n", ["Error: unknown flag: --x"]],
    ["just\nwords\n", ["just", "words"]],
    ["\n\n", []],
  ] as const;
  for (const [text, expected] of cases) {
    writeFileSync(file, text);
    assert.deepEqual(tellingLines(file), expected);
  }
  writeFileSync(file, "old");
  rotateLog(file);
  assert.deepEqual(tellingLines(file), []);
  assert.equal(readFileSync(`${file}.1`, "utf8"), "old");
  rmSync(dir, { recursive: true });
});
