/** The columns of each table, as data: what `get` prints of every kind. */
import { listed } from "../core/intent/answer.ts";
import { doneCount } from "../core/operation-status.ts";
import { durationText, instantOf } from "../core/time.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import type { InfrastructureProviderObject } from "../schema/provider.ts";
import type { MaintenanceWindowObject } from "../schema/window.ts";
import { type Tone, toneOf } from "../text/tone.ts";
import { eventWord, operationWord, stateWord } from "../text/words.ts";
import type { Column, Look } from "./table.ts";
import { ageOf, momentText, openingText } from "./time.ts";

type Text<T> = (row: T, look: Look) => string;

function column<T>(title: string, text: Text<T>): Column<T> {
  return { title, text, show: "Always" };
}

function wide<T>(title: string, text: Text<T>): Column<T> {
  return { title, text, show: "Wide" };
}

type Named = {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly creationTimestamp?: string;
  };
};

const name = column<Named>("NAME", ({ metadata }) => metadata.name);
const age = column<Named>("AGE", ({ metadata }, look) => ageOf(metadata.creationTimestamp, look));
export const namespaceColumn: Column<Named> = column("NAMESPACE", ({ metadata }) => metadata.namespace ?? "");

export const poolColumns: readonly Column<ManagedNodePoolObject>[] = [
  name,
  column("DESIRED", ({ spec }) => String(spec.replicas)),
  column("READY", ({ status }) => String(status?.readyReplicas ?? 0)),
  column("UP-TO-DATE", ({ status }) => String(status?.upToDateReplicas ?? 0)),
  { ...column("STATUS", ({ status }) => stateWord(status?.summary ?? "Pending")), tone: poolTone },
  column(
    "VERSION",
    ({ spec, status }) => status?.targetKubernetesVersion ?? spec.template.kubernetesVersion ?? "",
  ),
  column("NEXT WINDOW", ({ status }, look) => openingText(status?.nextWindow, look)),
  age,
  wide("PROVIDER", ({ spec }) => spec.providerRef.name),
  wide("ZONES", ({ spec }) => spec.template.zones?.join(",") ?? "all"),
  wide("IMAGE", ({ spec, status }) => imageText(status?.targetImage ?? spec.template.image)),
  wide("WINDOW", ({ spec }) => spec.management.maintenanceWindowRef?.name ?? ""),
  wide("AUTO-UPGRADE", ({ spec }) => yesNo(spec.management.autoUpgrade)),
  wide("AUTO-REPAIR", ({ spec }) => yesNo(spec.management.autoRepair)),
];

export function imageText(
  image: { readonly family: string; readonly version?: string | undefined } | undefined,
): string {
  return image === undefined
    ? ""
    : [image.family, image.version].filter((part) => part !== undefined).join(" ");
}

function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}

export function poolTone({ status }: ManagedNodePoolObject): Tone {
  return toneOf(status?.summary);
}

export const machineColumns: readonly Column<ManagedMachineObject>[] = [
  name,
  column("POOL", ({ spec }) => spec.poolName),
  column("NODE", ({ status }) => status?.nodeName ?? ""),
  { ...column("STATUS", machineState), tone: ({ status }) => toneOf(status?.summary) },
  column("ZONE", ({ status }) => status?.zone ?? status?.creation?.request.zone ?? ""),
  column("TYPE", ({ status }) => status?.instanceType ?? status?.creation?.request.instanceType ?? ""),
  column("IMAGE", ({ status }) => imageText(status?.disk?.image)),
  column("VERSION", ({ status }) => status?.disk?.kubernetesVersion ?? ""),
  age,
  wide("INSTANCE", ({ status }) => status?.instanceId ?? ""),
  wide("BILLING", ({ spec }) => spec.chargeType),
  wide("DISK", ({ status }) => status?.disk?.hash ?? ""),
];

/** The state, and while something is in hand for how long. */
export function machineState({ status }: ManagedMachineObject, look: Look): string {
  const state = stateWord(status?.summary ?? "Pending");
  const operation = status?.operation;
  return operation === undefined
    ? state
    : `${state} (${durationText(look.now - instantOf(operation.stepSince))})`;
}

