/** What an intent answers: the writes that carry it out and what they will do, or why it is refused. Says nothing in words. */
import type { KubeObject } from "../../schema/kubernetes.ts";
import type { NodeOperationObject } from "../../schema/operation.ts";
import type { ManagedNodePoolObject } from "../../schema/pool.ts";
import type { InfrastructureProviderObject } from "../../schema/provider.ts";
import type { MaintenanceWindowObject } from "../../schema/window.ts";
import type { Facts, RefusalReason } from "../reason.ts";

export type Answer = Granted | Refused;

export interface Granted {
  readonly ok: true;
  /** In order. A later one is sent only when the earlier ones were taken. */
  readonly changes: readonly Change[];
  /** What will happen, most important first. Every surface words them from src/text. */
  readonly effects: readonly Effect[];
  readonly friction: Friction;
}

export interface Refused {
  readonly ok: false;
  readonly refusal: Refusal;
}

export interface Refusal {
  readonly reason: RefusalReason;
  readonly facts: Facts;
}

type Creatable =
  | ManagedNodePoolObject
  | NodeOperationObject
  | MaintenanceWindowObject
  | InfrastructureProviderObject;

export type OwnKind = "ManagedNodePool" | "NodeOperation" | "MaintenanceWindow" | "InfrastructureProvider";

/** One write to the API. */
export type Change =
  | { readonly kind: "Create"; readonly of: OwnKind; readonly object: Creatable }
  | (Existing & {
      readonly kind: "Patch";
      /** A JSON merge patch of the whole object. */
      readonly body: Readonly<Record<string, unknown>>;
      /** The new value follows from the old one, so nobody may have written in between. */
      readonly isRelative: boolean;
    })
  | (Existing & { readonly kind: "Delete" });

interface Existing {
  readonly of: OwnKind;
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

export interface Effect {
  readonly kind: EffectKind;
  readonly facts: Facts;
}

export type EffectKind =
  // The pool itself.
  | "CreatesPool"
  | "ClonesPool"
  | "ChangesCount"
  | "AddsNodes"
  | "ChangesField"
  | "ReachesAtOnce"
  | "ReachesNewNodes"
  | "ReachesBySync"
  | "ReachesByUpgrade"
  | "OutdatesNodes"
  | "PausesPool"
  | "ResumesPool"
  | "DeletesPool"
  // Nodes, instances, disks.
  | "TakesNodes"
  | "ReleasesInstances"
  | "KeepsSubscriptions"
  | "KeepsInstances"
  | "LosesSystemDisks"
  | "KeepsDataDisks"
  | "DeletesDataDisks"
  | "UpgradesNodes"
  | "ReplacesInstances"
  | "RepairsNode"
  | "LeavesProtected"
  | "SyncsNodes"
  // Pods.
  | "DoesNotDrain"
  | "MovesPods"
  | "EndsPods"
  | "LosesLocalData"
  | "EvictsProtected"
  | "WaitsForBudget"
  | "NeverDrains"
  | "LacksRoom"
  // When.
  | "StartsNow"
  | "StartsInWindow"
  | "IsPaused"
  // Operations, windows, providers.
  | "PausesOperation"
  | "ResumesOperation"
  | "CancelsOperation"
  | "RetriesNodes"
  | "SkipsNodes"
  | "ApprovesOperation"
  | "DeniesOperation"
  | "CreatesWindow"
  | "CreatesProvider"
  | "DeletesWindow"
  | "DeletesProvider"
  | "PutsBrakeOn"
  | "LiftsBrake"
  | "ForgetsFailures"
  | "OpensNext"
  | "OpenNow"
  | "AlwaysOpen"
  | "NeverOpens"
  | "ShortWindow"
  // What could not be looked at.
  | "CatalogueUnknown";

/** How sure a person must be before the changes are sent. */
export type Friction =
  | { readonly kind: "None" }
  /** A plain yes. */
  | { readonly kind: "Ask" }
  /** The name typed out: something cannot be brought back. */
  | { readonly kind: "TypeName"; readonly name: string };

export const none: Friction = { kind: "None" };
export const ask: Friction = { kind: "Ask" };

export function typeName(name: string): Friction {
  return { kind: "TypeName", name };
}

export function grant(
  changes: readonly Change[],
  effects: readonly Effect[],
  friction: Friction = none,
): Granted {
  return { ok: true, changes, effects, friction };
}

export function refuse(reason: RefusalReason, facts: Facts): Refused {
  return { ok: false, refusal: { reason, facts } };
}

export function effect(kind: EffectKind, facts: Facts = {}): Effect {
  return { kind, facts };
}

/** Where an object that was read is, for a change to it. */
export function placeOf(of: OwnKind, object: KubeObject): Existing {
  const { name, namespace = "", uid = "", resourceVersion = "" } = object.metadata;
  return { of, name, namespace, uid, resourceVersion };
}

/** A list for a fact: names in full up to `limit`, then their number. */
export function listed(names: readonly string[], limit = 8): string {
  if (names.length <= limit) return names.join(", ");
  return `${names.slice(0, limit).join(", ")} and ${names.length - limit} more`;
}

/** The effect, unless it is about nothing. */
export function effectOn(kind: EffectKind, names: readonly string[], facts: Facts = {}): readonly Effect[] {
  return names.length === 0 ? [] : [effect(kind, { ...facts, count: names.length, object: listed(names) })];
}
