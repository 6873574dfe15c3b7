/** `brake`: whether anything disturbing may begin in any pool at all. Without a word it shows what is on. */
import type { Command } from "commander";
import { liftBrake, putBrakeOn } from "../core/intent/brake.ts";
import { brakedOf, readInstallation } from "./braked.ts";
import { carryOut } from "./carry-out.ts";
import { type ChangeOptions, withChange } from "./options.ts";
import { listOf } from "./read.ts";
import type { Session } from "./session.ts";

export function register(program: Command, session: Session): void {
  const brake = program
    .command("brake")
    .description("stop everything disturbing in all pools, and let it go on")
    .action(() => show(session));
  const on = brake.command("on <reason...>").description("begin nothing disturbing any more");
  withChange(on).action((words: string[], options: ChangeOptions) =>
    putOn(session, words.join(" "), options),
  );
  const off = brake.command("off").description("let it go on, also after failures in a row");
  withChange(off).action((options: ChangeOptions) => lift(session, options));
}

async function show(session: Session): Promise<void> {
  const { brakes } = brakedOf(await readInstallation(session), session.now());
  const { terminal } = session;
  if (brakes.length === 0) return terminal.out('No brake is on. Put it on with: poolkeeper brake on "why"');
  for (const { text, fix } of brakes) {
    terminal.out(text);
    terminal.out(`  lift it with: ${fix}`);
  }
}

async function putOn(session: Session, words: string, options: ChangeOptions): Promise<void> {
  await carryOut(session, options, async () =>
    putBrakeOn(await listOf(session, "InfrastructureProvider"), words),
  );
}

async function lift(session: Session, options: ChangeOptions): Promise<void> {
  await carryOut(session, options, async () => {
    const found = await readInstallation(session);
    const { trip } = brakedOf(found, session.now());
    return liftBrake(found.providers, trip, session.now());
  });
}
