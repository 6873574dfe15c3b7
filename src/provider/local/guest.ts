/** What is asked of the system inside an instance, through its agent. */
import type { LocalContext } from "./context.ts";
import { EffectFailed } from "./effect-failed.ts";

const agentLimitMs = 20_000;
const commandLimitMs = 90_000;

/** Systemd's own words where it refuses. */
export async function systemctl(
  { agents }: LocalContext,
  id: string,
  args: readonly string[],
): Promise<void> {
  const { code, output } = await agents.ask(id, agentLimitMs, (agent) =>
    agent.run("/usr/bin/systemctl", args, commandLimitMs),
  );
  if (code === 0) return;
  throw new EffectFailed(`systemctl ${args.join(" ")} in the guest: ${output || `exit code ${code}`}`);
}
