/** The five kinds as data: their names in the API, their schemas and the rules about them. Not how they are shown or sent. */
import type { z } from "zod";
import type { KubeObject } from "./kubernetes.ts";
import { machineSpec, machineStatus } from "./machine.ts";
import { operationSpec, operationStatus } from "./operation.ts";
import { poolRules, poolSpec, poolStatus } from "./pool.ts";
import { providerSpec, providerStatus } from "./provider.ts";
import type { Rule } from "./rule.ts";
import { windowSpec, windowStatus } from "./window.ts";

export const apiGroup = "poolkeeper.dev";
export const apiVersion = "v1alpha1";

export const kinds = {
  ManagedNodePool: {
    plural: "managednodepools",
    shortName: "mnp",
    description: "A managed node pool: a template and a count of nodes.",
    spec: poolSpec,
    status: poolStatus,
    rules: poolRules,
  },
  ManagedMachine: {
    plural: "managedmachines",
    shortName: "mm",
    description: "Poolkeeper's durable record of one member of a pool. Written by Poolkeeper only.",
    spec: machineSpec,
    status: machineStatus,
    rules: [],
  },
  MaintenanceWindow: {
    plural: "maintenancewindows",
    shortName: "mw",
    description: "When disturbing work may start. A window permits work; it does not promise it.",
    spec: windowSpec,
    status: windowStatus,
    rules: [],
  },
  NodeOperation: {
    plural: "nodeoperations",
    shortName: "nop",
    description: "Something asked of named machines, and its visible run. Kept as the audit trail.",
    spec: operationSpec,
    status: operationStatus,
    rules: [],
  },
  InfrastructureProvider: {
    plural: "infrastructureproviders",
    shortName: "infra",
    description: "Where instances come from, and what it offers.",
    spec: providerSpec,
    status: providerStatus,
    rules: [],
  },
} as const satisfies Readonly<Record<string, KindDefinition>>;

export type OwnKind = keyof typeof kinds;

export const ownKinds = Object.keys(kinds).filter(isOwnKind);

function isOwnKind(kind: string): kind is OwnKind {
  return Object.hasOwn(kinds, kind);
}

interface KindDefinition {
  readonly plural: string;
  readonly shortName: string;
  readonly description: string;
  readonly spec: z.ZodType;
  readonly status: z.ZodType;
  /** Rules of the whole object. */
  readonly rules: readonly Rule<KubeObject>[];
}
