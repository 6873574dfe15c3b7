/** The wire objects of a large fleet that is well: as large as real ones, since what is measured is the price of their size. */
import type { Instance } from "../../src/core/model.ts";
import { targetDisk } from "../../src/core/target.ts";
import { ownershipTags } from "../../src/ports/provider.ts";
import type { NodeObject, PodObject } from "../../src/schema/kubernetes.ts";
import type { ManagedMachineObject, MachineStatus } from "../../src/schema/machine.ts";
import type { ManagedNodePoolObject } from "../../src/schema/pool.ts";
import { catalogueOf } from "../../src/sim/cloud/catalogue.ts";
import { namespace } from "./rig.ts";
import { poolSpec, serverVersion } from "./shape.ts";

export const region = "cn-hangzhou";
const since = "2026-11-23T00:00:00Z";
const zone = `${region}-h`;
const instanceType = "ecs.g7.large";

export function poolObject(name: string, machines: number): ManagedNodePoolObject {
  return {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "ManagedNodePool",
    metadata: { name, namespace, finalizers: ["poolkeeper.dev/instance-cleanup"] },
    spec: poolSpec({ machines, parallel: 10 }),
  };
}

/** The record of one machine that joined long ago, without its status. */
export function machineObject(pool: ManagedNodePoolObject, number: number): ManagedMachineObject {
  const { name, uid = "" } = pool.metadata;
  return {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "ManagedMachine",
    metadata: {
      name: `${name}-${number}`,
      namespace,
      labels: { "poolkeeper.dev/pool": name },
      finalizers: ["poolkeeper.dev/instance-cleanup"],
      ownerReferences: [
        { apiVersion: "poolkeeper.dev/v1alpha1", kind: "ManagedNodePool", name, uid, controller: true },
      ],
    },
    spec: {
      poolName: name,
      poolUid: uid,
      revision: 1,
      chargeType: "PayAsYouGo",
      attributes: { nodeLabels: { tier: "bench" } },
    },
  };
}

export function machineStatus(machine: ManagedMachineObject, node: NodeObject): MachineStatus {
  const { template } = poolSpec({ machines: 1, parallel: 1 });
  const disk = targetDisk(template, { name: "fixed", catalogue: catalogueOf(region) }, { serverVersion });
  if (!disk.ok) throw new Error(`no disk: ${disk.reason}`);
  const { uid = "", name } = machine.metadata;
  const { image, kubernetesVersion } = disk.disk;
  return {
    summary: "Ready",
    instanceId: instanceIdOf(name),
    nodeName: node.metadata.name,
    nodeUid: node.metadata.uid ?? "",
    joinedTime: since,
    zone,
    instanceType,
    disk: disk.disk,
    applied: machine.spec.attributes,
    lastEpoch: 1,
    creation: {
      attempt: 1,
      clientToken: `${uid}-1`,
      request: {
        zone,
        instanceType,
        image,
        kubernetesVersion,
        systemDisk: { sizeGiB: 40 },
        dataDisks: [],
        chargeType: "PayAsYouGo",
        tags: tagsOf(machine),
        nodeLabels: { tier: "bench" },
        taints: [],
        unschedulable: false,
      },
    },
    lastOperation: {
      kind: "Create",
      outcome: "Succeeded",
      reason: "Succeeded",
      message: "",
      startedTime: since,
      finishedTime: since,
    },
  };
}

export function instanceOf(machine: ManagedMachineObject): Instance {
  const id = instanceIdOf(machine.metadata.name);
  return {
    id,
    state: "Running",
    isBusy: false,
    zone,
    instanceType,
    chargeType: "PayAsYouGo",
    systemDiskId: `d-${id}`,
    dataDiskIds: [],
    tags: tagsOf(machine),
    createdAt: Date.parse(since),
    addresses: [],
    providerId: null,
    hostEvent: null,
  };
}

export function nodeObject(pool: string, number: number): NodeObject {
  const name = `${region}.${instanceIdOf(`${pool}-${number}`)}`;
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        "poolkeeper.dev/pool": pool,
        tier: "bench",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "node.kubernetes.io/instance-type": instanceType,
        "topology.kubernetes.io/region": region,
        "topology.kubernetes.io/zone": zone,
      },
    },
    spec: { providerID: `fixed://${name}` },
    status: nodeStatus(name, since),
  };
}

/** With the images that a real kubelet lists, which make up most of a node's size. */
export function nodeStatus(name: string, heartbeat: string): NonNullable<NodeObject["status"]> {
  const resources = { cpu: "4", memory: "8Gi", pods: "110", "ephemeral-storage": "40Gi" };
  const conditions = ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"].map((type) => ({
    type,
    status: type === "Ready" ? ("True" as const) : ("False" as const),
    reason: "KubeletHasIt",
    message: "as the kubelet sees it",
    lastHeartbeatTime: heartbeat,
    lastTransitionTime: since,
  }));
  const images = Array.from({ length: 30 }, (_, index) => ({
    names: [`registry.example/team/service-${index}@sha256:${"0123456789abcdef".repeat(4)}`],
    sizeBytes: 100_000_000 + index,
  }));
  return {
    capacity: resources,
    allocatable: resources,
    addresses: [{ type: "Hostname", address: name }],
    nodeInfo: { bootID: `boot-${name}`, kubeletVersion: serverVersion, osImage: "Alibaba Cloud Linux 3" },
    conditions,
    images,
  } as NonNullable<NodeObject["status"]>;
}

export function podObject(node: string, number: number): PodObject {
  const app = `app-${number % 1000}`;
  const containers = ["app", "sidecar"].map((name) => ({
    name,
    image: `registry.example/${app}/${name}:1.2.3`,
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } },
    env: Array.from({ length: 10 }, (_, index) => ({ name: `SETTING_${index}`, value: "some value" })),
    volumeMounts: [{ name: "data", mountPath: "/data" }],
  }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${app}-${number}`,
      namespace: "default",
      labels: { app, "pod-template-hash": "5d4f8c7b9" },
      ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: app, uid: app, controller: true }],
    },
    spec: { nodeName: node, containers, volumes: [{ name: "data", emptyDir: {} }] },
    status: {
      phase: "Running",
      startTime: since,
      conditions: [{ type: "Ready", status: "True", lastTransitionTime: since }],
    },
  };
}

function instanceIdOf(machine: string): string {
  return `i-${machine}`;
}

function tagsOf({ metadata, spec }: ManagedMachineObject): Readonly<Record<string, string>> {
  return {
    [ownershipTags.cluster]: "bench",
    [ownershipTags.pool]: spec.poolName,
    [ownershipTags.machine]: metadata.uid ?? "",
  };
}
