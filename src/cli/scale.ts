/** `scale`: the pool's count, as a number or as so many more. */
import { type Command, Option } from "commander";
import { addNodes, setReplicas } from "../core/intent/size.ts";
import { carryOut } from "./carry-out.ts";
import { usageError } from "./failure.ts";
import { type ChangeOptions, parseCount, withChange } from "./options.ts";
import { getPool } from "./read.ts";
import type { Session } from "./session.ts";
import { readRecords, readSight } from "./snapshot.ts";
import { waitForPool } from "./wait.ts";

interface ScaleOptions extends ChangeOptions {
  readonly nodes?: number;
  readonly add?: number;
}

export function register(program: Command, session: Session): void {
  const command = program
    .command("scale <pool>")
    .description("change the number of nodes; fewer nodes are drained and released")
    .addOption(new Option("--nodes <count>", "so many nodes in all").argParser(parseCount).conflicts("add"))
    .addOption(new Option("--add <count>", "so many nodes more").argParser(parseCount));
  withChange(command).action((name: string, options: ScaleOptions) => scale(session, name, options));
}

async function scale(session: Session, name: string, options: ScaleOptions): Promise<void> {
  const { nodes, add } = options;
  if (nodes === undefined && add === undefined) {
    throw usageError(
      "Say how many: --nodes COUNT in all, or --add COUNT more.",
      `poolkeeper scale ${name} --add 1`,
    );
  }
  const outcome = await carryOut(session, options, async () => {
    const pool = await getPool(session, name);
    if (add !== undefined) return addNodes(await readRecords(session, pool), add, session.now());
    const wanted = nodes ?? 0;
    const read = wanted < pool.spec.replicas ? readSight : readRecords;
    return setReplicas(await read(session, pool), wanted, session.now());
  });
  if (outcome.kind === "DryRun" || !options.wait) return;
  await waitForPool(session, { name, namespace: session.namespace }, options.timeout);
}
