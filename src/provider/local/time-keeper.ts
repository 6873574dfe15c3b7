/**
 * Sets the clocks of the guests when the host's jumps: a laptop that slept, or a person who set it. A guest that lags
 * behind takes certificates for not yet valid. Small drifts are left to the guest's own time service.
 */
import { periodically } from "../../ports/clock.ts";
import type { LocalContext } from "./context.ts";
import { isRunning } from "./record.ts";

const periodMs = 5000;
const jumpMs = 2000;
const agentLimitMs = 20_000;

export function keepTime(context: LocalContext): void {
  const { clock, log, records, closing } = context;
  const offset = (): number => clock.now() - clock.monotonic();
  let before = offset();
  periodically({ clock, periodMs, signal: closing }, () => {
    const jumped = Math.round(offset() - before);
    if (Math.abs(jumped) < jumpMs) return;
    before = offset();
    log(`the host's clock has jumped by ${Math.round(jumped / 1000)} s: the guests' clocks follow`);
    for (const { id } of records.known().filter(isRunning)) void setTime(context, id);
  });
}

async function setTime({ agents, clock, log }: LocalContext, id: string): Promise<void> {
  try {
    await agents.ask(id, agentLimitMs, (agent) =>
      agent.execute("guest-set-time", { time: clock.now() * 1_000_000 }),
    );
  } catch (error) {
    log(`${id}: its clock could not be set: ${error instanceof Error ? error.message : String(error)}`);
  }
}
