/** The heartbeat of one kubelet: a Lease that is renewed, made where it is missing. */
import { isPortError } from "../../ports/errors.ts";
import type { Kube } from "../../ports/kube.ts";
import type { LeaseObject, NodeObject } from "../../schema/kubernetes.ts";

const namespace = "kube-node-lease";

export async function renewLease(kube: Kube, node: NodeObject, now: number): Promise<void> {
  const { name } = node.metadata;
  try {
    const body = { spec: { renewTime: microTime(now) } };
    await kube.patch("Lease", { namespace, name }, { type: "merge", body });
  } catch (error) {
    if (!isPortError(error, "NotFound")) throw error;
    await makeLease(kube, node, now);
  }
}

async function makeLease(kube: Kube, node: NodeObject, now: number): Promise<void> {
  const lease = newLease(node, now);
  try {
    await kube.create("Lease", lease);
  } catch (error) {
    // The namespace is made by the API server itself, but not before it is ready.
    if (!isPortError(error, "NotFound")) throw error;
    await kube.create("Namespace", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    await kube.create("Lease", lease);
  }
}

function newLease(node: NodeObject, now: number): LeaseObject {
  const { name, uid = "" } = node.metadata;
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    // The lease goes when the node goes.
    metadata: { namespace, name, ownerReferences: [{ apiVersion: "v1", kind: "Node", name, uid }] },
    spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: microTime(now) },
  };
}

/** Kubernetes reads these with exactly six digits after the point. */
function microTime(instant: number): string {
  return new Date(instant).toISOString().replace("Z", "000Z");
}
