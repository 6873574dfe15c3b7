/** ManagedNodePool: a template and a count. */
import { z } from "zod";
import {
  blocker,
  conditions,
  image,
  instanceTags,
  int,
  kubernetesVersion,
  name,
  nodeLabels,
  objectName,
  resolvedImage,
  rules,
  taints,
  text,
  time,
} from "./field.ts";
import type { KubeObject } from "./kubernetes.ts";

const systemDisk = z.object({
  category: text(64).optional(),
  sizeGiB: int(20, 2048).default(40),
});

const dataDisk = z.object({
  name: z
    .string()
    .min(1)
    .max(63)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/),
  category: text(64).optional(),
  sizeGiB: int(1, 32_768),
  onRelease: z
    .enum(["Keep", "Delete"])
    .default("Keep")
    .describe("What becomes of the disk when its instance is released."),
});

export const chargeType = z.enum(["PayAsYouGo", "Subscription"]);
export type ChargeType = z.infer<typeof chargeType>;

export const template = z.object({
  instanceTypes: z
    .array(text(64).min(1))
    .max(10)
    .describe("Instance types in order of preference. Absent: the provider's first.")
    .optional(),
  zones: z
    .array(text(64).min(1))
    .max(8)
    .describe("Zones over which new nodes are spread evenly. Absent: all of the provider's.")
    .optional(),
  image: image.describe("Absent: the provider's default image, newest version.").optional(),
  kubernetesVersion: kubernetesVersion().optional(),
  systemDisk: systemDisk.default({ sizeGiB: 40 }),
  dataDisks: z
    .array(dataDisk)
    .max(10)
    .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] })
    .optional(),
  chargeType: chargeType.default("PayAsYouGo"),
  nodeLabels: nodeLabels().optional(),
  taints: taints().optional(),
  instanceTags: instanceTags().optional(),
  resourceGroup: text(128).optional(),
  unschedulable: z.boolean().default(false).describe("New nodes start cordoned."),
  userDataSecretRef: objectName.optional(),
});
export type Template = z.infer<typeof template>;

const management = z
  .object({
    autoUpgrade: z.boolean().default(false),
    autoRepair: z.boolean().default(true),
    maintenanceWindowRef: objectName.optional(),
    repairApproval: z
      .enum(["Automatic", "Required"])
      .default("Automatic")
      .describe("Required: a person approves each repair that restarts or replaces something."),
  })
  .meta(
    rules({
      rule: "!self.autoUpgrade || has(self.maintenanceWindowRef)",
      message:
        "autoUpgrade is true but no maintenanceWindowRef is set: name a MaintenanceWindow, or set autoUpgrade to false",
      fieldPath: ".maintenanceWindowRef",
      reason: "FieldValueRequired",
    }),
  );

const upgrade = z
  .object({
    method: z.enum(["ReplaceSystemDisk", "ReplaceInstance"]).default("ReplaceSystemDisk"),
    maxUnavailable: z
      .union([z.int(), z.string()])
      .default(1)
      .meta({ "x-kubernetes-int-or-string": true })
      .describe("Nodes that may be away at once: a number, or a percentage of the pool such as 5%."),
    maxSurge: int(0, 100)
      .default(0)
      .describe("Extra instances during an upgrade; only with ReplaceInstance."),
    maxParallel: int(1, 100).default(10).describe("Cap of the growing batches 1, 2, 4, 8 and so on."),
    soakSeconds: int(0, 86_400).default(600).describe("Wait after the first node before the others."),
    maxFailedNodes: int(0, 1000)
      .default(0)
      .describe("The upgrade pauses when more nodes than this have failed."),
    healthGate: z
      .enum(["Enabled", "Disabled"])
      .default("Enabled")
      .describe("Enabled: the workloads of evicted pods are ready again before the next nodes start."),
    healthGateSeconds: int(0, 3600).default(600),
  })
  .meta(
    rules(
      {
        rule: "type(self.maxUnavailable) == int ? int(self.maxUnavailable) >= 0 && int(self.maxUnavailable) <= 1000 : string(self.maxUnavailable).matches('^(100|[1-9]?[0-9])%$')",
        message: "maxUnavailable must be 0 to 1000, or a percentage such as 5%",
        fieldPath: ".maxUnavailable",
      },
      {
        rule: "self.method != 'ReplaceSystemDisk' || self.maxSurge == 0",
        message:
          "maxSurge must be 0 with method ReplaceSystemDisk, which keeps the instances: set maxSurge to 0, or method to ReplaceInstance",
        fieldPath: ".maxSurge",
      },
      {
        rule: "self.maxSurge > 0 || !(self.maxUnavailable == 0 || self.maxUnavailable == '0%')",
        message:
          "maxUnavailable and maxSurge are both 0, so no node could ever be upgraded: raise one of them",
        fieldPath: ".maxUnavailable",
      },
    ),
  );

