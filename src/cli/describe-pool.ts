/** One pool in full: counts, what it waits for, template, settings, machines, operations. */
import { durationText, secondMs } from "../core/time.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import { stateWord } from "../text/words.ts";
import { imageText, machineColumns, operationColumns } from "./columns.ts";
import {
  blockerLines,
  conditionLines,
  type FieldPair,
  joined,
  mapText,
  present,
  section,
  taintText,
} from "./detail.ts";
import { getPool, machinesOf, operationsOf } from "./read.ts";
import type { Session } from "./session.ts";
import { fieldLines, type Look, shortened, tableLines } from "./table.ts";
import { ageOf, alwaysOpen, momentText, openingText } from "./time.ts";

export async function getPoolDescription(session: Session, name: string): Promise<readonly string[]> {
  const kube = await session.kube();
  const pool = await getPool(session, name);
  const [machines, operations] = await Promise.all([machinesOf(kube, pool), operationsOf(kube, pool)]);
  return describePool(pool, { machines, operations }, session.look());
}

interface Around {
  readonly machines: readonly ManagedMachineObject[];
  readonly operations: readonly NodeOperationObject[];
}

const shownOperations = 5;

export function describePool(pool: ManagedNodePoolObject, around: Around, look: Look): readonly string[] {
  const operations = operationColumns.filter(({ title }) => title !== "POOL");
  return [
    ...fieldLines(headFields(pool, look)),
    ...section("Waits for", blockerLines(pool.status ?? {}, look)),
    ...section("Template", fieldLines(templateFields(pool))),
    ...section("Settings", fieldLines(settingFields(pool, look))),
    ...section("Conditions", conditionLines(pool.status?.conditions ?? [], look)),
    ...section("Machines", machineLines(pool.metadata.name, around.machines, look)),
    ...section(
      "Latest operations",
      around.operations.length === 0
        ? []
        : tableLines(operations, around.operations.slice(0, shownOperations), look, false),
    ),
  ];
}

const shownMachines = 20;

/** Those that are not ready first. */
function machineLines(
  pool: string,
  machines: readonly ManagedMachineObject[],
  look: Look,
): readonly string[] {
  if (machines.length === 0) return [];
  const own = machineColumns.filter(({ title }) => title !== "POOL");
  const isCalm = ({ status }: ManagedMachineObject): number => (status?.summary === "Ready" ? 1 : 0);
  const sorted = machines.toSorted((a, b) => isCalm(a) - isCalm(b));
  const [titles = "", ...rows] = tableLines(own, sorted, look, false);
  return [titles, ...shortened(rows, shownMachines, `poolkeeper get machines --pool ${pool}`)];
}

function headFields({ metadata, spec, status }: ManagedNodePoolObject, look: Look): readonly FieldPair[] {
  const { replicas = 0, readyReplicas = 0, upToDateReplicas = 0 } = status ?? {};
  const message = status?.message === undefined ? "" : `: ${status.message}`;
  return [
    ["Name", metadata.name],
    ["Namespace", metadata.namespace ?? ""],
    [
      "Created",
      `${ageOf(metadata.creationTimestamp, look)} ago (${momentText(metadata.creationTimestamp, look)})`,
    ],
    ["Status", `${stateWord(status?.summary ?? "Pending")}${message}`],
    [
      "Nodes",
      `${readyReplicas} ready of ${spec.replicas} wanted; ${replicas} machines, ${upToDateReplicas} up to date`,
    ],
    ["Revision", String(status?.revision ?? "none yet")],
    ["Provider", spec.providerRef.name],
    ...present(
      "Deleting",
      ageOf(metadata.deletionTimestamp, look) && `for ${ageOf(metadata.deletionTimestamp, look)}`,
    ),
  ];
}

function templateFields(pool: ManagedNodePoolObject): readonly FieldPair[] {
  const { template } = pool.spec;
  const { systemDisk, dataDisks = [], taints = [] } = template;
  return [
    ...versionFields(pool),
    ["Instance types", template.instanceTypes?.join(", ") ?? "the provider's first"],
    ["Zones", template.zones?.join(", ") ?? "all"],
    ["System disk", joined(" ", `${systemDisk.sizeGiB} GiB`, systemDisk.category)],
    ["Data disks", dataDisks.map(diskText).join("\n") || "none"],
    ["Billing", template.chargeType],
    ["Labels", mapText(template.nodeLabels)],
    ["Taints", taints.map(taintText).join("\n") || "none"],
    ["Instance tags", mapText(template.instanceTags)],
    ...present("Resource group", template.resourceGroup),
    ...present("Unschedulable", template.unschedulable ? "new nodes start cordoned" : ""),
  ];
}

function versionFields({ spec, status }: ManagedNodePoolObject): readonly FieldPair[] {
  const { image, kubernetesVersion } = spec.template;
  const shown = imageText(status?.targetImage ?? image) || "the provider's first";
  return [
    ["Image", joined(" ", shown, image?.version === undefined ? "(newest)" : "")],
    ["Kubernetes", status?.targetKubernetesVersion ?? kubernetesVersion ?? "newest that fits"],
  ];
}

type DataDisk = NonNullable<ManagedNodePoolObject["spec"]["template"]["dataDisks"]>[number];

function diskText({ name, sizeGiB, category, onRelease }: DataDisk): string {
  const fate = onRelease === "Keep" ? "kept on release" : "deleted on release";
  return joined(", ", `${name} ${sizeGiB} GiB`, category, fate);
}

function settingFields({ spec, status }: ManagedNodePoolObject, look: Look): readonly FieldPair[] {
  const { management, upgrade, drain, deletion } = spec;
  const window = management.maintenanceWindowRef?.name;
  const opening = openingText(status?.nextWindow, look);
  const approval = management.repairApproval === "Required" ? ", after a person's approval" : "";
  return [
    ["Auto upgrade", management.autoUpgrade ? "on" : "off"],
    ["Auto repair", management.autoRepair ? `on${approval}` : "off"],
    [
      "Window",
      window === undefined ? "none" : joined(opening === alwaysOpen ? ", " : ", next: ", window, opening),
    ],
    [
      "Upgrades",
      `${upgrade.method}, at most ${upgrade.maxUnavailable} away, ${upgrade.maxParallel} in parallel, soak ${durationText(upgrade.soakSeconds * secondMs)}`,
    ],
    ["Drain", `at most ${durationText(drain.timeoutSeconds * secondMs)}, then ${drain.onTimeout}`],
    ["On deletion", `instances: ${deletion.instances}, drained: ${deletion.drain ? "yes" : "no"}`],
    ...present("Paused", spec.paused ? "yes" : ""),
  ];
}
