/** ManagedNodePool: a template and a count. */
import { z } from "zod";
import {
  blocker,
  choices,
  conditions,
  image,
  instanceTags,
  int,
  kubernetesVersion,
  nodeLabels,
  objectName,
  resolvedImage,
  shaped,
  taints,
  text,
  time,
} from "./field.ts";
import type { KubeObject } from "./kubernetes.ts";
import { guarded, keyed, ruled, type Rule } from "./rule.ts";

const diskCategory = () =>
  text(64).describe("Disk category of the provider. Absent: the provider's default.");

const systemDisk = z.object({
  category: diskCategory().optional(),
  sizeGiB: int(20, 2048).default(40).describe("Size of the disk in GiB."),
});

const dataDisk = z.object({
  name: shaped(
    63,
    "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
    "must be of lower-case letters, digits and '-', such as data",
  ).describe("Name of the disk within its instance."),
  category: diskCategory().optional(),
  sizeGiB: int(1, 32_768).describe("Size of the disk in GiB."),
  onRelease: z
    .enum(["Keep", "Delete"])
    .default("Keep")
    .describe("What becomes of the disk when its instance is released."),
});

export const chargeType = z
  .enum(["PayAsYouGo", "Subscription"])
  .describe("How instances are billed. A Subscription instance is never released early.");
export type ChargeType = z.infer<typeof chargeType>;

export const template = z.object({
  instanceTypes: choices(10)
    .describe("Instance types in order of preference. Absent: the provider's first.")
    .optional(),
  zones: choices(8)
    .describe("Zones over which new nodes are spread evenly. Absent: all of the provider's.")
    .optional(),
  image: image.describe("Absent: the provider's default image, newest version.").optional(),
  kubernetesVersion: kubernetesVersion().optional(),
  systemDisk: systemDisk
    .default({ sizeGiB: 40 })
    .describe("The disk that an upgrade replaces; what people wrote on it is gone then."),
  dataDisks: keyed(z.array(dataDisk).max(10), "name")
    .describe("Further disks. An upgrade by ReplaceSystemDisk leaves them untouched.")
    .optional(),
  chargeType: chargeType.default("PayAsYouGo"),
  nodeLabels: nodeLabels().optional(),
  taints: taints().optional(),
  instanceTags: instanceTags().optional(),
  resourceGroup: text(128).describe("Resource group of the instances at the provider.").optional(),
  unschedulable: z.boolean().default(false).describe("New nodes start cordoned."),
  userDataSecretRef: objectName
    .describe("Secret in this namespace whose key userData is run at the first boot of each disk.")
    .optional(),
});
export type Template = z.infer<typeof template>;

const management = ruled(
  z.object({
    autoUpgrade: z
      .boolean()
      .default(false)
      .describe("Upgrade outdated nodes without being asked, inside the maintenance window."),
    autoRepair: z.boolean().default(true).describe("Restart, and if need be replace, nodes that fall ill."),
    maintenanceWindowRef: objectName
      .describe("MaintenanceWindow in this namespace. Absent: no automatic upgrade.")
      .optional(),
    repairApproval: z
      .enum(["Automatic", "Required"])
      .default("Automatic")
      .describe("Required: a person approves each repair that restarts or replaces something."),
  }),
  {
    cel: "!self.autoUpgrade || has(self.maintenanceWindowRef)",
    holds: (self) => !self.autoUpgrade || self.maintenanceWindowRef !== undefined,
    says: "autoUpgrade is true but no maintenanceWindowRef is set: name a MaintenanceWindow, or set autoUpgrade to false",
    field: "maintenanceWindowRef",
    reason: "FieldValueRequired",
  },
);

const isPercentage = /^(100|[1-9]?[0-9])%$/;

const maxUnavailable = ruled(
  z
    .union([z.int(), text(16)], { error: "must be 0 to 1000, or a percentage such as 5%" })
    .meta({ "x-kubernetes-int-or-string": true }),
  {
    cel: "type(self) == int ? int(self) >= 0 && int(self) <= 1000 : string(self).matches('^(100|[1-9]?[0-9])%$')",
    holds: (self) => (typeof self === "number" ? self >= 0 && self <= 1000 : isPercentage.test(self)),
    says: "must be 0 to 1000, or a percentage such as 5%",
  },
);

const upgrade = ruled(
  z.object({
    method: z
      .enum(["ReplaceSystemDisk", "ReplaceInstance"])
      .default("ReplaceSystemDisk")
      .describe("ReplaceSystemDisk keeps instance, addresses, data disks and node name."),
    maxUnavailable: maxUnavailable
      .default(1)
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
  }),
  {
    cel: "self.method != 'ReplaceSystemDisk' || self.maxSurge == 0",
    holds: (self) => self.method !== "ReplaceSystemDisk" || self.maxSurge === 0,
    says: "maxSurge is above 0, but method ReplaceSystemDisk keeps the instances: set maxSurge to 0, or method to ReplaceInstance",
    field: "maxSurge",
  },
  {
    cel: "self.maxSurge > 0 || !(self.maxUnavailable == 0 || self.maxUnavailable == '0%')",
    holds: (self) => self.maxSurge > 0 || !(self.maxUnavailable === 0 || self.maxUnavailable === "0%"),
    says: "maxUnavailable and maxSurge are both 0, so no node could ever be upgraded: raise one of them",
    field: "maxUnavailable",
  },
);

