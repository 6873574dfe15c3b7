/** One machine, window or provider in full. Pools are in describe-pool.ts, operations in describe-operation.ts. */
import { isEndless } from "../core/intent/window.ts";
import { durationText, instantOf, minuteMs } from "../core/time.ts";
import type { ManagedMachineObject, OperationInHand } from "../schema/machine.ts";
import type { CatalogueFields, InfrastructureProviderObject } from "../schema/provider.ts";
import type { MaintenanceWindowObject } from "../schema/window.ts";
import { isReason, sentence } from "../text/sentence.ts";
import { operationWord, stateWord, stepWord } from "../text/words.ts";
import { daysText, imageText, machineState } from "./columns.ts";
import { conditionLines, joined, mapText, present, section, taintText } from "./detail.ts";
import { aligned, fieldLines, type Look, shortened } from "./table.ts";
import { ageOf, alwaysOpen, momentText, openingText } from "./time.ts";

export function describeMachine(machine: ManagedMachineObject, look: Look): readonly string[] {
  const { metadata, spec, status = {} } = machine;
  const { attributes } = spec;
  return [
    ...fieldLines([
      ["Name", metadata.name],
      ["Pool", spec.poolName],
      ["Status", machineState(machine, look)],
      ...present("Message", status.message),
      ["Node", status.nodeName ?? "none yet"],
      [
        "Instance",
        [status.instanceId ?? "none yet", status.instanceType, status.zone].filter(Boolean).join(", "),
      ],
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
    operation.drainDeadline === undefined
      ? []
      : [["Drain ends", momentText(operation.drainDeadline, look)] as const];
  const failure =
    operation.failure === undefined ? [] : [["Put back because", failureText(operation.failure)] as const];
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

function failureText({ reason, facts = {} }: NonNullable<OperationInHand["failure"]>): string {
  return isReason(reason) ? sentence(reason, facts) : reason;
}

function lastLines({ status }: ManagedMachineObject, look: Look): readonly string[] {
  const last = status?.lastOperation;
  if (last === undefined) return [];
  const tookMs = instantOf(last.finishedTime) - instantOf(last.startedTime);
  const message = last.outcome === "Succeeded" ? "" : `: ${last.message ?? last.reason}`;
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

export function describeWindow(
  { metadata, spec, status }: MaintenanceWindowObject,
  look: Look,
): readonly string[] {
  const there = { ...look, timeZone: spec.timeZone };
  const openings = (status?.nextOpenings ?? [])
    .map((opening) => spanText(opening, there))
    .filter((text) => text !== "");
  const exclusions = (spec.exclusions ?? []).map(({ from, to, reason }) =>
    joined(": ", from === to ? from : `${from} to ${to}`, reason),
  );
  return [
    ...fieldLines([
      ["Name", metadata.name],
      ["Days", daysText(spec.weekdays)],
      ["Start", `${spec.start} ${spec.timeZone}`],
      ["Length", durationText(spec.durationMinutes * minuteMs)],
      ["Enabled", spec.enabled ? "yes" : "no"],
      ["Open now", status?.isOpen === true ? "yes" : "no"],
      ...present("Message", status?.message),
    ]),
    ...section("Next openings", openings),
    ...section("Exclusions", exclusions),
  ];
}

/** Empty for one that is over: the status may be old. */
function spanText(
  span: { readonly opens: string; readonly closes: string; readonly offset: string },
  look: Look,
): string {
  const text = openingText(span, look);
  const [opens, closes] = [instantOf(span.opens), instantOf(span.closes)];
  if (opens <= look.now) return text;
  const length = isEndless({ opens, closes }, look.now)
    ? `${alwaysOpen} from then on`
    : `for ${durationText(closes - opens)}`;
  return `${text} ${length} (UTC${span.offset})`;
}

const shownRows = 20;

export function describeProvider(
  { metadata, spec, status }: InfrastructureProviderObject,
  look: Look,
): readonly string[] {
  const quotas = (status?.quotas ?? []).map(({ name, limit, used }) => `${name}: ${used} of ${limit} used`);
  const orphans = (status?.orphans ?? []).map(
    ({ instanceId, since, message }) => `${instanceId} (${ageOf(since, look)}): ${message}`,
  );
  return [
    ...fieldLines([
      ["Name", metadata.name],
      ["Type", spec.type],
      ["Region", spec.region],
      ...present("Endpoint", spec.endpoint),
      ["Credentials", spec.credentialsRef?.name ?? "none"],
      ["Zones", status?.catalogue?.zones.join(", ") ?? "not reported yet"],
    ]),
    ...(status?.catalogue === undefined ? [] : catalogueLines(status.catalogue)),
    ...section("Quotas", quotas),
    ...section("Orphans", shortened(orphans, shownRows, `poolkeeper get provider ${metadata.name} -o yaml`)),
    ...section("Conditions", conditionLines(status?.conditions ?? [], look)),
  ];
}

function catalogueLines({ images, instanceTypes }: CatalogueFields): readonly string[] {
  const imageRows = images.map((image) => [
    imageText(image),
    image.operatingSystem,
    image.kubernetesVersions.join(", "),
  ]);
  const typeRows = instanceTypes.map(({ name, cpu, memoryMiB, architecture }) => [
    name,
    `${cpu} CPU`,
    `${memoryMiB / 1024} GiB`,
    architecture,
  ]);
  return [...section("Images", rowLines(imageRows)), ...section("Instance types", rowLines(typeRows))];
}

function rowLines(rows: readonly (readonly string[])[]): readonly string[] {
  return aligned(rows).map((cells) => cells.join("   ").trimEnd());
}
