/** Asks a cluster, before anything is begun in it, whether we may do what managing pools needs. Grants nothing. */
import { signers } from "../controller/join/approval.ts";
import { tokenNamespace } from "../controller/join/token.ts";
import { askAccess } from "../ports/access.ts";
import { isPortError } from "../ports/errors.ts";
import { type Kind, type Kube, resources } from "../ports/kube.ts";
import { StartError } from "./error.ts";

/** One kind of request that the controller makes. deploy/rbac.yaml must allow each; a test holds it to that. */
export interface Need {
  readonly kind: Kind;
  readonly verb: string;
  readonly subresource?: string;
  /** Absent: over all namespaces, or the kind has none. */
  readonly namespace?: string;
  readonly name?: string;
}

export function controllerNeeds(namespace: string): readonly Need[] {
  const all = (kind: Kind, ...verbs: readonly string[]): readonly Need[] =>
    verbs.map((verb) => ({ kind, verb }));
  const here = (kind: Kind, ...verbs: readonly string[]): readonly Need[] =>
    verbs.map((verb) => ({ kind, verb, namespace }));
  const ours = ["ManagedNodePool", "ManagedMachine", "NodeOperation", "MaintenanceWindow"] as const;
  return [
    ...[...ours, "InfrastructureProvider" as const].flatMap((kind) => [
      ...here(kind, "list", "watch"),
      { kind, verb: "update", subresource: "status", namespace },
    ]),
    ...here("ManagedNodePool", "patch"),
    ...here("ManagedMachine", "get", "create", "update", "patch", "delete"),
    ...here("NodeOperation", "create"),
    ...all("Node", "list", "watch", "patch", "delete"),
    ...all("Pod", "list", "watch"),
    { kind: "Pod", verb: "create", subresource: "eviction" },
    ...all("PodDisruptionBudget", "list", "watch"),
    ...all("ReplicaSet", "list", "watch"),
    ...all("StatefulSet", "list", "watch"),
    ...all("Event", "create", "patch"),
    ...here("Lease", "get", "create", "update"),
    { kind: "Lease", verb: "get", namespace: "kube-node-lease" },
    { kind: "Namespace", verb: "get", name: "kube-system" },
  ];
}

/** What the controller does besides where machines join with a token. deploy/rbac-join.yaml must allow each. */
export function joinNeeds(): readonly Need[] {
  const tokens = ["get", "list", "create", "delete"];
  return [
    { kind: "Node", verb: "patch", subresource: "status" },
    { kind: "CertificateSigningRequest", verb: "list" },
    { kind: "CertificateSigningRequest", verb: "watch" },
    { kind: "CertificateSigningRequest", verb: "update", subresource: "approval" },
    ...Object.values(signers).map((name): Need => ({ kind: "Signer", verb: "approve", name })),
    ...tokens.map((verb): Need => ({ kind: "Secret", verb, namespace: tokenNamespace })),
  ];
}

export interface Access {
  readonly namespace: string;
  /** There is, or is about to be, a provider whose machines join with a token. */
  readonly isJoining: boolean;
}

/** Throws one sentence with everything that is missing. */
export async function checkAccess(kube: Kube, { namespace, isJoining }: Access): Promise<void> {
  const needs = [...controllerNeeds(namespace), ...(isJoining ? joinNeeds() : [])];
  const answers = await Promise.all(needs.map((need) => mayWe(kube, need)));
  const missing = needs.filter((_, index) => answers[index] === false);
  const [first] = missing;
  if (first === undefined) return;
  throw new StartError(
    `The user of this kubeconfig lacks permissions that managing pools needs. It may not: ${missing.map(needText).join("; ")}. ` +
      `Nothing was begun. Give them with: kubectl apply -f deploy/rbac.yaml${isJoining ? " -f deploy/rbac-join.yaml" : ""} (for the service account ` +
      `poolkeeper-controller). Check with: ${checkCommand(first)}`,
  );
}

/** Null where the server does not answer such questions: then its answer to the request itself will tell. */
async function mayWe(kube: Kube, { kind, ...need }: Need): Promise<boolean | null> {
  const { group, plural } = resources[kind];
  try {
    return await askAccess(kube, { ...need, group, resource: plural });
  } catch (error) {
    if (isPortError(error, "Denied") || isPortError(error, "Invalid")) return null;
    throw error;
  }
}

function needText({ kind, verb, subresource, namespace, name }: Need): string {
  const { group, plural } = resources[kind];
  const resource = `${plural}${subresource === undefined ? "" : `/${subresource}`}${group === "" ? "" : `.${group}`}`;
  const which = name === undefined ? "" : ` ${name}`;
  return `${verb} ${resource}${which}${namespace === undefined ? "" : ` in ${namespace}`}`;
}

function checkCommand({ kind, verb, subresource, namespace, name }: Need): string {
  const { group, plural } = resources[kind];
  return [
    `kubectl auth can-i ${verb} ${plural}${group === "" ? "" : `.${group}`}${name === undefined ? "" : `/${name}`}`,
    ...(subresource === undefined ? [] : [`--subresource ${subresource}`]),
    ...(namespace === undefined ? [] : [`-n ${namespace}`]),
  ].join(" ");
}
