/** ManagedMachine: our durable record of one member of a pool. */
import { z } from "zod";
import {
  blocker,
  conditions,
  instanceTags,
  name,
  nodeLabels,
  resolvedImage,
  rules,
  taints,
  text,
  time,
} from "./field.ts";
import type { KubeObject } from "./kubernetes.ts";
import { chargeType } from "./pool.ts";

export const attributes = z.object({
  nodeLabels: nodeLabels().optional(),
  taints: taints().optional(),
  instanceTags: instanceTags().optional(),
});
export type AttributeFields = z.infer<typeof attributes>;

export const machineSpec = z
  .object({
    poolName: name(),
    poolUid: text(64),
    revision: z.int().describe("Number of the pool's template revision at creation."),
    chargeType,
    attributes: attributes
      .default({})
      .describe("Labels, taints and tags this machine should carry; changed by a sync or an upgrade only."),
  })
  .meta(
    rules({
      rule: "self.poolName == oldSelf.poolName && self.poolUid == oldSelf.poolUid && self.chargeType == oldSelf.chargeType && self.revision == oldSelf.revision",
      message: "only attributes of a machine can change; its pool, revision and charge type are its identity",
    }),
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
  tags: z.record(z.string(), text(256)).meta({ maxProperties: 32 }),
  resourceGroup: text(128).optional(),
  userDataSecret: text(253).optional(),
  nodeLabels: z.record(z.string(), text(63)).meta({ maxProperties: 80 }),
  taints: taints(),
  unschedulable: z.boolean(),
});
export type InstanceRequest = z.infer<typeof instanceRequest>;

/** What a system disk is made from. Two disks with the same hash need no upgrade between them. */
export const disk = z.object({
  image: resolvedImage,
  kubernetesVersion: text(32),
  hash: text(16),
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
  sentTime: time().optional().describe("When this step's effect was about to be sent."),
  tries: z.int().optional(),
  options: z.object({ drain: z.boolean(), release: z.boolean() }),
  target: disk.optional(),
  prior: z
    .object({
      unschedulable: z.boolean(),
      systemDiskId: text(128).optional(),
      bootId: text(128).optional(),
      wasExcludedFromLoadBalancers: z.boolean(),
    })
    .optional()
    .describe("How the node was before, so that it can be put back."),
  drainDeadline: time().optional(),
  undoing: z.boolean().optional(),
  failure: z.object({ reason: text(64), message: text(1024) }).optional(),
  blockers: z.array(blocker).max(20).optional(),
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

export const machineStatus = z.object({
  summary: text(64).optional().describe("One word for people: Creating, Ready, Draining and so on."),
  creation: z
    .object({
      attempt: z.int(),
      clientToken: text(64),
      request: instanceRequest,
      sentTime: time().optional(),
      lastError: z.object({ reason: text(64), message: text(1024), time: time() }).optional(),
    })
    .optional(),
  instanceId: text(128).optional(),
  nodeName: text(253).optional(),
  nodeUid: text(64).optional(),
  zone: text(64).optional(),
  instanceType: text(64).optional(),
  disk: disk.optional().describe("What the system disk in use was made from."),
  lastEpoch: z.int().optional(),
  operation: operationInHand.optional(),
  applied: attributes
    .optional()
    .describe("Labels, taints and tags that we have set on the node and the instance."),
  skippedUpgrade: z
    .object({ hash: text(16), reason: text(64), message: text(1024), time: time() })
    .optional()
    .describe(
      "The target this machine could not be upgraded to, and why; a retry or a new target clears it.",
    ),
  repairs: z.array(repairRecord).max(20).optional(),
  needsHuman: z.object({ reason: text(64), message: text(1024), since: time() }).optional(),
  conditions: conditions(),
});
export type MachineStatus = z.infer<typeof machineStatus>;

export interface ManagedMachineObject extends KubeObject {
  readonly spec: MachineSpec;
  readonly status?: MachineStatus;
}
