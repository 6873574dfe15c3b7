/**
 * Infrastructure as Poolkeeper uses it: one narrow port for the simulator, QEMU and clouds. Every call may be repeated;
 * every method throws `PortError`. `Unknown` means sent without an answer: the next list tells.
 */
import type { Capabilities, Instance } from "../core/model.ts";
import type { DiskFields, InstanceRequest } from "../schema/machine.ts";
import type { CatalogueFields } from "../schema/provider.ts";

export interface Provider {
  readonly capabilities: Capabilities;
  catalogue(): Promise<CatalogueFields>;
  /** Every instance that carries our cluster's tag. Complete or an error, never a part. May lag behind our own writes. */
  list(clusterUid: string): Promise<readonly Instance[]>;
  /** The same token with the same request answers the same instance, however often it is sent. */
  create(clientToken: string, request: InstanceRequest, bootstrap: Bootstrap): Promise<Instance>;
  start(instanceId: string): Promise<void>;
  /** Keeps the instance's billing and addresses. */
  stop(instanceId: string): Promise<void>;
  reboot(instanceId: string): Promise<void>;
  /** Restarts one service inside the instance through the provider's own channel. */
  restartService(instanceId: string, service: string): Promise<void>;
  /** Needs a stopped instance. Done when the list shows another system disk and the instance is not busy. */
  replaceSystemDisk(instanceId: string, replacement: DiskReplacement): Promise<void>;
  /** Gives the instance back. Data disks follow their own `onRelease`. Refused (`Denied`) for subscriptions. */
  release(instanceId: string): Promise<void>;
  /** The instance stays but is ours no more: kubelet stopped and disabled, ownership tags taken off. */
  leave(instanceId: string): Promise<void>;
  tag(instanceId: string, set: Readonly<Record<string, string>>, remove: readonly string[]): Promise<void>;
  /** The node of this instance has registered: secrets that it was given to join are wiped where they were put. */
  joined(instanceId: string): Promise<void>;
  /** Why the guest may not come: the last it and its host said, without secrets. Null where there is nothing to tell. */
  diagnosis(instanceId: string): Promise<string | null>;
  /** Calls `changed` when something happened that the next list will show; providers without events never call it. */
  onChange(changed: () => void): () => void;
  close(): Promise<void>;
}

export interface DiskReplacement {
  readonly clientToken: string;
  readonly disk: DiskFields;
  readonly bootstrap: Bootstrap;
}

/** What the machine needs to become a node under its name. */
export interface Bootstrap {
  readonly machineName: string;
  readonly machineUid: string;
  readonly poolName: string;
  readonly nodeLabels: Readonly<Record<string, string>>;
  readonly taints: InstanceRequest["taints"];
  readonly unschedulable: boolean;
  readonly kubernetesVersion: string;
  /** What the pool wants run at the first boot of the disk; it may hold secrets. */
  readonly userData: string | null;
  /** Null where nodes need none: their provider does not say `joinsWithToken`. */
  readonly join: JoinCredentials | null;
}

/** With what a kubelet asks for its first certificate. The token is a secret of some minutes. */
export interface JoinCredentials {
  /** As our own kubeconfig names it; where that is loopback, the provider says how its guests reach it. */
  readonly server: string;
  readonly authorityPem: string;
  readonly token: string;
}

/** Tags that prove whose an instance is (S1). */
export const ownershipTags = {
  cluster: "poolkeeper.dev/cluster",
  pool: "poolkeeper.dev/pool",
  machine: "poolkeeper.dev/machine-uid",
  attempt: "poolkeeper.dev/attempt",
} as const;
