/** Everything a cluster needs before Poolkeeper can run in it, as plain objects in the order to apply them. */
import { customResourceDefinitions } from "./crd.ts";
import { apiGroup, kinds } from "./kind.ts";
import type { KubeObject } from "./kubernetes.ts";

export const systemNamespace = "poolkeeper-system";

interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

interface RoleObject extends KubeObject {
  readonly rules: readonly PolicyRule[];
}

interface BindingObject extends KubeObject {
  readonly roleRef: { readonly apiGroup: string; readonly kind: string; readonly name: string };
  readonly subjects: readonly {
    readonly kind: string;
    readonly name: string;
    readonly apiGroup?: string;
    readonly namespace?: string;
  }[];
}

export function installManifests(): readonly KubeObject[] {
  return [...customResourceDefinitions(), ...rbacManifests()];
}

/** The namespace and who may do what. */
export function rbacManifests(): readonly KubeObject[] {
  const controllerRole = role("ClusterRole", controller, controllerRules);
  const ownNamespaceRole = role("Role", controller, ownNamespaceRules);
  const nodeLeaseRole = role("Role", controller, [rule(leaseGroup, ["leases"], ["get"])], nodeLeaseNamespace);
  return [
    {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: systemNamespace,
        labels: { ...labels, "pod-security.kubernetes.io/enforce": "restricted" },
      },
    },
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: controller, namespace: systemNamespace, labels },
    },
    controllerRole,
    binding(controllerRole),
    ownNamespaceRole,
    binding(ownNamespaceRole),
    nodeLeaseRole,
    binding(nodeLeaseRole),
    ...userRoles(),
  ];
}

/** Only for pools whose drain.onTimeout is Force, which deletes pods that no eviction could move. */
export function forceManifests(): readonly KubeObject[] {
  const forceRole = role("ClusterRole", `${controller}-force`, [rule("", ["pods"], ["delete"])]);
  return [forceRole, binding(forceRole)];
}

/** Only for pools of a simulator: what its kubelets do, which elsewhere the machines themselves do under their own names. */
export function simulatorManifests(): readonly KubeObject[] {
  const name = `${controller}-simulator`;
  const kubeletRole = role("ClusterRole", name, [
    rule("", ["nodes"], ["get", "create", "patch"]),
    rule("", ["nodes/status"], ["patch"]),
    rule("", ["pods"], ["get", "delete"]),
    rule("", ["pods/status"], ["patch"]),
  ]);
  const leaseRole = role(
    "Role",
    name,
    [rule(leaseGroup, ["leases"], ["create", "patch"])],
    nodeLeaseNamespace,
  );
  return [kubeletRole, binding(kubeletRole), leaseRole, binding(leaseRole)];
}

/** Only for pools whose machines join with a token: what the controller does for them, and the one right of a token. */
export function joinManifests(): readonly KubeObject[] {
  const name = `${controller}-join`;
  const clusterRole = role("ClusterRole", name, [
    rule("", ["nodes/status"], ["patch"]),
    rule(certificateGroup, ["certificatesigningrequests"], ["list", "watch"]),
    rule(certificateGroup, ["certificatesigningrequests/approval"], ["update"]),
    { ...rule(certificateGroup, ["signers"], ["approve"]), resourceNames: kubeletSigners },
  ]);
  // Kubernetes keeps bootstrap tokens there, and roles cannot tell their names from others'.
  const tokens = rule("", ["secrets"], ["get", "list", "create", "delete"]);
  const tokenRole = role("Role", name, [tokens], "kube-system");
  return [clusterRole, binding(clusterRole), tokenRole, binding(tokenRole), ...nodeBindings()];
}

/** What the machines themselves may do, by roles that every cluster has. */
export function nodeBindings(): readonly KubeObject[] {
  return [
    // Bearers of our tokens may ask for a certificate. Whether they get it is judged machine by machine.
    giving("system:node-bootstrapper", "bootstrappers", { kind: "Group", name: bootstrapGroup }),
    // Our images run kube-proxy under the name of the node, so that there is no second secret on the machine.
    giving("system:node-proxier", "proxiers", { kind: "Group", name: "system:nodes" }),
  ];
}

/** The API server, as this user, reaches into kubelets for logs, exec and port-forward. */
export function kubeletClientBinding(user: string): KubeObject {
  return giving("system:kubelet-api-admin", "kubelet-client", { kind: "User", name: user });
}

