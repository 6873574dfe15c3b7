import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { Agent, request } from "undici";
import { realClock, sleep } from "../ports/clock.ts";
import { startControlPlane } from "./control-plane.ts";
import type { ControlPlane } from "./control-plane.ts";
import { StartError } from "./error.ts";
import { commandLine, identifyProcess, isProcessAlive } from "./process-id.ts";
import type { ProcessId } from "./process-id.ts";

function inFolder(run: (dataDir: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const dir = mkdtempSync(path.join(tmpdir(), "pk-cp-"));
    try {
      await run(path.join(dir, "data"));
    } finally {
      rmSync(dir, { recursive: true });
    }
  };
}

/** One request as the administrator: the status and the answer's text. */
async function ask(plane: ControlPlane, method: "GET" | "POST", where: string, body?: unknown) {
  const dispatcher = new Agent({ connect: { ...plane.admin } });
  try {
    const answer = await request(`${plane.url}${where}`, {
      dispatcher,
      method,
      headers: { "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  } finally {
    await dispatcher.destroy();
  }
}

function identities(pids: Readonly<Record<string, number>>): readonly (ProcessId | null)[] {
  return Object.values(pids).map(identifyProcess);
}

function isAnyAlive(ids: readonly (ProcessId | null)[]): boolean {
  return ids.some((id) => id !== null && isProcessAlive(id));
}

/** Whatever runs for this data directory, found without the record that the program itself keeps. */
function processesOf(dataDir: string): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => commandLine(Number(pid)))
    .filter((line) => line.includes(dataDir));
}

test(
  "what was stored is there after a stop and a start, at the same address, and no process is left in between",
  inFolder(async (dataDir) => {
    const first = await startControlPlane({ dataDir, isTest: true });
    const ids = identities(first.pids);
    assert.equal(ids.filter((id) => id !== null).length, 5);
    const created = await ask(first, "POST", "/api/v1/namespaces", { metadata: { name: "kept" } });
    assert.equal(created.status, 201, created.text);
    assert.match((await ask(first, "GET", "/version")).text, /"gitVersion": "v1\.36\.3"/);
    const pod = { metadata: { name: "p" }, spec: { containers: [{ name: "c", image: "i" }] } };
    const run = await ask(first, "POST", "/api/v1/namespaces/default/pods", pod);
    assert.equal(run.status, 201, "the first pod is accepted as soon as the start is over");

    await assert.rejects(startControlPlane({ dataDir, isTest: true }), (error) => {
      assert(error instanceof StartError);
      assert.match(error.message, new RegExp(`already run by process ${process.pid}\\. Nothing was touched`));
      return true;
    });
    assert.equal((await ask(first, "GET", "/readyz")).text, "ok");

    const kubeconfig = readFileSync(first.kubeconfigPath, "utf8");
    assert(kubeconfig.includes(`server: ${first.url}\n`));
    await first.stop();
    assert.equal(isAnyAlive(ids), false);
    assert.deepEqual(processesOf(dataDir), []);

    const second = await startControlPlane({ dataDir, isTest: true });
    assert.equal(readFileSync(second.kubeconfigPath, "utf8"), kubeconfig);
    assert.equal((await ask(second, "GET", "/api/v1/namespaces/kept")).status, 200);
    await second.stop();
  }),
);

test(
  "damaged and missing data of etcd is kept, and the error says where it is and what can be done",
  inFolder(async (dataDir) => {
    const plane = await startControlPlane({ dataDir, isTest: true });
    await plane.stop();
    const member = path.join(dataDir, "etcd", "data", "member");
    const damages = [
      [
        () => writeFileSync(path.join(member, "snap", "db"), "damage"),
        /^etcd ended while starting .*It said:\n {2}/s,
      ],
      [
        () => renameSync(path.join(member, "wal"), path.join(member, "gone")),
        /\/wal holds no log of etcd any more/,
      ],
    ] as const;
    for (const [damage, expected] of damages) {
      damage();
      await assert.rejects(startControlPlane({ dataDir, isTest: true }), (error) => {
        assert(error instanceof StartError);
        assert.match(error.message, expected);
        assert(error.message.includes(`mv ${dataDir}/etcd ${dataDir}/etcd.broken`), error.message);
        return true;
      });
      assert.equal(readFileSync(path.join(member, "snap", "db"), "utf8"), "damage");
      assert.deepEqual(processesOf(dataDir), []);
    }
  }),
);

test(
  "a killed owner leaves no process behind, and the next start need not wait for that",
  inFolder(async (dataDir) => {
    const program = `
      const { startControlPlane } = await import(${JSON.stringify(new URL("./control-plane.ts", import.meta.url).href)});
      const { pids } = await startControlPlane({ dataDir: ${JSON.stringify(dataDir)}, isTest: true });
      console.log(JSON.stringify(pids));`;
    const owner = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(owner.stdout, "data");
    const ids = identities(JSON.parse(String(line)) as Record<string, number>);
    assert.equal(isAnyAlive(ids), true);
    owner.kill("SIGKILL");
    await once(owner, "exit");
    const plane = await startControlPlane({ dataDir, isTest: true });
    assert.equal(isAnyAlive(ids), false);
    await plane.stop();
  }),
);

test(
  "a component that ends while running is told with its name and its log",
  inFolder(async (dataDir) => {
    const plane = await startControlPlane({ dataDir, isTest: true });
    process.kill(plane.pids["kube-scheduler"], "SIGKILL");
    const { message } = await plane.lost;
    assert.match(message, /^kube-scheduler ended while running \(SIGKILL\)\./);
    assert(message.includes(path.join(dataDir, "logs", "kube-scheduler.log")));
    await plane.stop();
    assert.deepEqual(processesOf(dataDir), []);
  }),
);

test(
  "a start that is given up ends what it began",
  inFolder(async (dataDir) => {
    const giveUp = new AbortController();
    const starting = startControlPlane({ dataDir, isTest: true, signal: giveUp.signal });
    const log = path.join(dataDir, "logs", "kube-apiserver.log");
    while (!existsSync(log)) await sleep(realClock, 10);
    giveUp.abort(new Error("enough"));
    await assert.rejects(starting, /^Error: enough$/);
    assert.deepEqual(processesOf(dataDir), []);
    assert.equal(existsSync(path.join(dataDir, "control-plane.lock")), false);
  }),
);

test(
  "a taken port and a data directory that is a file are refused before anything is started",
  inFolder(async (dataDir) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const apiPort = (other.address() as AddressInfo).port;
    await assert.rejects(
      startControlPlane({ dataDir, isTest: true, apiPort }),
      /is taken by another process/,
    );
    other.close();
    const file = path.join(dataDir, "ports.json");
    writeFileSync(file, "");
    await assert.rejects(
      startControlPlane({ dataDir: file, isTest: true }),
      /^StartError: The data directory .*EEXIST/,
    );
  }),
);
