/** `delete`: a pool with its nodes, a maintenance window, a provider. */
import { type Command, Option } from "commander";
import { deleteProvider } from "../core/intent/provider.ts";
import { deletePool } from "../core/intent/remove.ts";
import { deleteWindow } from "../core/intent/window.ts";
import { carryOut } from "./carry-out.ts";
import { type ChangeOptions, withChange } from "./options.ts";
import { getOne, getPool, listOf } from "./read.ts";
import type { Session } from "./session.ts";
import { readSight } from "./snapshot.ts";
import { waitUntilGone } from "./wait.ts";

interface DeleteOptions extends ChangeOptions {
  readonly keepInstances?: boolean;
  readonly releaseInstances?: boolean;
}

export function register(program: Command, session: Session): void {
  const command = program.command("delete").description("delete a pool, a maintenance window or a provider");
  const pool = command
    .command("pool <name>")
    .description("delete a pool: its nodes are drained, its instances released or kept as the pool says")
    .addOption(
      new Option("--keep-instances", "keep all instances, which stay billed").conflicts("releaseInstances"),
    )
    .addOption(new Option("--release-instances", "release all pay-as-you-go instances"));
  withChange(pool).action((name: string, options: DeleteOptions) => deleteOnePool(session, name, options));
  const window = command.command("window <name>").description("delete a maintenance window");
  withChange(window).action((name: string, options: ChangeOptions) =>
    deleteOneWindow(session, name, options),
  );
  const provider = command.command("provider <name>").description("delete a provider that no pool uses");
  withChange(provider).action(async (name: string, options: ChangeOptions) => {
    await carryOut(session, options, async () => {
      const [object, pools] = await Promise.all([
        getOne(session, "InfrastructureProvider", name),
        listOf(session, "ManagedNodePool"),
      ]);
      return deleteProvider(object, pools);
    });
  });
}

async function deleteOnePool(session: Session, name: string, options: DeleteOptions): Promise<void> {
  const { keepInstances, releaseInstances } = options;
  const released = releaseInstances === true ? "Release" : null;
  const instances = keepInstances === true ? "Keep" : released;
  const outcome = await carryOut(session, options, async () =>
    deletePool(await readSight(session, await getPool(session, name)), { instances }),
  );
  if (outcome.kind === "DryRun") return;
  if (options.wait) await waitUntilGone(session, { name, namespace: session.namespace }, options.timeout);
}

export async function deleteOneWindow(session: Session, name: string, options: ChangeOptions): Promise<void> {
  await carryOut(session, options, async () => {
    const [object, pools] = await Promise.all([
      getOne(session, "MaintenanceWindow", name),
      listOf(session, "ManagedNodePool"),
    ]);
    return deleteWindow(object, pools);
  });
}
