/** What of a sight can be known from objects alone, without what only the controller's own watching tells. */
import type { ManagedNodePoolObject } from "../../schema/pool.ts";
import type { InfrastructureProviderObject } from "../../schema/provider.ts";
import type { MaintenanceWindowObject } from "../../schema/window.ts";
import type { ProviderView, Snapshot } from "../model.ts";

/** Nothing that a person asks for depends on it. */
export const blindCluster: Omit<Snapshot["cluster"], "serverVersion" | "nodes"> = {
  self: "",
  uid: "",
  evidence: new Map(),
  sinceGapMs: Number.POSITIVE_INFINITY,
  otherLeaseRenewedMsAgo: null,
  nodesNotReady: 0,
  zones: new Map(),
  refuges: { Poolkeeper: 0, Dns: 0 },
  machines: 0,
  repairsElsewhere: 0,
  upgradesElsewhere: [],
  repairStartsElsewhere: [],
  brake: null,
  tripped: null,
};

/** The name of the pool's window; null without one. */
export function windowName({ spec }: ManagedNodePoolObject): string | null {
  return spec.management.maintenanceWindowRef?.name ?? null;
}

/** `found` is the object of that name, where there is one. */
export function windowOf(
  pool: ManagedNodePoolObject,
  found: MaintenanceWindowObject | undefined,
): Snapshot["window"] {
  return windowName(pool) === null ? null : (found?.spec ?? "Missing");
}

/** Capabilities are those of the provider's type, as long as it was not asked. */
export function providerOf(
  pool: ManagedNodePoolObject,
  found: InfrastructureProviderObject | undefined,
): ProviderView {
  return {
    name: pool.spec.providerRef.name,
    region: found?.spec.region ?? "",
    catalogue: found?.status?.catalogue ?? null,
    isListComplete: true,
    message: "",
    capabilities: {
      restartService: true,
      replaceSystemDisk: true,
      subscription: found?.spec.type !== "local",
      joinsWithToken: found?.spec.type === "local",
      initializesNodes: found?.spec.type === "local",
    },
  };
}
