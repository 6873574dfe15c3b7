import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { runProgram } from "./program.ts";

const linux = process.platform === "linux" ? {} : { skip: "needs Linux" };
const surroundings = { env: process.env, signal: undefined };

test("what a program prints comes back, and its errors line by line", linux, async () => {
  const lines: string[] = [];
  const onLine = (line: string): void => void lines.push(line);
  const outcome = await runProgram(["sh", "-c", "echo out; echo one >&2; echo two >&2"], surroundings, {
    onLine,
  });
  assert.deepEqual(outcome, { kind: "Done", stdout: "out\n" });
  assert.deepEqual(lines, ["one", "two"]);
});

test("a failure says how it ended and what was said", linux, async () => {
  const outcome = await runProgram(["sh", "-c", "echo out; echo err >&2; exit 7"], surroundings);
  assert.deepEqual(outcome, { kind: "Failed", how: "exit code 7", said: "out\nerr\n" });
  const missing = await runProgram(["poolkeeper-no-such-program"], surroundings);
  assert.equal(missing.kind, "Failed");
});

test("an interruption ends the program and what it has started", { ...linux, timeout: 60_000 }, async (t) => {
  const stop = new AbortController();
  let started = "";
  t.after(() => {
    if (isRunning(started)) process.kill(Number(started), "SIGKILL");
  });
  const running = runProgram(
    ["sh", "-c", "sleep infinity & echo $! >&2; wait"],
    { env: process.env, signal: stop.signal },
    {
      onLine: (line) => {
        started = line;
        stop.abort();
      },
    },
  );
  await assert.rejects(running, { name: "AbortError" });
  assert.match(started, /^\d+$/);
  while (isRunning(started)) await sleep(20);
  await assert.rejects(runProgram(["true"], { env: process.env, signal: stop.signal }), {
    name: "AbortError",
  });
});

test("a program does not outlive a process that is killed", linux, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "poolkeeper-run-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const file = join(dir, "pid");
  const program = JSON.stringify(fileURLToPath(new URL("program.ts", import.meta.url)));
  const words = JSON.stringify([
    "sh",
    "-c",
    `echo $$ > ${file}.new; mv ${file}.new ${file}; exec sleep infinity`,
  ]);
  const script = `import { runProgram } from ${program}; await runProgram(${words}, { env: process.env, signal: undefined });`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "ignore" });
  while (!existsSync(file)) await sleep(20);
  const pid = readFileSync(file, "utf8").trim();
  parent.kill("SIGKILL");
  while (isRunning(pid)) await sleep(20);
});

/** A zombie has ended too; who inherits it may be slow. */
function isRunning(pid: string): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
