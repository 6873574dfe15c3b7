/** `repair`: what is or was repaired, repairs by hand, approvals. */
import { type Command, Option } from "commander";
import { changeOperation } from "../core/intent/operation.ts";
import { findMachine } from "../core/intent/find.ts";
import { type Rung, startRepair } from "../core/intent/repair.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import { stateWord, stepWord } from "../text/words.ts";
import { carryOut } from "./carry-out.ts";
import { CommandError, exitCodes, refusalError } from "./failure.ts";
import { type ChangeOptions, type OutputOptions, withChange, withOutput } from "./options.ts";
import { printObjects } from "./output.ts";
import { findMachineRecord, getPool, listOf } from "./read.ts";
import type { Session } from "./session.ts";
import { readSight } from "./snapshot.ts";
import { type Column, tableLines } from "./table.ts";
import { ageOf } from "./time.ts";
import { waitForOperation } from "./wait.ts";

const rungs: Readonly<Record<string, Rung>> = {
  "restart-service": "RestartService",
  reboot: "Reboot",
  "replace-disk": "ReplaceSystemDisk",
  "replace-instance": "ReplaceInstance",
};

interface StartOptions extends ChangeOptions {
  readonly action: string;
}

export function register(program: Command, session: Session): void {
  const repair = program.command("repair").description("repair nodes, and approve what waits for a person");
  const list = repair
    .command("list")
    .description("repairs under way and ended")
    .option("--pool <name>", "only of this pool");
  withOutput(list).action((options: OutputOptions & { pool?: string }) => listRepairs(session, options));
  const start = repair
    .command("start <node>")
    .description("repair one node now")
    .addOption(new Option("--action <what>", "what to do").choices(Object.keys(rungs)).default("reboot"));
  withChange(start).action((node: string, options: StartOptions) => begin(session, node, options));
  for (const kind of ["Approve", "Deny"] as const) {
    const command = repair
      .command(`${kind.toLowerCase()} <node-or-operation>`)
      .description(kind === "Approve" ? "let a waiting repair go ahead" : "refuse a waiting repair");
    withChange(command).action(async (name: string, options: ChangeOptions) => {
      await carryOut(session, options, async () =>
        changeOperation(await waitingRepair(session, name), { kind }),
      );
    });
  }
}

const columns: readonly Column<NodeOperationObject>[] = [
  {
    title: "NODE",
    show: "Always",
    text: ({ spec }) => spec.targets.map(({ node, machine }) => node ?? machine).join(","),
  },
  { title: "POOL", show: "Always", text: ({ spec }) => spec.poolName },
  {
    title: "ACTION",
    show: "Always",
    text: ({ spec }) => (spec.options.rung === undefined ? "ladder" : stepWord(spec.options.rung)),
  },
  { title: "STATUS", show: "Always", text: statusText },
  { title: "BY", show: "Always", text: ({ spec }) => spec.requestedBy ?? "" },
  { title: "AGE", show: "Always", text: ({ metadata }, look) => ageOf(metadata.creationTimestamp, look) },
  { title: "OPERATION", show: "Always", text: ({ metadata }) => metadata.name },
];

function statusText({ spec, status }: NodeOperationObject): string {
  const isWaiting = spec.approval === "Waiting" && status?.finishedTime === undefined;
  return isWaiting ? "Waiting for approval" : stateWord(status?.phase ?? "Pending");
}

async function listRepairs(
  session: Session,
  options: OutputOptions & { readonly pool?: string },
): Promise<void> {
  const selector = options.pool === undefined ? {} : { labelSelector: `poolkeeper.dev/pool=${options.pool}` };
  const operations = await listOf(session, "NodeOperation", selector);
  const repairs = operations
    .filter(({ spec }) => spec.kind === "Repair")
    .toSorted((a, b) =>
      (b.metadata.creationTimestamp ?? "").localeCompare(a.metadata.creationTimestamp ?? ""),
    );
  const { output } = options;
  if (output.kind !== "table" && output.kind !== "wide")
    return await printObjects(session, output, repairs, false);
  if (repairs.length === 0) return session.terminal.err("There are no repairs.");
  for (const line of tableLines(columns, repairs, session.look(), false)) session.terminal.out(line);
}

async function begin(session: Session, node: string, options: StartOptions): Promise<void> {
  const rung = rungs[options.action];
  if (rung === undefined) return;
  const asker = await session.asker();
  const outcome = await carryOut(session, options, async () => {
    const record = await findMachineRecord(session, node);
    const sight = await readSight(session, await getPool(session, record.spec.poolName));
    const machine = findMachine(sight.machines, record.metadata.name);
    if (machine === null)
      return { ok: false, refusal: { reason: "NotAMember", facts: { node, pool: record.spec.poolName } } };
    return startRepair(sight, machine, rung, asker);
  });
  const [operation] = outcome.kind === "Done" ? outcome.objects : [];
  if (operation === undefined) return;
  const { name } = operation.metadata;
  if (!options.wait) return session.terminal.err(`Follow it with: poolkeeper describe operation ${name}`);
  await waitForOperation(session, { name, namespace: session.namespace }, options.timeout);
}

/** By the operation's name, or by a node of which exactly one repair waits. */
async function waitingRepair(session: Session, name: string): Promise<NodeOperationObject> {
  const repairs = (await listOf(session, "NodeOperation")).filter(({ spec }) => spec.kind === "Repair");
  const named = repairs.find(({ metadata }) => metadata.name === name);
  if (named !== undefined) return named;
  const { metadata, spec } = await findMachineRecord(session, name);
  const ofNode = repairs.filter(({ spec }) => spec.targets.some(({ uid }) => uid === metadata.uid));
  const [first, second] = ofNode.filter(({ spec }) => spec.approval === "Waiting");
  if (first === undefined) {
    const facts = { pool: spec.poolName, object: "repair waiting for approval" };
    throw refusalError({ reason: "OperationNotFound", facts });
  }
  if (second === undefined) return first;
  const names = `${first.metadata.name}, ${second.metadata.name}`;
  throw new CommandError(exitCodes.usage, `Several repairs of ${name} wait: name one of ${names}.`);
}
