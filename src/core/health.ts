/** Is a machine sick? Two kinds of evidence, each observed without a break on our own clock; never one signal alone (S13). */
import { hasJoined, members } from "./member.ts";
import type { Instant, Machine, Node, Snapshot, ZoneCount } from "./model.ts";
import { perPass } from "./remember.ts";
import { evidenceOf, problemOf } from "./signs.ts";

/** What a machine suffers from, how long both signs have lasted, and whether anything proves the path to it. */
export interface Sickness {
  readonly signs: readonly string[];
  readonly forMs: number;
  /** False: its silence may be ours (S14). */
  readonly isPathProven: boolean;
}

export function sicknessOf(snapshot: Snapshot, machine: Machine): Sickness | null {
  const { notReadyForMs } = evidenceOf(snapshot, machine);
  return notReadyForMs === null
    ? problemSickness(snapshot, machine)
    : notReadySickness(snapshot, machine, notReadyForMs);
}

function notReadySickness(snapshot: Snapshot, machine: Machine, notReadyForMs: number): Sickness | null {
  const { silentForMs, downForMs } = evidenceOf(snapshot, machine);
  if (downForMs !== null) return sick(["InstanceDown", "NotReady"], Math.min(downForMs, notReadyForMs));
  // The API server says itself that there is no such node: no path but ours to it is in doubt.
  if (machine.node === null) {
    return machine.instance?.state === "Running"
      ? sick(["NodeMissing", "InstanceRunning"], notReadyForMs)
      : null;
  }
  if (silentForMs !== null) {
    const isPathProven = isOtherNodeHeard(snapshot, silentForMs) && !isZoneDark(snapshot, machine.node);
    return { ...sick(["Silent", "NotReady"], Math.min(silentForMs, notReadyForMs)), isPathProven };
  }
  // The kubelet itself says so over a living lease: the reporter and the path are the second sign.
  if (machine.node.ready === "False") return sick(["NotReady", "LeaseRenewed"], notReadyForMs);
  return problemSickness(snapshot, machine);
}

function problemSickness(snapshot: Snapshot, machine: Machine): Sickness | null {
  const evidence = evidenceOf(snapshot, machine);
  const problem = problemOf(evidence);
  if (problem === null) return null;
  return {
    ...sick([problem.type, "LeaseRenewed"], problem.forMs),
    isPathProven: evidence.silentForMs === null,
  };
}

function sick(signs: readonly string[], forMs: number): Sickness {
  return { signs, forMs, isPathProven: true };
}

function isOtherNodeHeard({ cluster }: Snapshot, silentForMs: number): boolean {
  // Alone in the cluster there is nobody to compare with; the provider's word is then needed.
  return cluster.otherLeaseRenewedMsAgo !== null && cluster.otherLeaseRenewedMsAgo < silentForMs;
}

export function zoneName({ labels }: Pick<Node, "labels">): string | undefined {
  return labels["topology.kubernetes.io/zone"];
}

/** Nobody else in its zone is well either: a line that is cut looks like this, and no repair of one node mends it (S14). */
function isZoneDark({ cluster }: Snapshot, node: Node): boolean {
  const zone = cluster.zones.get(zoneName(node) ?? "");
  return zone !== undefined && zone.nodes > 1 && zone.notReady === zone.nodes;
}

/** Most of the zone is down, whosever its nodes are; null where it is not, or nobody knows the zone (S15). */
export function zoneStorm({ cluster }: Snapshot, { node }: Machine): ZoneCount | null {
  const zone = node === null ? undefined : cluster.zones.get(zoneName(node) ?? "");
  return zone !== undefined && isMostlyDown(zone) ? zone : null;
}

/** The share at which Kubernetes itself stops evicting from a zone. A few nodes more or less are no share. */
function isMostlyDown({ nodes, notReady }: ZoneCount): boolean {
  return nodes > 4 && notReady / nodes >= 0.55;
}

/** Members that look unwell at all, whatever the age of the signs: suspects count at once for the brake. */
export const unwell: (snapshot: Snapshot, now: Instant) => readonly Machine[] = perPass((snapshot, now) =>
  members(snapshot, now).filter((machine) => {
    const evidence = evidenceOf(snapshot, machine);
    const { notReadyForMs, downForMs, vanishedForMs } = evidence;
    const isOurs = machine.record.status?.operation?.kind === "Upgrade";
    const isUnwell =
      machine.node === null ||
      [notReadyForMs, downForMs, vanishedForMs].some((age) => age !== null) ||
      problemOf(evidence) !== null;
    return hasJoined(machine) && isUnwell && !isOurs;
  }),
);

/** More sick at once than repair may touch: above 20 % of the pool and more than one, or most of the cluster (S15). */
export const isStorm: (snapshot: Snapshot, now: Instant) => boolean = perPass((snapshot, now) => {
  const { cluster } = snapshot;
  const isClusterDown = isMostlyDown({ nodes: cluster.nodes, notReady: cluster.nodesNotReady });
  return isClusterDown || unwell(snapshot, now).length > Math.max(1, population(snapshot, now) * 0.2);
});

/** Members that have been nodes: what shares of sick ones are taken of. */
export function population(snapshot: Snapshot, now: Instant): number {
  return members(snapshot, now).filter(hasJoined).length;
}
