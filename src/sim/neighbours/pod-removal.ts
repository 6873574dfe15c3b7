/** Takes pods off nodes that are no place for them: those with a NoExecute taint, and those that exist no more. */
import { objectsAt, type Stored, stringAt } from "../api/json.ts";
import { type Hand, keyOfObject, type Neighbour } from "./hand.ts";
import { isGoing, tolerationOf } from "./pod.ts";
import type { View } from "./view.ts";

/** A node may come back under its name within this time, and keeps its pods then. */
const quarantineMs = 40_000;

export function createTaintEviction(hand: Hand, view: View): Neighbour {
  return {
    name: "taint-eviction",
    wants: ({ store, object }) => {
      if (store === "nodes") return [object.metadata.name];
      const node = store === "pods" ? (stringAt(object, "spec", "nodeName") ?? "") : "";
      return node === "" ? [] : [node];
    },
    sync: (name) => {
      const node = hand.get("nodes", name);
      if (node === undefined) return null;
      const taints = objectsAt(node, "spec", "taints").filter((taint) => taint["effect"] === "NoExecute");
      if (taints.length === 0) return null;
      const waits = view.podsOnNode(name).flatMap((pod) => evictWhenDue(hand, pod, taints) ?? []);
      return waits.length === 0 ? null : Math.min(...waits);
    },
  };
}

/** Milliseconds until the pod's patience ends; null when it has gone or stays. */
function evictWhenDue(hand: Hand, pod: Stored, taints: ReturnType<typeof objectsAt>): number | null {
  if (isGoing(pod)) return null;
  const ends = taints.map((taint) => {
    const toleration = tolerationOf(pod, taint);
    if (toleration === undefined) return 0;
    const seconds = toleration["tolerationSeconds"];
    if (typeof seconds !== "number") return Number.POSITIVE_INFINITY;
    return Date.parse(stringAt(taint, "timeAdded") ?? "") + seconds * 1000;
  });
  const endsAt = Math.min(...ends.map((end) => (Number.isNaN(end) ? hand.now() : end)));
  if (endsAt === Number.POSITIVE_INFINITY) return null;
  if (endsAt > hand.now()) return endsAt - hand.now();
  hand.remove("pods", pod, null);
  return null;
}

export function createOrphanRemoval(hand: Hand, view: View): Neighbour {
  const missingSince = new Map<string, number>();
  return {
    name: "orphan-removal",
    wants: ({ store, type, object }) => {
      if (store === "nodes") return [object.metadata.name];
      const node = store === "pods" && type !== "DELETED" ? (stringAt(object, "spec", "nodeName") ?? "") : "";
      return node !== "" && hand.get("nodes", node) === undefined ? [node] : [];
    },
    sync: (name) => {
      const pods = view.podsOnNode(name);
      if (hand.get("nodes", name) !== undefined || pods.length === 0) {
        missingSince.delete(name);
        return null;
      }
      const since = missingSince.get(name) ?? hand.now();
      missingSince.set(name, since);
      const leftMs = since + quarantineMs - hand.now();
      if (leftMs > 0) return leftMs;
      for (const pod of pods) fail(hand, pod);
      return null;
    },
  };
}

function fail(hand: Hand, pod: Stored): void {
  const failed = hand.replace("pods", { ...pod, status: { ...pod.status, phase: "Failed" } }, "status");
  const live = failed ?? hand.get("pods", keyOfObject(pod));
  if (live !== undefined) hand.remove("pods", live, 0);
}
