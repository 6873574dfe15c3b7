/** Brings our namespace, kinds and a named provider into a cluster. Repeating it changes nothing. */
import type { Clock } from "../ports/clock.ts";
import { sleep } from "../ports/clock.ts";
import { isPortError } from "../ports/errors.ts";
import type { Kube } from "../ports/kube.ts";
import { customResourceDefinitions } from "../schema/crd.ts";
import { apiGroup, kinds, type OwnKind, ownKinds } from "../schema/kind.ts";
import type { KubeObject } from "../schema/kubernetes.ts";
import type { InfrastructureProviderObject, ProviderSpec } from "../schema/provider.ts";
import { StartError } from "./error.ts";

const fieldManager = "poolkeeper-install";

export async function ensureNamespace(kube: Kube, name: string): Promise<void> {
  try {
    await kube.create("Namespace", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  } catch (error) {
    if (!isPortError(error, "AlreadyExists")) throw error;
  }
}

/** Applies the definitions and waits until the server serves them. */
export async function installCrds(kube: Kube, namespace: string, clock: Clock): Promise<void> {
  for (const definition of customResourceDefinitions()) {
    await kube.patch(
      "CustomResourceDefinition",
      { name: definition.metadata.name },
      { type: "apply", body: definition, fieldManager, force: true },
    );
  }
  for (let attempt = 0; attempt < 100; attempt++) {
    const missing = await missingKinds(kube, namespace);
    if (missing.length === 0) return;
    await sleep(clock, 100);
  }
  throw new StartError(
    "The API server has not established poolkeeper's kinds within 10 seconds: kubectl get crds | grep poolkeeper.dev",
  );
}

/** Which of our kinds the server does not serve. Asked of the kinds themselves, since who may use them may not read definitions. */
export async function missingKinds(kube: Kube, namespace: string): Promise<readonly string[]> {
  const served = await Promise.all(ownKinds.map((kind) => isServed(kube, kind, namespace)));
  const missing = ownKinds.filter((_, index) => served[index] === false);
  return missing.map((kind) => `${kinds[kind].plural}.${apiGroup}`);
}

async function isServed(kube: Kube, kind: OwnKind, namespace: string): Promise<boolean> {
  try {
    await kube.list(kind, { namespace });
    return true;
  } catch (error) {
    // A refusal comes after the kind was found, or before it was looked for; the check of permissions names it.
    if (isPortError(error, "Denied")) return true;
    if (isPortError(error) && error.status === 404) return false;
    throw error;
  }
}

/** Who may do what, where that is for us to say. */
export async function applyBindings(kube: Kube, bindings: readonly KubeObject[]): Promise<void> {
  for (const body of bindings) {
    const { name } = body.metadata;
    await kube.patch("ClusterRoleBinding", { name }, { type: "apply", body, fieldManager, force: true });
  }
}

/** Node names begin with the region, so it is kept short. */
const regions: Readonly<Record<ProviderSpec["type"], string>> = {
  simulator: "cn-hangzhou",
  ecs: "cn-hangzhou",
  local: "local",
};

/** The provider a person named at start, made with the defaults of its type when it is not there. */
export async function ensureProvider(
  kube: Kube,
  namespace: string,
  { name, type }: { readonly name: string; readonly type: ProviderSpec["type"] },
): Promise<void> {
  const provider: InfrastructureProviderObject = {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "InfrastructureProvider",
    metadata: { name, namespace },
    spec: { type, region: regions[type] },
  };
  try {
    await kube.create("InfrastructureProvider", provider);
  } catch (error) {
    if (!isPortError(error, "AlreadyExists")) throw error;
  }
}
