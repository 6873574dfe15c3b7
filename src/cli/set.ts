/** `set`: settings of a pool, with what each change means for the nodes that are there. */
import type { Command } from "commander";
import { modify } from "../core/intent/modify.ts";
import { assigned, readAssignment } from "./assign.ts";
import { carryOut } from "./carry-out.ts";
import { checkDocument, draftOf } from "./document.ts";
import { poolFields, poolSwitches } from "./field.ts";
import { type ChangeOptions, withChange } from "./options.ts";
import { getPool } from "./read.ts";
import type { Session } from "./session.ts";
import { readRecords, readSight, readSurroundings } from "./snapshot.ts";
import { aligned } from "./table.ts";
import { waitForOperation, waitForPool } from "./wait.ts";

interface SetOptions extends ChangeOptions {
  readonly sync: boolean;
}

export function register(program: Command, session: Session): void {
  const command = program
    .command("set <pool> <settings...>")
    .description("change settings of a pool: KEY=VALUE, or KEY- to take one away")
    .option("--sync", "bring labels, taints and tags to the existing nodes too", false)
    .addHelpText("after", settingsHelp);
  withChange(command).action((name: string, settings: string[], options: SetOptions) =>
    set(session, { name, settings }, options),
  );
}

async function set(
  session: Session,
  { name, settings }: { readonly name: string; readonly settings: readonly string[] },
  options: SetOptions,
): Promise<void> {
  const assignments = settings.map(readAssignment);
  const outcome = await carryOut(session, options, async () => {
    const pool = await getPool(session, name);
    const draft = draftOf("ManagedNodePool", name, session.namespace, assigned(pool.spec, assignments));
    const document = await checkDocument(draft, `The changed pool ${name}`);
    if (document.of !== "ManagedNodePool")
      throw new Error("A pool was checked and something else came back.");
    const removes = document.object.spec.replicas < pool.spec.replicas;
    const [sight, around, asker] = await Promise.all([
      removes ? readSight(session, pool) : readRecords(session, pool),
      readSurroundings(session),
      session.asker(),
    ]);
    const { spec } = document.object;
    return modify(sight, { spec, around, sync: options.sync ? asker : null }, session.now());
  });
  if (outcome.kind === "DryRun" || !options.wait) return;
  const written = outcome.kind === "Done" ? outcome.objects : [];
  const sync = written.find(({ kind }) => kind === "NodeOperation");
  if (sync !== undefined)
    await waitForOperation(session, { ...sync.metadata, namespace: session.namespace }, options.timeout);
  await waitForPool(session, { name, namespace: session.namespace }, options.timeout);
}

function settingsHelp(): string {
  const rows = [...poolFields, ...poolSwitches].map(({ key, value, about }) => [`  ${key}=${value}`, about]);
  const maps = [
    ["  labels.KEY=VALUE", "a label of the nodes"],
    ["  tags.KEY=VALUE", "a tag of the instances"],
    ["  template.zones=…", "any field of the spec, by its path"],
  ];
  const lines = aligned([...rows, ...maps]).map((cells) => cells.join("  ").trimEnd());
  return `\nSettings:\n${lines.join("\n")}`;
}
