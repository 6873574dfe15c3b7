/** Counts over the whole cluster, kept change by change: a pass over one pool does not read all nodes and machines for them. */
import { zoneName } from "../core/health.ts";
import type { ClusterView, Instant, Node } from "../core/model.ts";
import { isWithinPeriod, repairStart } from "../core/rate.ts";
import { nodeOf } from "../core/view.ts";
import { allVitals, isRefuge } from "../core/vital.ts";
import { type Change, keyOf, type KubeCache } from "../ports/kube.ts";
import type { NodeObject } from "../schema/kubernetes.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";
import type { NodeOperationObject } from "../schema/operation.ts";

export type Counts = Pick<
  ClusterView,
  | "nodes"
  | "nodesNotReady"
  | "zones"
  | "refuges"
  | "machines"
  | "repairsElsewhere"
  | "upgradesElsewhere"
  | "repairStartsElsewhere"
>;

export interface Census {
  /** As one pool sees it: what is under way in all the others. */
  seenFrom(poolKey: string, now: Instant): Counts;
}

interface InHand {
  readonly poolKey: string;
  readonly poolName: string;
  readonly kind: "Repair" | "Upgrade";
}

export function createCensus(cache: KubeCache): Census {
  const nodes = new Set<string>();
  const notReady = new Set<string>();
  const zones = createZones();
  const refuges = { Poolkeeper: new Set<string>(), Dns: new Set<string>() };
  const machines = new Set<string>();
  const inHand = new Map<string, InHand>();
  const repairs = new Map<string, { readonly poolKey: string; readonly at: Instant }>();

  const countNode = (key: string, node: NodeObject | undefined): void => {
    const seen = node === undefined ? null : nodeOf(node);
    setIf(nodes, key, seen !== null);
    setIf(notReady, key, seen !== null && seen.ready !== "True");
    zones.count(key, seen);
    for (const vital of allVitals) setIf(refuges[vital], key, seen !== null && isRefuge(seen, vital));
  };
  const countMachine = (key: string, machine: ManagedMachineObject | undefined): void => {
    setIf(machines, key, machine !== undefined);
    const found = machine === undefined ? null : inHandOf(machine);
    if (found === null) inHand.delete(key);
    else inHand.set(key, found);
  };
  const countOperation = (key: string, operation: NodeOperationObject | undefined): void => {
    const at = operation === undefined ? null : repairStart(operation);
    if (operation === undefined || at === null) repairs.delete(key);
    else repairs.set(key, { poolKey: poolKeyOf(operation), at });
  };
  const count = ({ kind, key, after }: Pick<Change, "kind" | "key" | "after">): void => {
    if (kind === "Node") countNode(key, after);
    if (kind === "ManagedMachine") countMachine(key, after as ManagedMachineObject | undefined);
    if (kind === "NodeOperation") countOperation(key, after as NodeOperationObject | undefined);
  };

  for (const kind of ["Node", "ManagedMachine", "NodeOperation"] as const) {
    for (const object of cache.list(kind)) count({ kind, key: keyOf(object), after: object });
  }
  cache.onChange(count);

  return {
    seenFrom: (poolKey, now) => {
      const others = [...inHand.values()].filter((one) => one.poolKey !== poolKey);
      const upgraded = others.filter(({ kind }) => kind === "Upgrade").map(({ poolName }) => poolName);
      return {
        nodes: nodes.size,
        nodesNotReady: notReady.size,
        zones: zones.counts(),
        refuges: { Poolkeeper: refuges.Poolkeeper.size, Dns: refuges.Dns.size },
        machines: machines.size,
        repairsElsewhere: others.filter(({ kind }) => kind === "Repair").length,
        upgradesElsewhere: [...new Set(upgraded)].toSorted(),
        repairStartsElsewhere: [...repairs.values()]
          .filter((one) => one.poolKey !== poolKey && isWithinPeriod(one.at, now))
          .map(({ at }) => at),
      };
    },
  };
}

/** The nodes of each zone, kept change by change; a node without a zone is in none. */
function createZones() {
  const zones = new Map<string, { readonly nodes: Set<string>; readonly notReady: Set<string> }>();
  const zoneByNode = new Map<string, string>();
  const leave = (key: string): void => {
    const zone = zones.get(zoneByNode.get(key) ?? "");
    zone?.nodes.delete(key);
    zone?.notReady.delete(key);
    zoneByNode.delete(key);
  };
  return {
    count: (key: string, node: Node | null): void => {
      leave(key);
      const name = node === null ? undefined : zoneName(node);
      if (node === null || name === undefined) return;
      const zone = zones.get(name) ?? { nodes: new Set(), notReady: new Set() };
      zones.set(name, zone);
      zoneByNode.set(key, name);
      zone.nodes.add(key);
      setIf(zone.notReady, key, node.ready !== "True");
    },
    counts: (): ClusterView["zones"] =>
      new Map(
        [...zones].map(([name, zone]) => [name, { nodes: zone.nodes.size, notReady: zone.notReady.size }]),
      ),
  };
}

function setIf(set: Set<string>, key: string, isIn: boolean): void {
  if (isIn) set.add(key);
  else set.delete(key);
}

function inHandOf(machine: ManagedMachineObject): InHand | null {
  const kind = machine.status?.operation?.kind;
  if (kind !== "Repair" && kind !== "Upgrade") return null;
  return { poolKey: poolKeyOf(machine), poolName: machine.spec.poolName, kind };
}

function poolKeyOf({ metadata, spec }: ManagedMachineObject | NodeOperationObject): string {
  return `${metadata.namespace ?? ""}/${spec.poolName}`;
}
