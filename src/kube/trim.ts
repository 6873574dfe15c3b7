/**
 * Cuts objects down to what Poolkeeper reads, at the edge and before they are kept. What comes out is for reading: to
 * change an object, patch it, or get the whole of it first.
 */
import type { Kind } from "../ports/kube.ts";
import type { KubeObject } from "../schema/kubernetes.ts";
import { apiVersionOf } from "./path.ts";
import type { Share } from "./share.ts";

/** The object of `kind`, trimmed; undefined when it has no name and so cannot be one. Equal parts come from `share`. */
export function trim(kind: Kind, raw: unknown, share: Share): KubeObject | undefined {
  const object = fieldsOf(raw);
  const metadata = trimMetadata(fieldsOf(object?.["metadata"]), share);
  if (object === undefined || metadata === undefined) return undefined;
  // Items of a list of built-in kinds come without the two.
  const head = { apiVersion: apiVersionOf(kind), kind, metadata };
  switch (kind) {
    case "Pod":
      return { ...head, ...trimPod(object, share) } as unknown as KubeObject;
    case "Node":
      return { ...head, ...trimNode(object, share) } as unknown as KubeObject;
    default:
      return { ...object, ...head } as unknown as KubeObject;
  }
}

type Fields = Readonly<Record<string, unknown>>;

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** Everything but `managedFields`. Fields are copied, since an object that lost one takes several times the memory. */
const metadataFields = [
  "name",
  "namespace",
  "generateName",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "finalizers",
];

function trimMetadata(metadata: Fields | undefined, share: Share): Fields | undefined {
  if (typeof metadata?.["name"] !== "string") return undefined;
  const annotations = fieldsOf(metadata["annotations"]);
  const { [lastApplied]: _, ...kept } = annotations ?? {};
  return {
    ...pick(metadata, metadataFields),
    ...(annotations === undefined ? {} : { annotations: kept }),
    ...shared(share, metadata, ["labels", "ownerReferences"]),
  };
}

function trimPod(pod: Fields, share: Share): Fields {
  const spec = fieldsOf(pod["spec"]);
  const status = fieldsOf(pod["status"]);
  return {
    spec: {
      ...pick(spec, ["nodeName", "priorityClassName", "terminationGracePeriodSeconds"]),
      ...shared(share, spec, ["tolerations", "nodeSelector"]),
      ...share({
        ...listOf("volumes", spec, trimVolume),
        ...listOf("containers", spec, trimContainer),
      }),
    },
    status: {
      ...pick(status, ["phase", "startTime", "reason"]),
      ...listOf("conditions", status, trimCondition),
    },
  };
}

/** Only what ties a pod to its node is read, and the names of the others differ from pod to pod. */
function trimVolume(volume: Fields): Fields | null {
  const isLocal = volume["emptyDir"] !== undefined || volume["hostPath"] !== undefined;
  return isLocal ? pick(volume, ["name", "emptyDir", "hostPath"]) : null;
}

function trimContainer(container: Fields): Fields {
  const requests = fieldsOf(container["resources"])?.["requests"];
  return {
    ...pick(container, ["name", "image"]),
    ...(requests === undefined ? {} : { resources: { requests } }),
  };
}

function trimCondition(condition: Fields): Fields {
  return pick(condition, ["type", "status", "reason", "message", "lastTransitionTime", "lastHeartbeatTime"]);
}

function trimNode(node: Fields, share: Share): Fields {
  const status = fieldsOf(node["status"]);
  return {
    spec: pick(fieldsOf(node["spec"]), ["unschedulable", "providerID", "taints"]),
    status: {
      ...pick(status, ["addresses", "nodeInfo"]),
      ...listOf("conditions", status, trimCondition),
      ...shared(share, status, ["capacity", "allocatable"]),
    },
  };
}

function pick(from: Fields | undefined, names: readonly string[]): Fields {
  const kept: Record<string, unknown> = {};
  for (const name of names) {
    const value = from?.[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

function shared(share: Share, from: Fields | undefined, names: readonly string[]): Fields {
  const kept: Record<string, unknown> = {};
  for (const name of names) {
    const value = from?.[name];
    if (typeof value === "object" && value !== null) kept[name] = share(value);
  }
  return kept;
}

function listOf(name: string, from: Fields | undefined, keep: (item: Fields) => Fields | null): Fields {
  const items: unknown = from?.[name];
  if (!Array.isArray(items)) return {};
  const kept = items.map((item: unknown) => keep(fieldsOf(item) ?? {}));
  return { [name]: kept.filter((item) => item !== null) };
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}
