/** What a cloud controller would write on a new node: where it is, and that it may begin. Pure; other people's fields stay. */
import type { Instance } from "../../core/model.ts";
import type { NodeObject, Taint } from "../../schema/kubernetes.ts";
import type { NodePatch } from "./act.ts";

/** A kubelet that waits for a cloud controller registers its node with this taint. */
export const uninitializedTaint = "node.cloudprovider.kubernetes.io/uninitialized";

/** The next write; null when there is nothing to say. The taint goes last: what runs on the node may rely on the rest. */
export function nextNodePatch(node: NodeObject, instance: Instance, region: string): NodePatch | null {
  return identityPatch(node, instance, region) ?? addressPatch(node, instance) ?? taintPatch(node);
}

function identityPatch(node: NodeObject, instance: Instance, region: string): NodePatch | null {
  // Only what is missing: whoever has set them otherwise had a reason.
  const labels = Object.entries(placeLabels(instance, region)).filter(
    ([key]) => node.metadata.labels?.[key] === undefined,
  );
  // Once set it can never be changed, by nobody.
  const isNamed = (node.spec?.providerID ?? "") !== "" || instance.providerId === null;
  if (labels.length === 0 && isNamed) return null;
  return {
    body: {
      ...(labels.length === 0 ? {} : { metadata: { labels: Object.fromEntries(labels) } }),
      ...(isNamed ? {} : { spec: { providerID: instance.providerId } }),
    },
  };
}

/** The labels by which the scheduler spreads pods, and which cloud controllers set. */
function placeLabels({ zone, instanceType }: Instance, region: string): Readonly<Record<string, string>> {
  return {
    "node.kubernetes.io/instance-type": instanceType,
    "topology.kubernetes.io/region": region,
    "topology.kubernetes.io/zone": zone,
  };
}

function addressPatch(node: NodeObject, instance: Instance): NodePatch | null {
  const wanted = [
    ...instance.addresses.map((address) => ({ type: "InternalIP", address })),
    { type: "Hostname", address: node.metadata.name },
  ];
  const found = node.status?.addresses ?? [];
  const isSame =
    found.length === wanted.length &&
    wanted.every(({ type, address }) => found.some((each) => each.type === type && each.address === address));
  return isSame ? null : { subresource: "status", body: { status: { addresses: wanted } } };
}

function taintPatch({ spec }: NodeObject): NodePatch | null {
  const taints = spec?.taints ?? [];
  const kept = taints.filter(({ key }: Taint) => key !== uninitializedTaint);
  return kept.length === taints.length
    ? null
    : { body: { spec: { taints: kept.length === 0 ? null : kept } } };
}
