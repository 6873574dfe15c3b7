/**
 * Cuts objects down to what Poolkeeper reads, at the edge and before they are kept. What comes out is for reading: to
 * change an object, patch it, or get the whole of it first.
 */
import type { Kind } from "../ports/kube.ts";
import type { KubeObject } from "../schema/kubernetes.ts";
import { apiVersionOf } from "./path.ts";

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** The object of `kind`, trimmed; undefined when it has no name and so cannot be one. May reuse `raw`. */
export function trim(kind: Kind, raw: unknown): KubeObject | undefined {
  const object = fieldsOf(raw);
  const metadata = fieldsOf(object?.["metadata"]);
  if (object === undefined || metadata === undefined || typeof metadata["name"] !== "string")
    return undefined;
  trimMetadata(metadata);
  // Items of a list of built-in kinds come without the two.
  const named = { ...object, apiVersion: apiVersionOf(kind), kind, metadata };
  const keep = trimmers[kind];
  return (keep === undefined ? named : { ...head(named), ...keep(object) }) as unknown as KubeObject;
}

type Fields = Record<string, unknown>;

function head({ apiVersion, kind, metadata }: { apiVersion: string; kind: Kind; metadata: Fields }): Fields {
  return { apiVersion, kind, metadata };
}

const trimmers: Readonly<Partial<Record<Kind, (object: Fields) => Fields>>> = {
  Pod: trimPod,
  Node: trimNode,
};

function trimMetadata(metadata: Fields): void {
  delete metadata["managedFields"];
  delete metadata["selfLink"];
  const annotations = fieldsOf(metadata["annotations"]);
  if (annotations !== undefined) delete annotations[lastApplied];
}

const podSpec = [
  "nodeName",
  "priorityClassName",
  "terminationGracePeriodSeconds",
  "tolerations",
  "nodeSelector",
];
const podStatus = ["phase", "conditions", "startTime", "reason"];

function trimPod(pod: Fields): Fields {
  const spec = fieldsOf(pod["spec"]);
  return {
    spec: {
      ...pick(spec, podSpec),
      ...list("volumes", spec?.["volumes"], (volume) => pick(volume, ["name", "emptyDir", "hostPath"])),
      ...list("containers", spec?.["containers"], (container) => ({
        ...pick(container, ["name", "image"]),
        ...requestsOf(container),
      })),
    },
    status: pick(fieldsOf(pod["status"]), podStatus),
  };
}

function requestsOf(container: Fields): Fields {
  const requests = fieldsOf(container["resources"])?.["requests"];
  return requests === undefined ? {} : { resources: { requests } };
}

function trimNode(node: Fields): Fields {
  return {
    spec: pick(fieldsOf(node["spec"]), ["unschedulable", "providerID", "taints"]),
    status: pick(fieldsOf(node["status"]), [
      "conditions",
      "capacity",
      "allocatable",
      "addresses",
      "nodeInfo",
    ]),
  };
}

function pick(from: Fields | undefined, names: readonly string[]): Fields {
  const kept: Fields = {};
  for (const name of names) {
    const value = from?.[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

function list(name: string, items: unknown, keep: (item: Fields) => Fields): Fields {
  if (!Array.isArray(items)) return {};
  return { [name]: items.map((item: unknown) => keep(fieldsOf(item) ?? {})) };
}

/** The object itself, not a copy. */
function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}
