import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { realClock, sleep } from "../ports/clock.ts";
import { endLeftovers } from "./leftovers.ts";
import { identifyProcess, isProcessAlive } from "./process-id.ts";
import type { ProcessId } from "./process-id.ts";
import { createSupervision } from "./supervision.ts";

function inFolder(run: (dir: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const dir = mkdtempSync(path.join(tmpdir(), "pk-sup-"));
    try {
      await run(dir);
    } finally {
      rmSync(dir, { recursive: true });
    }
  };
}

function options(dir: string) {
  return {
    recordFile: path.join(dir, "pids.json"),
    logFile: path.join(dir, "supervisor.log"),
    clock: realClock,
  };
}

/** A child that writes into the diary when it begins and when it is asked to end. */
function diarist(dir: string, name: string) {
  const program = `
    echo "${name} began" >> diary
    trap 'echo "${name} ended" >> diary; kill %1; exit 0' TERM
    sleep 600 & wait`;
  return {
    name,
    command: "/bin/sh",
    args: ["-c", program],
    cwd: dir,
    logFile: path.join(dir, `${name}.log`),
  };
}

async function diaryLines(dir: string, count: number): Promise<readonly string[]> {
  for (;;) {
    const file = path.join(dir, "diary");
    const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
    if (lines.length >= count) return lines;
    await sleep(realClock, 10);
  }
}

async function untilDead(ids: readonly (ProcessId | null)[]): Promise<void> {
  while (ids.some((id) => id !== null && isProcessAlive(id))) await sleep(realClock, 10);
}

test(
  "children are ended in the opposite order of their start, and nothing is left",
  inFolder(async (dir) => {
    const supervision = createSupervision(options(dir));
    const pids: number[] = [];
    for (const [index, name] of ["one", "two", "three"].entries()) {
      pids.push(await supervision.start(diarist(dir, name)));
      await diaryLines(dir, index + 1);
    }
    const ids = [...pids, supervision.pid].map(identifyProcess);
    await Promise.all([supervision.stop(), supervision.stop()]);
    assert.deepEqual((await diaryLines(dir, 6)).slice(3), ["three ended", "two ended", "one ended"]);
    assert(ids.every((id) => id !== null && !isProcessAlive(id)));
    assert.equal(existsSync(path.join(dir, "pids.json")), false);
  }),
);

test(
  "a child that ends by itself, and one that cannot be started, are told",
  inFolder(async (dir) => {
    const supervision = createSupervision(options(dir));
    try {
      const missing = { ...diarist(dir, "missing"), command: path.join(dir, "missing") };
      await assert.rejects(supervision.start(missing), /missing cannot be started: .*ENOENT/);
      await supervision.start({ ...diarist(dir, "short"), args: ["-c", "exit 7"] });
      assert.deepEqual(await supervision.lost, { name: "short", how: "exit code 7" });
    } finally {
      await supervision.stop();
    }
  }),
);

test(
  "when the owner is killed the children end in order by themselves",
  inFolder(async (dir) => {
    const program = `
      const { createSupervision } = await import(${JSON.stringify(new URL("./supervision.ts", import.meta.url).href)});
      const { realClock } = await import(${JSON.stringify(new URL("../ports/clock.ts", import.meta.url).href)});
      const supervision = createSupervision({ ...${JSON.stringify(options(dir))}, clock: realClock });
      const pids = [supervision.pid];
      for (const child of ${JSON.stringify([diarist(dir, "one"), diarist(dir, "two")])}) pids.push(await supervision.start(child));
      console.log(JSON.stringify(pids));`;
    const owner = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(owner.stdout, "data");
    const ids = (JSON.parse(String(line)) as number[]).map(identifyProcess);
    await diaryLines(dir, 2);
    owner.kill("SIGKILL");
    await untilDead(ids);
    assert.deepEqual((await diaryLines(dir, 4)).slice(2), ["two ended", "one ended"]);
    assert.equal(existsSync(path.join(dir, "pids.json")), false);
  }),
);

test(
  "when the supervisor is killed the owner is told, and stop ends the children all the same",
  inFolder(async (dir) => {
    const supervision = createSupervision(options(dir));
    const id = identifyProcess(await supervision.start(diarist(dir, "one")));
    await diaryLines(dir, 1);
    process.kill(supervision.pid, "SIGKILL");
    assert.deepEqual(await supervision.lost, { name: "supervisor", how: "SIGKILL" });
    assert(id !== null && isProcessAlive(id));
    await supervision.stop();
    assert(!isProcessAlive(id));
    assert.equal((await diaryLines(dir, 2))[1], "one ended");
  }),
);

test(
  "leftovers are ended only when number, start and command are those of the record",
  inFolder(async (dir) => {
    const bystander = spawn("/bin/sleep", ["600"], { stdio: "ignore" });
    const leftover = spawn("/bin/sleep", ["601"], { stdio: "ignore" });
    const [innocent, guilty] = [bystander.pid, leftover.pid].map((pid) => identifyProcess(pid ?? 0));
    assert(innocent && guilty);
    const recordFile = path.join(dir, "pids.json");
    const children = [
      { name: "reused-number", command: "/bin/sleep", id: { ...innocent, startedAt: "1" } },
      { name: "other-command", command: "/opt/etcd", id: innocent },
      { name: "leftover", command: "/bin/sleep", id: guilty },
    ];
    const supervisor = { pid: 4_194_305, startedAt: "1" };
    writeFileSync(recordFile, JSON.stringify({ supervisor, children }));
    assert.deepEqual(await endLeftovers(recordFile, realClock), ["leftover"]);
    assert(isProcessAlive(innocent) && !isProcessAlive(guilty));
    assert.equal(existsSync(recordFile), false);
    bystander.kill();

    writeFileSync(recordFile, "half a li");
    assert.deepEqual(await endLeftovers(recordFile, realClock), []);
  }),
);
