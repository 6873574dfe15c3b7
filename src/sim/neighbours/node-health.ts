/** Watches the leases of nodes: a silent node becomes Unknown, and its taints say what its conditions say. */
import {
  type Json,
  type JsonObject,
  isEqual,
  objectsAt,
  type Stored,
  stringAt,
  timestamp,
  textOf,
} from "../api/json.ts";
import type { Hand, Neighbour } from "./hand.ts";
import { conditionOf, isReady, withCondition } from "./pod.ts";
import type { View } from "./view.ts";

/** How long a lease may be old, and how long a new node may take to have one. */
const graceMs = 40_000;
const startupMs = 60_000;
const checkMs = 5_000;

export function createNodeHealth(hand: Hand, view: View): Neighbour {
  const wereReady = new Set<string>();
  return {
    name: "node-health",
    wants: ({ store, type, object }) =>
      store === "nodes" && type !== "DELETED" ? [object.metadata.name] : [],
    sync: (name) => {
      const node = hand.get("nodes", name);
      if (node === undefined) return null;
      const told = withSilence(hand, node);
      const known = told === node ? node : (hand.replace("nodes", told, "status") ?? node);
      const tainted = withTaints(known, timestamp(hand.now()));
      if (tainted !== known) hand.replace("nodes", tainted);
      if (isReady(known)) wereReady.add(name);
      else if (wereReady.delete(name)) markPods(hand, view, name);
      return checkMs;
    },
  };
}

const reported = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

function withSilence(hand: Hand, node: Stored): Stored {
  if (!isSilent(hand, node)) return node;
  const time = timestamp(hand.now());
  let next = node;
  for (const type of reported) {
    const earlier = conditionOf(next, type);
    if (earlier?.["status"] === "Unknown") continue;
    const isNew = earlier === undefined;
    const condition = {
      type,
      status: "Unknown",
      reason: isNew ? "NodeStatusNeverUpdated" : "NodeStatusUnknown",
      message: isNew ? "Kubelet never posted node status." : "Kubelet stopped posting node status.",
    };
    next = withCondition(next, condition, time);
  }
  return next;
}

/** A heartbeat is a renewed lease, or a Ready condition that was posted lately. */
function isSilent(hand: Hand, node: Stored): boolean {
  const lease = hand.get("leases.coordination.k8s.io", `kube-node-lease/${node.metadata.name}`);
  const beats = [
    stringAt(lease, "spec", "renewTime"),
    stringAt(conditionOf(node, "Ready"), "lastHeartbeatTime"),
  ].flatMap((time) => (time === undefined ? [] : [Date.parse(time)]));
  if (beats.length > 0) return hand.now() - Math.max(...beats) > graceMs;
  return hand.now() - Date.parse(node.metadata.creationTimestamp) > startupMs;
}

const prefix = "node.kubernetes.io/";
const managed = new Set(["not-ready", "unreachable", "unschedulable"].map((name) => prefix + name));

function wantedTaints(node: Stored): readonly JsonObject[] {
  const ready = conditionOf(node, "Ready")?.["status"];
  const health = ready === "True" ? null : ready === "Unknown" ? "unreachable" : "not-ready";
  return [
    ...(health === null
      ? []
      : [
          { key: prefix + health, effect: "NoSchedule" },
          { key: prefix + health, effect: "NoExecute" },
        ]),
    ...(node.spec?.["unschedulable"] === true
      ? [{ key: `${prefix}unschedulable`, effect: "NoSchedule" }]
      : []),
  ];
}

function withTaints(node: Stored, time: string): Stored {
  const present = objectsAt(node, "spec", "taints");
  const wanted = wantedTaints(node);
  const isSame = (a: JsonObject, b: JsonObject) => a["key"] === b["key"] && a["effect"] === b["effect"];
  const kept = present.filter(
    (taint) => !managed.has(textOf(taint["key"])) || wanted.some((one) => isSame(one, taint)),
  );
  const added = wanted
    .filter((one) => !kept.some((taint) => isSame(one, taint)))
    .map((one) => ({ ...one, timeAdded: time }));
  const taints: readonly Json[] = [...kept, ...added];
  if (isEqual(taints, present)) return node;
  const { taints: _, ...spec } = node.spec ?? {};
  return { ...node, spec: taints.length === 0 ? spec : { ...spec, taints } };
}

/** Nobody can vouch for pods on a node that nobody hears from. */
function markPods(hand: Hand, view: View, node: string): void {
  for (const pod of view.podsOnNode(node)) {
    if (!isReady(pod)) continue;
    const condition = { type: "Ready", status: "False" };
    hand.replace("pods", withCondition(pod, condition, timestamp(hand.now())), "status");
  }
}
