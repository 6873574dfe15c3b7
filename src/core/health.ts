/** Is a machine sick? Two kinds of evidence, each observed without a break on our own clock; never one signal alone (S13). */
import { hasJoined, members, nameOf } from "./member.ts";
import type { Evidence, Instant, Machine, Snapshot } from "./model.ts";

/** What a machine suffers from, how long both signs have lasted, and whether anything proves the path to it. */
export interface Sickness {
  readonly signs: readonly string[];
  readonly forMs: number;
  /** False: its silence may be ours (S14). */
  readonly isPathProven: boolean;
}

const noEvidence: Evidence = {
  notReadyForMs: null,
  silentForMs: null,
  problems: [],
  downForMs: null,
  vanishedForMs: null,
};

export function evidenceOf(snapshot: Snapshot, machine: Machine): Evidence {
  return snapshot.cluster.evidence.get(nameOf(machine)) ?? noEvidence;
}

export function sicknessOf(snapshot: Snapshot, machine: Machine): Sickness | null {
  const { notReadyForMs, silentForMs, problems, downForMs } = evidenceOf(snapshot, machine);
  const problem = problems.find(({ type }) => isRepairable(type));
  if (downForMs !== null && notReadyForMs !== null) {
    return {
      signs: ["InstanceDown", "NotReady"],
      forMs: Math.min(downForMs, notReadyForMs),
      isPathProven: true,
    };
  }
  if (silentForMs !== null && notReadyForMs !== null) {
    const isPathProven = isOtherNodeHeard(snapshot, silentForMs);
    return { signs: ["Silent", "NotReady"], forMs: Math.min(silentForMs, notReadyForMs), isPathProven };
  }
  // The kubelet itself says so over a living lease: the reporter and the path are the second sign.
  if (notReadyForMs !== null && machine.node?.ready === "False") {
    return { signs: ["NotReady", "LeaseRenewed"], forMs: notReadyForMs, isPathProven: true };
  }
  if (problem !== undefined) {
    return {
      signs: [problem.type, "LeaseRenewed"],
      forMs: problem.forMs,
      isPathProven: silentForMs === null,
    };
  }
  return null;
}

/** Pressure conditions are for the scheduler and the owner, not for a restart (as with EKS). */
function isRepairable(type: string): boolean {
  return !["MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"].includes(type);
}

function isOtherNodeHeard({ cluster }: Snapshot, silentForMs: number): boolean {
  // Alone in the cluster there is nobody to compare with; the provider's word is then needed.
  return cluster.otherLeaseRenewedMsAgo !== null && cluster.otherLeaseRenewedMsAgo < silentForMs;
}

/** Members that look unwell at all, whatever the age of the signs: suspects count at once for the brake. */
export function unwell(snapshot: Snapshot, now: Instant): readonly Machine[] {
  return members(snapshot, now).filter((machine) => {
    const { notReadyForMs, downForMs, vanishedForMs, problems } = evidenceOf(snapshot, machine);
    const isOurs = machine.record.status?.operation?.kind === "Upgrade";
    const isUnwell =
      [notReadyForMs, downForMs, vanishedForMs].some((age) => age !== null) ||
      problems.some(({ type }) => isRepairable(type));
    return hasJoined(machine) && isUnwell && !isOurs;
  });
}

/** More sick at once than repair may touch: above 20 % of the pool and more than one, or most of the cluster (S15). */
export function isStorm(snapshot: Snapshot, now: Instant): boolean {
  const { cluster } = snapshot;
  const population = members(snapshot, now).filter(hasJoined).length;
  const isClusterDown = cluster.nodes > 4 && cluster.nodesNotReady / cluster.nodes >= 0.55;
  return isClusterDown || unwell(snapshot, now).length > Math.max(1, population * 0.2);
}
