/**
 * The QEMU processes of all instances and the line to each: found again after our own restart, watched until they end. It
 * starts and stops none; what an end means for the instance is not its business.
 */
import { readFileSync } from "node:fs";
import { type Clock, sleep } from "../../ports/clock.ts";
import { commandLine, identifyProcess, isProcessAlive, type ProcessId } from "../../start/process-id.ts";
import type { Host } from "./host.ts";
import { type Layout, names } from "./layout.ts";
import { openQmp, type Qmp, type QmpEvent } from "./qmp.ts";
import { type InstanceRecord, processOf } from "./record.ts";

export interface Vms {
  /** The process that runs this instance, wherever it was noted: in the record, or by QEMU itself. */
  findProcess(record: InstanceRecord): ProcessId | null;
  /** The line to the instance's QEMU, opened if need be; throws when there is none to be had. */
  monitor(id: string): Promise<Qmp>;
  /** Keeps the line open and tells of events and of the end of the process. */
  watch(id: string, process: ProcessId): void;
  close(): void;
}

export interface VmsOptions {
  readonly layout: Layout;
  readonly host: Host;
  readonly clock: Clock;
  readonly onEvent: (id: string, event: QmpEvent) => void;
  readonly onEnd: (id: string) => void;
}

const reconnectMs = 1000;

export function createVms({ layout, host, clock, onEvent, onEnd }: VmsOptions): Vms {
  const lines = new Map<string, Promise<Qmp>>();
  const watched = new Map<string, ProcessId>();
  const state = { isClosed: false };

  const open = async (id: string): Promise<Qmp> => {
    const socket = await host.connect(layout.instance(id).folder, names.monitor);
    const qmp = await openQmp(socket, { clock, onEvent: (event) => onEvent(id, event) });
    void qmp.closed.then(() => lines.delete(id));
    return qmp;
  };
  const monitor = (id: string): Promise<Qmp> => {
    const known = lines.get(id);
    if (known !== undefined) return known;
    const line = open(id);
    lines.set(id, line);
    line.catch(() => lines.delete(id));
    return line;
  };
  const follow = async (id: string, process: ProcessId): Promise<void> => {
    while (!state.isClosed && isProcessAlive(process)) {
      try {
        await (await monitor(id)).closed;
      } catch {
        // It does not listen yet, or not any more: whether it lives is asked again soon.
      }
      if (!state.isClosed && isProcessAlive(process)) await sleep(clock, reconnectMs);
    }
    if (watched.get(id) === process) watched.delete(id);
    if (!state.isClosed) onEnd(id);
  };

  return {
    findProcess: (record) => {
      return processOf(record) ?? processInFile(layout.instance(record.id).pidFile, record.id);
    },
    monitor,
    watch: (id, process) => {
      const known = watched.get(id);
      if (known?.pid === process.pid && known.startedAt === process.startedAt) return;
      watched.set(id, process);
      void follow(id, process);
    },
    close: () => {
      state.isClosed = true;
      for (const line of lines.values()) void line.then((qmp) => qmp.close()).catch(() => {});
    },
  };
}

/** The number in QEMU's own file may by now be anybody's: only a QEMU of this instance counts. */
function processInFile(file: string, id: string): ProcessId | null {
  try {
    const pid = Number(readFileSync(file, "utf8").trim());
    const isOurs = commandLine(pid).includes(`-name ${id} `);
    return Number.isSafeInteger(pid) && pid > 0 && isOurs ? identifyProcess(pid) : null;
  } catch {
    return null;
  }
}