function giving(
  role: string,
  name: string,
  subject: { readonly kind: "Group" | "User"; readonly name: string },
): BindingObject {
  return {
    apiVersion: `${rbacGroup}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name: `poolkeeper-${name}`, labels },
    roleRef: { apiGroup: rbacGroup, kind: "ClusterRole", name: role },
    subjects: [{ ...subject, apiGroup: rbacGroup }],
  };
}

/** In it are the bearers of our tokens, and nobody else. */
export const bootstrapGroup = "system:bootstrappers:poolkeeper";
const certificateGroup = "certificates.k8s.io";
const kubeletSigners = ["kubernetes.io/kube-apiserver-client-kubelet", "kubernetes.io/kubelet-serving"];

/**
 * Only where people sign in at an identity provider: to speak for them, about what the API and the console do and nothing
 * else. Kubernetes 1.36 and newer know this constrained form; nobody can be spoken for as system:masters with it.
 */
export function signInManifests(): readonly KubeObject[] {
  const on = (verbs: readonly string[]): readonly string[] =>
    verbs.map((verb) => `impersonate-on:user-info:${verb}`);
  const speakingRole = role("ClusterRole", `${controller}-sign-in`, [
    rule("authentication.k8s.io", ["users", "groups"], ["impersonate:user-info"]),
    rule("authorization.k8s.io", ["selfsubjectaccessreviews"], on(["create"])),
    rule(apiGroup, ours, on([...read, "create", ...change, "delete"])),
    rule(apiGroup, [`${pools}/scale`], on(["get", ...change])),
    rule("events.k8s.io", ["events"], on(["list"])),
  ]);
  return [speakingRole, binding(speakingRole)];
}

const controller = "poolkeeper-controller";
/** Where kubelets renew their leases. The API server makes it. */
const nodeLeaseNamespace = "kube-node-lease";
const leaseGroup = "coordination.k8s.io";
const labels = { "app.kubernetes.io/name": "poolkeeper" };
const rbacGroup = "rbac.authorization.k8s.io";

const read = ["get", "list", "watch"];
const change = ["update", "patch"];
const ours = Object.values(kinds).map(({ plural }) => plural);
const pools = kinds.ManagedNodePool.plural;

const readOurs = rule(apiGroup, ours, read);
const scalePools = rule(apiGroup, [`${pools}/scale`], ["get", ...change]);

const controllerRules: readonly PolicyRule[] = [
  rule(apiGroup, ours, [...read, "create", ...change, "delete"]),
  rule(
    apiGroup,
    ours.map((plural) => `${plural}/status`),
    ["get", ...change],
  ),
  rule(
    apiGroup,
    ours.map((plural) => `${plural}/finalizers`),
    ["update"],
  ),
  rule("", ["nodes"], [...read, "patch", "delete"]),
  rule("", ["pods"], read),
  rule("", ["pods/eviction"], ["create"]),
  rule("policy", ["poddisruptionbudgets"], read),
  rule("apps", ["replicasets", "deployments", "statefulsets"], read),
  rule("events.k8s.io", ["events"], ["create", "patch"]),
  // Its UID is the cluster's name on the tags of instances.
  { ...rule("", ["namespaces"], ["get"]), resourceNames: ["kube-system"] },
];

/** Secrets can be fetched by name and never listed; those of other namespaces not at all. */
const ownNamespaceRules: readonly PolicyRule[] = [
  rule(leaseGroup, ["leases"], [...read, "create", ...change]),
  rule("", ["secrets"], ["get"]),
];

/** Roles for people. Three of them join the cluster's own view, edit and admin roles by their label. */
function userRoles(): readonly RoleObject[] {
  return [
    userRole("viewer", [readOurs], "view"),
    userRole("scaler", [rule(apiGroup, [pools], read), scalePools]),
    userRole(
      "operator",
      [
        readOurs,
        scalePools,
        rule(apiGroup, [pools, kinds.MaintenanceWindow.plural], change),
        rule(apiGroup, [kinds.NodeOperation.plural], ["create", ...change]),
      ],
      "edit",
    ),
    userRole("admin", [rule(apiGroup, ours, [...read, "create", ...change, "delete"]), scalePools], "admin"),
    // What a preview of a removal or an upgrade looks at. It is no part of the others, which a namespace may bind.
    userRole("node-reader", [
      rule("", ["nodes", "pods"], read),
      rule("policy", ["poddisruptionbudgets"], read),
      rule("apps", ["replicasets", "deployments", "statefulsets"], read),
    ]),
  ];
}

function userRole(name: string, rules: readonly PolicyRule[], joins?: "view" | "edit" | "admin"): RoleObject {
  const label = joins === undefined ? {} : { [`${rbacGroup}/aggregate-to-${joins}`]: "true" };
  const base = role("ClusterRole", `poolkeeper-${name}`, rules);
  return { ...base, metadata: { ...base.metadata, labels: { ...labels, ...label } } };
}

function role(
  kind: "Role" | "ClusterRole",
  name: string,
  rules: readonly PolicyRule[],
  namespace = systemNamespace,
): RoleObject {
  return {
    apiVersion: `${rbacGroup}/v1`,
    kind,
    metadata: { name, ...(kind === "Role" && { namespace }), labels },
    rules,
  };
}

/** Gives a role to the controller. */
function binding({ kind, metadata }: RoleObject): BindingObject {
  return {
    apiVersion: `${rbacGroup}/v1`,
    kind: `${kind}Binding`,
    metadata,
    roleRef: { apiGroup: rbacGroup, kind, name: metadata.name },
    subjects: [{ kind: "ServiceAccount", name: controller, namespace: systemNamespace }],
  };
}

function rule(group: string, resources: readonly string[], verbs: readonly string[]): PolicyRule {
  return { apiGroups: [group], resources, verbs };
}
