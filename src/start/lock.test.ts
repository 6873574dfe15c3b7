import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { realClock } from "../ports/clock.ts";
import { tryLock, waitForLock } from "./lock.ts";
import { identifyProcess } from "./process-id.ts";

function inFolder(run: (dir: string) => Promise<void> | void): () => Promise<void> {
  return async () => {
    const dir = mkdtempSync(path.join(tmpdir(), "pk-lock-"));
    try {
      await run(dir);
    } finally {
      rmSync(dir, { recursive: true });
    }
  };
}

test(
  "a held lock names its holder, and a released one is free",
  inFolder((dir) => {
    const file = path.join(dir, "lock");
    const first = tryLock(file);
    assert.equal(first.kind, "Held");
    const second = tryLock(file);
    assert.equal(second.kind === "Taken" && second.holder.pid, process.pid);
    if (first.kind === "Held") first.lock.release();
    assert.equal(tryLock(file).kind, "Held");
  }),
);

test(
  "a lock of a dead process, of a reused process number, and one that cannot be read are taken over",
  inFolder((dir) => {
    const file = path.join(dir, "lock");
    const me = identifyProcess(process.pid);
    for (const text of [
      '{"pid":4194305,"startedAt":"1"}',
      JSON.stringify({ ...me, startedAt: "1" }),
      "half a li",
    ]) {
      writeFileSync(file, text);
      const attempt = tryLock(file);
      assert.equal(attempt.kind, "Held", text);
      assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), me);
      if (attempt.kind === "Held") attempt.lock.release();
    }
  }),
);

test(
  "who waits gets the lock when it is free, and may give up",
  inFolder(async (dir) => {
    const file = path.join(dir, "lock");
    const first = tryLock(file);
    assert(first.kind === "Held");
    const giveUp = new AbortController();
    const givenUp = waitForLock(file, { clock: realClock, signal: giveUp.signal });
    giveUp.abort(new Error("enough"));
    await assert.rejects(givenUp, /enough/);
    const waiting = waitForLock(file, { clock: realClock });
    first.lock.release();
    (await waiting).release();
  }),
);

test(
  "processes that all find a dead holder's lock still hold it one after the other",
  inFolder(async (dir) => {
    const file = path.join(dir, "lock");
    writeFileSync(file, '{"pid":4194305,"startedAt":"1"}');
    const program = `
      const { waitForLock } = await import(${JSON.stringify(new URL("./lock.ts", import.meta.url).href)});
      const { realClock } = await import(${JSON.stringify(new URL("../ports/clock.ts", import.meta.url).href)});
      const { appendFileSync } = await import("node:fs");
      const lock = await waitForLock(${JSON.stringify(file)}, { clock: realClock });
      appendFileSync(${JSON.stringify(path.join(dir, "diary"))}, process.pid + " in\\n");
      await new Promise((resolve) => setTimeout(resolve, 20));
      appendFileSync(${JSON.stringify(path.join(dir, "diary"))}, process.pid + " out\\n");
      lock.release();`;
    const rivals = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ["--input-type=module", "-e", program], {
        stdio: ["ignore", "ignore", "inherit"],
      }),
    );
    const codes = await Promise.all(rivals.map(async (rival) => (await once(rival, "exit"))[0]));
    assert.deepEqual(codes, [0, 0, 0, 0]);
    const diary = readFileSync(path.join(dir, "diary"), "utf8").trim().split("\n");
    const owners = diary.map((line) => line.split(" ")[0]);
    assert.equal(new Set(owners).size, 4);
    for (let at = 0; at < diary.length; at += 2) assert.equal(owners[at], owners[at + 1], diary.join(", "));
  }),
);
