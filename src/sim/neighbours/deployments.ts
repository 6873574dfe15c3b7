/** Rolls each Deployment from its old ReplicaSets to the one of its present template. */
import {
  isEqual,
  type Json,
  type JsonObject,
  numberAt,
  objectAt,
  type Stored,
  stringAt,
  timestamp,
  withValue,
  textOf,
} from "../api/json.ts";
import { controllerOf, type Hand, keyOfObject, type Neighbour, ownerReference } from "./hand.ts";
import { isGoing, withCondition } from "./pod.ts";
import type { View } from "./view.ts";

const store = "deployments.apps";
const setStore = "replicasets.apps";
const hashLabel = "pod-template-hash";
const revisionKey = "deployment.kubernetes.io/revision";

export function createDeployments(hand: Hand, view: View): Neighbour {
  return {
    name: "deployments",
    wants: ({ store: changed, object }) => {
      if (changed === store) return [keyOfObject(object)];
      const owner = changed === setStore ? controllerOf(object, "Deployment") : null;
      return owner === null ? [] : [`${object.metadata.namespace}/${owner.name}`];
    },
    sync: (key) => {
      const deployment = hand.get(store, key);
      if (deployment !== undefined && !isGoing(deployment)) syncDeployment(hand, view, deployment);
      return null;
    },
  };
}

function setsOf(hand: Hand, view: View, deployment: Stored): readonly Stored[] {
  return view
    .dependentsOf(deployment.metadata.uid)
    .filter((one) => one.store === setStore)
    .flatMap((one) => hand.get(setStore, one.key) ?? []);
}

function syncDeployment(hand: Hand, view: View, deployment: Stored): void {
  const sets = setsOf(hand, view, deployment);
  const current = sets.find((set) => hasTemplate(set, deployment)) ?? createSet(hand, deployment, sets);
  if (current === null) return;
  const old = sets.filter((set) => set.metadata.uid !== current.metadata.uid);
  if (deployment.spec?.["paused"] !== true) roll(hand, deployment, current, old);
  report(hand, deployment, setsOf(hand, view, deployment), current.metadata.uid);
}

function templateOf(object: Stored): JsonObject {
  const template = objectAt(object, "spec", "template");
  return withValue(template, ["metadata", "labels", hashLabel], undefined);
}

function hasTemplate(set: Stored, deployment: Stored): boolean {
  return isEqual(
    templateOf(set),
    withValue(templateOf(deployment), ["metadata", "labels", hashLabel], undefined),
  );
}

/** A short name for a template, the same for the same one. */
function hashOf(value: Json): string {
  let hash = 0x811c9dc5;
  for (const char of JSON.stringify(value))
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}

function createSet(hand: Hand, deployment: Stored, sets: readonly Stored[]): Stored | null {
  const hash = hashOf(templateOf(deployment));
  const labels = { ...objectAt(deployment, "spec", "template", "metadata", "labels"), [hashLabel]: hash };
  const revision =
    1 + Math.max(0, ...sets.map((set) => Number(set.metadata.annotations?.[revisionKey] ?? 0)));
  const selector = objectAt(deployment, "spec", "selector");
  const replicas = sets.length === 0 ? (numberAt(deployment, "spec", "replicas") ?? 1) : 0;
  return hand.create(setStore, deployment.metadata.namespace, {
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      labels,
      annotations: { [revisionKey]: String(revision) },
      ownerReferences: [ownerReference(deployment)],
    },
    spec: {
      replicas,
      selector: withValue(selector, ["matchLabels", hashLabel], hash),
      template: withValue(objectAt(deployment, "spec", "template"), ["metadata", "labels"], labels),
    },
  });
}

function wantedOf(object: Stored): number {
  return numberAt(object, "spec", "replicas") ?? 0;
}

function availableOf(set: Stored): number {
  return numberAt(set, "status", "availableReplicas") ?? 0;
}

