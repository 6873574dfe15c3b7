/** The owners of pods, and whether they run as many ready pods as they want. */
import type { Pod, Snapshot } from "./model.ts";

/** `namespace/Kind/name` of the pod's owner; null for a pod without one. */
export function workloadKey(pod: Pod): string | null {
  return pod.owner === null ? null : `${pod.namespace}/${pod.owner.kind}/${pod.owner.name}`;
}

/** Unknown owners (a custom controller, or one that is gone) count as ready: they can tell us nothing. */
export function isReadyWorkload(snapshot: Snapshot, key: string): boolean {
  const workload = snapshot.workloads.get(key);
  return workload === undefined || workload.ready >= workload.wanted;
}
