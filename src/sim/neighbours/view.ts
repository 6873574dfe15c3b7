/** Indexes over the store that neighbours share: pods by node and by owner, dependents by owner, sums by node. */
import { keyOf, type Stored, stringAt } from "../api/json.ts";
import type { ApiServer } from "../api/server.ts";
import type { Commit } from "../api/store.ts";
import { isFinished, type Requests, requestsOf } from "./pod.ts";

/** The place of one object in the store. */
export interface Place {
  readonly store: string;
  readonly key: string;
}

export interface View {
  readonly podsOnNode: (node: string) => readonly Stored[];
  readonly podsOfOwner: (uid: string) => readonly Stored[];
  /** Pods nobody has placed, oldest first. */
  readonly unbound: () => readonly Stored[];
  readonly usedOn: (node: string) => Usage;
  readonly dependentsOf: (uid: string) => readonly Place[];
  /** Where the object with this uid is, while it is. */
  readonly placeOf: (uid: string) => Place | undefined;
  readonly stop: () => void;
}

export interface Usage extends Requests {
  readonly pods: number;
}

const unused: Usage = { cpu: 0, memory: 0, pods: 0 };

export function createView(server: ApiServer): View {
  const byNode = new Map<string, Set<string>>();
  const byOwner = new Map<string, Map<string, Place>>();
  const unbound = new Set<string>();
  const usage = new Map<string, Usage>();
  const places = new Map<string, Place>();

  const forget = (store: string, object: Stored) => {
    const key = keyOf(object.metadata);
    for (const owner of object.metadata.ownerReferences ?? []) {
      byOwner.get(owner.uid)?.delete(`${store} ${key}`);
      if (byOwner.get(owner.uid)?.size === 0) byOwner.delete(owner.uid);
    }
    if (store !== "pods") return;
    const node = stringAt(object, "spec", "nodeName") ?? "";
    unbound.delete(key);
    byNode.get(node)?.delete(key);
    if (node !== "") usage.set(node, shifted(usage.get(node) ?? unused, object, -1));
  };
  const learn = (store: string, object: Stored) => {
    const key = keyOf(object.metadata);
    if (!places.has(object.metadata.uid)) places.set(object.metadata.uid, { store, key });
    for (const owner of object.metadata.ownerReferences ?? []) {
      const slot = byOwner.get(owner.uid) ?? new Map<string, Place>();
      byOwner.set(owner.uid, slot.set(`${store} ${key}`, { store, key }));
    }
    if (store !== "pods") return;
    const node = stringAt(object, "spec", "nodeName") ?? "";
    if (node === "") {
      unbound.add(key);
      return;
    }
    byNode.set(node, (byNode.get(node) ?? new Set<string>()).add(key));
    usage.set(node, shifted(usage.get(node) ?? unused, object, 1));
  };
  const take = (commit: Commit) => {
    if (commit.before !== undefined) forget(commit.store, commit.before);
    if (commit.type === "DELETED") places.delete(commit.object.metadata.uid);
    else learn(commit.store, commit.object);
  };

  for (const store of server.store.names())
    for (const object of server.store.list(store)) learn(store, object);
  const stop = server.store.subscribe(take);
  const pods = (keys: Iterable<string>) => [...keys].flatMap((key) => server.store.get("pods", key) ?? []);
  return {
    podsOnNode: (node) => pods(byNode.get(node) ?? []),
    podsOfOwner: (uid) =>
      pods(
        [...(byOwner.get(uid)?.values() ?? [])].filter((one) => one.store === "pods").map((one) => one.key),
      ),
    unbound: () => pods(unbound),
    usedOn: (node) => usage.get(node) ?? unused,
    dependentsOf: (uid) => [...(byOwner.get(uid)?.values() ?? [])],
    placeOf: (uid) => places.get(uid),
    stop,
  };
}

/** A finished pod holds nothing any more. */
function shifted(before: Usage, pod: Stored, sign: 1 | -1): Usage {
  if (isFinished(pod)) return before;
  const { cpu, memory } = requestsOf(pod);
  return {
    cpu: before.cpu + sign * cpu,
    memory: before.memory + sign * memory,
    pods: before.pods + sign,
  };
}
