/** NodeOperation: what a person or the controller asked of named machines, and its visible run. Kept as the audit trail. */
import { z } from "zod";
import { blocker, conditions, int, name, rules, text, time } from "./field.ts";
import type { KubeObject } from "./kubernetes.ts";
import { disk } from "./machine.ts";

export const operationTarget = z.object({
  machine: name(),
  uid: text(64),
  node: text(253).optional(),
});
export type OperationTarget = z.infer<typeof operationTarget>;

const immutableFields = ["poolName", "kind", "targets", "requestedBy"] as const;

export const operationSpec = z
  .object({
    poolName: name(),
    kind: z.enum(["RemoveNodes", "Upgrade", "Repair", "SyncAttributes"]),
    targets: z
      .array(operationTarget)
      .max(2000)
      .describe(
        "Machines by name and UID, frozen when the operation was asked for. Empty means none, never all.",
      ),
    requestedBy: text(256).optional().describe("The person, or Controller."),
    reason: text(64).optional(),
    options: z
      .object({
        drain: z.boolean().default(true),
        release: z.boolean().default(false),
        lowersReplicas: z
          .boolean()
          .default(true)
          .describe("RemoveNodes: the pool's count falls by the number removed."),
        when: z.enum(["Now", "InWindow"]).default("InWindow"),
        rung: z.enum(["RestartService", "Reboot", "ReplaceSystemDisk", "ReplaceInstance"]).optional(),
        labelsAndTaints: z.boolean().default(true),
        instanceTags: z.boolean().default(true),
      })
      .default({
        drain: true,
        release: false,
        lowersReplicas: true,
        when: "InWindow",
        labelsAndTaints: true,
        instanceTags: true,
      }),
    target: disk.optional().describe("Upgrade: what the disks will be made from."),
    state: z.enum(["Run", "Pause", "Cancel"]).default("Run"),
    approval: z.enum(["NotNeeded", "Waiting", "Approved", "Denied"]).default("NotNeeded"),
    retry: z
      .array(name())
      .max(2000)
      .optional()
      .describe("Machines to try once more; each entry counts once."),
    skip: z.array(name()).max(2000).optional().describe("Machines this operation leaves alone."),
    retryCount: int(0, 1000).optional(),
  })
  .meta(
    rules(
      ...immutableFields.map((field) => ({
        rule: `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || self.${field} == oldSelf.${field})`,
        message: `${field} of an operation cannot change: cancel it and ask for a new one`,
        fieldPath: `.${field}`,
      })),
      {
        rule: "oldSelf.state != 'Cancel' || self.state == 'Cancel'",
        message: "a cancelled operation cannot run again: ask for a new one",
        fieldPath: ".state",
      },
    ),
  );
export type OperationSpec = z.infer<typeof operationSpec>;

export const machineProgress = z.object({
  name: name(),
  uid: text(64),
  node: text(253).optional(),
  state: z.enum(["Waiting", "Running", "Succeeded", "Failed", "Blocked", "Skipped", "Cancelled"]),
  step: text(64).optional(),
  since: time().optional(),
  finishedTime: time().optional(),
  reason: text(64).optional(),
  message: text(1024).optional(),
  blockers: z.array(blocker).max(20).optional(),
});
export type MachineProgress = z.infer<typeof machineProgress>;

export const operationStatus = z.object({
  observedGeneration: z.int().optional(),
  phase: z
    .enum(["Pending", "Running", "Paused", "Succeeded", "Failed", "Cancelled", "NeedsHuman"])
    .optional()
    .describe("Display only."),
  reason: text(64).optional(),
  message: text(2048).optional(),
  startedTime: time().optional(),
  finishedTime: time().optional(),
  machines: z
    .array(machineProgress)
    .max(2000)
    .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] })
    .optional(),
  retried: z.int().optional().describe("How many entries of spec.retry were taken up."),
  total: z.int().optional(),
  done: z.int().optional(),
  conditions: conditions(),
});
export type OperationStatus = z.infer<typeof operationStatus>;

export interface NodeOperationObject extends KubeObject {
  readonly spec: OperationSpec;
  readonly status?: OperationStatus;
}
