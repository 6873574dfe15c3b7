/** The CustomResourceDefinitions of the five kinds, made from their schemas. Not how they reach a cluster or a file. */
import { apiGroup, apiVersion, kinds, ownKinds, type OwnKind } from "./kind.ts";
import type { KubeObject } from "./kubernetes.ts";
import { celRule } from "./rule.ts";
import { type Structural, structural } from "./structural.ts";

export interface CrdObject extends KubeObject {
  readonly spec: {
    readonly group: string;
    readonly scope: "Namespaced";
    readonly names: {
      readonly kind: OwnKind;
      readonly listKind: string;
      readonly plural: string;
      readonly singular: string;
      readonly shortNames: readonly string[];
      readonly categories: readonly string[];
    };
    readonly versions: readonly CrdVersion[];
  };
}

export interface CrdVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly schema: { readonly openAPIV3Schema: Structural };
  readonly subresources: { readonly status: object; readonly scale?: ScalePaths };
  readonly additionalPrinterColumns: readonly Column[];
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
}

interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath: string;
}

/** A column of `kubectl get`. Priority 1 shows with `-o wide` only. */
export interface Column {
  readonly name: string;
  readonly type: "string" | "integer" | "boolean" | "date";
  readonly jsonPath: string;
  readonly priority?: 1;
}

export function customResourceDefinitions(): readonly CrdObject[] {
  return ownKinds.map(definition);
}

function definition(kind: OwnKind): CrdObject {
  const { plural, shortName } = kinds[kind];
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${apiGroup}`, labels: { "app.kubernetes.io/name": "poolkeeper" } },
    spec: {
      group: apiGroup,
      scope: "Namespaced",
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames: [shortName],
        categories: ["poolkeeper"],
      },
      versions: [version(kind)],
    },
  };
}

function version(kind: OwnKind): CrdVersion {
  return {
    name: apiVersion,
    served: true,
    storage: true,
    schema: { openAPIV3Schema: wholeObject(kind) },
    subresources: { status: {}, ...(kind === "ManagedNodePool" && { scale }) },
    additionalPrinterColumns: columns[kind],
    ...(hasPoolName(kind) && { selectableFields: [{ jsonPath: ".spec.poolName" }] }),
  };
}

function wholeObject(kind: OwnKind): Structural {
  const { description, spec, status, rules } = kinds[kind];
  return {
    description,
    type: "object",
    required: ["spec"],
    properties: {
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { type: "object", properties: { name: { type: "string" } } },
      spec: { description: "What is wanted.", ...structural(spec, "spec") },
      status: { description: "What was seen. Written by Poolkeeper only.", ...structural(status, "status") },
    },
    ...(rules.length > 0 && { "x-kubernetes-validations": rules.map(celRule) }),
  };
}

function hasPoolName(kind: OwnKind): boolean {
  return kind === "ManagedMachine" || kind === "NodeOperation";
}

const scale: ScalePaths = {
  specReplicasPath: ".spec.replicas",
  statusReplicasPath: ".status.replicas",
  labelSelectorPath: ".status.selector",
};

const text = (name: string, jsonPath: string): Column => ({ name, type: "string", jsonPath });
const integer = (name: string, jsonPath: string): Column => ({ name, type: "integer", jsonPath });
const yesNo = (name: string, jsonPath: string): Column => ({ name, type: "boolean", jsonPath });
const wide = (column: Column): Column => ({ ...column, priority: 1 });
const age: Column = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };

/** Times to come are text columns: kubectl shows a date as its age, and the age of a coming time as `<invalid>`. */
const columns: Readonly<Record<OwnKind, readonly Column[]>> = {
  ManagedNodePool: [
    integer("Desired", ".spec.replicas"),
    integer("Ready", ".status.readyReplicas"),
    integer("UpToDate", ".status.upToDateReplicas"),
    text("Status", ".status.summary"),
    text("Version", ".status.targetKubernetesVersion"),
    age,
    wide(text("Provider", ".spec.providerRef.name")),
    wide(text("Image", ".status.targetImage.version")),
    wide(text("Window", ".spec.management.maintenanceWindowRef.name")),
    wide(text("Next-Window", ".status.nextWindow.opens")),
    wide(yesNo("AutoUpgrade", ".spec.management.autoUpgrade")),
    wide(yesNo("AutoRepair", ".spec.management.autoRepair")),
    wide(yesNo("Paused", ".spec.paused")),
  ],
  ManagedMachine: [
    text("Pool", ".spec.poolName"),
    text("Node", ".status.nodeName"),
    text("Status", ".status.summary"),
    text("Step", ".status.operation.step"),
    text("Instance", ".status.instanceId"),
    text("Version", ".status.disk.kubernetesVersion"),
    age,
    wide(text("Zone", ".status.zone")),
    wide(text("Type", ".status.instanceType")),
    wide(text("Image", ".status.disk.image.version")),
    wide(text("Charge", ".spec.chargeType")),
  ],
  MaintenanceWindow: [
    yesNo("Open", ".status.isOpen"),
    text("Weekdays", ".spec.weekdays"),
    text("Start", ".spec.start"),
    integer("Minutes", ".spec.durationMinutes"),
    text("Zone", ".spec.timeZone"),
    text("Next", ".status.nextOpenings[0].opens"),
  ],
  NodeOperation: [
    text("Pool", ".spec.poolName"),
    text("Kind", ".spec.kind"),
    text("Phase", ".status.phase"),
    integer("Done", ".status.done"),
    integer("Total", ".status.total"),
    age,
    wide(text("Reason", ".status.reason")),
    wide(text("Message", ".status.message")),
  ],
  InfrastructureProvider: [
    text("Type", ".spec.type"),
    text("Region", ".spec.region"),
    text("Ready", '.status.conditions[?(@.type=="Ready")].status'),
    age,
  ],
};
