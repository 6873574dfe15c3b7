/** `describe`: everything about one object that a person may want to know, in the order of its importance. */
import type { Command } from "commander";
import { getPoolDescription } from "./describe-pool.ts";
import { describeOperation } from "./describe-operation.ts";
import { describeMachine, describeProvider, describeWindow } from "./describe-other.ts";
import { unknownWord } from "./get.ts";
import { kindOfWord, type ShownKind } from "./kind.ts";
import { findMachineRecord, getOne } from "./read.ts";
import type { Session } from "./session.ts";

export function register(program: Command, session: Session): void {
  program
    .command("describe <what> <names...>")
    .description("show everything about a pool, machine, operation, window or provider")
    .action((what: string, names: string[]) => describe(session, what, names));
}

async function describe(session: Session, what: string, names: readonly string[]): Promise<void> {
  const kind = kindOfWord(what);
  if (kind === null) throw unknownWord(what);
  for (const [index, name] of names.entries()) {
    if (index > 0) session.terminal.out("");
    for (const line of await linesOf(session, kind, name)) session.terminal.out(line);
  }
}

async function linesOf(session: Session, kind: ShownKind, name: string): Promise<readonly string[]> {
  const look = session.look();
  switch (kind) {
    case "ManagedNodePool":
      return await getPoolDescription(session, name);
    case "ManagedMachine":
      return describeMachine(await findMachineRecord(session, name), look);
    case "NodeOperation":
      return describeOperation(await getOne(session, "NodeOperation", name), look);
    case "MaintenanceWindow":
      return describeWindow(await getOne(session, "MaintenanceWindow", name), look);
    case "InfrastructureProvider":
      return describeProvider(await getOne(session, "InfrastructureProvider", name), look);
  }
}
