/** Sample pools and a workload for the embedded start, so that the first look shows something alive. */
import type { Kube } from "../ports/kube.ts";

export async function createSample(kube: Kube, namespace: string): Promise<void> {
  for (const object of objects(namespace)) {
    const kind = object.kind;
    const { name } = object.metadata;
    await kube.patch(
      kind,
      { name, namespace: object.metadata.namespace },
      { type: "apply", body: object, fieldManager: "poolkeeper-sample" },
    );
  }
}

function objects(namespace: string) {
  const ours = "poolkeeper.dev/v1alpha1";
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
      metadata: { name: "web", namespace },
      spec: {
        replicas: 3,
        providerRef: { name: "simulator" },
        template: { instanceTypes: ["ecs.g7.large"], nodeLabels: { tier: "web" } },
        management: { autoUpgrade: true, autoRepair: true, maintenanceWindowRef: { name: "nightly" } },
      },
    },
    {
      apiVersion: ours,
      kind: "ManagedNodePool",
      metadata: { name: "batch", namespace },
      spec: { replicas: 2, providerRef: { name: "simulator" } },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "shop", namespace: "default" },
      spec: {
        replicas: 6,
        selector: { matchLabels: { app: "shop" } },
        template: {
          metadata: { labels: { app: "shop" } },
          spec: {
            containers: [
              { name: "shop", image: "shop:1", resources: { requests: { cpu: "100m", memory: "128Mi" } } },
            ],
          },
        },
      },
    },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "shop", namespace: "default" },
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: "shop" } } },
    },
  ] as const;
}
