/** Objects of the cluster as the tests of this folder read and write them. */
import type { NodeObject } from "../../src/schema/kubernetes.ts";
import type { ManagedMachineObject } from "../../src/schema/machine.ts";
import type { NodeOperationObject } from "../../src/schema/operation.ts";
import type { ManagedNodePoolObject } from "../../src/schema/pool.ts";
import { namespace, type Rig } from "./rig.ts";

/** A Deployment and its PodDisruptionBudget, both named and labelled `app`. */
export function workload(app: string, counts: { readonly pods: number; readonly minAvailable: number }) {
  const labels = { app };
  const container = { name: app, image: `example.com/${app}:1`, resources: { requests: { cpu: "100m" } } };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: app },
      spec: {
        replicas: counts.pods,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: app },
      spec: { minAvailable: counts.minAvailable, selector: { matchLabels: labels } },
    },
  ];
}

/** A simulated cloud in a hurry. */
export function quickProvider(name: string) {
  return {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "InfrastructureProvider",
    metadata: { name, namespace },
    spec: {
      type: "simulator",
      region: "cn-hangzhou",
      simulator: {
        bootSeconds: 2,
        joinSeconds: 1,
        stopSeconds: 1,
        replaceDiskSeconds: 1,
        rebootSeconds: 2,
        releaseSeconds: 1,
      },
    },
  };
}

interface List<T> {
  readonly items: readonly T[];
}

export async function nodesOf(rig: Rig, pool: string): Promise<readonly NodeObject[]> {
  return ((await rig.get("nodes", "-l", `poolkeeper.dev/pool=${pool}`)) as List<NodeObject>).items;
}

export async function machinesOf(rig: Rig, pool: string): Promise<readonly ManagedMachineObject[]> {
  const { items } = (await rig.get("mm", "-n", namespace)) as List<ManagedMachineObject>;
  return items.filter(({ spec }) => spec.poolName === pool);
}

export async function operationsOf(rig: Rig, pool: string): Promise<readonly NodeOperationObject[]> {
  const { items } = (await rig.get("nop", "-n", namespace)) as List<NodeOperationObject>;
  return items.filter(({ spec }) => spec.poolName === pool);
}

export async function poolNamed(rig: Rig, pool: string): Promise<ManagedNodePoolObject> {
  return (await rig.get("mnp", pool, "-n", namespace)) as ManagedNodePoolObject;
}

export async function poolIfThere(rig: Rig, pool: string): Promise<ManagedNodePoolObject | null> {
  const { items } = (await rig.get("mnp", "-n", namespace)) as List<ManagedNodePoolObject>;
  return items.find(({ metadata }) => metadata.name === pool) ?? null;
}

export async function isActive(rig: Rig, pool: string): Promise<void> {
  const isIt = async (): Promise<boolean> => (await poolNamed(rig, pool)).status?.summary === "Active";
  await rig.eventually(`${pool} is Active`, isIt);
}

/** `healthy wanted`, as the budget counts them. */
export async function budgetOf(rig: Rig, app: string): Promise<string> {
  const counts = 'jsonpath={.status.currentHealthy}{" "}{.status.desiredHealthy}';
  return (await rig.tryKubectl("get", "pdb", app, "-o", counts)).stdout;
}

export function readiness(node: NodeObject): string | undefined {
  return node.status?.conditions?.find(({ type }) => type === "Ready")?.status;
}
