/** Faults on request, for tests and demonstrations: at once on one instance, or planned for the next occasion. */
import assert from "node:assert/strict";
import type { CloudContext } from "./context.ts";
import type { PlannedFault } from "./fault-plan.ts";
import { announce, halt, restartKubelet, vanish } from "./lifecycle.ts";
import type { GuestFault, InstanceRecord } from "./model.ts";

export type Injection = PlannedFault | InstanceFault;

export type InstanceFault = {
  readonly instanceId: string;
} /** The instance is gone, and nobody asked for it. */ & (
  | { readonly kind: "Vanish" }
  /** Somebody stopped the instance behind our back. */
  | { readonly kind: "Stop" }
  | { readonly kind: "HostEvent"; readonly type: string; readonly inMs: number }
  | { readonly kind: "GuestFault"; readonly fault: GuestFault }
  | { readonly kind: "Heal" }
  /** Lists leave the instance out for a while, with a good conscience. */
  | { readonly kind: "Hide"; readonly forMs: number }
);

/** The result takes back a planned fault that has not struck yet. */
export function inject(cloud: CloudContext, injection: Injection): () => void {
  if (!isInstanceFault(injection)) return cloud.plan.add(injection);
  const record = cloud.records.get(injection.instanceId);
  assert(
    record !== undefined && record.gone === null,
    `inject: there is no instance ${injection.instanceId}`,
  );
  strike(cloud, record, injection);
  return () => {};
}

const instanceKinds: readonly string[] = ["Vanish", "Stop", "HostEvent", "GuestFault", "Heal", "Hide"];

function isInstanceFault(injection: Injection): injection is InstanceFault {
  return instanceKinds.includes(injection.kind);
}

function strike(cloud: CloudContext, record: InstanceRecord, fault: InstanceFault): void {
  switch (fault.kind) {
    case "Vanish":
      return vanish(cloud, record);
    case "Stop":
      return halt(cloud, record);
    case "HostEvent":
      return announce(cloud, record, { type: fault.type, notBefore: cloud.clock.now() + fault.inMs });
    case "GuestFault":
      return strikeGuest(cloud, record, fault.fault);
    case "Heal":
      return restartKubelet(cloud, record, []);
    case "Hide": {
      cloud.records.put({ ...record, visibleAt: cloud.clock.now() + fault.forMs });
    }
  }
}

function strikeGuest(cloud: CloudContext, record: InstanceRecord, fault: GuestFault): void {
  const others = record.guest.faults.filter((each) => each.kind !== fault.kind);
  const sick = { ...record, guest: { ...record.guest, faults: [...others, fault] } };
  if (fault.kind === "InstanceStopped") halt(cloud, sick);
  else cloud.records.put(sick);
}