const drain = z.object({
  timeoutSeconds: int(30, 86_400).default(1800).describe("Longest drain of one node."),
  onTimeout: z
    .enum(["Stop", "Skip", "Force"])
    .default("Skip")
    .describe(
      "For upgrades. Skip: uncordon, mark the node blocked and go on. Stop: pause. Force: delete the pods.",
    ),
});

const deletion = z.object({
  instances: z
    .enum(["Release", "Keep"])
    .default("Release")
    .describe("What becomes of the instances when the pool is deleted; a Subscription one is always kept."),
  drain: z.boolean().default(true).describe("Drain the nodes before they go."),
});

export const poolSpec = guarded(
  z.object({
    replicas: int(0, 2000).default(0).describe("How many nodes the pool should have."),
    providerRef: objectName.describe("InfrastructureProvider in this namespace; it cannot change later."),
    template: template
      .default({ systemDisk: { sizeGiB: 40 }, chargeType: "PayAsYouGo", unschedulable: false })
      .describe("What new nodes are made from, and what an upgrade brings the others to."),
    management: management
      .default({ autoUpgrade: false, autoRepair: true, repairApproval: "Automatic" })
      .describe("What happens without being asked."),
    upgrade: upgrade
      .default({
        method: "ReplaceSystemDisk",
        maxUnavailable: 1,
        maxSurge: 0,
        maxParallel: 10,
        soakSeconds: 600,
        maxFailedNodes: 0,
        healthGate: "Enabled",
      })
      .describe("How upgrades proceed."),
    drain: drain.default({ timeoutSeconds: 1800, onTimeout: "Skip" }).describe("How nodes are emptied."),
    deletion: deletion
      .default({ instances: "Release", drain: true })
      .describe("What happens when the pool is deleted."),
    paused: z
      .boolean()
      .default(false)
      .describe("Nothing is started in a paused pool; what runs stops at the next safe point."),
  }),
  {
    cel: "self.providerRef.name == oldSelf.providerRef.name",
    says: "the provider cannot change to '{found}': clone the pool and choose the provider there (poolkeeper clone)",
    field: "providerRef.name",
  },
);
export type PoolSpec = z.infer<typeof poolSpec>;

/** Rules of the whole object. Machines and labels are named after the pool, so its name is shorter than the API allows. */
export const poolRules: readonly Rule<KubeObject>[] = [
  {
    cel: "size(self.metadata.name) <= 40",
    holds: (self) => self.metadata.name.length <= 40,
    says: "'{found}' is too long for a pool: at most 40 characters, because the names of its machines are made from it",
    field: "metadata.name",
  },
  {
    cel: "self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",
    holds: (self) => /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(self.metadata.name),
    says: "'{found}' is no name for a pool: use lower-case letters, digits and '-', without '.'",
    field: "metadata.name",
  },
];

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
  message: text(2048).optional().describe("The summary in a sentence."),
  replicas: z.int().optional().describe("Machines of the pool, whatever their state."),
  readyReplicas: z.int().optional().describe("Nodes that are Ready."),
  upToDateReplicas: z.int().optional().describe("Nodes that match the template."),
  unavailableReplicas: z.int().optional().describe("Nodes that are not Ready or are cordoned by us."),
  selector: text(256).optional().describe("Label selector of the pool's nodes, for autoscalers."),
  revision: z.int().optional().describe("Number of the template's revision."),
  revisions: z.array(revision).max(10).optional().describe("Recorded templates, for history and rollback."),
  targetImage: resolvedImage.optional().describe("The image that new disks are made from."),
  targetKubernetesVersion: text(32).optional().describe("The kubelet version of new disks."),
  nextWindow: z
    .object({ opens: time(), closes: time(), isOpen: z.boolean() })
    .optional()
    .describe("The opening that runs, or the next one."),
  promised: z
    .array(text(253))
    .max(300)
    .optional()
    .describe("Machines and operations about to be recorded or begun on; only what stands here is."),
  lastMachineNumber: z.int().optional().describe("Highest number ever given to a machine of this pool."),
  blockers: z.array(blocker).max(50).optional().describe("What is in the way, and since when."),
  blockersOmitted: z
    .int()
    .optional()
    .describe("How much more is in the way than is listed; absent if nothing."),
  conditions: conditions(),
});
export type PoolStatus = z.infer<typeof poolStatus>;

export interface ManagedNodePoolObject extends KubeObject {
  readonly spec: PoolSpec;
  readonly status?: PoolStatus;
}
