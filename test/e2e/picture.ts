/** What a pool comes to, without all that differs between two lives of it: ids, times, and which zone had its turn. */
import type { NodeObject } from "../../src/schema/kubernetes.ts";
import type { ManagedMachineObject } from "../../src/schema/machine.ts";
import { machinesOf, nodesOf, operationsOf, poolIfThere, readiness } from "./objects.ts";
import type { Rig } from "./rig.ts";

export interface Picture {
  readonly pool: object | null;
  readonly machines: readonly object[];
  readonly nodes: readonly object[];
  readonly operations: readonly object[];
}

export async function pictureOf(rig: Rig, name: string): Promise<Picture> {
  const [pool, machines, nodes, operations] = await Promise.all([
    poolIfThere(rig, name),
    machinesOf(rig, name),
    nodesOf(rig, name),
    operationsOf(rig, name),
  ]);
  const { summary, readyReplicas, upToDateReplicas, lastMachineNumber, revision, conditions } =
    pool?.status ?? {};
  return {
    pool: pool && {
      spec: pool.spec,
      annotations: Object.keys(pool.metadata.annotations ?? {}),
      summary,
      readyReplicas,
      upToDateReplicas,
      lastMachineNumber,
      revision,
      conditions: conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`),
    },
    machines: sorted(machines.map(pictureOfMachine)),
    nodes: sorted(nodes.map((node) => pictureOfNode(node, machines))),
    operations: sorted(
      operations.map(({ spec, status }) => ({
        kind: spec.kind,
        phase: status?.phase,
        hasEnded: status?.finishedTime !== undefined,
        targets: sorted(status?.machines?.map((target) => `${target.name} ${target.state}`) ?? []),
      })),
    ),
  };
}

function pictureOfMachine({ metadata, spec, status }: ManagedMachineObject): object {
  const { summary, lastEpoch, disk, operation, lastOperation } = status ?? {};
  return {
    name: metadata.name,
    attributes: spec.attributes,
    summary,
    lastEpoch,
    image: disk?.image.version,
    attempt: status?.creation?.attempt,
    inHand: operation?.plan,
    last: lastOperation && `${lastOperation.kind} ${lastOperation.outcome}`,
  };
}

function pictureOfNode(node: NodeObject, machines: readonly ManagedMachineObject[]): object {
  const { metadata, spec, status } = node;
  const labels = Object.entries(metadata.labels ?? {}).filter(([key]) => !isOfItsOwn.has(key));
  return {
    machine: machines.find((machine) => machine.status?.nodeName === metadata.name)?.metadata.name,
    labels: Object.fromEntries(labels),
    annotations: metadata.annotations,
    taints: spec?.taints,
    unschedulable: spec?.unschedulable,
    osImage: status?.nodeInfo?.osImage,
    ready: readiness(node),
  };
}

const isOfItsOwn: ReadonlySet<string> = new Set(["kubernetes.io/hostname", "topology.kubernetes.io/zone"]);

function sorted<T>(items: readonly T[]): readonly T[] {
  const textOf = (item: T): string => JSON.stringify(item);
  return items.toSorted((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
}
