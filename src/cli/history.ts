/** `history`: the revisions of a pool's template and what was done to its nodes. */
import type { Command } from "commander";
import { fieldChanges, shownChanges, shownValue } from "../core/intent/difference.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import { imageText, operationColumns } from "./columns.ts";
import { type OutputOptions, withOutput } from "./options.ts";
import { printObjects } from "./output.ts";
import { getPool, operationsOf } from "./read.ts";
import type { Session } from "./session.ts";
import { type Column, tableLines } from "./table.ts";
import { ageOf } from "./time.ts";

type Revision = NonNullable<NonNullable<ManagedNodePoolObject["status"]>["revisions"]>[number];

interface Row extends Revision {
  readonly isCurrent: boolean;
  readonly changes: string;
}

const columns: readonly Column<Row>[] = [
  {
    title: "REVISION",
    show: "Always",
    text: ({ number, isCurrent }) => `${number}${isCurrent ? " (current)" : ""}`,
  },
  { title: "AGE", show: "Always", text: ({ recordedTime }, look) => ageOf(recordedTime, look) },
  { title: "IMAGE", show: "Always", text: ({ template }) => imageText(template.image) || "newest" },
  { title: "VERSION", show: "Always", text: ({ template }) => template.kubernetesVersion ?? "newest" },
  { title: "CHANGED", show: "Always", text: ({ changes }) => changes },
];

export function register(program: Command, session: Session): void {
  const command = program.command("history <pool>").description("earlier templates and operations of a pool");
  withOutput(command).action((name: string, options: OutputOptions) => history(session, name, options));
}

async function history(session: Session, name: string, { output }: OutputOptions): Promise<void> {
  const kube = await session.kube();
  const pool = await getPool(session, name);
  const operations = await operationsOf(kube, pool);
  if (output.kind !== "table" && output.kind !== "wide") {
    return await printObjects(session, output, [pool, ...operations], false);
  }
  const { terminal } = session;
  const look = session.look();
  const isWide = output.kind === "wide";
  const rows = rowsOf(pool);
  if (rows.length === 0)
    terminal.err(`No revision of ${name} is recorded yet: its controller has not seen it.`);
  else for (const line of tableLines(columns, rows, look, isWide)) terminal.out(line);
  if (operations.length === 0) return;
  terminal.out("");
  for (const line of tableLines(operationColumns, operations, look, isWide)) terminal.out(line);
}

/** The newest first, each with what it changed against the one before it. */
function rowsOf({ status }: ManagedNodePoolObject): readonly Row[] {
  const revisions = status?.revisions ?? [];
  return revisions
    .map((revision, index): Row => {
      const before = revisions[index - 1];
      return {
        ...revision,
        isCurrent: revision.number === status?.revision,
        changes: before === undefined ? "" : changesText(before, revision),
      };
    })
    .toReversed();
}

function changesText(before: Revision, after: Revision): string {
  const changes = shownChanges(fieldChanges(before.template, after.template));
  return changes
    .map(({ path, from, to }) => `${path.join(".")} ${shownValue(from)} -> ${shownValue(to)}`)
    .join("; ");
}
