/** The simulated cloud's records as the port's instances. */
import type { Instance } from "../../core/model.ts";
import type { InstanceRecord } from "../../sim/cloud/model.ts";

export function recordToInstance(record: InstanceRecord): Instance {
  return {
    id: record.id,
    state: record.state,
    isBusy: record.work?.kind === "ReplaceDisk",
    zone: record.request.zone,
    instanceType: record.request.instanceType,
    chargeType: record.request.chargeType,
    systemDiskId: record.systemDisk.id,
    dataDiskIds: record.dataDisks.map((disk) => disk.id),
    tags: record.tags,
    createdAt: record.createdAt,
    // Simulated kubelets tell their own.
    addresses: [],
    providerId: null,
    hostEvent: record.hostEvent,
  };
}
