/** One machine, operation, window or provider in full. Pools are in describe-pool.ts. */
import { durationText, instantOf, minuteMs } from "../core/time.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";
import type { MachineProgress, NodeOperationObject } from "../schema/operation.ts";
import type { InfrastructureProviderObject } from "../schema/provider.ts";
import type { MaintenanceWindowObject } from "../schema/window.ts";
import { operationWord, stateWord, stepWord } from "../text/words.ts";
import { daysText, doneText, imageText, machineState } from "./columns.ts";
import { conditionLines, mapText, section, taintText } from "./detail.ts";
import { aligned, type Column, fieldLines, type Look, tableLines } from "./table.ts";
import { ageOf, momentText } from "./time.ts";

export function describeMachine(machine: ManagedMachineObject, look: Look): readonly string[] {
  const { metadata, spec, status = {} } = machine;
  const { attributes } = spec;
  return [
    ...fieldLines([
      ["Name", metadata.name],
      ["Pool", spec.poolName],
      ["Status", machineState(machine, look)],
      ["Node", status.nodeName ?? "none yet"],
      ["Instance", [status.instanceId ?? "none yet", status.instanceType, status.zone].filter(Boolean).join(", ")],
      ["Billing", spec.chargeType],
      ["Image", imageText(status.disk?.image) || "unknown"],
      ["Kubernetes", status.disk?.kubernetesVersion ?? "unknown"],
      ["Created", `${ageOf(metadata.creationTimestamp, look)} ago`],
      ["Joined", status.joinedTime === undefined ? "not yet" : `${ageOf(status.joinedTime, look)} ago`],
      ["Labels", mapText(attributes.nodeLabels)],
      ["Taints", attributes.taints?.map(taintText).join("\n") ?? "none"],
      ["Instance tags", mapText(attributes.instanceTags)],
    ]),
    ...section("In hand", inHandLines(machine, look)),
    ...section("Last operation", lastLines(machine, look)),
    ...section("Creation", creationLines(machine)),
    ...section("Repairs", repairLines(machine, look)),
    ...section("Conditions", conditionLines(status.conditions ?? [], look)),
  ];
}

function inHandLines({ status }: ManagedMachineObject, look: Look): readonly string[] {
  const operation = status?.operation;
  if (operation === undefined) return [];
  const cause = operation.operation === undefined ? "" : ` (${operation.operation.name})`;
  const deadline =
    operation.drainDeadline === undefined ? [] : [["Drain ends", momentText(operation.drainDeadline, look)] as const];
  const failure = operation.failure === undefined ? [] : [["Put back because", operation.failure.message] as const];
  return [
    ...fieldLines([
      ["Operation", `${operationWord(operation.kind)}${cause}`],
      ["Step", `${stepWord(operation.step)}, for ${ageOf(operation.stepSince, look)}`],
      ["Started", `${ageOf(operation.startedTime, look)} ago`],
      ...deadline,
      ...failure,
    ]),
  ];
}

function lastLines({ status }: ManagedMachineObject, look: Look): readonly string[] {
  const last = status?.lastOperation;
  if (last === undefined) return [];
  const tookMs = instantOf(last.finishedTime) - instantOf(last.startedTime);
  const message = last.message === "" ? "" : `: ${last.message}`;
  return [
    `${operationWord(last.kind)}, ${stateWord(last.outcome)} ${ageOf(last.finishedTime, look)} ago after ${durationText(tookMs)}${message}`,
  ];
}

/** Only while there is no node. */
function creationLines({ status }: ManagedMachineObject): readonly string[] {
  const creation = status?.creation;
  if (creation === undefined || status?.joinedTime !== undefined) return [];
  return [`Attempt ${creation.attempt}: ${creation.request.instanceType} in ${creation.request.zone}`];
}

function repairLines({ status }: ManagedMachineObject, look: Look): readonly string[] {
  const rows = (status?.repairs ?? []).map(({ rung, outcome, startedTime, operation }) => [
    `${ageOf(startedTime, look)} ago`,
    stepWord(rung),
    stateWord(outcome),
    operation,
  ]);
  return aligned(rows).map((cells) => cells.join("   "));
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
  if (first !== undefined) {
    return `${first.object}: ${first.message}${more.length === 0 ? "" : ` (and ${more.length} more)`}`;
  }
  return message ?? (finishedTime === undefined ? "" : `${ageOf(finishedTime, look)} ago`);
}

export function progressLines({ status }: NodeOperationObject, look: Look): readonly string[] {
  const machines = status?.machines ?? [];
  return machines.length === 0 ? [] : tableLines(progressColumns, machines, look, false);
}

