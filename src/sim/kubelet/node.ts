/** What a kubelet says of its node: the object it registers and the status it posts. Nothing is sent from here. */
import { timeOf } from "../../core/time.ts";
import type { Condition, NodeObject } from "../../schema/kubernetes.ts";
import { instanceTypeOf, isWindows } from "../cloud/catalogue.ts";
import type { GuestFault, InstanceRecord } from "../cloud/model.ts";

type NodeStatus = NonNullable<NodeObject["status"]>;

export function nodeNameOf(region: string, instanceId: string): string {
  return `${region}.${instanceId}`;
}

/** The instance behind a node of this region's simulated cloud; null for every other node. */
export function instanceIdOf(region: string, node: NodeObject): string | null {
  const prefix = providerId(region, "");
  const { providerID = "" } = node.spec ?? {};
  return providerID.startsWith(prefix) ? providerID.slice(prefix.length) : null;
}

function providerId(region: string, instanceId: string): string {
  return `simulator://${region}/${instanceId}`;
}

/** The node as it is first registered: later, others may change labels, taints and `unschedulable`. */
export function newNode(region: string, record: InstanceRecord, now: number): NodeObject {
  const { bootstrap } = record.guest;
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: nodeNameOf(region, record.id),
      labels: { ...bootstrap.nodeLabels, ...ownLabels(region, record) },
    },
    spec: {
      providerID: providerId(region, record.id),
      ...(bootstrap.taints.length === 0 ? {} : { taints: bootstrap.taints.map(plainTaint) }),
      ...(bootstrap.unschedulable ? { unschedulable: true } : {}),
    },
    status: nodeStatus(record, [], now),
  };
}

/** The labels a kubelet holds to, also on a node that exists already. */
export function ownLabels(region: string, record: InstanceRecord): Readonly<Record<string, string>> {
  const { operatingSystem, architecture } = platformOf(record);
  return {
    "kubernetes.io/hostname": nodeNameOf(region, record.id),
    "kubernetes.io/os": operatingSystem,
    "kubernetes.io/arch": architecture,
    "node.kubernetes.io/instance-type": record.request.instanceType,
    "topology.kubernetes.io/region": region,
    "topology.kubernetes.io/zone": record.request.zone,
    "poolkeeper.dev/pool": record.guest.bootstrap.poolName,
  };
}

/** The whole status. Conditions that others have put on the node stay. */
export function nodeStatus(record: InstanceRecord, existing: readonly Condition[], now: number): NodeStatus {
  const { cpu = 2, memoryMiB = 4096 } = instanceTypeOf(record.request.instanceType) ?? {};
  const shared = { pods: "110", "ephemeral-storage": `${record.request.systemDisk.sizeGiB}Gi` };
  return {
    capacity: { ...shared, cpu: String(cpu), memory: `${memoryMiB}Mi` },
    // A tenth of a processor and of the memory is the system's own.
    allocatable: { ...shared, cpu: `${cpu * 1000 - 100}m`, memory: `${Math.floor(memoryMiB * 0.9)}Mi` },
    addresses: [
      { type: "InternalIP", address: record.address },
      { type: "Hostname", address: record.id },
    ],
    nodeInfo: nodeInfo(record),
    conditions: mergeConditions(
      existing,
      ownConditions(record, existing, now).map((condition) => {
        return { ...condition, lastHeartbeatTime: secondsOf(now) };
      }),
      now,
    ),
  };
}

/** True when a post would change nothing but heartbeats. */
export function isStatusCurrent(record: InstanceRecord, node: NodeObject, now: number): boolean {
  const existing = node.status?.conditions ?? [];
  const differs = ownConditions(record, existing, now).some((wanted) => {
    const found = existing.find((condition) => condition.type === wanted.type);
    return found?.status !== wanted.status || found.reason !== wanted.reason;
  });
  return !differs && node.status?.nodeInfo?.bootID === record.guest.bootId;
}

/** Milliseconds until the conditions change by themselves; null when they do not. */
export function nextFlapMs(record: InstanceRecord, now: number): number | null {
  const fault = flappingOf(record.guest.faults);
  if (fault === undefined) return null;
  const periodMs = fault.periodSeconds * 1000;
  return periodMs - ((now - record.guest.joinAt) % periodMs);
}