export const operationColumns: readonly Column<NodeOperationObject>[] = [
  name,
  column("POOL", ({ spec }) => spec.poolName),
  column("KIND", ({ spec }) => operationWord(spec.kind)),
  {
    ...column("STATUS", ({ status }) => stateWord(status?.phase ?? "Pending")),
    tone: ({ status }) => toneOf(status?.phase),
  },
  column("DONE", doneText),
  column("BY", ({ spec }) => spec.requestedBy ?? ""),
  column("TOOK", tookText),
  age,
  wide("NODES", ({ spec }) => listed(spec.targets.map((target) => target.node ?? target.machine))),
  wide("MESSAGE", ({ status }) => status?.message ?? ""),
];

/** Of the nodes that the operation names, those that it has brought where it wanted. */
export function doneText(operation: NodeOperationObject): string {
  return `${doneCount(operation)}/${operation.spec.targets.length}`;
}

function tookText({ metadata, status }: NodeOperationObject, look: Look): string {
  const from = instantOf(status?.startedTime ?? metadata.creationTimestamp);
  const to = status?.finishedTime === undefined ? look.now : instantOf(status.finishedTime);
  return status?.startedTime === undefined ? "" : durationText(to - from);
}

export const windowColumns: readonly Column<MaintenanceWindowObject>[] = [
  name,
  column("DAYS", ({ spec }) => daysText(spec.weekdays)),
  column("START", ({ spec }) => spec.start),
  column("LENGTH", ({ spec }) => durationText(spec.durationMinutes * 60_000)),
  column("TIME ZONE", ({ spec }) => spec.timeZone),
  column("OPEN", ({ spec, status }) => (spec.enabled ? yesNo(status?.isOpen ?? false) : "disabled")),
  column("NEXT OPENING", ({ status }, look) => {
    const next = status?.nextOpenings?.find(({ closes }) => instantOf(closes) > look.now);
    return openingText(next, look);
  }),
  column("EXCLUSIONS", ({ spec }) => String(spec.exclusions?.length ?? 0)),
  age,
];

export function daysText(days: readonly string[]): string {
  return days.length === 7 ? "daily" : days.map((day) => day.slice(0, 3)).join(",");
}

export const providerColumns: readonly Column<InfrastructureProviderObject>[] = [
  name,
  column("TYPE", ({ spec }) => spec.type),
  column("REGION", ({ spec }) => spec.region),
  {
    ...column("READY", ({ status }) => readyOf(status?.conditions)),
    tone: ({ status }) => (({ True: "Good", False: "Bad" }) as const)[readyOf(status?.conditions)] ?? "Busy",
  },
  column("ZONES", ({ status }) => String(status?.catalogue?.zones.length ?? 0)),
  column("IMAGES", ({ status }) => String(status?.catalogue?.images.length ?? 0)),
  column("TYPES", ({ status }) => String(status?.catalogue?.instanceTypes.length ?? 0)),
  column("ORPHANS", ({ status }) => String(status?.orphans?.length ?? 0)),
  age,
];

function readyOf(
  conditions: readonly { readonly type: string; readonly status: string }[] | undefined,
): string {
  return conditions?.find(({ type }) => type === "Ready")?.status ?? "Unknown";
}

export interface EventRow {
  readonly time: string;
  readonly type: string;
  readonly reason: string;
  readonly object: string;
  readonly count: number;
  readonly note: string;
}

export const eventColumns: readonly Column<EventRow>[] = [
  column("LAST SEEN", ({ time }, look) => ageOf(time, look)),
  { ...column("TYPE", ({ type }) => type), tone: ({ type }) => (type === "Warning" ? "Bad" : "Plain") },
  column("REASON", ({ reason }) => eventWord(reason)),
  column("OBJECT", ({ object }) => object),
  column("COUNT", ({ count }) => String(count)),
  column("MESSAGE", ({ note }) => note),
  wide("TIME", ({ time }, look) => momentText(time, look)),
];
