/** What all upgrades of the bench have in common: the pool, how long a node takes, and the least the whole can take. */
import type { PoolSpec } from "../../src/schema/pool.ts";
import type { SimulatorSettings } from "../../src/schema/provider.ts";

interface Size {
  readonly machines: number;
  /** Nodes of one pool that may be away at once. */
  readonly parallel: number;
}

/** One node's part in an upgrade takes 15 s: stop, disk, boot, join. */
export const simulator: SimulatorSettings = {
  stopSeconds: 2,
  replaceDiskSeconds: 4,
  bootSeconds: 6,
  joinSeconds: 3,
  jitterPercent: 0,
};
export const createSeconds = 9;
const upgradeSeconds = 15;

export const serverVersion = "v1.36.3";

export function imageOf(age: "old" | "new"): NonNullable<PoolSpec["template"]["image"]> {
  return { family: "AlibabaCloudLinux", version: age === "old" ? "3.2104.11" : "3.2104.12" };
}

export function poolSpec({ machines, parallel }: Size): PoolSpec {
  return {
    replicas: machines,
    providerRef: { name: "simulator" },
    template: {
      image: imageOf("old"),
      kubernetesVersion: serverVersion,
      systemDisk: { sizeGiB: 40 },
      chargeType: "PayAsYouGo",
      unschedulable: false,
      nodeLabels: { tier: "bench" },
    },
    management: { autoUpgrade: false, autoRepair: true, repairApproval: "Automatic" },
    upgrade: {
      method: "ReplaceSystemDisk",
      maxUnavailable: parallel,
      maxSurge: 0,
      maxParallel: parallel,
      soakSeconds: 0,
      maxFailedNodes: 0,
      healthGate: "Enabled",
    },
    drain: { timeoutSeconds: 1800, onTimeout: "Skip" },
    deletion: { instances: "Release", drain: true },
    paused: false,
  };
}

/** Every place taken at every moment. */
export function leastSeconds({ machines, parallel }: Size): number {
  return (machines / parallel) * upgradeSeconds;
}

/** The same with the growing batches 1, 2, 4 and so on, which cost whole rounds however quick the controller is. */
export function rampSeconds({ machines, parallel }: Size): number {
  let [done, seconds] = [0, 0];
  while (done < machines) {
    done += Math.min(parallel, 2 ** Math.floor(Math.log2(done + 1)));
    seconds += upgradeSeconds;
  }
  return seconds;
}
