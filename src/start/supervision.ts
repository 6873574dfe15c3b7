/**
 * The owner's side of the supervisor: starts child processes that never outlive this process, and ends them in order.
 * It knows nothing about what the children do.
 */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Clock } from "../ports/clock.ts";
import { StartError } from "./error.ts";
import { endLeftovers } from "./leftovers.ts";
import { endLimitMs } from "./supervisor-protocol.ts";
import type { ChildSpec, FromSupervisor, ToSupervisor } from "./supervisor-protocol.ts";

export interface Supervision {
  /** The child's process number, once it runs. That it runs does not mean that it works. */
  start(child: ChildSpec): Promise<number>;
  /** Ends all children, the last started first, and the supervisor. May be called again. */
  stop(): Promise<void>;
  /** Resolves with the first child (or the supervisor) that ended without being asked to. */
  readonly lost: Promise<LostProcess>;
  readonly pid: number;
}

export interface LostProcess {
  readonly name: string;
  readonly how: string;
}

export interface SupervisionOptions {
  /** Where the running processes are recorded for the next start. */
  readonly recordFile: string;
  /** What the supervisor itself complains about. */
  readonly logFile: string;
  readonly clock: Clock;
}

const supervisorFile = fileURLToPath(new URL("./supervisor.ts", import.meta.url));

export function createSupervision(options: SupervisionOptions): Supervision {
  const log = openSync(options.logFile, "a");
  // Detached: a Ctrl-C in the terminal reaches us only, and we end the children in their order.
  const supervisor = fork(supervisorFile, [options.recordFile], {
    detached: true,
    execArgv: [],
    stdio: ["ignore", log, log, "ipc"],
  });
  closeSync(log);
  let stopping: Promise<void> | null = null;
  const lost = Promise.withResolvers<LostProcess>();
  const lose = (name: string, how: string): void => {
    if (stopping === null) lost.resolve({ name, how });
  };
  const gone = new Promise<void>((resolve) => {
    supervisor.on("exit", (code, signal) => {
      lose("supervisor", signal ?? `exit code ${code}`);
      resolve();
    });
  });
  supervisor.on("message", (message: FromSupervisor) => {
    if (message.kind === "Ended") lose(message.name, message.how);
  });
  supervisor.on("error", () => {}); // A channel that breaks is followed by "exit", which is where it is dealt with.
  return {
    pid: supervisor.pid ?? 0,
    lost: lost.promise,
    start: (child) => startChild(supervisor, child, gone),
    stop: () => (stopping ??= stop(supervisor, gone, options)),
  };
}

function startChild(supervisor: ChildProcess, child: ChildSpec, gone: Promise<void>): Promise<number> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: FromSupervisor): void => {
      if (message.name !== child.name || message.kind === "Ended") return;
      supervisor.off("message", onMessage);
      if (message.kind === "Started") resolve(message.pid);
      else reject(new StartError(`${child.command} cannot be started: ${message.message}`));
    };
    supervisor.on("message", onMessage);
    void gone.then(() => reject(new StartError(`${child.name} cannot be started: its supervisor has ended`)));
    send(supervisor, { kind: "Start", child });
  });
}

async function stop(
  supervisor: ChildProcess,
  gone: Promise<void>,
  options: SupervisionOptions,
): Promise<void> {
  send(supervisor, { kind: "Stop" });
  // Longer than the supervisor may need for all of its children; then it hangs, and we do its work.
  const cancel = options.clock.after(5 * endLimitMs, () => supervisor.kill("SIGKILL"));
  await gone;
  cancel();
  await endLeftovers(options.recordFile, options.clock);
}

function send(supervisor: ChildProcess, message: ToSupervisor): void {
  if (supervisor.connected) supervisor.send(message, () => {}); // A failed send is followed by "exit".
}
