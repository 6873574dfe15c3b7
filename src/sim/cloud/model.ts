/** The nouns of the simulated cloud, as they are kept over a restart. Instants are wall-clock milliseconds. */
import type { Instant, InstanceState } from "../../core/model.ts";
import type { Bootstrap, DiskReplacement } from "../../ports/provider.ts";
import type { InstanceRequest } from "../../schema/machine.ts";

/** One instance. Never changed in place: each change is a new record. */
export interface InstanceRecord {
  readonly id: string;
  readonly clientToken: string;
  readonly request: InstanceRequest;
  readonly state: InstanceState;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: Instant;
  readonly address: string;
  readonly systemDisk: SystemDisk;
  /** The client token of the replacement that made the system disk, or that is making one. */
  readonly diskToken: string;
  readonly dataDisks: readonly DataDisk[];
  readonly work: Work | null;
  readonly hostEvent: HostEvent | null;
  /** Lists leave the instance out before this instant: they lag behind the cloud's own writes. */
  readonly visibleAt: Instant;
  /** Set once the instance is no more. Its record is kept for a day, so that its client token makes no second one. */
  readonly gone: { readonly at: Instant; readonly listedUntil: Instant } | null;
  readonly guest: Guest;
}

export interface SystemDisk {
  /** Empty while a failed replacement has left the instance without one. */
  readonly id: string;
  readonly image: InstanceRequest["image"];
  readonly kubernetesVersion: string;
  readonly content: string;
}

export interface DataDisk {
  readonly id: string;
  readonly name: string;
  readonly sizeGiB: number;
  readonly onRelease: "Keep" | "Delete";
  readonly content: string;
}

/** What the cloud does with an instance just now, and when it is done. */
export type Work =
  | { readonly kind: "Provision" | "Boot" | "Stop" | "Reboot" | "Release"; readonly dueAt: Instant }
  | {
      readonly kind: "ReplaceDisk";
      readonly dueAt: Instant;
      readonly replacement: DiskReplacement;
      readonly failure: DiskFailure | null;
    };

/** How a replacement that fails midway leaves the instance: with the disk it had, or with none. */
export type DiskFailure = "OldDisk" | "NoDisk";

export interface HostEvent {
  readonly type: string;
  readonly notBefore: Instant;
}

/** What goes on inside the instance. */
interface Guest {
  readonly bootstrap: Bootstrap;
  /** False once the instance has left the cluster: its kubelet starts no more. */
  readonly isEnabled: boolean;
  /** New with each system disk. */
  readonly machineId: string;
  /** New with each boot; empty before the first. */
  readonly bootId: string;
  /** When the kubelet that was started last begins to speak. */
  readonly joinAt: Instant;
  /** The boot and start of the kubelet that has registered its node; empty before the first. */
  readonly registered: string;
  readonly faults: readonly GuestFault[];
}

export type GuestFault = {
  readonly healsOn: Healing;
} & (
  | { readonly kind: "KubeletStopped" | "RuntimeHung" | "InstanceStopped" | "NeverRegisters" }
  | { readonly kind: "Problem"; readonly condition: string }
  | { readonly kind: "WrongVersion"; readonly kubernetesVersion: string }
  | { readonly kind: "Flapping"; readonly periodSeconds: number }
);

/** The mildest remedy that heals a fault; every stronger one heals it as well. */
export type Healing = "Restart" | "Reboot" | "Disk" | "Replace";

const healings: readonly Healing[] = ["Restart", "Reboot", "Disk", "Replace"];

export function faultsAfter(remedy: Healing, faults: readonly GuestFault[]): readonly GuestFault[] {
  return faults.filter((fault) => healings.indexOf(fault.healsOn) > healings.indexOf(remedy));
}

/** A data disk that outlived its instance. */
export interface KeptDisk extends DataDisk {
  readonly instanceId: string;
}

/** Everything that a restart must find again. */
export interface CloudState {
  readonly region: string;
  /** How often the cloud was opened; keeps a restarted one from drawing the names of its former life again. */
  readonly lives: number;
  readonly instances: readonly InstanceRecord[];
  readonly keptDisks: readonly KeptDisk[];
}