export function describeOperation(operation: NodeOperationObject, look: Look): readonly string[] {
  const { metadata, spec, status } = operation;
  const { options, target } = spec;
  const message = status?.message === undefined ? "" : `: ${status.message}`;
  const started = status?.startedTime === undefined ? "not yet" : `${ageOf(status.startedTime, look)} ago`;
  const finished = status?.finishedTime === undefined ? [] : [["Finished", `${ageOf(status.finishedTime, look)} ago`] as const];
  const approval = spec.approval === "NotNeeded" ? [] : [["Approval", spec.approval] as const];
  const wanted = target === undefined ? [] : [["Target", `${imageText(target.image)}, Kubernetes ${target.kubernetesVersion}`] as const];
  const removal = [
    ["Drain", options.drain ? "yes" : "no"],
    ["Instances", options.release ? "released" : "kept"],
  ] as const;
  const rung = options.rung === undefined ? [] : [["Action", stepWord(options.rung)] as const];
  return [
    ...fieldLines([
      ["Name", metadata.name],
      ["Pool", spec.poolName],
      ["Kind", operationWord(spec.kind)],
      ["Status", `${stateWord(status?.phase ?? "Pending")}${message}`],
      ["Done", doneText(operation)],
      ["Asked for by", `${spec.requestedBy ?? "unknown"}, ${ageOf(metadata.creationTimestamp, look)} ago`],
      ["Started", started],
      ...finished,
      ...(spec.state === "Run" ? [] : [["Wanted", stateWord(spec.state)] as const]),
      ...approval,
      ...wanted,
      ...(spec.kind === "RemoveNodes" ? removal : []),
      ...(spec.kind === "Upgrade" ? [["When", options.when === "Now" ? "at once" : "in the window"] as const] : []),
      ...rung,
    ]),
    ...section("Nodes", progressLines(operation, look)),
  ];
}

export function describeWindow({ metadata, spec, status }: MaintenanceWindowObject, look: Look): readonly string[] {
  const openings = (status?.nextOpenings ?? []).map(
    ({ opens, closes, offset }) =>
      `${momentText(opens, { ...look, timeZone: spec.timeZone })} for ${durationText(instantOf(closes) - instantOf(opens))} (UTC${offset})`,
  );
  const exclusions = (spec.exclusions ?? []).map(({ from, to, reason }) =>
    [from === to ? from : `${from} to ${to}`, reason].filter((part) => part !== undefined).join(": "),
  );
  return [
    ...fieldLines([
      ["Name", metadata.name],
      ["Days", daysText(spec.weekdays)],
      ["Start", `${spec.start} ${spec.timeZone}`],
      ["Length", durationText(spec.durationMinutes * minuteMs)],
      ["Enabled", spec.enabled ? "yes" : "no"],
      ["Open now", status?.isOpen === true ? "yes" : "no"],
      ...(status?.message === undefined ? [] : [["Message", status.message] as const]),
    ]),
    ...section("Next openings", openings),
    ...section("Exclusions", exclusions),
  ];
}

export function describeProvider({ metadata, spec, status }: InfrastructureProviderObject, look: Look): readonly string[] {
  const catalogue = status?.catalogue;
  const images = (catalogue?.images ?? []).map((image) => [imageText(image), image.operatingSystem, image.kubernetesVersions.join(", ")]);
  const types = (catalogue?.instanceTypes ?? []).map((type) => [
    type.name,
    `${type.cpu} CPU`,
    `${type.memoryMiB / 1024} GiB`,
    type.architecture,
  ]);
  const quotas = (status?.quotas ?? []).map(({ name, limit, used }) => `${name}: ${used} of ${limit} used`);
  const orphans = (status?.orphans ?? []).map(({ instanceId, since, message }) => `${instanceId} (${ageOf(since, look)}): ${message}`);
  return [
    ...fieldLines([
      ["Name", metadata.name],
      ["Type", spec.type],
      ["Region", spec.region],
      ...(spec.endpoint === undefined ? [] : [["Endpoint", spec.endpoint] as const]),
      ["Credentials", spec.credentialsRef?.name ?? "none"],
      ["Zones", catalogue?.zones.join(", ") ?? "not reported yet"],
    ]),
    ...section("Images", aligned(images).map((cells) => cells.join("   "))),
    ...section("Instance types", aligned(types).map((cells) => cells.join("   "))),
    ...section("Quotas", quotas),
    ...section("Orphans", orphans),
    ...section("Conditions", conditionLines(status?.conditions ?? [], look)),
  ];
}
