/** What is kept of one instance, and what it means in the port's words. Reading and writing it is in records.ts. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { canonical } from "../../core/hash.ts";
import type { Instance, InstanceState } from "../../core/model.ts";
import { instanceRequest } from "../../schema/machine.ts";
import { isProcessAlive, isProcessId, type ProcessId } from "../../start/process-id.ts";

const processId = z.custom<ProcessId>(isProcessId);

const bootstrap = z.object({
  machineName: z.string(),
  machineUid: z.string(),
  poolName: z.string(),
  nodeLabels: z.record(z.string(), z.string()),
  taints: instanceRequest.shape.taints,
  unschedulable: z.boolean(),
  kubernetesVersion: z.string(),
  /** It may hold secrets: taken out once the node has joined. Absent in records of former versions. */
  userData: z.string().nullable().default(null),
  /** A secret of some minutes; taken out once the node has joined. */
  join: z.object({ server: z.string(), authorityPem: z.string(), token: z.string() }).nullable(),
});

const imageInUse = z.object({
  family: z.string(),
  version: z.string(),
  /** Of the very build, since overlays lie on its blocks. */
  recipe: z.string(),
  kind: z.enum(["Node", "CloudInit"]),
});
export type ImageInUse = z.infer<typeof imageInUse>;

const systemDisk = z.object({
  id: z.string(),
  sizeGiB: z.int(),
  image: imageInUse,
  kubernetesVersion: z.string(),
});
export type SystemDisk = z.infer<typeof systemDisk>;

const dataDisk = z.object({
  id: z.string(),
  name: z.string(),
  sizeGiB: z.int(),
  onRelease: z.enum(["Keep", "Delete"]),
});
export type DataDisk = z.infer<typeof dataDisk>;

/** What is being done to the instance. Written down before it begins, taken out when it is done: a crash goes on with it. */
const work = z.discriminatedUnion("kind", [
  z.object({ kind: z.enum(["Provision", "Boot", "Stop", "Reboot", "Release"]) }),
  z.object({
    kind: z.literal("ReplaceDisk"),
    token: z.string(),
    systemDisk,
    bootstrap,
  }),
]);
export type Work = z.infer<typeof work>;

export const instanceRecord = z.object({
  format: z.literal(1),
  id: z.string(),
  clientToken: z.string(),
  /** Of the request that the token was first used with. */
  bodyHash: z.string(),
  request: instanceRequest,
  tags: z.record(z.string(), z.string()),
  createdAt: z.int(),
  /** 1 to 254, one byte of all its addresses. */
  number: z.int().min(1).max(254),
  address: z.string(),
  systemDisk,
  /** The client token of the replacement that made the system disk. */
  diskToken: z.string(),
  dataDisks: z.array(dataDisk),
  bootstrap,
  /** The node has registered: its seed is wiped, or about to be. */
  isJoined: z.boolean(),
  work: work.nullable(),
  process: processId.nullable(),
  /** The boot of the host in which that process was started: numbers of processes begin anew with each. */
  hostBoot: z.string(),
  /** Why the last work could not be done. */
  failure: z.object({ at: z.int(), message: z.string() }).nullable(),
});
export type InstanceRecord = Readonly<z.infer<typeof instanceRecord>>;

export interface Naming {
  readonly provider: string;
  readonly region: string;
}

export function instanceIdOf(clientToken: string): string {
  return `i-${digest(clientToken)}`;
}

export function diskIdOf(...parts: readonly string[]): string {
  return `d-${digest(parts.join("/"))}`;
}

export function bodyHashOf(request: InstanceRecord["request"]): string {
  return createHash("sha256").update(canonical(request)).digest("hex");
}

export function nodeNameOf({ region }: Naming, instanceId: string): string {
  return `${region}.${instanceId}`;
}

export function providerIdOf({ provider }: Naming, instanceId: string): string {
  return `poolkeeper-local://${provider}/${instanceId}`;
}

/** The images that the disks of the instance lie on, or are about to. */
export function imagesOf({ systemDisk, work }: InstanceRecord): readonly ImageInUse[] {
  return work?.kind === "ReplaceDisk" ? [systemDisk.image, work.systemDisk.image] : [systemDisk.image];
}

export function isRunning(record: InstanceRecord): boolean {
  return processOf(record) !== null;
}

/** The process that the record names, if it lives. */
export function processOf({ process, hostBoot }: InstanceRecord): ProcessId | null {
  return process !== null && hostBoot === thisBoot && isProcessAlive(process) ? process : null;
}

/** It ran when the host went down, and nobody has asked it to stop. */
export function hasDiedWithHost({ process, hostBoot, work }: InstanceRecord): boolean {
  return work === null && process !== null && hostBoot !== thisBoot;
}

export const thisBoot: string = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

export function stateOf(record: InstanceRecord): InstanceState {
  switch (record.work?.kind) {
    case "Provision":
      return "Pending";
    case "Boot":
    case "Reboot":
      return "Starting";
    case "Stop":
      return "Stopping";
    case "Release":
      return "Releasing";
    case "ReplaceDisk":
      return "Stopped";
    case undefined:
      return isRunning(record) ? "Running" : "Stopped";
  }
}

export function recordToInstance(record: InstanceRecord, naming: Naming): Instance {
  return {
    id: record.id,
    state: stateOf(record),
    isBusy: record.work?.kind === "ReplaceDisk",
    zone: record.request.zone,
    instanceType: record.request.instanceType,
    chargeType: record.request.chargeType,
    systemDiskId: record.systemDisk.id,
    dataDiskIds: record.dataDisks.map(({ id }) => id),
    tags: record.tags,
    createdAt: record.createdAt,
    addresses: [record.address],
    providerId: providerIdOf(naming, record.id),
    hostEvent: null,
  };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
