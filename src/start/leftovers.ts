/** Child processes of a start that was killed: finds them by their record, makes sure it is them, and ends them. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import * as z from "zod";
import { sleep } from "../ports/clock.ts";
import type { Clock } from "../ports/clock.ts";
import { commandLine, isProcessAlive, isProcessId } from "./process-id.ts";
import type { ProcessId } from "./process-id.ts";
import { endLimitMs } from "./supervisor-protocol.ts";
import type { ProcessRecord } from "./supervisor-protocol.ts";

const pollMs = 50;

/** The names of the processes that were ended. A supervisor that is still ending its children is given the time for it. */
export async function endLeftovers(recordFile: string, clock: Clock): Promise<readonly string[]> {
  const record = readRecord(recordFile);
  if (record === null) return [];
  const left = record.children.filter(
    ({ id, command }) => isProcessAlive(id) && commandLine(id.pid).startsWith(command),
  );
  const { supervisor } = record;
  if (supervisor !== null && !(await isGoneWithin(supervisor, (left.length + 1) * endLimitMs, clock))) {
    signal(supervisor, "SIGKILL");
  }
  for (const { id } of left.toReversed()) {
    signal(id, "SIGTERM");
    if (!(await isGoneWithin(id, endLimitMs, clock))) signal(id, "SIGKILL");
    await isGoneWithin(id, endLimitMs, clock);
  }
  rmSync(recordFile, { force: true });
  return left.map(({ name }) => name);
}

async function isGoneWithin(id: ProcessId, limitMs: number, clock: Clock): Promise<boolean> {
  const until = clock.monotonic() + limitMs;
  while (isProcessAlive(id)) {
    if (clock.monotonic() >= until) return false;
    await sleep(clock, pollMs);
  }
  return true;
}

function signal(id: ProcessId, name: "SIGTERM" | "SIGKILL"): void {
  if (!isProcessAlive(id)) return;
  try {
    process.kill(id.pid, name);
  } catch {
    // It ended between the look and the signal.
  }
}

const processIdSchema = z.custom<ProcessId>(isProcessId);
const recordSchema = z.object({
  supervisor: processIdSchema.nullable(),
  children: z.array(z.object({ name: z.string(), command: z.string(), id: processIdSchema })),
});

/** A record that cannot be read names nobody to end; whoever still holds the data then says so itself. */
function readRecord(file: string): ProcessRecord | null {
  if (!existsSync(file)) return null;
  try {
    return recordSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null;
  }
}