/** One step of the rolling update; the next follows when the pods have come or gone. */
function roll(hand: Hand, deployment: Stored, current: Stored, old: readonly Stored[]): void {
  const wanted = wantedOf(deployment);
  // Pods that a set no longer wants but still has take their room until they are gone.
  const oldTotal = old.reduce(
    (sum, set) => sum + Math.max(wantedOf(set), numberAt(set, "status", "replicas") ?? 0),
    0,
  );
  if (stringAt(deployment, "spec", "strategy", "type") === "Recreate") {
    for (const set of old) scale(hand, set, 0);
    const isEmpty = old.every((set) => (numberAt(set, "status", "replicas") ?? 0) === 0);
    if (isEmpty) scale(hand, current, wanted);
    return;
  }
  const rolling = objectAt(deployment, "spec", "strategy", "rollingUpdate");
  const surge = portion(rolling["maxSurge"], wanted, Math.ceil);
  const unavailable = portion(rolling["maxUnavailable"], wanted, Math.floor);
  const room = Math.max(0, wanted + surge - oldTotal);
  scale(hand, current, Math.min(wanted, Math.max(room, Math.min(wantedOf(current), wanted))));
  if (oldTotal === 0) return;
  const leastAvailable = wanted - (surge === 0 && unavailable === 0 ? 1 : unavailable);
  const available =
    availableOf(current) + old.reduce((sum, set) => sum + Math.min(availableOf(set), wantedOf(set)), 0);
  let spare = Math.max(0, available - leastAvailable);
  for (const set of old) {
    const unready = Math.max(0, wantedOf(set) - availableOf(set));
    const take = Math.min(wantedOf(set) - unready, spare);
    spare -= take;
    scale(hand, set, wantedOf(set) - unready - take);
  }
}

function portion(value: Json | undefined, total: number, round: (number: number) => number): number {
  if (typeof value === "number") return value;
  return round((Number.parseInt(textOf(value ?? "25%"), 10) * total) / 100);
}

function scale(hand: Hand, set: Stored, replicas: number): void {
  if (wantedOf(set) === replicas) return;
  hand.replace(setStore, { ...set, spec: { ...set.spec, replicas } });
}

function report(hand: Hand, deployment: Stored, sets: readonly Stored[], currentUid: string): void {
  const total = (name: string) => sets.reduce((sum, set) => sum + (numberAt(set, "status", name) ?? 0), 0);
  const current = sets.find((set) => set.metadata.uid === currentUid);
  const updated = current === undefined ? 0 : (numberAt(current, "status", "replicas") ?? 0);
  const wanted = wantedOf(deployment);
  const available = total("availableReplicas");
  const counts: JsonObject = {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: total("replicas"),
    updatedReplicas: updated,
    readyReplicas: total("readyReplicas"),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, wanted - available),
  };
  const kept = Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== 0));
  const conditions = objectAt(deployment, "status")["conditions"];
  const status = { ...kept, ...(conditions === undefined ? {} : { conditions }) };
  const rolling = objectAt(deployment, "spec", "strategy", "rollingUpdate");
  const isAvailable = available >= wanted - portion(rolling["maxUnavailable"], wanted, Math.floor);
  const isDone = updated === wanted && available >= wanted && total("replicas") === wanted;
  const time = timestamp(hand.now());
  const next = withConditions({ ...deployment, status }, { isAvailable, isDone }, time);
  if (!isEqual(next.status, deployment.status)) hand.replace(store, next, "status");
}

function withConditions(
  deployment: Stored,
  told: { readonly isAvailable: boolean; readonly isDone: boolean },
  time: string,
): Stored {
  const available = told.isAvailable
    ? { status: "True", reason: "MinimumReplicasAvailable", message: "Deployment has minimum availability." }
    : {
        status: "False",
        reason: "MinimumReplicasUnavailable",
        message: "Deployment does not have minimum availability.",
      };
  const progressing = told.isDone
    ? { status: "True", reason: "NewReplicaSetAvailable", message: "The newest ReplicaSet is available." }
    : { status: "True", reason: "ReplicaSetUpdated", message: "The newest ReplicaSet is progressing." };
  const first = withCondition(deployment, { type: "Available", ...available }, time);
  return withCondition(first, { type: "Progressing", ...progressing }, time);
}
