/** What one machine shows of its health at this moment. How long it must last, and what follows, is decided in health.ts and repair.ts. */
import type { Evidence, Machine, Snapshot } from "./model.ts";

const noEvidence: Evidence = {
  notReadyForMs: null,
  silentForMs: null,
  problems: [],
  downForMs: null,
  vanishedForMs: null,
};

export function evidenceOf({ cluster }: Snapshot, { record }: Machine): Evidence {
  return cluster.evidence.get(record.metadata.name) ?? noEvidence;
}

/** The oldest condition that a restart or a new disk can heal. */
export function problemOf(evidence: Evidence): Evidence["problems"][number] | null {
  const [oldest] = evidence.problems
    .filter(({ type }) => healable.has(type))
    .toSorted((a, b) => b.forMs - a.forMs || (a.type < b.type ? -1 : 1));
  return oldest ?? null;
}

/** Ready, and without any problem that repair knows. */
export function isWell(snapshot: Snapshot, machine: Machine): boolean {
  return machine.node?.ready === "True" && problemOf(evidenceOf(snapshot, machine)) === null;
}

/**
 * Only conditions that are known to mean harm when True: others use conditions for good news (EtcdIsVoter), and pressure is
 * for the scheduler and the owner. These are the node-problem-detector's, and those of ACK's edition of it.
 */
const healable: ReadonlySet<string> = new Set([
  "KernelDeadlock",
  "ReadonlyFilesystem",
  "XfsShutdown",
  "CperHardwareErrorFatal",
  "KubeletUnhealthy",
  "ContainerRuntimeUnhealthy",
  "KubeProxyUnhealthy",
  "FrequentKubeletRestart",
  "FrequentContainerdRestart",
  "FrequentDockerRestart",
  "FrequentUnregisterNetDevice",
  "CorruptDockerOverlay2",
  "RuntimeOffline",
  "SystemdOffline",
  "DockerHung",
  "NTPProblem",
]);
