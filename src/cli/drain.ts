/** `drain NODE --explain`: what a drain of the node would do to each pod on it. Drains nothing: that is kubectl's, or remove's. */
import type { Command } from "commander";
import { isCordonedByUs } from "../core/attributes.ts";
import { capacityCheck, drainPreview, type PreviewPod, roomsOf } from "../core/drain-preview.ts";
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
  const preview = drainPreview([machine], sight);
  const blocked = new Map(preview.blocked.map((pod) => [pod.pod, pod]));
  const local = new Set(preview.localStorage.map(({ pod }) => pod));
  const protectedPods = new Set(preview.notSafeToEvict.map(({ pod }) => pod));
  const notes = ({ pod }: PreviewPod): string =>
    [
      local.has(pod) ? "loses what it keeps on the node" : "",
      protectedPods.has(pod) ? "asked not to be evicted" : "",
    ]
      .filter((note) => note !== "")
      .join(", ");
  const free = (pods: readonly PreviewPod[]): readonly PreviewPod[] =>
    pods.filter(({ pod }) => !blocked.has(pod));
  const never = preview.blocked.filter(({ canEverAllow }) => !canEverAllow);
  const later = preview.blocked.filter(({ canEverAllow }) => canEverAllow);
  return [
    ...never.map((pod) => ["  never", pod.pod, budgetText(pod)]),
    ...later.map((pod) => ["  waits", pod.pod, budgetText(pod)]),
    ...free(preview.dies).map((pod) => [
      "  ends",
      pod.pod,
      ["no controller makes it anew", notes(pod)].filter(Boolean).join(", "),
    ]),
    ...free(preview.moves).map((pod) => [
      "  moves",
      pod.pod,
      [pod.owner, notes(pod)].filter(Boolean).join(", "),
    ]),
    ...preview.terminating.map((pod) => ["  going", pod.pod, "on its way out already"]),
    ...preview.ignored.map((pod) => ["  stays", pod.pod, ignoredText[pod.why]]),
  ];
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
