/** Is a pool's spec possible with this provider, API server and these windows? The schema's own rules are checked before. */
import type { PoolSpec } from "../../schema/pool.ts";
import type { InfrastructureProviderObject } from "../../schema/provider.ts";
import type { Facts, RefusalReason } from "../reason.ts";
import { isSkewAllowed } from "../target.ts";
import { minorOf } from "../version.ts";
import { listed, type Refusal } from "./answer.ts";

/** What a new or changed pool is checked against. */
export interface Surroundings {
  readonly providers: readonly InfrastructureProviderObject[];
  /** Names of the maintenance windows. */
  readonly windows: readonly string[];
  /** Names of the pools. */
  readonly pools: readonly string[];
  readonly serverVersion: string;
}

export const maxReplicas = 2000;

export function checkName(name: string, limit: number): Refusal | null {
  const isPossible = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name) && name.length <= limit;
  return isPossible ? null : refusal("InvalidName", { object: name === "" ? "The empty name" : name, limit });
}

export function checkCount(count: number, field: string): Refusal | null {
  if (Number.isInteger(count) && count >= 0 && count <= maxReplicas) return null;
  return refusal("CountOutOfRange", { count, field, valid: `a whole number from 0 to ${maxReplicas}` });
}

/** The first thing that is wrong with it, or null. A provider without a catalogue is trusted. */
export function checkSpec(spec: PoolSpec, around: Surroundings): Refusal | null {
  const provider = around.providers.find((item) => item.metadata.name === spec.providerRef.name);
  if (provider === undefined) {
    const names = around.providers.map((item) => item.metadata.name);
    return refusal("UnknownProvider", { provider: spec.providerRef.name, ...validOf(names) });
  }
  return (
    checkCount(spec.replicas, "nodes") ??
    checkPlaces(spec, provider) ??
    checkImage(spec, provider) ??
    checkVersion(spec, provider, around.serverVersion) ??
    checkWindow(spec, around)
  );
}

export function hasCatalogue(spec: PoolSpec, around: Surroundings): boolean {
  return around.providers.some(
    (item) => item.metadata.name === spec.providerRef.name && item.status?.catalogue !== undefined,
  );
}

function checkPlaces({ template }: PoolSpec, provider: InfrastructureProviderObject): Refusal | null {
  const { name } = provider.metadata;
  const catalogue = provider.status?.catalogue;
  if (template.chargeType === "Subscription" && provider.spec.type === "local") {
    return refusal("ChargeTypeUnsupported", { provider: name, value: "Subscription", valid: "PayAsYouGo" });
  }
  if (catalogue === undefined) return null;
  const zone = template.zones?.find((item) => !catalogue.zones.includes(item));
  if (zone !== undefined)
    return refusal("UnknownZone", { provider: name, zone, ...validOf(catalogue.zones) });
  const types = catalogue.instanceTypes.map((type) => type.name);
  const instanceType = template.instanceTypes?.find((item) => !types.includes(item));
  if (instanceType === undefined) return null;
  return refusal("UnknownInstanceType", { provider: name, instanceType, ...validOf(types) });
}

function checkImage({ template }: PoolSpec, provider: InfrastructureProviderObject): Refusal | null {
  const { image } = template;
  const catalogue = provider.status?.catalogue;
  if (image === undefined || catalogue === undefined) return null;
  const { name } = provider.metadata;
  const ofFamily = catalogue.images.filter((item) => item.family === image.family);
  if (ofFamily.length === 0) {
    const families = [...new Set(catalogue.images.map((item) => item.family))];
    return refusal("UnknownImage", { provider: name, image: image.family, ...validOf(families) });
  }
  if (image.version === undefined || ofFamily.some((item) => item.version === image.version)) return null;
  const versions = ofFamily.map((item) => `${item.family} ${item.version}`);
  return refusal("UnknownImage", {
    provider: name,
    image: `${image.family} ${image.version}`,
    ...validOf(versions),
  });
}

function checkVersion(
  { template }: PoolSpec,
  provider: InfrastructureProviderObject,
  serverVersion: string,
): Refusal | null {
  const version = template.kubernetesVersion;
  if (version === undefined) return null;
  const offered = versionsOf(template.image, provider);
  const fitting = offered?.filter((item) => isSkewAllowed(item, serverVersion)) ?? [];
  if (!isSkewAllowed(version, serverVersion)) {
    const reason = minorOf(version) > minorOf(serverVersion) ? "VersionSkewTooNew" : "VersionSkewTooOld";
    return refusal(reason, { version, limit: serverVersion, ...validOf(fitting) });
  }
  if (offered === null || offered.includes(version)) return null;
  const { family, version: imageVersion } = template.image ?? {};
  const image = [family, imageVersion].filter((part) => part !== undefined).join(" ") || "of the pool";
  return refusal("InvalidValue", {
    field: "kubernetesVersion",
    value: version,
    message: `the image ${image} runs ${listed(fitting) || "none that this API server allows"}`,
  });
}

/** The kubelet versions of the image that the template would take; null where there is no catalogue to ask. */
function versionsOf(
  image: PoolSpec["template"]["image"],
  provider: InfrastructureProviderObject,
): readonly string[] | null {
  const images = provider.status?.catalogue?.images;
  if (images === undefined) return null;
  const family = image?.family ?? images[0]?.family;
  const ofFamily = images.filter((item) => item.family === family);
  const taken =
    image?.version === undefined ? ofFamily.at(-1) : ofFamily.find((item) => item.version === image.version);
  return taken?.kubernetesVersions ?? [];
}

function checkWindow(spec: PoolSpec, around: Surroundings): Refusal | null {
  const window = spec.management.maintenanceWindowRef?.name;
  if (window === undefined || around.windows.includes(window)) return null;
  return refusal("WindowUnknown", { window, ...validOf(around.windows) });
}

export function validOf(names: readonly string[]): Facts {
  return names.length === 0 ? {} : { valid: listed(names, 12) };
}

function refusal(reason: RefusalReason, facts: Facts): Refusal {
  return { reason, facts };
}
