/** Which of the verbs that this command line needs the user may use: asked of the server, which alone knows. */
import { askAccess } from "../ports/access.ts";
import { type Kind, type Kube, resources } from "../ports/kube.ts";
import { type Check, fail, ok, warn } from "./doctor-finding.ts";

interface Need {
  readonly kind: Kind;
  readonly verbs: readonly string[];
  /** Without these nothing works; without the others only some commands do not. */
  readonly isVital: boolean;
}

const own: readonly Kind[] = [
  "ManagedNodePool",
  "ManagedMachine",
  "NodeOperation",
  "MaintenanceWindow",
  "InfrastructureProvider",
];

const needs: readonly Need[] = [
  ...own.map((kind): Need => ({ kind, verbs: ["get", "list"], isVital: true })),
  { kind: "ManagedNodePool", verbs: ["create", "patch", "delete"], isVital: false },
  { kind: "NodeOperation", verbs: ["create", "patch"], isVital: false },
  { kind: "MaintenanceWindow", verbs: ["create", "patch", "delete"], isVital: false },
  { kind: "InfrastructureProvider", verbs: ["create", "patch", "delete"], isVital: false },
  { kind: "Node", verbs: ["get", "list"], isVital: false },
  { kind: "Pod", verbs: ["list"], isVital: false },
  { kind: "PodDisruptionBudget", verbs: ["list"], isVital: false },
];

export const checkAccess: Check = async (session) => {
  const { kube, userName } = await session.cluster();
  const asked = needs.flatMap(({ kind, verbs, isVital }) => verbs.map((verb) => ({ kind, verb, isVital })));
  const answers = await Promise.all(
    asked.map(async (need) => ({ ...need, isAllowed: await mayI(kube, need, session.namespace) })),
  );
  const missing = answers.filter(({ isAllowed }) => !isAllowed);
  if (missing.length === 0) return [ok(`User ${userName} may do all that this command line does`)];
  const byResource = Map.groupBy(missing, ({ kind }) => resourceName(kind));
  const parts = [...byResource].map(
    ([resource, group]) => `${group.map(({ verb }) => verb).join(", ")} ${resource}`,
  );
  const text = `User ${userName} may not ${parts.join("; ")}`;
  const fix = `kubectl create clusterrolebinding NAME --clusterrole poolkeeper-admin --user ${userName}`;
  return [missing.some(({ isVital }) => isVital) ? fail(text, fix) : warn(text, fix)];
};

function resourceName(kind: Kind): string {
  const { group, plural } = resources[kind];
  return group === "" ? plural : `${plural}.${group}`;
}

async function mayI(
  kube: Kube,
  { kind, verb }: { readonly kind: Kind; readonly verb: string },
  namespace: string,
): Promise<boolean> {
  const { group, plural, isNamespaced } = resources[kind];
  const where = isNamespaced && own.includes(kind) ? { namespace } : {};
  return await askAccess(kube, { verb, group, resource: plural, ...where });
}
