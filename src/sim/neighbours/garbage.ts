/** Owners and their dependents: deletes what no owner holds any more, and finishes foreground and orphan deletions. */
import type { OwnerRef, Stored } from "../api/json.ts";
import { type Hand, keyOfObject, type Neighbour } from "./hand.ts";
import { isGoing } from "./pod.ts";
import type { Place, View } from "./view.ts";

const foreground = "foregroundDeletion";
const orphan = "orphan";

export function createGarbage(hand: Hand, view: View): Neighbour {
  return {
    name: "garbage",
    wants: ({ store, type, object, before }) => {
      const owners = ownersOf(object).map((one) => one.uid);
      if (type === "DELETED") {
        // Its dependents may be garbage now, and an owner that waits for it may go.
        return [...view.dependentsOf(object.metadata.uid).map(placeKey), ...waiting(hand, view, owners)];
      }
      const isNewlyOwned = owners.some((uid) => view.placeOf(uid) === undefined);
      const isWaiting = isGoing(object) && (hasFinalizer(object, foreground) || hasFinalizer(object, orphan));
      const wasOwned = before !== undefined && ownersOf(before).length > owners.length;
      return isNewlyOwned || isWaiting || wasOwned ? [`${store} ${keyOfObject(object)}`] : [];
    },
    sync: (key) => {
      const [store = "", name = ""] = key.split(" ");
      const object = hand.get(store, name);
      if (object === undefined) return null;
      if (isGoing(object) && hasFinalizer(object, orphan))
        return orphanDependents(hand, view, { store, object });
      if (isGoing(object) && hasFinalizer(object, foreground))
        return awaitDependents(hand, view, { store, object });
      collect(hand, view, { store, object });
      return null;
    },
  };
}

function placeKey({ store, key }: Place): string {
  return `${store} ${key}`;
}

function ownersOf(object: Stored): readonly OwnerRef[] {
  return object.metadata.ownerReferences ?? [];
}

function hasFinalizer(object: Stored, finalizer: string): boolean {
  return (object.metadata.finalizers ?? []).includes(finalizer);
}

/** Owners that are being deleted, and may have waited for this one. */
function waiting(hand: Hand, view: View, uids: readonly string[]): readonly string[] {
  return uids.flatMap((uid) => {
    const place = view.placeOf(uid);
    const owner = place === undefined ? undefined : hand.get(place.store, place.key);
    return place !== undefined && owner !== undefined && isGoing(owner) ? [placeKey(place)] : [];
  });
}

interface Found {
  readonly store: string;
  readonly object: Stored;
}

function collect(hand: Hand, view: View, { store, object }: Found): void {
  const owners = ownersOf(object);
  const held = owners.filter((owner) => view.placeOf(owner.uid) !== undefined);
  if (held.length === owners.length) return;
  if (held.length === 0) {
    if (!isGoing(object)) hand.remove(store, object, null);
    return;
  }
  hand.replace(store, { ...object, metadata: { ...object.metadata, ownerReferences: held } });
}

function dependentsOf(hand: Hand, view: View, owner: Stored): readonly Found[] {
  return view.dependentsOf(owner.metadata.uid).flatMap(({ store, key }) => {
    const object = hand.get(store, key);
    return object === undefined ? [] : [{ store, object }];
  });
}

function awaitDependents(hand: Hand, view: View, place: Found): number | null {
  const dependents = dependentsOf(hand, view, place.object);
  for (const one of dependents) if (!isGoing(one.object)) hand.remove(one.store, one.object, null);
  const uid = place.object.metadata.uid;
  const blocking = dependentsOf(hand, view, place.object).filter((one) =>
    ownersOf(one.object).some((owner) => owner.uid === uid && owner.blockOwnerDeletion === true),
  );
  if (blocking.length === 0) dropFinalizer(hand, place, foreground);
  return null;
}

function orphanDependents(hand: Hand, view: View, place: Found): null {
  const uid = place.object.metadata.uid;
  for (const { store, object } of dependentsOf(hand, view, place.object)) {
    const ownerReferences = ownersOf(object).filter((owner) => owner.uid !== uid);
    hand.replace(store, { ...object, metadata: { ...object.metadata, ownerReferences } });
  }
  dropFinalizer(hand, place, orphan);
  return null;
}

function dropFinalizer(hand: Hand, { store, object }: Found, finalizer: string): void {
  const live = hand.get(store, keyOfObject(object));
  if (live === undefined) return;
  const finalizers = (live.metadata.finalizers ?? []).filter((one) => one !== finalizer);
  hand.replace(store, { ...live, metadata: { ...live.metadata, finalizers } });
}
