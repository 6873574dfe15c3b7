/**
 * What a pool comes to, without all that differs between two lives of it: ids, times, which zone had its turn, and the
 * numbers of machines, of which a kill may leave some unused.
 */
import { isOfPool } from "../../src/core/bygone.ts";
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
  const [pool, machines, nodes, asked] = await Promise.all([
    poolIfThere(rig, name),
    machinesOf(rig, name),
    nodesOf(rig, name),
    operationsOf(rig, name),
  ]);
  // What was asked of an earlier pool of this name is its audit trail.
  const operations = asked.filter((operation) => pool !== null && isOfPool(operation, pool));
  const { summary, readyReplicas, upToDateReplicas, revision, conditions } = pool?.status ?? {};
  const ranks = ranksOf([
    ...machines.map(({ metadata }) => metadata.name),
    ...operations.flatMap(({ spec }) => spec.targets.map(({ machine }) => machine)),
  ]);
  return {
    pool: pool && {
      spec: pool.spec,
      annotations: Object.keys(pool.metadata.annotations ?? {}),
      summary,
      readyReplicas,
      upToDateReplicas,
      revision,
      conditions: conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`),
    },
    machines: sorted(machines.map((machine) => pictureOfMachine(machine, ranks))),
    nodes: sorted(nodes.map((node) => pictureOfNode(node, machines, ranks))),
    operations: sorted(
      operations.map(({ spec, status }) => ({
        kind: spec.kind,
        phase: status?.phase,
        hasEnded: status?.finishedTime !== undefined,
        targets: sorted(status?.machines?.map((target) => `${ranks.get(target.name)} ${target.state}`) ?? []),
      })),
    ),
  };
}

function pictureOfMachine({ metadata, spec, status }: ManagedMachineObject, ranks: Ranks): object {
  const { summary, lastEpoch, disk, operation, lastOperation } = status ?? {};
  return {
    rank: ranks.get(metadata.name),
    attributes: spec.attributes,
    summary,
    lastEpoch,
    image: disk?.image.version,
    attempt: status?.creation?.attempt,
    inHand: operation?.plan,
    last: lastOperation && `${lastOperation.kind} ${lastOperation.outcome}`,
  };
}

function pictureOfNode(node: NodeObject, machines: readonly ManagedMachineObject[], ranks: Ranks): object {
  const { metadata, spec, status } = node;
  const owner = machines.find((machine) => machine.status?.nodeName === metadata.name);
  const labels = Object.entries(metadata.labels ?? {}).filter(([key]) => !isOfItsOwn.has(key));
  return {
    machine: ranks.get(owner?.metadata.name ?? ""),
    labels: Object.fromEntries(labels),
    annotations: metadata.annotations,
    taints: spec?.taints,
    unschedulable: spec?.unschedulable,
    osImage: status?.nodeInfo?.osImage,
    ready: readiness(node),
  };
}

const isOfItsOwn: ReadonlySet<string> = new Set(["kubernetes.io/hostname", "topology.kubernetes.io/zone"]);

/** The oldest machine is the first. */
type Ranks = ReadonlyMap<string, number>;

function ranksOf(names: readonly string[]): Ranks {
  const byAge = [...new Set(names)].toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1));
  return new Map(byAge.map((name, index) => [name, index + 1]));
}

function sorted<T>(items: readonly T[]): readonly T[] {
  const textOf = (item: T): string => JSON.stringify(item);
  return items.toSorted((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
}
