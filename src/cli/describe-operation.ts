/** One operation in full, and the table of its nodes, which other commands show too. */
import type { MachineProgress, NodeOperationObject } from "../schema/operation.ts";
import { operationWord, stateWord, stepWord } from "../text/words.ts";
import { doneText, imageText } from "./columns.ts";
import { type FieldPair, joined, present, section } from "./detail.ts";
import { type Column, fieldLines, type Look, tableLines } from "./table.ts";
import { ageOf } from "./time.ts";

export function describeOperation(operation: NodeOperationObject, look: Look): readonly string[] {
  const { metadata, spec, status } = operation;
  return [
    ...fieldLines([
      ["Name", metadata.name],
      ["Pool", spec.poolName],
      ["Kind", operationWord(spec.kind)],
      ["Status", joined(": ", stateWord(status?.phase ?? "Pending"), status?.message)],
      ["Done", doneText(operation)],
      ["Asked for by", `${spec.requestedBy ?? "unknown"}, ${agoText(metadata.creationTimestamp, look)}`],
      ["Started", agoText(status?.startedTime, look) || "not yet"],
      ...present("Finished", agoText(status?.finishedTime, look)),
      ...present("Wanted", spec.state === "Run" ? "" : stateWord(spec.state)),
      ...present("Approval", spec.approval === "NotNeeded" ? "" : spec.approval),
      ...optionFields(spec),
    ]),
    ...section("Nodes", progressLines(operation, look)),
  ];
}

function agoText(time: string | undefined, look: Look): string {
  return time === undefined ? "" : `${ageOf(time, look)} ago`;
}

function optionFields({ kind, options, target }: NodeOperationObject["spec"]): readonly FieldPair[] {
  switch (kind) {
    case "RemoveNodes":
      return [
        ["Drain", options.drain ? "yes" : "no"],
        ["Instances", options.release ? "released" : "kept"],
      ];
    case "Upgrade":
      return [
        ...present("Target", target && `${imageText(target.image)}, Kubernetes ${target.kubernetesVersion}`),
        ["When", options.when === "Now" ? "at once" : "in the window"],
      ];
    case "Repair":
      return present("Action", options.rung && stepWord(options.rung));
    case "SyncAttributes":
      return [];
  }
}

const progressColumns: readonly Column<MachineProgress>[] = [
  { title: "NODE", show: "Always", text: ({ name, node }) => node ?? name },
  { title: "STATE", show: "Always", text: ({ state }) => stateWord(state) },
  { title: "STEP", show: "Always", text: ({ step }) => (step === undefined ? "" : stepWord(step)) },
  { title: "FOR", show: "Always", text: forText },
  { title: "NOTE", show: "Always", text: noteText },
];

function forText({ since, finishedTime }: MachineProgress, look: Look): string {
  return finishedTime === undefined ? ageOf(since, look) : "";
}

function noteText({ message, blockers = [], finishedTime }: MachineProgress, look: Look): string {
  const [first, ...more] = blockers;
  if (first === undefined) return message ?? agoText(finishedTime, look);
  return `${first.object}: ${first.message}${more.length === 0 ? "" : ` (and ${more.length} more)`}`;
}

const shownMachines = 12;

/** Those in work or in trouble first, then a count of the rest by state. */
export function progressLines({ status }: NodeOperationObject, look: Look): readonly string[] {
  const machines = (status?.machines ?? []).toSorted((a, b) => rank(a) - rank(b));
  if (machines.length === 0) return [];
  const rest = machines.slice(shownMachines);
  const byState = Map.groupBy(rest, ({ state }) => stateWord(state));
  const counts = [...byState].map(([state, group]) => `${group.length} ${state}`).join(", ");
  return [
    ...tableLines(progressColumns, machines.slice(0, shownMachines), look, false),
    ...(rest.length === 0 ? [] : [`and ${rest.length} more: ${counts}`]),
  ];
}

function rank({ state }: MachineProgress): number {
  return ["Running", "Blocked", "Failed", "Waiting", "Skipped", "Cancelled", "Succeeded"].indexOf(state);
}
