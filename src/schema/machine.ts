/** ManagedMachine: our durable record of one member of a pool. */
import { z } from "zod";
import {
  conditions,
  facts,
  instanceTags,
  name,
  nodeLabels,
  mapOf,
  resolvedImage,
  taints,
  text,
  time,
} from "./field.ts";
import type { KubeObject } from "./kubernetes.ts";
import { chargeType } from "./pool.ts";
import { frozen, guarded } from "./rule.ts";

export const attributes = z.object({
  nodeLabels: nodeLabels().optional(),
  taints: taints().optional(),
  instanceTags: instanceTags().optional(),
});
export type AttributeFields = z.infer<typeof attributes>;

const identity = ["poolName", "poolUid", "revision", "chargeType"] as const;

export const machineSpec = guarded(
  z.object({
    poolName: name().describe("Pool of which this machine is a member."),
    poolUid: text(64).describe("UID of that pool, so that a namesake does not inherit the machine."),
    revision: z.int().describe("Number of the pool's template revision at creation."),
    chargeType,
    attributes: attributes
      .default({})
      .describe("Labels, taints and tags this machine should carry; changed by a sync or an upgrade only."),
  }),
  ...identity.map((field) =>
    frozen(field, `${field} of a machine cannot change: only its attributes can, the rest is its identity`),
  ),
);
export type MachineSpec = z.infer<typeof machineSpec>;

/** Everything that is sent to the provider to make the instance. Stored before it is sent, so that a repeat is identical. */
export const instanceRequest = z.object({
  instanceType: text(64),
  zone: text(64),
  image: resolvedImage,
  kubernetesVersion: text(32),
  systemDisk: z.object({ category: text(64).optional(), sizeGiB: z.int() }),
  dataDisks: z
    .array(
      z.object({
        name: text(63),
        category: text(64).optional(),
        sizeGiB: z.int(),
        onRelease: z.enum(["Keep", "Delete"]),
      }),
    )
    .max(10),
  chargeType,
  tags: mapOf(text(256), 32),
  resourceGroup: text(128).optional(),
  userDataSecret: text(253).optional(),
  nodeLabels: mapOf(text(63), 80),
  taints: taints(),
  unschedulable: z.boolean(),
});
export type InstanceRequest = z.infer<typeof instanceRequest>;

/** What a system disk is made from. Two disks with the same hash need no upgrade between them. */
export const disk = z.object({
  image: resolvedImage.describe("The operating system."),
  kubernetesVersion: text(32).describe("Version of the kubelet."),
  hash: text(16).describe("Hash of all that goes into the disk."),
});
export type DiskFields = z.infer<typeof disk>;

export const operationKind = z.enum(["Create", "Remove", "Upgrade", "Repair"]);

export const operationInHand = z.object({
  kind: operationKind,
  plan: text(64).describe("Name of the sequence of steps, such as ReplaceSystemDisk."),
  operation: z
    .object({ name: name(), uid: text(64) })
    .optional()
    .describe("The NodeOperation that is the cause. Absent for creation, whose cause is the pool's count."),
  epoch: z
    .int()
    .describe("Rises with each operation of this machine; an effect of an older epoch is never sent."),
  step: text(64),
  stepSince: time(),
  startedTime: time(),
  options: z.object({
    drain: z.boolean(),
    release: z.boolean(),
    onTimeout: z.enum(["Stop", "Skip", "Force"]).optional(),
  }),
  target: disk.optional(),
  prior: z
    .object({
      systemDiskId: text(128).optional(),
      bootId: text(128).optional(),
      workloads: z
        .array(text(512))
        .max(250)
        .optional()
        .describe("Owners of the pods that the drain will move."),
    })
    .optional()
    .describe("What was there before, to tell the new from the old."),
  drainDeadline: time().optional(),
  claimedBy: text(253)
    .optional()
    .describe("The controller that sends the effect of this step, where it must not be sent twice."),
  failure: z
    .object({
      reason: text(64),
      facts: facts().optional(),
      step: text(64),
      outcome: z.enum(["Failed", "Blocked", "Cancelled"]),
    })
    .optional()
    .describe("Why the operation is being put back."),
});
export type OperationInHand = z.infer<typeof operationInHand>;

export const repairRecord = z.object({
  rung: z.enum(["RestartService", "Reboot", "ReplaceSystemDisk", "ReplaceInstance"]),
  operation: name(),
  startedTime: time(),
  finishedTime: time().optional(),
  outcome: z.enum(["Running", "Succeeded", "Failed"]),
});
export type RepairRecord = z.infer<typeof repairRecord>;

const machineStatusFields = z.object({
  summary: text(64).optional().describe("One word for people: Creating, Ready, Draining and so on."),
  message: text(1024)
    .optional()
    .describe("What the provider says of a machine that is late, such as the end of its console."),
  creation: z
    .object({
      attempt: z.int(),
      clientToken: text(64),
      request: instanceRequest,
    })
    .optional(),
  instanceId: text(128).optional(),
  nodeName: text(253).optional(),
  nodeUid: text(64).optional().describe("The node that `applied` was set on."),
  zone: text(64).optional(),
  instanceType: text(64).optional(),
  disk: disk.optional().describe("What the system disk in use was made from."),
  lastEpoch: z.int().optional(),
  joinedTime: time().optional().describe("When the node was first Ready."),
  operation: operationInHand.optional(),
  applied: attributes
    .optional()
    .describe("Labels, taints and tags that we have set on the node and the instance."),
  lastOperation: z
    .object({
      kind: operationKind,
      operationUid: text(64).optional(),
      outcome: z.enum(["Succeeded", "Failed", "Blocked", "Cancelled"]),
      reason: text(64),
      facts: facts().optional(),
      message: text(1024).optional().describe("The reason as a sentence."),
      diskHash: text(16).optional(),
      workloads: z
        .array(text(512))
        .max(250)
        .optional()
        .describe("Owners of the pods that the drain has moved."),
      startedTime: time(),
      finishedTime: time(),
    })
    .optional()
    .describe("How the last operation of this machine ended."),
  repairs: z.array(repairRecord).max(20).optional(),
  conditions: conditions(),
});
export const machineStatus = guarded(
  machineStatusFields,
  {
    cel: "!has(oldSelf.lastEpoch) || (has(self.lastEpoch) && self.lastEpoch >= oldSelf.lastEpoch)",
    says: "lastEpoch cannot fall: a newer operation of this machine has begun, read the machine again",
    field: "lastEpoch",
  },
  {
    cel: "!has(oldSelf.instanceId) || (has(self.instanceId) && self.instanceId == oldSelf.instanceId)",
    says: "the instance of a machine cannot change: a new instance gets a machine of its own",
    field: "instanceId",
  },
  {
    cel: "!has(oldSelf.creation) || !has(self.creation) || self.creation.attempt != oldSelf.creation.attempt || (self.creation.clientToken == oldSelf.creation.clientToken && self.creation.request == oldSelf.creation.request)",
    says: "token and request of one attempt cannot change, or an instance could be made twice: raise creation.attempt",
    field: "creation",
  },
);
export type MachineStatus = z.infer<typeof machineStatus>;

export interface ManagedMachineObject extends KubeObject {
  readonly spec: MachineSpec;
  readonly status?: MachineStatus;
}
