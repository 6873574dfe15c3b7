/** `rollback`: the template of an earlier revision becomes the pool's again. */
import { type Command, Option } from "commander";
import { rollback } from "../core/intent/modify.ts";
import { carryOut } from "./carry-out.ts";
import { type ChangeOptions, parseCount, withChange } from "./options.ts";
import { getPool } from "./read.ts";
import type { Session } from "./session.ts";
import { readRecords, readSurroundings } from "./snapshot.ts";
import { waitForPool } from "./wait.ts";

interface RollbackOptions extends ChangeOptions {
  readonly to: number;
}

export function register(program: Command, session: Session): void {
  const command = program
    .command("rollback <pool>")
    .description("go back to the template of an earlier revision (see history)")
    .addOption(
      new Option("--to <revision>", "number of the revision").argParser(parseCount).makeOptionMandatory(),
    );
  withChange(command).action((name: string, options: RollbackOptions) => rollBack(session, name, options));
}

async function rollBack(session: Session, name: string, options: RollbackOptions): Promise<void> {
  const outcome = await carryOut(session, options, async () => {
    const pool = await getPool(session, name);
    const [sight, around] = await Promise.all([readRecords(session, pool), readSurroundings(session)]);
    return rollback(sight, { revision: options.to, around }, session.now());
  });
  if (outcome.kind === "DryRun" || !options.wait) return;
  await waitForPool(session, { name, namespace: session.namespace }, options.timeout);
}
