/**
 * A process of its own between the owner and the child processes: when the owner is gone, however it went, the children
 * are ended, the last started first. It decides nothing else; the owner says what to start and when to stop.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, openSync, rmSync } from "node:fs";
import { realClock } from "../ports/clock.ts";
import { identifyProcess } from "./process-id.ts";
import type { ProcessId } from "./process-id.ts";
import { endLimitMs } from "./supervisor-protocol.ts";
import type { ChildSpec, FromSupervisor, ProcessRecord, ToSupervisor } from "./supervisor-protocol.ts";
import { writeWholeFile } from "./whole-file.ts";

interface Child {
  readonly spec: ChildSpec;
  readonly process: ChildProcess;
  readonly id: ProcessId;
  readonly ended: Promise<void>;
}

const recordFile = process.argv[2] ?? "";
const running: Child[] = [];
let isStopping = false;

process.on("message", (message: ToSupervisor) => {
  if (message.kind === "Start") start(message.child);
  else void stop();
});
// The channel closes with the owner's last breath, SIGKILL included.
process.on("disconnect", () => void stop());
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => void stop());
if (!process.connected) void stop();

function start(spec: ChildSpec): void {
  if (isStopping) return;
  try {
    const log = openSync(spec.logFile, "a");
    const child = spawn(spec.command, spec.args, { cwd: spec.cwd, stdio: ["ignore", log, log] });
    closeSync(log);
    child.on("error", (error) => tell({ kind: "Failed", name: spec.name, message: error.message }));
    if (child.pid === undefined) return;
    watch(spec, child, child.pid);
    record();
    tell({ kind: "Started", name: spec.name, pid: child.pid });
  } catch (error) {
    // The disk may be full. The owner hears of it and stops everything; a child that is not recorded must not live on.
    running.find((child) => child.spec.name === spec.name)?.process.kill("SIGKILL");
    tell({
      kind: "Failed",
      name: spec.name,
      message: error instanceof Error ? error.message : String(error),
    });
  }
}

function watch(spec: ChildSpec, child: ChildProcess, pid: number): void {
  const ended = new Promise<void>((resolve) => {
    child.on("exit", (code, signal) => {
      const index = running.findIndex((other) => other.process === child);
      running.splice(index, 1);
      tell({ kind: "Ended", name: spec.name, how: signal ?? `exit code ${code}` });
      resolve();
    });
  });
  running.push({ spec, process: child, id: identifyProcess(pid) ?? { pid, startedAt: "" }, ended });
}

async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  for (const child of running.toReversed()) {
    child.process.kill("SIGTERM");
    const cancel = realClock.after(endLimitMs, () => child.process.kill("SIGKILL"));
    await child.ended;
    cancel();
  }
  rmSync(recordFile, { force: true });
  process.exit(0);
}

function record(): void {
  const whole: ProcessRecord = {
    supervisor: identifyProcess(process.pid),
    children: running.map(({ spec, id }) => ({ name: spec.name, command: spec.command, id })),
  };
  writeWholeFile(recordFile, JSON.stringify(whole), 0o644);
}

function tell(message: FromSupervisor): void {
  if (process.connected) process.send?.(message, () => {}); // The owner may vanish at any time; nobody is left to hear of it.
}
