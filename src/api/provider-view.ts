/** A provider as the API shows it, and what a form for a new pool may offer from its catalogue. */
import { isSkewAllowed } from "../core/target.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import type { InfrastructureProviderObject } from "../schema/provider.ts";
import { complaintText } from "../text/complaint.ts";
import type { Language } from "../text/words.ts";
import type { CatalogueView, ProviderView } from "./types.ts";
import { conditionView, metaOf, readyState } from "./words.ts";

export function providerView(
  provider: InfrastructureProviderObject,
  pools: readonly ManagedNodePoolObject[],
  language: Language,
): ProviderView {
  const { metadata, spec, status = {} } = provider;
  const { catalogue } = status;
  return {
    ...metaOf(provider),
    spec,
    state: readyState(status.conditions, language),
    conditions: (status.conditions ?? []).map((condition) => {
      const shown = conditionView(condition, language);
      return { ...shown, message: complaintText(shown.message, language) };
    }),
    quotas: [...(status.quotas ?? [])],
    orphans: (status.orphans ?? []).map((orphan) => ({
      ...orphan,
      message: complaintText(orphan.message, language),
    })),
    offers: {
      zones: catalogue?.zones.length ?? 0,
      images: catalogue?.images.length ?? 0,
      instanceTypes: catalogue?.instanceTypes.length ?? 0,
    },
    observedTime: status.observedTime ?? null,
    pools: pools
      .filter((pool) => pool.spec.providerRef.name === metadata.name)
      .map((pool) => pool.metadata.name),
  };
}

export function catalogueView(
  { metadata, spec, status }: InfrastructureProviderObject,
  serverVersion: string,
): CatalogueView {
  const catalogue = status?.catalogue;
  return {
    provider: metadata.name,
    region: spec.region,
    isKnown: catalogue !== undefined,
    zones: [...(catalogue?.zones ?? [])],
    images: (catalogue?.images ?? []).map((image) => ({
      ...image,
      fitting: image.kubernetesVersions.filter((version) => isSkewAllowed(version, serverVersion)),
    })),
    instanceTypes: [...(catalogue?.instanceTypes ?? [])],
    chargeTypes: spec.type === "local" ? ["PayAsYouGo"] : ["PayAsYouGo", "Subscription"],
    serverVersion,
    quotas: [...(status?.quotas ?? [])],
  };
}
