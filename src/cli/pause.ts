/** `pause` and `resume`: whether anything new may start in a pool. */
import type { Command } from "commander";
import { pausePool } from "../core/intent/modify.ts";
import { carryOut } from "./carry-out.ts";
import { type ChangeOptions, withChange } from "./options.ts";
import { getPool } from "./read.ts";
import type { Session } from "./session.ts";

export function register(program: Command, session: Session): void {
  const pause = program.command("pause <pool>").description("start nothing new in a pool");
  withChange(pause).action((name: string, options: ChangeOptions) => setPaused(session, name, true, options));
  const resume = program.command("resume <pool>").description("go on in a paused pool");
  withChange(resume).action((name: string, options: ChangeOptions) =>
    setPaused(session, name, false, options),
  );
}

async function setPaused(
  session: Session,
  name: string,
  paused: boolean,
  options: ChangeOptions,
): Promise<void> {
  await carryOut(session, options, async () => pausePool(await getPool(session, name), paused));
}
