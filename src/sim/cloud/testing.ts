/** Builders for tests of and with the simulated cloud. */
import { type Bootstrap, type DiskReplacement, ownershipTags } from "../../ports/provider.ts";
import type { InstanceRequest } from "../../schema/machine.ts";

export function aRequest(fields: Partial<InstanceRequest> = {}): InstanceRequest {
  return {
    instanceType: "ecs.g7.large",
    zone: "cn-hangzhou-h",
    image: { family: "AlibabaCloudLinux", version: "3.2104.11" },
    kubernetesVersion: "v1.35.2",
    systemDisk: { sizeGiB: 40 },
    dataDisks: [{ name: "data", sizeGiB: 100, onRelease: "Keep" }],
    chargeType: "PayAsYouGo",
    tags: { [ownershipTags.cluster]: "cluster-1", [ownershipTags.pool]: "web" },
    nodeLabels: {},
    taints: [],
    unschedulable: false,
    ...fields,
  };
}

export function aBootstrap(fields: Partial<Bootstrap> = {}): Bootstrap {
  return {
    machineName: "web-1",
    machineUid: "00000000-0000-4000-8000-000000000001",
    poolName: "web",
    nodeLabels: { team: "shop" },
    taints: [],
    unschedulable: false,
    kubernetesVersion: "v1.35.2",
    userData: null,
    join: null,
    ...fields,
  };
}

/** The image and kubelet after those of `aRequest`. */
export function aReplacement(clientToken = "disk-1"): DiskReplacement {
  return {
    clientToken,
    disk: {
      image: { family: "AlibabaCloudLinux", version: "3.2104.12" },
      kubernetesVersion: "v1.36.3",
      hash: "h2",
    },
    bootstrap: aBootstrap({ kubernetesVersion: "v1.36.3" }),
  };
}
