/** InfrastructureProvider: where instances come from, and what it offers. */
import { z } from "zod";
import { conditions, int, objectName, resolvedImage, rules, text, time } from "./field.ts";
import type { KubeObject } from "./kubernetes.ts";

/** How the simulated cloud behaves. Times are the medians; jitter spreads them. */
export const simulatorSettings = z.object({
  bootSeconds: int(0, 3600).default(20).optional(),
  joinSeconds: int(0, 3600).default(5).optional(),
  stopSeconds: int(0, 3600).default(5).optional(),
  replaceDiskSeconds: int(0, 3600).default(10).optional(),
  rebootSeconds: int(0, 3600).default(15).optional(),
  releaseSeconds: int(0, 3600).default(5).optional(),
  jitterPercent: int(0, 100).default(20).optional(),
  seed: int(0, 2_000_000_000).default(1).optional(),
  quotaInstances: int(0, 100_000).optional(),
  outOfStock: z
    .array(z.object({ zone: text(64), instanceType: text(64).optional() }))
    .max(50)
    .optional(),
});
export type SimulatorSettings = z.infer<typeof simulatorSettings>;

export const providerSpec = z
  .object({
    type: z.enum(["simulator", "local", "ecs"]),
    region: text(64).min(1),
    endpoint: text(512).optional(),
    credentialsRef: objectName.optional(),
    simulator: simulatorSettings.optional(),
  })
  .meta(
    rules({
      rule: "self.type == oldSelf.type && self.region == oldSelf.region",
      message: "type and region of a provider cannot change: create another InfrastructureProvider",
    }),
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
