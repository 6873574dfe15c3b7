/** May this provider be made or deleted? */
import type { ManagedNodePoolObject } from "../../schema/pool.ts";
import type { InfrastructureProviderObject, ProviderSpec } from "../../schema/provider.ts";
import { type Answer, ask, effect, grant, listed, placeOf, refuse } from "./answer.ts";
import { checkName } from "./check.ts";
import { isInnerEndpoint } from "./endpoint.ts";

export interface ProviderDraft {
  readonly name: string;
  readonly namespace: string;
  readonly spec: ProviderSpec;
}

export function createProvider(draft: ProviderDraft, existing: readonly string[]): Answer {
  const { name, namespace, spec } = draft;
  const badName = checkName(name, 63);
  if (badName !== null) return { ok: false, refusal: badName };
  if (existing.includes(name)) return refuse("NameTaken", { object: `Provider ${name}` });
  const { endpoint } = spec;
  if (endpoint !== undefined && spec.type !== "local" && isInnerEndpoint(endpoint)) {
    const message = "it points into this machine or network, which is no place of a cloud";
    return refuse("InvalidValue", { field: "endpoint", value: endpoint, message });
  }
  const object: InfrastructureProviderObject = {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "InfrastructureProvider",
    metadata: { name, namespace },
    spec,
  };
  const facts = { provider: name, value: spec.type, zone: spec.region };
  return grant(
    [{ kind: "Create", of: "InfrastructureProvider", object }],
    [effect("CreatesProvider", facts)],
  );
}

/** A pool without its provider can neither grow nor let its instances go, so a provider in use stays. */
export function deleteProvider(
  provider: InfrastructureProviderObject,
  pools: readonly ManagedNodePoolObject[],
): Answer {
  const { name } = provider.metadata;
  const users = pools.filter(({ spec }) => spec.providerRef.name === name);
  if (users.length > 0) {
    return refuse("ProviderInUse", {
      provider: name,
      object: listed(users.map((pool) => pool.metadata.name)),
    });
  }
  return grant(
    [{ kind: "Delete", ...placeOf("InfrastructureProvider", provider) }],
    [effect("DeletesProvider", { provider: name })],
    ask,
  );
}
