/** Which permissions of Kubernetes each thing needs that a person can do here. The API adds none of its own. */
import { type Kind, type Resource, resources } from "../ports/kube.ts";
import type { AccessVerb, Permission, ResourceName } from "./answers.ts";

export const kindOf: Readonly<Record<ResourceName, OwnKind>> = {
  pools: "ManagedNodePool",
  machines: "ManagedMachine",
  operations: "NodeOperation",
  windows: "MaintenanceWindow",
  providers: "InfrastructureProvider",
};

type OwnKind =
  | "ManagedNodePool"
  | "ManagedMachine"
  | "NodeOperation"
  | "MaintenanceWindow"
  | "InfrastructureProvider";

/** Null as a namespace: over all of them, or the kind has none. */
export function permissionFor(
  verb: string,
  kind: Kind,
  namespace: string | null,
  subresource: string | null = null,
): Permission {
  const { group, plural }: Resource = resources[kind];
  return { verb, group, resource: plural, subresource, namespace };
}

type Need = readonly [verb: string, kind: Kind, where?: "Everywhere" | "scale"];

const startOperation: readonly Need[] = [["create", "NodeOperation"]];

/** In the order in which they are checked. */
const needs: Readonly<Record<AccessVerb, readonly Need[]>> = {
  view: [["list", "ManagedNodePool"]],
  createPool: [["create", "ManagedNodePool"]],
  scale: [["patch", "ManagedNodePool", "scale"]],
  modify: [["patch", "ManagedNodePool"]],
  deletePool: [
    ["patch", "ManagedNodePool"],
    ["delete", "ManagedNodePool"],
  ],
  removeNodes: startOperation,
  upgrade: startOperation,
  repair: startOperation,
  sync: startOperation,
  changeOperation: [["patch", "NodeOperation"]],
  createWindow: [["create", "MaintenanceWindow"]],
  changeWindow: [["patch", "MaintenanceWindow"]],
  deleteWindow: [["delete", "MaintenanceWindow"]],
  createProvider: [["create", "InfrastructureProvider"]],
  deleteProvider: [["delete", "InfrastructureProvider"]],
  viewNodes: [["list", "Node", "Everywhere"]],
  viewPods: [
    ["list", "Pod", "Everywhere"],
    ["list", "PodDisruptionBudget", "Everywhere"],
  ],
  viewEvents: [["list", "Event", "Everywhere"]],
};

export function permissionsOf(verb: AccessVerb, namespace: string): readonly Permission[] {
  return needs[verb].map(([what, kind, where]) =>
    permissionFor(what, kind, where === "Everywhere" ? null : namespace, where === "scale" ? where : null),
  );
}
