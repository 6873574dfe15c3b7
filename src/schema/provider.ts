/** InfrastructureProvider: where instances come from, and what it offers. */
import { z } from "zod";
import { conditions, int, objectName, resolvedImage, shaped, text, time } from "./field.ts";
import type { KubeObject } from "./kubernetes.ts";
import { frozen, guarded, ruled } from "./rule.ts";

/** How the simulated cloud behaves. Times are the medians; jitter spreads them. */
export const simulatorSettings = z.object({
  bootSeconds: int(0, 3600).default(20).optional().describe("From start to running."),
  joinSeconds: int(0, 3600).default(5).optional().describe("From running to a Ready node."),
  stopSeconds: int(0, 3600).default(5).optional().describe("From the order to stopped."),
  replaceDiskSeconds: int(0, 3600).default(10).optional().describe("From the order to a new system disk."),
  rebootSeconds: int(0, 3600).default(15).optional().describe("From the order to running again."),
  releaseSeconds: int(0, 3600).default(5).optional().describe("From the order to gone."),
  jitterPercent: int(0, 100).default(20).optional().describe("How far the times may stray."),
  seed: int(0, 2_000_000_000).default(1).optional().describe("Of all that is random here."),
  quotaInstances: int(0, 100_000).optional().describe("Instances that may exist. Absent: no limit."),
  outOfStock: z
    .array(
      z.object({
        zone: text(64).describe("Zone without stock."),
        instanceType: text(64).optional().describe("Type that is sold out there. Absent: all types."),
      }),
    )
    .max(50)
    .optional()
    .describe("What cannot be bought."),
});
export type SimulatorSettings = z.infer<typeof simulatorSettings>;

/** Virtual machines on the host that Poolkeeper runs on. */
export const localSettings = z.object({
  memoryMiB: int(1280, 16_777_216)
    .optional()
    .describe("Memory that all instances together may have. Absent: what the host can give."),
  cpus: int(1, 65_536)
    .optional()
    .describe("CPUs that all instances together may have. Absent: no limit; they share those of the host."),
  maxInstances: int(1, 254).default(254).optional().describe("Instances that may exist."),
  accelerator: z
    .enum(["auto", "kvm", "tcg"])
    .default("auto")
    .optional()
    .describe(
      "kvm: the processor runs the guests. tcg: they are emulated. auto: kvm where a kernel boots on it.",
    ),
});
export type LocalSettings = z.infer<typeof localSettings>;

const providerFields = z.object({
  type: z.enum(["simulator", "local", "ecs"]).describe("Which adapter speaks to the infrastructure."),
  region: text(64).min(1).describe("Region of the instances; node names begin with it."),
  endpoint: shaped(
    512,
    "^(https?://)?[A-Za-z0-9.-]+(:[0-9]{1,5})?/?$",
    "must be a host, such as ecs.cn-hangzhou.aliyuncs.com; credentials belong in credentialsRef",
  )
    .describe("Address of the provider's API. Absent: the official one of the region.")
    .optional(),
  credentialsRef: objectName
    .describe(
      "Secret in this namespace with the credentials. Absent: those of the machine Poolkeeper runs on.",
    )
    .optional(),
  simulator: simulatorSettings.describe("How the simulated cloud behaves.").optional(),
  local: localSettings.describe("What virtual machines on this host may take.").optional(),
});

export const providerSpec = guarded(
  ruled(
    providerFields,
    {
      cel: "self.type == 'simulator' || !has(self.simulator)",
      holds: (self) => self.type === "simulator" || self.simulator === undefined,
      says: "simulator settings are set, but type is {found}: remove spec.simulator, or set type to simulator",
      field: "simulator",
      found: { cel: "self.type", of: (self) => self.type },
      reason: "FieldValueForbidden",
    },
    {
      cel: "self.type == 'local' || !has(self.local)",
      holds: (self) => self.type === "local" || self.local === undefined,
      says: "local settings are set, but type is {found}: remove spec.local, or set type to local",
      field: "local",
      found: { cel: "self.type", of: (self) => self.type },
      reason: "FieldValueForbidden",
    },
  ),
  ...(["type", "region"] as const).map((field) =>
    frozen(
      field,
      `${field} of a provider cannot change: create another InfrastructureProvider and clone the pools to it`,
    ),
  ),
);
export type ProviderSpec = z.infer<typeof providerSpec>;

export const catalogueImage = resolvedImage.extend({
  kubernetesVersions: z.array(text(32)).max(20).describe("Kubelet versions this image can run."),
  operatingSystem: z.enum(["linux", "windows"]),
});

export const catalogueType = z.object({
  name: text(64),
  cpu: z.int(),
  memoryMiB: z.int(),
  architecture: z.enum(["amd64", "arm64"]),
});

export const catalogue = z.object({
  zones: z.array(text(64)).max(20),
  images: z
    .array(catalogueImage)
    .max(100)
    .describe("Oldest first within a family; the first family is the default."),
  instanceTypes: z.array(catalogueType).max(200).describe("The first is the default."),
});
export type CatalogueFields = z.infer<typeof catalogue>;

export const providerStatus = z.object({
  observedGeneration: z.int().optional(),
  catalogue: catalogue.optional(),
  quotas: z
    .array(z.object({ name: text(64), limit: z.int(), used: z.int() }))
    .max(20)
    .optional(),
  orphans: z
    .array(z.object({ instanceId: text(128), since: time(), message: text(512) }))
    .max(100)
    .optional(),
  observedTime: time().optional(),
  conditions: conditions(),
});
export type ProviderStatus = z.infer<typeof providerStatus>;

export interface InfrastructureProviderObject extends KubeObject {
  readonly spec: ProviderSpec;
  readonly status?: ProviderStatus;
}
