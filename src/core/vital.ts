/**
 * The ground we stand on: nodes that run Poolkeeper itself or the cluster's DNS, and whether another node could take those
 * over (S37). A node that could has to be ready and open to pods; how much room it has is not looked at.
 */
import { classify } from "./drain.ts";
import { nameOf, removalTargets, uidOf } from "./member.ts";
import type { Instant, Machine, Node, Pod, Snapshot } from "./model.ts";
import type { HandsOff } from "./repair-guard.ts";
import { secondMs } from "./time.ts";

export type Vital = "Poolkeeper" | "Dns";

export const allVitals: readonly Vital[] = ["Poolkeeper", "Dns"];
/** Without DNS the cluster limps; without us nobody starts again what we have stopped. */
export const onlyUs: readonly Vital[] = ["Poolkeeper"];

function vitalOf({ namespace, labels }: Pod, ownNamespace: string): Vital | null {
  if (namespace === "kube-system" && labels["k8s-app"] === "kube-dns") return "Dns";
  const isOurs = namespace === ownNamespace && labels["app.kubernetes.io/name"] === "poolkeeper";
  return isOurs ? "Poolkeeper" : null;
}

/** Pods of that kind which would have to go elsewhere. */
function vitalPods({ pool }: Snapshot, machine: Machine, kinds: readonly Vital[]): readonly Pod[] {
  const namespace = pool.metadata.namespace ?? "";
  return machine.pods.filter((pod) => {
    const vital = vitalOf(pod, namespace);
    return vital !== null && kinds.includes(vital) && classify(pod).verdict !== "Ignore";
  });
}

export function isVital(snapshot: Snapshot, machine: Machine): boolean {
  return vitalPods(snapshot, machine, allVitals).length > 0;
}

/** Cluster DNS is made to run on control planes too. */
const controlPlaneTaints: ReadonlySet<string> = new Set([
  "node-role.kubernetes.io/control-plane",
  "node-role.kubernetes.io/master",
]);

/** Could the scheduler put such a pod on the node now? */
export function isRefuge({ ready, isUnschedulable, taints }: Node, vital: Vital): boolean {
  const isOpen = taints.every(
    ({ key, effect }) =>
      effect === "PreferNoSchedule" ||
      (vital === "Dns" && controlPlaneTaints.has(key) && effect === "NoSchedule"),
  );
  return ready === "True" && !isUnschedulable && isOpen;
}

/** Why the machine is not taken away now: it is the last that can run what it runs. */
export function noOtherNode(
  snapshot: Snapshot,
  machine: Machine,
  kinds: readonly Vital[],
  now: Instant,
): HandsOff | null {
  for (const vital of kinds) {
    const [pod] = vitalPods(snapshot, machine, [vital]);
    if (pod === undefined || refuges(snapshot, machine, vital, now) > 0) continue;
    const node = machine.node === null ? {} : { node: machine.node.name };
    const { name: pool } = snapshot.pool.metadata;
    const facts = { pool, machine: nameOf(machine), ...node, object: `pod ${pod.namespace}/${pod.name}` };
    return { reason: "NoOtherNode", facts, wakeAt: now + 10 * secondMs };
  }
  return null;
}

/** Nodes of the cluster but this one, and but those of this pool that are about to go away themselves. */
function refuges(snapshot: Snapshot, machine: Machine, vital: Vital, now: Instant): number {
  const leaving = removalTargets(snapshot, now);
  const unfit = snapshot.machines.filter((other) => {
    const isGoing = other.record.status?.operation !== undefined || leaving.has(uidOf(other));
    return (other === machine || isGoing) && other.node !== null && isRefuge(other.node, vital);
  });
  return snapshot.cluster.refuges[vital] - unfit.length;
}
