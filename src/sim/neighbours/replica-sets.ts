/** Keeps as many pods of each ReplicaSet as it wants. */
import { isEqual, type JsonObject, numberAt, objectAt, type Stored, stringAt } from "../api/json.ts";
import { controllerOf, type Hand, keyOfObject, type Neighbour, ownerReference } from "./hand.ts";
import { isFinished, isGoing, isReady } from "./pod.ts";
import type { View } from "./view.ts";

const store = "replicasets.apps";

/** More are made in the next pass. */
const burst = 500;

export function createReplicaSets(hand: Hand, view: View): Neighbour {
  return {
    name: "replica-sets",
    wants: ({ store: changed, object }) => {
      if (changed === store) return [keyOfObject(object)];
      const owner = changed === "pods" ? controllerOf(object, "ReplicaSet") : null;
      return owner === null ? [] : [`${object.metadata.namespace}/${owner.name}`];
    },
    sync: (key) => {
      const set = hand.get(store, key);
      return set === undefined ? null : syncSet(hand, view, set);
    },
  };
}

function syncSet(hand: Hand, view: View, set: Stored): number | null {
  const wanted = numberAt(set, "spec", "replicas") ?? 1;
  const pods = view.podsOfOwner(set.metadata.uid).filter((pod) => !isFinished(pod) && !isGoing(pod));
  const missing = wanted - pods.length;
  if (!isGoing(set)) {
    for (let i = 0; i < Math.min(missing, burst); i += 1)
      hand.create("pods", set.metadata.namespace, podOf(set));
    const surplus = pods.toSorted(byUselessness).slice(0, Math.max(0, -missing));
    for (const pod of surplus) hand.remove("pods", pod, null);
  }
  const live = hand.get(store, keyOfObject(set)) ?? set;
  const status = statusOf(live, view);
  if (!isEqual(status, live.status)) hand.replace(store, { ...live, status }, "status");
  return missing > burst ? 0 : null;
}

function podOf(set: Stored): JsonObject {
  const template = objectAt(set, "spec", "template");
  return {
    metadata: {
      ...objectAt(template, "metadata"),
      generateName: `${set.metadata.name}-`,
      ownerReferences: [ownerReference(set)],
    },
    spec: objectAt(template, "spec"),
  };
}

/** Pods that do least go first: not placed, not ready, then the newest. */
function byUselessness(a: Stored, b: Stored): number {
  const rank = (pod: Stored) => {
    if ((stringAt(pod, "spec", "nodeName") ?? "") === "") return 0;
    return isReady(pod) ? 2 : 1;
  };
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  const newest = b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp);
  return newest === 0 ? a.metadata.name.localeCompare(b.metadata.name) : newest;
}

function statusOf(set: Stored, view: View): JsonObject {
  const pods = view.podsOfOwner(set.metadata.uid).filter((pod) => !isFinished(pod) && !isGoing(pod));
  const ready = pods.filter(isReady).length;
  return {
    replicas: pods.length,
    ...(pods.length === 0 ? {} : { fullyLabeledReplicas: pods.length }),
    ...(ready === 0 ? {} : { readyReplicas: ready, availableReplicas: ready }),
    observedGeneration: set.metadata.generation ?? 0,
  };
}
