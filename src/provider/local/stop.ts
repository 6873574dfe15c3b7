/** Ends or restarts a running instance: the guest is asked first, and has its time; then the power goes. */
import { sleep } from "../../ports/clock.ts";
import { isProcessAlive, type ProcessId } from "../../start/process-id.ts";
import type { LocalContext } from "./context.ts";
import { AgentSilence } from "./guest-agent.ts";
import type { InstanceRecord } from "./record.ts";

/** A guest that was still booting did not hear the first call. */
const askAgainMs = 5000;
const quitLimitMs = 5000;
const pollMs = 100;

/** Resolves when no process runs the instance any more. `signal` cuts the guest's time short. */
export async function powerOff(
  context: LocalContext,
  record: InstanceRecord,
  signal: AbortSignal,
): Promise<void> {
  const { clock, log, shutdownLimitMs } = context;
  const process = context.vms.findProcess(record);
  if (process === null) return;
  const until = clock.monotonic() + shutdownLimitMs;
  while (isProcessAlive(process) && !signal.aborted && clock.monotonic() < until) {
    await ask(context, record.id, "system_powerdown");
    const patience = Math.min(until, clock.monotonic() + askAgainMs);
    await isGoneBy(context, process, { until: patience, signal });
  }
  if (!isProcessAlive(process)) return;
  if (signal.aborted) return;
  log(`${record.id} did not shut down within ${shutdownLimitMs / 1000} s: its power is cut`);
  await cutPower(context, record);
}

/** At once. What the guest has not written is lost, as with a real machine. */
export async function cutPower(context: LocalContext, record: InstanceRecord): Promise<void> {
  const process = context.vms.findProcess(record);
  if (process === null) return;
  await ask(context, record.id, "quit");
  const { host, clock } = context;
  await isGoneBy(context, process, { until: clock.monotonic() + quitLimitMs });
  while (isProcessAlive(process)) {
    host.signal(process, "SIGKILL");
    await isGoneBy(context, process, { until: clock.monotonic() + quitLimitMs });
  }
}

const rebootLimitMs = 60_000;

/** Through the agent, so that the guest's file systems are clean; a guest that does not react is reset. */
export async function reboot(
  context: LocalContext,
  { id }: InstanceRecord,
  signal: AbortSignal,
): Promise<void> {
  const { vms, clock, log } = context;
  const resets = context.resets.of(id);
  const isReset = async (limitMs: number): Promise<boolean> => {
    const until = clock.monotonic() + limitMs;
    while (!signal.aborted && clock.monotonic() < until) {
      if (context.resets.of(id) > resets) return true;
      await sleep(clock, pollMs);
    }
    return context.resets.of(id) > resets;
  };
  await vms.monitor(id); // The event of the reset comes over this line.
  if ((await orderReboot(context, id)) && (await isReset(rebootLimitMs))) return;
  if (signal.aborted) return;
  log(`${id} does not restart when it is asked: reset`);
  const qmp = await vms.monitor(id);
  await qmp.execute("system_reset");
  await qmp.execute("cont"); // It may have been halted, for want of space on the host.
}

const agentLimitMs = 5000;

async function orderReboot({ agents, clock }: LocalContext, id: string): Promise<boolean> {
  try {
    await agents.ask(id, agentLimitMs, async (agent) => {
      agent.order("guest-shutdown", { mode: "reboot" });
      await sleep(clock, pollMs); // The order is on its way before the line is cut.
    });
    return true;
  } catch (error) {
    if (error instanceof AgentSilence) return false;
    throw error;
  }
}

/** A process that is about to end may not answer; whether it ends is looked at by the caller. */
async function ask({ vms }: LocalContext, id: string, command: string): Promise<void> {
  try {
    await (await vms.monitor(id)).execute(command);
  } catch {
    // Its silence is answered by force, in time.
  }
}

interface Patience {
  readonly until: number;
  readonly signal?: AbortSignal;
}

async function isGoneBy(
  { clock }: LocalContext,
  process: ProcessId,
  { until, signal }: Patience,
): Promise<void> {
  const isCalledOff = (): boolean => signal?.aborted ?? false;
  while (isProcessAlive(process) && clock.monotonic() < until && !isCalledOff()) await sleep(clock, pollMs);
}
