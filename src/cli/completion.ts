/** `completion`: the script for a shell, and the names of pools, nodes and windows while typing. */
import type { Command } from "commander";
import { usageError } from "./failure.ts";
import { kindNames, kindOfWord, type ShownKind } from "./kind.ts";
import { listOf } from "./read.ts";
import type { Session } from "./session.ts";

const shells = ["bash", "zsh", "fish", "powershell"];

export function register(program: Command, session: Session): void {
  program
    .command("completion <shell>")
    .description("print the completion script for bash, zsh, fish or powershell")
    .addHelpText("after", "\nFor bash: source <(poolkeeper completion bash)")
    .action(async (shell: string) => {
      if (!shells.includes(shell))
        throw usageError(`There is no script for "${shell}": name ${shells.join(", ")}.`);
      const { script } = await import("@bomb.sh/tab");
      script(shell, program.name(), program.name());
    });
  program
    .command("complete", { hidden: true })
    .allowUnknownOption()
    .allowExcessArguments()
    .argument("[words...]")
    .action(async (words: string[]) => {
      await complete(program, session, words);
    });
}

/** What the scripts call: the words typed so far, the last one unfinished. */
async function complete(program: Command, session: Session, words: readonly string[]): Promise<void> {
  const { RootCommand } = await import("@bomb.sh/tab");
  const root = new RootCommand();
  const names = await namesFor(session, words);
  addCommands(root, program, names);
  root.parse([...words]);
}

type Root = InstanceType<typeof import("@bomb.sh/tab")["RootCommand"]>;
type Names = ReadonlyMap<ShownKind, readonly string[]>;

function addCommands(root: Root, program: Command, names: Names): void {
  const visit = (command: Command, path: string): void => {
    const entry = path === "" ? root : root.command(path, command.description());
    for (const option of command.createHelp().visibleOptions(command)) {
      const long = option.long?.slice(2);
      if (long !== undefined) entry.option(long, option.description);
    }
    for (const argument of command.registeredArguments) {
      const values = valuesOf(argument.name(), path, names);
      entry.argument(argument.name(), (add) => values.forEach((value) => add(value, "")), argument.variadic);
    }
    for (const child of command.createHelp().visibleCommands(command)) {
      if (child.name() !== "help") visit(child, path === "" ? child.name() : `${path} ${child.name()}`);
    }
  };
  visit(program, "");
}

/** The arguments' own names say of which kind they are. */
function valuesOf(argument: string, path: string, names: Names): readonly string[] {
  const pools = names.get("ManagedNodePool") ?? [];
  const nodes = names.get("ManagedMachine") ?? [];
  const windows = names.get("MaintenanceWindow") ?? [];
  const byArgument: Readonly<Record<string, readonly string[]>> = {
    what: [...kindNames.map(({ nouns }) => nouns), "events"],
    shell: shells,
    node: nodes,
    nodes,
    "node-or-operation": nodes,
    pool: pools,
    "pool-or-node": [...pools, ...nodes],
    window: windows,
    "window-or-pool": [...windows, ...pools],
    names: [...names.values()].flat(),
    name: path.endsWith("window") ? windows : pools,
  };
  return byArgument[argument] ?? [];
}

/** Without a cluster there are just no names: completion is no place for errors. */
async function namesFor(session: Session, words: readonly string[]): Promise<Names> {
  const named = words.map(kindOfWord).find((kind) => kind !== null);
  const kinds: readonly ShownKind[] =
    named === undefined || named === null
      ? ["ManagedNodePool", "ManagedMachine", "MaintenanceWindow"]
      : [named];
  const entries = await Promise.all(
    kinds.map(async (kind) => [kind, await namesOfKind(session, kind)] as const),
  );
  return new Map(entries);
}

async function namesOfKind(session: Session, kind: ShownKind): Promise<readonly string[]> {
  try {
    const objects = await listOf(session, kind);
    return objects.map((object) => {
      const status: unknown = Reflect.get(object, "status");
      const node: unknown = kind === "ManagedMachine" ? Reflect.get(Object(status), "nodeName") : undefined;
      return typeof node === "string" ? node : object.metadata.name;
    });
  } catch {
    return [];
  }
}
