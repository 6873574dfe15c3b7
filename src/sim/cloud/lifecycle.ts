/** What becomes of an instance in time: each piece of work has an end, and each end a consequence. */
import type { DiskReplacement } from "../../ports/provider.ts";
import type { SimulatorSettings } from "../../schema/provider.ts";
import type { CloudContext } from "./context.ts";
import {
  faultsAfter,
  type GuestFault,
  type HostEvent,
  type InstanceRecord,
  type SystemDisk,
  type Work,
} from "./model.ts";

type PlainWork = Exclude<Work["kind"], "ReplaceDisk">;

export function begin(cloud: CloudContext, record: InstanceRecord, kind: PlainWork): InstanceRecord {
  const work = { kind, dueAt: cloud.clock.now() + durationMs(cloud, kind) };
  // The owner was faster than the host: what was announced is avoided.
  const hostEvent = kind === "Reboot" || kind === "Stop" ? null : record.hostEvent;
  return put(cloud, { ...record, hostEvent, state: stateDuring[kind], work });
}

export function beginDiskReplacement(
  cloud: CloudContext,
  record: InstanceRecord,
  replacement: DiskReplacement,
): InstanceRecord {
  const dueAt = cloud.clock.now() + durationMs(cloud, "ReplaceDisk");
  const failure = cloud.plan.takeReplacementFailure(record.id);
  const work = { kind: "ReplaceDisk", dueAt, replacement, failure } as const;
  return put(cloud, { ...record, work, diskToken: replacement.clientToken });
}

export function restartKubelet(
  cloud: CloudContext,
  record: InstanceRecord,
  faults: readonly GuestFault[],
): void {
  const joinAt = cloud.clock.now() + cloud.streams.times.spread(kubeletRestartMs, 20);
  put(cloud, { ...record, guest: { ...record.guest, faults, joinAt } });
}

export function announce(cloud: CloudContext, record: InstanceRecord, hostEvent: HostEvent): void {
  put(cloud, { ...record, hostEvent });
}

/** The instance is no more. Data disks that are to be kept stay behind. */
export function vanish(cloud: CloudContext, record: InstanceRecord): void {
  const at = cloud.clock.now();
  for (const disk of record.dataDisks) {
    if (disk.onRelease === "Keep") cloud.records.keepDisk({ ...disk, instanceId: record.id });
  }
  const listedUntil = at + Math.round(cloud.streams.lists.next() * cloud.traits.visibilityMs);
  put(cloud, { ...record, work: null, hostEvent: null, gone: { at, listedUntil } });
}

export function halt(cloud: CloudContext, record: InstanceRecord): void {
  put(cloud, { ...record, state: "Stopped", work: null });
}

export function newDisk(
  cloud: CloudContext,
  { image, kubernetesVersion }: Pick<SystemDisk, "image" | "kubernetesVersion">,
): SystemDisk {
  return { id: newDiskId(cloud), image, kubernetesVersion, content: "" };
}

export function newDiskId(cloud: CloudContext): string {
  return `d-${cloud.streams.names.word(10)}`;
}

/** Waits for what the record has going on, and only for that. Also called for records of a former life. */
export function arm(cloud: CloudContext, record: InstanceRecord): void {
  const { id, work, hostEvent } = record;
  const now = cloud.clock.now();
  cloud.workTimers.get(id)?.();
  cloud.workTimers.delete(id);
  cloud.eventTimers.get(id)?.();
  cloud.eventTimers.delete(id);
  if (record.gone !== null) return;
  if (work !== null) {
    cloud.workTimers.set(
      id,
      cloud.timers.after(work.dueAt - now, () => finish(cloud, id)),
    );
  }
  if (hostEvent !== null) {
    cloud.eventTimers.set(
      id,
      cloud.timers.after(hostEvent.notBefore - now, () => carryOut(cloud, id)),
    );
  }
}

function put(cloud: CloudContext, record: InstanceRecord): InstanceRecord {
  arm(cloud, record);
  return cloud.records.put(record);
}

function finish(cloud: CloudContext, id: string): void {
  const record = cloud.records.get(id);
  if (record === undefined || record.work === null) return;
  switch (record.work.kind) {
    case "Provision":
      begin(cloud, record, "Boot");
      return;
    case "Boot":
    case "Reboot":
      booted(cloud, record);
      return;
    case "Stop":
      halt(cloud, record);
      return;
    case "ReplaceDisk":
      replaced(cloud, record, record.work);
      return;
    case "Release":
      vanish(cloud, record);
  }
}

function booted(cloud: CloudContext, record: InstanceRecord): void {
  const { joinSeconds = 5, jitterPercent = 20 } = cloud.settings();
  const { names, times } = cloud.streams;
  const faults = faultsAfter("Reboot", record.guest.faults);
  const staysDown = faults.some((fault) => fault.kind === "InstanceStopped");
  const joinAt = cloud.clock.now() + times.spread(joinSeconds * 1000, jitterPercent);
  const guest = { ...record.guest, faults, bootId: names.uid(), joinAt };
  put(cloud, { ...record, state: staysDown ? "Stopped" : "Running", work: null, guest });
}

function replaced(
  cloud: CloudContext,
  record: InstanceRecord,
  { failure, replacement }: Extract<Work, { kind: "ReplaceDisk" }>,
): void {
  if (failure !== null) {
    const systemDisk = failure === "NoDisk" ? { ...record.systemDisk, id: "" } : record.systemDisk;
    // The token has made nothing, so that the same token may be tried again.
    put(cloud, { ...record, systemDisk, work: null, diskToken: "" });
    return;
  }
  const systemDisk = newDisk(cloud, replacement.disk);
  const faults = [...faultsAfter("Disk", record.guest.faults), ...cloud.plan.takeDiskFaults(systemDisk)];
  const machineId = cloud.streams.names.uid();
  const guest = { ...record.guest, faults, machineId, bootstrap: replacement.bootstrap };
  put(cloud, { ...record, systemDisk, work: null, guest });
}

/** The host does what it announced. */
function carryOut(cloud: CloudContext, id: string): void {
  const record = cloud.records.get(id);
  const type = record?.hostEvent?.type ?? "";
  if (record === undefined) return;
  const done = { ...record, hostEvent: null };
  if (type.endsWith("Delete")) vanish(cloud, done);
  else if (type.endsWith("Stop")) halt(cloud, done);
  else if (record.state === "Running") begin(cloud, done, "Reboot");
  else put(cloud, done);
}

const kubeletRestartMs = 1000;

const stateDuring: Readonly<Record<PlainWork, InstanceRecord["state"]>> = {
  Provision: "Pending",
  Boot: "Starting",
  Reboot: "Starting",
  Stop: "Stopping",
  Release: "Releasing",
};

function durationMs(cloud: CloudContext, kind: Work["kind"]): number {
  const settings = cloud.settings();
  const jittered = cloud.streams.times.spread(medianMs(kind, settings), settings.jitterPercent ?? 20);
  return Math.round(jittered * cloud.plan.takeSlowness(kind));
}

function medianMs(kind: Work["kind"], settings: SimulatorSettings): number {
  const { bootSeconds = 20, rebootSeconds = 15, stopSeconds = 5 } = settings;
  const { replaceDiskSeconds = 10, releaseSeconds = 5 } = settings;
  const seconds: Readonly<Record<Work["kind"], number>> = {
    Provision: bootSeconds * 0.1,
    Boot: bootSeconds * 0.9,
    Reboot: rebootSeconds,
    Stop: stopSeconds,
    ReplaceDisk: replaceDiskSeconds,
    Release: releaseSeconds,
  };
  return seconds[kind] * 1000;
}
