/** `clone`: a new pool with the configuration of another, and what the flags change in it. */
import type { Command } from "commander";
import { clonedSpec, clonePool } from "../core/intent/create.ts";
import { assigned } from "./assign.ts";
import { carryOut } from "./carry-out.ts";
import { checkDocument, draftOf } from "./document.ts";
import { type ChangeOptions, withChange } from "./options.ts";
import { assignmentsOf, type PoolFlags, withPoolFlags } from "./pool-flags.ts";
import { getPool } from "./read.ts";
import type { Session } from "./session.ts";
import { readSurroundings } from "./snapshot.ts";
import { waitForPool } from "./wait.ts";

export function register(program: Command, session: Session): void {
  const command = program
    .command("clone <name> <new>")
    .description("make a new pool with the configuration of another");
  withChange(withPoolFlags(command)).action(
    (name: string, copy: string, options: ChangeOptions & PoolFlags) =>
      clone(session, { name, copy }, options),
  );
}

async function clone(
  session: Session,
  { name, copy }: { readonly name: string; readonly copy: string },
  options: ChangeOptions & PoolFlags,
): Promise<void> {
  const { namespace } = session;
  const outcome = await carryOut(session, options, async () => {
    const source = await getPool(session, name);
    const draft = draftOf(
      "ManagedNodePool",
      copy,
      namespace,
      assigned(clonedSpec(source), assignmentsOf(options)),
    );
    const document = await checkDocument(draft, `The pool ${copy}`);
    if (document.of !== "ManagedNodePool")
      throw new Error("A pool was checked and something else came back.");
    return clonePool(
      source,
      { name: copy, namespace, spec: document.object.spec },
      await readSurroundings(session),
    );
  });
  if (outcome.kind === "DryRun") return;
  if (options.wait) await waitForPool(session, { name: copy, namespace }, options.timeout);
}
