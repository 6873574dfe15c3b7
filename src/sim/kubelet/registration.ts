/** How a kubelet enters its node into the API and reports on it: one attempt each, repeated by the caller. */
import { isPortError } from "../../ports/errors.ts";
import type { NodeObject } from "../../schema/kubernetes.ts";
import type { InstanceRecord } from "../cloud/model.ts";
import type { Fleet } from "./context.ts";
import { newNode, nodeNameOf, nodeStatus, ownLabels } from "./node.ts";

/**
 * Creates the node or adopts the one that is there. Null when this start of the kubelet has registered its node before
 * and it is gone: a kubelet registers only when it starts.
 */
export async function register(
  fleet: Fleet,
  record: InstanceRecord,
  key: string,
): Promise<NodeObject | null> {
  const { region } = fleet.cloud;
  if (record.guest.registered === key) return find(fleet, nodeNameOf(region, record.id));
  try {
    return await fleet.kube.create("Node", newNode(region, record, fleet.clock.now()));
  } catch (error) {
    if (!isPortError(error, "AlreadyExists")) throw error;
    return await adopt(fleet, record);
  }
}

/** Labels and taints that others have put on the node, and a cordon, stay. */
function adopt(fleet: Fleet, record: InstanceRecord): Promise<NodeObject> {
  const { region } = fleet.cloud;
  const body = { metadata: { labels: ownLabels(region, record) } };
  return fleet.kube.patch("Node", { name: nodeNameOf(region, record.id) }, { type: "merge", body });
}

/** The node as it is then; null when it is no more. */
export async function postStatus(fleet: Fleet, record: InstanceRecord): Promise<NodeObject | null> {
  const name = nodeNameOf(fleet.cloud.region, record.id);
  const node = await find(fleet, name);
  if (node === null) return null;
  const { resourceVersion } = node.metadata;
  const status = nodeStatus(record, node.status?.conditions ?? [], fleet.clock.now());
  // The version keeps conditions that others write at the same time.
  const body = { metadata: { resourceVersion }, status };
  return await fleet.kube.patch("Node", { name }, { type: "merge", subresource: "status", body });
}

async function find(fleet: Fleet, name: string): Promise<NodeObject | null> {
  try {
    return await fleet.kube.get("Node", { name });
  } catch (error) {
    if (!isPortError(error, "NotFound")) throw error;
    return null;
  }
}
