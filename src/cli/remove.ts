/** `remove`: named nodes out of their pool, drained or not, their instances released or kept. */
import { type Command, Option } from "commander";
import { removeNodes } from "../core/intent/remove.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";
import { carryOut } from "./carry-out.ts";
import { refusalError } from "./failure.ts";
import { type ChangeOptions, withChange } from "./options.ts";
import { findMachineRecord, getPool } from "./read.ts";
import type { Session } from "./session.ts";
import { readSight } from "./snapshot.ts";
import { waitForOperation } from "./wait.ts";

interface RemoveOptions extends ChangeOptions {
  readonly drain: boolean;
  readonly release: boolean;
  readonly keep: boolean;
  readonly pool?: string;
}

export function register(program: Command, session: Session): void {
  const command = program
    .command("remove <nodes...>")
    .description("take nodes out of their pool; the pool's expected count falls with them")
    .option("--drain", "move the pods to other nodes first (the default)", true)
    .option("--no-drain", "let the pods end with their nodes")
    .addOption(new Option("--release", "give pay-as-you-go instances back").default(false).conflicts("keep"))
    .option("--keep", "keep the instances, which stay billed (the default)", false)
    .option("--pool <name>", "the nodes must be of this pool");
  withChange(command).action((nodes: string[], options: RemoveOptions) => remove(session, nodes, options));
}

async function remove(session: Session, nodes: readonly string[], options: RemoveOptions): Promise<void> {
  const { namespace } = session;
  const records = await Promise.all(nodes.map((node) => findMachineRecord(session, node)));
  for (const [index, record] of records.entries()) checkPool(record, nodes[index] ?? "", options.pool);
  const byPool = Map.groupBy(records, ({ spec }) => spec.poolName);
  const started: string[] = [];
  for (const [poolName, members] of byPool) {
    const names = members.map(({ metadata }) => metadata.name);
    const asker = await session.asker();
    const outcome = await carryOut(session, options, async () => {
      const sight = await readSight(session, await getPool(session, poolName));
      return removeNodes(sight, { names, drain: options.drain, release: options.release }, asker);
    });
    if (outcome.kind === "Done") started.push(...outcome.objects.map(({ metadata }) => metadata.name));
  }
  if (!options.wait) {
    for (const name of started) session.terminal.err(`Follow it with: poolkeeper describe operation ${name}`);
    return;
  }
  for (const name of started) await waitForOperation(session, { name, namespace }, options.timeout);
}

function checkPool({ spec }: ManagedMachineObject, node: string, wanted: string | undefined): void {
  if (wanted === undefined || spec.poolName === wanted) return;
  throw refusalError({ reason: "NotAMember", facts: { node, pool: wanted, object: spec.poolName } });
}
