/** `upgrade`: plan, start, watch, pause, resume, cancel, retry and skip. */
import { type Command, Option } from "commander";
import { changeOperation, type OperationWish, retriable } from "../core/intent/operation.ts";
import { startUpgrade } from "../core/intent/upgrade.ts";
import { carryOut } from "./carry-out.ts";
import { type ChangeOptions, timeoutOption, withChange } from "./options.ts";
import { getPool } from "./read.ts";
import type { Session } from "./session.ts";
import { readSight } from "./snapshot.ts";
import { planUpgrade } from "./upgrade-plan.ts";
import { type UpgradeFlags, upgradeOf, wishOf } from "./upgrade-wish.ts";
import { watchUpgrade } from "./upgrade-watch.ts";
import { waitForOperation } from "./wait.ts";

export function register(program: Command, session: Session): void {
  const upgrade = program
    .command("upgrade")
    .description("bring nodes to a newer image or Kubernetes version");
  const plan = withTarget(
    upgrade.command("plan <pool>").description("show what an upgrade would do; changes nothing"),
  );
  plan.action((name: string, flags: UpgradeFlags) => planUpgrade(session, name, flags));
  const start = withTarget(upgrade.command("start <pool>").description("upgrade the nodes that are behind"));
  withChange(start).action((name: string, options: ChangeOptions & UpgradeFlags) =>
    begin(session, name, options),
  );
  upgrade
    .command("watch <pool>")
    .description("follow the running upgrade")
    .addOption(timeoutOption("how long to watch", "24h"))
    .action((name: string, { timeout }: { timeout: number }) => watchUpgrade(session, name, timeout));
  for (const [verb, about] of plainVerbs) {
    const command = upgrade.command(`${verb.toLowerCase()} <pool>`).description(about);
    withChange(command).action((name: string, options: ChangeOptions) =>
      change(session, { name, wish: { kind: verb } }, options),
    );
  }
  for (const [verb, about] of nodeVerbs) {
    const command = upgrade.command(`${verb.toLowerCase()} <pool> [nodes...]`).description(about);
    withChange(command).action((name: string, nodes: string[], options: ChangeOptions) =>
      change(session, { name, wish: { kind: verb, machines: nodes } }, options),
    );
  }
}

const plainVerbs = [
  ["Pause", "start no further node"],
  ["Resume", "go on after a pause"],
  ["Cancel", "stop for good; nodes in work are finished or put back"],
] as const;

const nodeVerbs = [
  ["Retry", "try failed or blocked nodes once more; without nodes, all of them"],
  ["Skip", "leave nodes out"],
] as const;

function withTarget(command: Command): Command {
  return command
    .option("--to <version>", "Kubernetes version, such as v1.36.3")
    .addOption(new Option("--kubernetes-version <version>", "the same").hideHelp())
    .option("--image <FAMILY[:VERSION]>", "operating system image; without a version the newest")
    .option("--nodes <NODE,…>", "only these nodes")
    .addOption(new Option("--now", "at once, whatever the window says").default(false).conflicts("inWindow"))
    .option("--in-window", "in the maintenance window (the default)", false);
}

async function begin(session: Session, name: string, options: ChangeOptions & UpgradeFlags): Promise<void> {
  const asker = await session.asker();
  const outcome = await carryOut(session, options, async () => {
    const [sight, wish] = await Promise.all([
      readSight(session, await getPool(session, name)),
      wishOf(session, options),
    ]);
    return startUpgrade(sight, wish, asker, session.now());
  });
  if (outcome.kind !== "Done") return;
  const operation = outcome.objects.find(({ kind }) => kind === "NodeOperation");
  if (operation === undefined) return;
  if (!options.wait) return session.terminal.err(`Follow it with: poolkeeper upgrade watch ${name}`);
  await waitForOperation(
    session,
    { name: operation.metadata.name, namespace: session.namespace },
    options.timeout,
  );
}

async function change(
  session: Session,
  { name, wish }: { readonly name: string; readonly wish: OperationWish },
  options: ChangeOptions,
): Promise<void> {
  await carryOut(session, options, async () => {
    const pool = await getPool(session, name);
    const operation = await upgradeOf(session, pool);
    if (wish.kind !== "Retry" || wish.machines.length > 0) return changeOperation(operation, wish);
    return changeOperation(operation, { kind: "Retry", machines: retriable(operation) });
  });
}
