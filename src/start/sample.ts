/** Sample pools and a workload, so that the first look shows something alive: simulated ones, or two real machines. */
import type { Kube } from "../ports/kube.ts";
import type { StartOptions } from "./options.ts";
import { hasRealMachines, providerOf } from "./prepare.ts";

const ours = "poolkeeper.dev/v1alpha1";

/** The one that both kinds of samples have. */
export const samplePool = "web";

interface Sample {
  readonly namespace: string;
  readonly provider: string;
  /** Its machines have a kernel, and containers have to have a program. */
  readonly isReal: boolean;
}

export function sampleOf(options: StartOptions): Sample {
  const provider = providerOf(options) ?? "simulator";
  return { namespace: options.namespace, provider, isReal: hasRealMachines(options) };
}

export async function createSample(kube: Kube, sample: Sample): Promise<void> {
  for (const object of sample.isReal ? realObjects(sample) : simulatedObjects(sample)) {
    const kind = object.kind;
    const { name } = object.metadata;
    await kube.patch(
      kind,
      { name, namespace: object.metadata.namespace },
      { type: "apply", body: object, fieldManager: "poolkeeper-sample" },
    );
  }
}

function simulatedObjects({ namespace, provider }: Sample) {
  return [
    {
      apiVersion: ours,
      kind: "MaintenanceWindow",
      metadata: { name: "nightly", namespace },
      spec: {
        weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
        start: "02:00",
        durationMinutes: 240,
        timeZone: "Asia/Shanghai",
      },
    },
    {
      apiVersion: ours,
      kind: "ManagedNodePool",
      metadata: { name: samplePool, namespace },
      spec: {
        replicas: 3,
        providerRef: { name: provider },
        template: { instanceTypes: ["ecs.g7.large"], nodeLabels: { tier: "web" } },
        management: { autoUpgrade: true, autoRepair: true, maintenanceWindowRef: { name: "nightly" } },
      },
    },
    {
      apiVersion: ours,
      kind: "ManagedNodePool",
      metadata: { name: "batch", namespace },
      spec: { replicas: 2, providerRef: { name: provider } },
    },
    ...shop(6, { containers: [{ name: "shop", image: "shop:1" }] }),
  ] as const;
}

/** The workload that every node image brings along: nothing is pulled. There is no name service in the cluster to ask. */
const realPod = {
  dnsPolicy: "Default",
  containers: [{ name: "shop", image: "poolkeeper.dev/workload:1", imagePullPolicy: "Never" }],
};

function realObjects({ namespace, provider }: Sample) {
  return [
    {
      apiVersion: ours,
      kind: "ManagedNodePool",
      metadata: { name: samplePool, namespace },
      spec: {
        replicas: 2,
        providerRef: { name: provider },
        template: { nodeLabels: { tier: "web" } },
        management: { autoRepair: true },
      },
    },
    ...shop(2, realPod),
  ] as const;
}

/** A Deployment that spreads over the nodes, and its budget. */
function shop(replicas: number, pod: { readonly containers: readonly object[] }) {
  const matchLabels = { app: "shop" };
  const metadata = { name: "shop", namespace: "default" };
  const resources = { requests: { cpu: "100m", memory: "64Mi" } };
  const spread = {
    maxSkew: 1,
    topologyKey: "kubernetes.io/hostname",
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels },
  };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        replicas,
        selector: { matchLabels },
        template: {
          metadata: { labels: matchLabels },
          spec: {
            ...pod,
            containers: pod.containers.map((each) => ({ ...each, resources })),
            topologySpreadConstraints: [spread],
          },
        },
      },
    },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata,
      spec: { maxUnavailable: 1, selector: { matchLabels } },
    },
  ] as const;
}
