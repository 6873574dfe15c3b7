/** What becomes of instances, disks and pods when machines go, or are only emptied for a while. */
import { capacityCheck, drainPreview, type NodeRoom, roomsOf } from "../drain-preview.ts";
import type { Machine, Snapshot } from "../model.ts";
import { isProtected } from "../protect.ts";
import { type Effect, effectOn } from "./answer.ts";

/** A snapshot, and the room on nodes outside of the pool; null where nobody looked. */
export interface Sight extends Snapshot {
  readonly elsewhere: readonly NodeRoom[] | null;
}

interface Departure {
  readonly drain: boolean;
  readonly release: boolean;
}

export function departureEffects(
  sight: Sight,
  machines: readonly Machine[],
  { drain, release }: Departure,
): readonly Effect[] {
  return [
    ...instanceEffects(sight, machines, release),
    ...(drain
      ? [...drainEffects(sight, machines), ...roomEffects(sight, machines)]
      : effectOn("DoesNotDrain", evictedPods(sight, machines))),
  ];
}

function instanceEffects(sight: Sight, machines: readonly Machine[], release: boolean): readonly Effect[] {
  const withInstance = machines.filter((machine) => instanceOf(machine) !== undefined);
  if (!release) return effectOn("KeepsInstances", withInstance.map(labelOf));
  const isSubscription = ({ record }: Machine): boolean => record.spec.chargeType === "Subscription";
  const released = withInstance.filter((machine) => !isSubscription(machine));
  return [
    ...effectOn("ReleasesInstances", released.map(labelOf)),
    ...effectOn("KeepsSubscriptions", withInstance.filter(isSubscription).map(labelOf)),
    ...(released.length === 0 ? [] : diskEffects(sight, released)),
  ];
}

function diskEffects({ pool }: Sight, released: readonly Machine[]): readonly Effect[] {
  const disks = pool.spec.template.dataDisks ?? [];
  const namesOf = (onRelease: "Keep" | "Delete"): readonly string[] =>
    disks.filter((disk) => disk.onRelease === onRelease).map((disk) => disk.name);
  return [
    { kind: "LosesSystemDisks", facts: { count: released.length } },
    ...effectOn("KeepsDataDisks", namesOf("Keep")),
    ...effectOn("DeletesDataDisks", namesOf("Delete")),
  ];
}

/** Nodes among them that nobody takes away before a person's mark is taken off. */
export function protectionEffects(machines: readonly Machine[]): readonly Effect[] {
  const names = machines.filter(isProtected).map(({ node, record }) => node?.name ?? record.metadata.name);
  return effectOn("LeavesProtected", names);
}

/** What a drain of these machines does to the pods on them. */
export function drainEffects(snapshot: Snapshot, machines: readonly Machine[]): readonly Effect[] {
  const preview = drainPreview(machines, snapshot);
  const names = (pods: readonly { readonly pod: string }[]): readonly string[] => pods.map(({ pod }) => pod);
  const withBudget = preview.blocked.map(({ pod, budgets, canEverAllow }) => ({
    canEverAllow,
    pod: budgets.length === 0 ? pod : `${pod} (${budgets.map(({ name }) => name).join(", ")})`,
  }));
  return [
    ...effectOn("MovesPods", names(preview.moves)),
    ...effectOn("EndsPods", names(preview.dies)),
    ...effectOn("LosesLocalData", names(preview.localStorage)),
    ...effectOn("EvictsProtected", names(preview.notSafeToEvict)),
    ...effectOn("WaitsForBudget", names(withBudget.filter(({ canEverAllow }) => canEverAllow))),
    ...effectOn("NeverDrains", names(withBudget.filter(({ canEverAllow }) => !canEverAllow))),
  ];
}

/** Is there room for the moved pods on the nodes that stay? */
function roomEffects(sight: Sight, machines: readonly Machine[]): readonly Effect[] {
  if (sight.elsewhere === null) return [];
  const staying = sight.machines.filter((machine) => !machines.includes(machine));
  const check = capacityCheck(machines, [...roomsOf(staying), ...sight.elsewhere]);
  return check.answer === "Yes" ? [] : effectOn("LacksRoom", check.homeless);
}

function evictedPods(sight: Sight, machines: readonly Machine[]): readonly string[] {
  const { moves, dies } = drainPreview(machines, sight);
  return [...moves, ...dies].map(({ pod }) => pod);
}

function instanceOf({ record, instance }: Machine): string | undefined {
  return instance?.id ?? record.status?.instanceId;
}

function labelOf(machine: Machine): string {
  return instanceOf(machine) ?? machine.record.metadata.name;
}
