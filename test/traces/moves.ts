/** What people and the world do in scenarios: create pools, deploy workloads, ask for operations, break things. */
import { worldNamespace } from "../../src/sim/world.ts";
import type { NodeOperationObject } from "../../src/schema/operation.ts";
import type { Stage } from "./stage.ts";

const apiVersion = "poolkeeper.dev/v1alpha1";

export async function createPool(stage: Stage, name: string, spec: object): Promise<void> {
  await stage.world.kube.create("ManagedNodePool", {
    apiVersion,
    kind: "ManagedNodePool",
    metadata: { name, namespace: worldNamespace },
    spec: { providerRef: { name: "simulator" }, ...spec } as never,
  });
}

export async function createWindow(stage: Stage, name: string, spec: object): Promise<void> {
  await stage.world.kube.create("MaintenanceWindow", {
    apiVersion,
    kind: "MaintenanceWindow",
    metadata: { name, namespace: worldNamespace },
    spec: spec as never,
  });
}

/** `Active` with every node up to date in count; the usual beginning. */
export async function activePool(stage: Stage, name: string, spec: object): Promise<void> {
  await stage.person(`creates pool ${name}: ${JSON.stringify(spec)}`, () => createPool(stage, name, spec));
  await stage.until(`${name} is Active`, () => summaryOf(stage, name) === "Active", 30);
}

export function summaryOf(stage: Stage, pool: string): string {
  return stage.get("ManagedNodePool", pool)?.status?.summary ?? "";
}

export function isActive(stage: Stage, pool: string, replicas: number): () => boolean {
  return () => {
    const found = stage.get("ManagedNodePool", pool);
    const isSeen = found?.status?.observedGeneration === found?.metadata.generation;
    return isSeen && found?.status?.summary === "Active" && found.status.readyReplicas === replicas;
  };
}

interface Workload {
  readonly replicas: number;
  readonly budget?: object;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A Deployment with a budget; pods are spread by the scheduler. */
export async function deploy(
  stage: Stage,
  name: string,
  { replicas, budget, namespace = "default", labels = { app: name } }: Workload,
): Promise<void> {
  await stage.world.kube.create("Deployment", {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name, image: `${name}:1` }] } },
    },
  } as never);
  if (budget === undefined) return;
  await stage.world.kube.create("PodDisruptionBudget", {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace },
    spec: { selector: { matchLabels: labels }, ...budget },
  });
}

export function readyPods(stage: Stage, app: string): number {
  return stage.world.list("Pod").filter(({ metadata, status }) => {
    const isReady = status?.conditions?.some(
      ({ type, status: value }) => type === "Ready" && value === "True",
    );
    return metadata.labels?.["app"] === app && metadata.deletionTimestamp === undefined && isReady === true;
  }).length;
}

export interface Ask {
  readonly name: string;
  readonly pool: string;
  readonly kind: NodeOperationObject["spec"]["kind"];
  readonly machines: readonly string[];
  readonly options?: Partial<NodeOperationObject["spec"]["options"]>;
}

/** An operation as the CLI writes it: targets frozen by name and UID. */
export async function ask(stage: Stage, { name, pool, kind, machines, options }: Ask): Promise<void> {
  const targets = machines.map((machine) => {
    const record = stage.get("ManagedMachine", machine);
    const node = record?.status?.nodeName;
    return { machine, uid: record?.metadata.uid ?? "", ...(node === undefined ? {} : { node }) };
  });
  await stage.world.kube.create("NodeOperation", {
    apiVersion,
    kind: "NodeOperation",
    metadata: { name, namespace: worldNamespace, labels: { "poolkeeper.dev/pool": pool } },
    spec: {
      poolName: pool,
      kind,
      targets,
      requestedBy: "jane",
      ...(options === undefined ? {} : { options }),
    } as never,
  });
}

export async function change(stage: Stage, operation: string, spec: object): Promise<void> {
  await stage.world.kube.patch(
    "NodeOperation",
    { name: operation, namespace: worldNamespace },
    { type: "merge", body: { spec } },
  );
}

export function phaseOf(stage: Stage, operation: string): string {
  return stage.get("NodeOperation", operation)?.status?.phase ?? "";
}

export function isFinished(stage: Stage, operation: string): () => boolean {
  return () => stage.get("NodeOperation", operation)?.status?.finishedTime !== undefined;
}

export function machinesOf(stage: Stage, pool: string): readonly string[] {
  return stage.world
    .list("ManagedMachine")
    .filter(({ spec }) => spec.poolName === pool)
    .map(({ metadata }) => metadata.name)
    .toSorted();
}

export function instanceOf(stage: Stage, machine: string): string {
  return stage.get("ManagedMachine", machine)?.status?.instanceId ?? "";
}

export function nodeNameOf(stage: Stage, machine: string): string {
  return stage.get("ManagedMachine", machine)?.status?.nodeName ?? "";
}

/** Nothing of ours is left behind: no cordon, no instance without a machine, no machine with an operation in hand. */
export function checkTidy(stage: Stage): void {
  const cordoned = stage.world
    .list("Node")
    .filter(({ metadata }) => metadata.annotations?.["poolkeeper.dev/cordoned-by"] !== undefined);
  const busy = stage.world.list("ManagedMachine").filter(({ status }) => status?.operation !== undefined);
  const uids = new Set(stage.world.list("ManagedMachine").map(({ metadata }) => metadata.uid));
  const orphans = stage.world.cloud
    .instances()
    .filter(
      ({ tags }) =>
        tags["poolkeeper.dev/machine-uid"] !== undefined && !uids.has(tags["poolkeeper.dev/machine-uid"]),
    );
  stage.note(
    `left cordoned ${cordoned.length}, in hand ${busy.length}, orphaned instances ${orphans.length}`,
  );
}
