/** `drain NODE --explain`: what a drain of the node would do to each pod on it. Drains nothing: that is kubectl's, or remove's. */
import type { Command } from "commander";
import { isCordonedByUs } from "../core/attributes.ts";
import { capacityCheck, type FatedPod, podFates, type PreviewPod, roomsOf } from "../core/drain-preview.ts";
import { listed } from "../core/intent/answer.ts";
import { findMachine } from "../core/intent/find.ts";
import type { Sight } from "../core/intent/departure.ts";
import type { Machine } from "../core/model.ts";
import { isProtected } from "../core/protect.ts";
import { refusalError, usageError } from "./failure.ts";
import { findMachineRecord, getPool } from "./read.ts";
import type { Session } from "./session.ts";
import { readSight } from "./snapshot.ts";
import { aligned } from "./table.ts";

export function register(program: Command, session: Session): void {
  program
    .command("drain <node>")
    .description("explain what draining a node would do; changes nothing")
    .option("--explain", "say it pod by pod", false)
    .action((node: string, { explain }: { explain: boolean }) => explainDrain(session, node, explain));
}

async function explainDrain(session: Session, name: string, explain: boolean): Promise<void> {
  if (!explain) {
    throw usageError(
      `poolkeeper drain only explains: add --explain. To drain by hand use kubectl drain ${name}; to take the node out, poolkeeper remove ${name} --drain.`,
      `poolkeeper drain ${name} --explain`,
    );
  }
  const record = await findMachineRecord(session, name);
  const sight = await readSight(session, await getPool(session, record.spec.poolName));
  const machine = findMachine(sight.machines, record.metadata.name);
  if (machine === null)
    throw refusalError({ reason: "NotAMember", facts: { node: name, pool: record.spec.poolName } });
  for (const line of drainLines(sight, machine)) session.terminal.out(line);
}

export function drainLines(sight: Sight, machine: Machine): readonly string[] {
  const { node, record } = machine;
  const name = node?.name ?? record.metadata.name;
  if (node === null) return [`${name} has no Node object, so there is nothing to drain.`];
  const rows = podRows(sight, machine);
  return [
    `${name}: ${cordonText(machine)}`,
    ...(isProtected(machine)
      ? ["It is protected: Poolkeeper drains it for nobody (poolkeeper.dev/protected)."]
      : []),
    ...aligned(rows).map((cells) => cells.join("   ").trimEnd()),
    ...(rows.length === 0 ? ["No pod is on it."] : [roomText(sight, machine)]),
    "Nothing was changed.",
  ];
}

function cordonText({ node }: Machine): string {
  if (node?.isUnschedulable !== true) return "schedulable; a drain cordons it first";
  return isCordonedByUs(node)
    ? "cordoned by Poolkeeper"
    : "cordoned by a person, and stays so after an upgrade or a repair";
}

/** Verdict, pod, why: the worst first. */
function podRows(sight: Sight, machine: Machine): readonly (readonly string[])[] {
  return podFates(machine, sight).map((fated) => [
    `  ${fated.fate.toLowerCase()}`,
    fated.shown.pod,
    whyOf(fated),
  ]);
}

function whyOf({ fate, shown, why, losesLocalData, askedToStay }: FatedPod): string {
  const notes = [
    losesLocalData ? "loses what it keeps on the node" : "",
    askedToStay ? "asked not to be evicted" : "",
  ];
  const joined = (first: string): string => [first, ...notes].filter((note) => note !== "").join(", ");
  switch (fate) {
    case "Never":
    case "Waits":
      return budgetText(shown);
    case "Ends":
      return joined("no controller makes it anew");
    case "Moves":
      return joined(shown.owner);
    case "Going":
      return "on its way out already";
    case "Stays":
      return why === null ? "" : ignoredText[why];
  }
}

const ignoredText = {
  DaemonSet: "of a DaemonSet, which runs on every node",
  Mirror: "static, run by the kubelet itself",
  Finished: "has finished",
};

function budgetText({ budgets }: PreviewPod): string {
  if (budgets.length > 1)
    return `covered by more than one budget: ${budgets.map(({ name }) => name).join(", ")}`;
  return budgets.map(({ name, allowed }) => `budget ${name} allows ${allowed} evictions`).join("");
}

function roomText(sight: Sight, machine: Machine): string {
  const staying = sight.machines.filter((other) => other !== machine);
  const { answer, homeless } = capacityCheck([machine], [...roomsOf(staying), ...(sight.elsewhere ?? [])]);
  if (answer === "Yes") return "The other nodes have room for all of them.";
  return `The other nodes have no room for ${listed(homeless)}, by their requests.`;
}
