/** Brings our namespace, kinds and a named provider into a cluster. Repeating it changes nothing. */
import type { Clock } from "../ports/clock.ts";
import { sleep } from "../ports/clock.ts";
import { isPortError } from "../ports/errors.ts";
import type { Kube } from "../ports/kube.ts";
import { customResourceDefinitions } from "../schema/crd.ts";
import type { KubeObject } from "../schema/kubernetes.ts";
import type { InfrastructureProviderObject } from "../schema/provider.ts";
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
export async function installCrds(kube: Kube, clock: Clock): Promise<void> {
  for (const definition of customResourceDefinitions()) {
    await kube.patch(
      "CustomResourceDefinition",
      { name: definition.metadata.name },
      { type: "apply", body: definition, fieldManager, force: true },
    );
  }
  for (let attempt = 0; attempt < 100; attempt++) {
    const missing = await missingCrds(kube);
    if (missing.length === 0) return;
    await sleep(clock, 100);
  }
  throw new StartError(
    "The API server has not established poolkeeper's kinds within 10 seconds: kubectl get crds | grep poolkeeper.dev",
  );
}

/** Names of our kinds that the cluster does not serve yet. */
export async function missingCrds(kube: Kube): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const { metadata } of customResourceDefinitions()) {
    const found = await kube
      .get("CustomResourceDefinition", { name: metadata.name })
      .catch((error: unknown) => (isPortError(error, "NotFound") ? null : Promise.reject(error)));
    if (found === null || !isEstablished(found)) missing.push(metadata.name);
  }
  return missing;
}

function isEstablished(definition: KubeObject & { readonly status?: unknown }): boolean {
  const { conditions = [] } = (definition.status ?? {}) as {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
  return conditions.some(({ type, status }) => type === "Established" && status === "True");
}

/** The provider a person named at start, made with the defaults of its type when it is not there. */
export async function ensureProvider(kube: Kube, namespace: string, name: string): Promise<void> {
  const provider: InfrastructureProviderObject = {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "InfrastructureProvider",
    metadata: { name, namespace },
    spec: { type: name === "local" || name === "ecs" ? name : "simulator", region: "cn-hangzhou" },
  };
  try {
    await kube.create("InfrastructureProvider", provider);
  } catch (error) {
    if (!isPortError(error, "AlreadyExists")) throw error;
  }
}