function ownConditions(
  record: InstanceRecord,
  existing: readonly Condition[],
  now: number,
): readonly Condition[] {
  const { faults } = record.guest;
  const problems = faults.flatMap((fault) => (fault.kind === "Problem" ? [fault.condition] : []));
  const healed = existing.filter(({ type, reason }) => reason === problemReason && !problems.includes(type));
  return [
    readyCondition(record, now),
    fine("MemoryPressure", "KubeletHasSufficientMemory"),
    fine("DiskPressure", "KubeletHasNoDiskPressure"),
    fine("PIDPressure", "KubeletHasSufficientPID"),
    ...problems.map((type): Condition => {
      return { type, status: "True", reason: problemReason, message: `the simulator plays ${type}` };
    }),
    ...healed.map(({ type }) => fine(type, "NoProblem")),
  ];
}

const problemReason = "SimulatedProblem";

function readyCondition(record: InstanceRecord, now: number): Condition {
  const { faults, joinAt } = record.guest;
  const flapping = flappingOf(faults);
  const isDownBeat =
    flapping !== undefined && Math.floor((now - joinAt) / (flapping.periodSeconds * 1000)) % 2 === 1;
  if (!isHung(record) && !isDownBeat) {
    return {
      type: "Ready",
      status: "True",
      reason: "KubeletReady",
      message: "kubelet is posting ready status",
    };
  }
  return {
    type: "Ready",
    status: "False",
    reason: "KubeletNotReady",
    message: "container runtime is down",
  };
}

export function isHung(record: InstanceRecord): boolean {
  return record.guest.faults.some((fault) => fault.kind === "RuntimeHung");
}

export function isFlapping(record: InstanceRecord): boolean {
  return flappingOf(record.guest.faults) !== undefined;
}

function flappingOf(faults: readonly GuestFault[]) {
  return faults.find((fault) => fault.kind === "Flapping");
}

function fine(type: string, reason: string): Condition {
  return { type, status: "False", reason, message: `kubelet says: ${reason}` };
}

/** `wanted` in place of what is there of the same types. What has not changed keeps the time of its last change. */
export function mergeConditions(
  existing: readonly Condition[],
  wanted: readonly Condition[],
  now: number,
): readonly Condition[] {
  const ours = wanted.map((condition) => {
    const found = existing.find(({ type }) => type === condition.type);
    const isSame = found?.status === condition.status && found.lastTransitionTime !== undefined;
    return { ...condition, lastTransitionTime: isSame ? found.lastTransitionTime : secondsOf(now) };
  });
  const others = existing.filter(({ type }) => !wanted.some((condition) => condition.type === type));
  return [...others, ...ours];
}

/** Kubernetes' own times have no fraction of a second. */
export function secondsOf(instant: number): string {
  return timeOf(Math.floor(instant / 1000) * 1000);
}

function plainTaint({ key, value, effect }: InstanceRecord["request"]["taints"][number]) {
  return { key, effect, ...(value === undefined ? {} : { value }) };
}

function platformOf(record: InstanceRecord) {
  const operatingSystem = isWindows(record.systemDisk.image.family) ? "windows" : "linux";
  const architecture = instanceTypeOf(record.request.instanceType)?.architecture ?? "amd64";
  return { operatingSystem, architecture };
}

function nodeInfo(record: InstanceRecord): NonNullable<NodeStatus["nodeInfo"]> {
  const { guest, systemDisk } = record;
  const wrong = guest.faults.find((fault) => fault.kind === "WrongVersion");
  const { family, version } = systemDisk.image;
  return {
    ...platformOf(record),
    bootID: guest.bootId,
    machineID: guest.machineId.replaceAll("-", ""),
    systemUUID: systemUuid(record.id),
    kubeletVersion: wrong?.kubernetesVersion ?? systemDisk.kubernetesVersion,
    kubeProxyVersion: "",
    containerRuntimeVersion: runtimeOf(systemDisk.kubernetesVersion),
    osImage: `${family} ${version}`,
    kernelVersion: kernels[family] ?? "6.6.0",
  };
}

/** Burnt into the instance: no boot and no disk changes it. */
function systemUuid(instanceId: string): string {
  const hex = Buffer.from(instanceId.padEnd(16, "0")).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}

function runtimeOf(kubernetesVersion: string): string {
  return /^v1\.(3[0-5])\./.test(kubernetesVersion) ? "containerd://1.7.27" : "containerd://2.1.4";
}

const kernels: Readonly<Record<string, string>> = {
  AlibabaCloudLinux: "5.10.134-18.al8.x86_64",
  CentOS: "5.14.0-570.el9.x86_64",
  Ubuntu: "6.8.0-60-generic",
  Windows: "10.0.20348.3566",
};
