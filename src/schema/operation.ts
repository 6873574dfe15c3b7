/** NodeOperation: what a person or the controller asked of named machines, and its visible run. Kept as the audit trail. */
import { z } from "zod";
import { blocker, conditions, facts, name, text, time } from "./field.ts";
import type { KubeObject } from "./kubernetes.ts";
import { disk } from "./machine.ts";
import { frozen, guarded, keyed, ruled } from "./rule.ts";

export const operationTarget = z.object({
  machine: name().describe("Name of the ManagedMachine."),
  uid: text(64).describe("UID of that machine, so that a namesake is spared."),
  node: text(253).optional().describe("Its node when the operation was asked for, for people."),
});
export type OperationTarget = z.infer<typeof operationTarget>;

const options = z.object({
  drain: z.boolean().default(true).describe("Move the pods away first, through the Eviction API."),
  release: z
    .boolean()
    .default(false)
    .describe("RemoveNodes: give the instances back. A Subscription instance is kept all the same."),
  lowersReplicas: z
    .boolean()
    .default(true)
    .describe("RemoveNodes: the pool's count falls by the number removed."),
  when: z.enum(["Now", "InWindow"]).default("InWindow").describe("Upgrade: at once, or in the window."),
  onTimeout: z
    .enum(["Stop", "Skip", "Force"])
    .optional()
    .describe("Upgrade: what a drain at its limit ends with. Absent: what the pool says when a node begins."),
  rung: z
    .enum(["RestartService", "Reboot", "ReplaceSystemDisk", "ReplaceInstance"])
    .optional()
    .describe("Repair: what to do. Absent: the ladder decides."),
  labelsAndTaints: z.boolean().default(true).describe("SyncAttributes: labels and taints of the nodes."),
  instanceTags: z.boolean().default(true).describe("SyncAttributes: tags of the instances."),
});

const operationFields = z.object({
  poolName: name().describe("Pool of the machines."),
  kind: z.enum(["RemoveNodes", "Upgrade", "Repair", "SyncAttributes"]).describe("What is asked for."),
  targets: keyed(z.array(operationTarget).max(2000), "machine").describe(
    "Machines by name and UID, frozen when the operation was asked for. Empty means none, never all.",
  ),
  requestedBy: text(256).optional().describe("The person, or Controller."),
  reason: text(64).optional().describe("Why it was asked for."),
  options: options
    .default({
      drain: true,
      release: false,
      lowersReplicas: true,
      when: "InWindow",
      labelsAndTaints: true,
      instanceTags: true,
    })
    .describe("How it is done."),
  target: disk.optional().describe("Upgrade: what the disks will be made from."),
  state: z.enum(["Run", "Pause", "Cancel"]).default("Run").describe("What the run should do now."),
  approval: z
    .enum(["NotNeeded", "Waiting", "Approved", "Denied"])
    .default("NotNeeded")
    .describe("A person's answer, where one is needed."),
  retry: z.array(name()).max(2000).optional().describe("Machines to try once more; each entry counts once."),
  skip: z.array(name()).max(2000).optional().describe("Machines this operation leaves alone."),
});

const frozenFields = ["poolName", "kind", "targets", "requestedBy"] as const;

export const operationSpec = guarded(
  ruled(
    operationFields,
    {
      cel: "!self.options.release || self.kind == 'RemoveNodes'",
      holds: (self) => !self.options.release || self.kind === "RemoveNodes",
      says: "release is true, but kind {found} keeps its instances: set release to false, or kind to RemoveNodes",
      field: "options.release",
      found: { cel: "self.kind", of: (self) => self.kind },
    },
    {
      cel: "!has(self.options.rung) || self.kind == 'Repair'",
      holds: (self) => self.options.rung === undefined || self.kind === "Repair",
      says: "rung is {found}, but only a Repair has rungs: remove it, or set kind to Repair",
      field: "options.rung",
    },
  ),
  frozen("options.onTimeout", "onTimeout of an operation cannot change: cancel it and ask for a new one"),
  ...frozenFields.map((field) =>
    frozen(field, `${field} of an operation cannot change: cancel it and ask for a new one`),
  ),
  {
    cel: "oldSelf.state != 'Cancel' || self.state == 'Cancel'",
    says: "state cannot become {found}: a cancelled operation stays cancelled, ask for a new one",
    field: "state",
  },
  {
    cel: "!has(oldSelf.retry) || (has(self.retry) && size(self.retry) >= size(oldSelf.retry))",
    says: "retry can only grow, because each entry counts once: add the machine's name at the end",
    field: "retry",
  },
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
  facts: facts().optional(),
  message: text(1024).optional(),
  blockers: z.array(blocker).max(20).optional(),
  steps: z
    .array(z.object({ step: text(64), since: time() }))
    .max(24)
    .optional()
    .describe("When each step of this run began, where the operation has no more than 500 targets."),
});
export type MachineProgress = z.infer<typeof machineProgress>;

export const operationStatus = z.object({
  observedGeneration: z.int().optional(),
  phase: z
    .enum(["Pending", "Running", "Paused", "Succeeded", "Failed", "Cancelled", "NeedsHuman"])
    .optional()
    .describe("Display only."),
  reason: text(64).optional(),
  facts: facts().optional(),
  message: text(2048).optional(),
  startedTime: time().optional(),
  finishedTime: time().optional(),
  machines: keyed(z.array(machineProgress).max(2000), "name").optional(),
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
