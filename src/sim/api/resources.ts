/** The kinds the server knows from the start, with their place in the API. Definitions add more at run time. */
import type { Schema } from "./schema.ts";
import type { Stored } from "./json.ts";

/** One column of a table of `kubectl get`. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  /** Above 0: only in wide tables. */
  readonly priority: number;
  readonly jsonPath: string;
}

export interface ScalePaths {
  readonly spec: readonly string[];
  readonly status: readonly string[];
  readonly selector: readonly string[] | null;
}

/** One kind as served under one group and version. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly isNamespaced: boolean;
  /** The shelf of the store. Two types with one shelf are two views of the same objects. */
  readonly store: string;
  readonly hasStatus: boolean;
  readonly hasGeneration: boolean;
  /** A replace may leave out the resourceVersion, and then overwrites whatever is there. */
  readonly allowsBlindUpdate: boolean;
  readonly scale: ScalePaths | null;
  readonly selectableFields: readonly string[];
  readonly columns: readonly Column[] | null;
  readonly schema: Schema | null;
  /** Created only to be answered, never stored. */
  readonly isReview: boolean;
  readonly toStored: ((object: Stored) => Stored) | null;
  readonly fromStored: ((object: Stored) => Stored) | null;
}

interface Row {
  readonly group?: string;
  readonly version?: string;
  readonly singular?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly options?: readonly Option[];
  readonly fields?: readonly string[];
}

type Option = "cluster" | "status" | "generation" | "strict" | "scale" | "review";

function builtIn(plural: string, kind: string, row: Row = {}): ResourceType {
  const options = row.options ?? [];
  const group = row.group ?? "";
  return {
    group,
    version: row.version ?? "v1",
    plural,
    singular: row.singular ?? kind.toLowerCase(),
    kind,
    shortNames: row.shortNames ?? [],
    categories: row.categories ?? [],
    isNamespaced: !options.includes("cluster"),
    store: group === "" ? plural : `${plural}.${group}`,
    hasStatus: options.includes("status"),
    hasGeneration: options.includes("generation"),
    allowsBlindUpdate: !options.includes("strict"),
    scale: options.includes("scale") ? workloadScale : null,
    selectableFields: [
      "metadata.name",
      ...(options.includes("cluster") ? [] : ["metadata.namespace"]),
      ...(row.fields ?? []),
    ],
    columns: null,
    schema: null,
    isReview: options.includes("review"),
    toStored: null,
    fromStored: null,
  };
}

const workloadScale: ScalePaths = {
  spec: ["spec", "replicas"],
  status: ["status", "replicas"],
  selector: ["spec", "selector"],
};

const eventFields = [
  ...["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"].map(
    (name) => `involvedObject.${name}`,
  ),
  "reason",
  "reportingComponent",
  "source",
  "type",
];

const podFields = [
  "spec.nodeName",
  "spec.restartPolicy",
  "spec.schedulerName",
  "spec.serviceAccountName",
  "spec.hostNetwork",
  "status.phase",
  "status.podIP",
  "status.nominatedNodeName",
];

const rbac = "rbac.authorization.k8s.io";
const workload = ["status", "generation"] as const;

export const builtInTypes: readonly ResourceType[] = [
  builtIn("namespaces", "Namespace", {
    shortNames: ["ns"],
    options: ["cluster", "status"],
    fields: ["status.phase"],
  }),
  builtIn("nodes", "Node", {
    shortNames: ["no"],
    options: ["cluster", "status"],
    fields: ["spec.unschedulable"],
  }),
  builtIn("pods", "Pod", { shortNames: ["po"], categories: ["all"], options: workload, fields: podFields }),
  builtIn("secrets", "Secret", { fields: ["type"] }),
  builtIn("configmaps", "ConfigMap", { shortNames: ["cm"] }),
  builtIn("services", "Service", {
    shortNames: ["svc"],
    categories: ["all"],
    options: ["status"],
    fields: ["spec.clusterIP", "spec.type"],
  }),
  builtIn("serviceaccounts", "ServiceAccount", { shortNames: ["sa"] }),
  builtIn("events", "Event", { shortNames: ["ev"], fields: eventFields }),
  builtIn("deployments", "Deployment", {
    group: "apps",
    shortNames: ["deploy"],
    categories: ["all"],
    options: [...workload, "scale"],
  }),
  builtIn("replicasets", "ReplicaSet", {
    group: "apps",
    shortNames: ["rs"],
    categories: ["all"],
    options: [...workload, "scale"],
    fields: ["status.replicas"],
  }),
  builtIn("statefulsets", "StatefulSet", {
    group: "apps",
    shortNames: ["sts"],
    categories: ["all"],
    options: [...workload, "scale"],
  }),
  builtIn("daemonsets", "DaemonSet", {
    group: "apps",
    shortNames: ["ds"],
    categories: ["all"],
    options: workload,
  }),
  builtIn("controllerrevisions", "ControllerRevision", { group: "apps" }),
  builtIn("poddisruptionbudgets", "PodDisruptionBudget", {
    group: "policy",
    shortNames: ["pdb"],
    options: [...workload, "strict"],
  }),
  builtIn("leases", "Lease", { group: "coordination.k8s.io", options: ["strict"] }),
  builtIn("certificatesigningrequests", "CertificateSigningRequest", {
    group: "certificates.k8s.io",
    shortNames: ["csr"],
    options: ["cluster", "status"],
    fields: ["spec.signerName"],
  }),
  builtIn("clusterroles", "ClusterRole", { group: rbac, options: ["cluster"] }),
  builtIn("clusterrolebindings", "ClusterRoleBinding", { group: rbac, options: ["cluster"] }),
  builtIn("roles", "Role", { group: rbac }),
  builtIn("rolebindings", "RoleBinding", { group: rbac }),
  builtIn("customresourcedefinitions", "CustomResourceDefinition", {
    group: "apiextensions.k8s.io",
    shortNames: ["crd", "crds"],
    categories: ["api-extensions"],
    options: ["cluster", "status", "generation", "strict"],
  }),
  builtIn("selfsubjectaccessreviews", "SelfSubjectAccessReview", {
    group: "authorization.k8s.io",
    options: ["cluster", "review"],
  }),
];

export function apiVersionOf(type: { readonly group: string; readonly version: string }): string {
  return type.group === "" ? type.version : `${type.group}/${type.version}`;
}