const drain = z.object({
  timeoutSeconds: int(30, 86_400).default(1800),
  onTimeout: z
    .enum(["Stop", "Skip", "Force"])
    .default("Skip")
    .describe(
      "For upgrades. Skip: uncordon, mark the node blocked and go on. Stop: pause. Force: delete the pods.",
    ),
});

const deletion = z.object({
  instances: z.enum(["Release", "Keep"]).default("Release"),
  drain: z.boolean().default(true),
});

export const poolSpec = z
  .object({
    replicas: int(0, 2000).default(0),
    providerRef: objectName,
    template: template.default({
      systemDisk: { sizeGiB: 40 },
      chargeType: "PayAsYouGo",
      unschedulable: false,
    }),
    management: management.default({ autoUpgrade: false, autoRepair: true, repairApproval: "Automatic" }),
    upgrade: upgrade.default({
      method: "ReplaceSystemDisk",
      maxUnavailable: 1,
      maxSurge: 0,
      maxParallel: 10,
      soakSeconds: 600,
      maxFailedNodes: 0,
      healthGate: "Enabled",
      healthGateSeconds: 600,
    }),
    drain: drain.default({ timeoutSeconds: 1800, onTimeout: "Skip" }),
    deletion: deletion.default({ instances: "Release", drain: true }),
    paused: z
      .boolean()
      .default(false)
      .describe("Nothing is started in a paused pool; what runs stops at the next safe point."),
  })
  .meta(
    rules({
      rule: "self.providerRef.name == oldSelf.providerRef.name",
      message: "providerRef cannot change: clone the pool to the other provider instead (poolkeeper clone)",
      fieldPath: ".providerRef",
    }),
  );
export type PoolSpec = z.infer<typeof poolSpec>;

/** One recorded state of the template, for history and rollback. */
const revision = z.object({
  number: z.int(),
  hash: text(16),
  recordedTime: time(),
  template: template.partial(),
});

export const poolStatus = z.object({
  observedGeneration: z.int().optional(),
  summary: text(64)
    .optional()
    .describe("One word for people, never read by code: Initializing, Active, Scaling and so on."),
  message: text(2048).optional(),
  replicas: z.int().optional(),
  readyReplicas: z.int().optional(),
  upToDateReplicas: z.int().optional(),
  unavailableReplicas: z.int().optional(),
  selector: text(256).optional(),
  revision: z.int().optional(),
  revisions: z.array(revision).max(10).optional(),
  targetImage: resolvedImage.optional(),
  targetKubernetesVersion: text(32).optional(),
  nextWindow: z.object({ opens: time(), closes: time(), isOpen: z.boolean() }).optional(),
  blockers: z.array(blocker).max(50).optional(),
  conditions: conditions(),
});
export type PoolStatus = z.infer<typeof poolStatus>;

export interface ManagedNodePoolObject extends KubeObject {
  readonly spec: PoolSpec;
  readonly status?: PoolStatus;
}

export const poolName = name;
