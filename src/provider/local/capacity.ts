/** Whether this host has room for one more instance. Pure: it is told what there is. */
import type { LocalSettings } from "../../schema/provider.ts";
import type { InstanceType } from "./instance-types.ts";
import { largestNumber } from "./network.ts";

export interface Room {
  readonly settings: LocalSettings;
  /** Instances that exist, running or not: each will want what it was promised. */
  readonly others: readonly { readonly type: InstanceType; readonly residentMiB: number }[];
  /** What QEMU takes for each instance besides the memory of the guest. */
  readonly overheadMiB: number;
  readonly availableMiB: number;
  readonly freeBytes: number;
  /** Of the data directory, for people. */
  readonly folder: string;
}

/** For the host itself. */
const spareMiB = 256;
/** What a node writes on its disks before it holds any workload, and what stays free for everybody else. */
const firstWritesMiB = 2048;
const spareDiskMiB = 1024;

/** Why there is no room, in numbers; null where there is. */
export function shortageFor(type: InstanceType, room: Room): string | null {
  return shortageOfLimits(type, room) ?? shortageOfMemory(type, room) ?? shortageOfDisk(room);
}

function shortageOfLimits(type: InstanceType, { settings, others }: Room): string | null {
  const { maxInstances = largestNumber } = settings;
  if (others.length >= maxInstances) return `there are ${others.length} of at most ${maxInstances} instances`;
  const cpus = total(others, "cpu");
  if (settings.cpus !== undefined && cpus + type.cpu > settings.cpus) {
    return `it needs ${type.cpu} of the ${settings.cpus} CPUs in spec.local.cpus, and ${cpus} are taken`;
  }
  const memory = total(others, "memoryMiB");
  if (settings.memoryMiB !== undefined && memory + type.memoryMiB > settings.memoryMiB) {
    return `it needs ${type.memoryMiB} MiB of the ${settings.memoryMiB} MiB in spec.local.memoryMiB, and ${memory} MiB are taken`;
  }
  return null;
}

function shortageOfMemory(type: InstanceType, { others, availableMiB, overheadMiB }: Room): string | null {
  const promised = others
    .map((other) => Math.max(0, other.type.memoryMiB + overheadMiB - other.residentMiB))
    .reduce((sum, part) => sum + part, 0);
  const needed = type.memoryMiB + overheadMiB;
  const free = Math.max(0, availableMiB - promised - spareMiB);
  if (needed <= free) return null;
  const whose = promised === 0 ? "" : `, ${promised} MiB of them promised to other instances`;
  return `it needs ${needed} MiB of memory (${overheadMiB} MiB of them for QEMU), and this host has ${free} MiB to give (${availableMiB} MiB free${whose}, ${spareMiB} MiB kept for the host)`;
}

function shortageOfDisk({ freeBytes, folder }: Room): string | null {
  const free = Math.floor(freeBytes / (1024 * 1024));
  const needed = firstWritesMiB + spareDiskMiB;
  if (free >= needed) return null;
  return `it needs ${needed} MiB of disk to begin with, and ${folder} has ${free} MiB free`;
}

function total(others: Room["others"], field: "cpu" | "memoryMiB"): number {
  return others.reduce((sum, { type }) => sum + type[field], 0);
}
