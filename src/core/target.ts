/** What a machine of this pool should be made from now: image, kubelet version, and the request for a new instance. */
import type { DiskFields, InstanceRequest } from "../schema/machine.ts";
import type { Template } from "../schema/pool.ts";
import type { CatalogueFields } from "../schema/provider.ts";
import { canonical, hashOf } from "./hash.ts";
import { failedCreation, isLeaving } from "./member.ts";
import type { ClusterView, Machine, ProviderView, Snapshot } from "./model.ts";
import type { Facts, HoldReason } from "./reason.ts";
import { compareVersions, minorOf } from "./version.ts";

export type Target =
  | { readonly ok: true; readonly disk: DiskFields }
  | { readonly ok: false; readonly reason: HoldReason; readonly facts: Facts };

/** The disk the template asks for, with the open versions settled from the catalogue and the API server. */
export function targetDisk(
  template: Template,
  provider: Pick<ProviderView, "name" | "catalogue">,
  cluster: Pick<ClusterView, "serverVersion">,
): Target {
  const { catalogue, name } = provider;
  if (catalogue === null) return refuse("ProviderUnavailable", { provider: name });
  const family = template.image?.family ?? catalogue.images[0]?.family ?? "";
  const image = imageOf(template, family, catalogue);
  if (image === undefined) {
    const wanted = template.image?.version;
    return refuse("ImageUnknown", {
      image: wanted === undefined ? family : `${family} ${wanted}`,
      provider: name,
    });
  }
  const { serverVersion } = cluster;
  const version = template.kubernetesVersion ?? newestAllowed(image.kubernetesVersions, serverVersion);
  if (version === undefined || !image.kubernetesVersions.includes(version)) {
    const facts = { image: `${family} ${image.version}`, version: version ?? serverVersion, provider: name };
    return refuse("ImageUnknown", facts);
  }
  if (!isSkewAllowed(version, serverVersion)) return refuse("VersionSkew", { version, limit: serverVersion });
  return { ok: true, disk: diskOf(template, { family, version: image.version }, version) };
}

/** Why a provider without a whole list is waited for. */
export function providerFacts({ name: provider, message }: ProviderView): Facts {
  return message === "" ? { provider } : { provider, message };
}

function imageOf(
  template: Template,
  family: string,
  { images }: CatalogueFields,
): CatalogueFields["images"][number] | undefined {
  const wanted = template.image?.version;
  const ofFamily = images.filter((image) => image.family === family);
  return wanted === undefined ? ofFamily.at(-1) : ofFamily.find(({ version }) => version === wanted);
}

function diskOf(template: Template, image: DiskFields["image"], kubernetesVersion: string): DiskFields {
  const { systemDisk, userDataSecretRef } = template;
  return {
    image,
    kubernetesVersion,
    hash: hashOf(canonical({ image, kubernetesVersion, systemDisk, userData: userDataSecretRef?.name })),
  };
}

function refuse(reason: HoldReason, facts: Facts): Target {
  return { ok: false, reason, facts };
}

/** Kubernetes' policy: the kubelet is never newer than the API server, and at most three minors older. */
export function isSkewAllowed(kubelet: string, server: string): boolean {
  const difference = minorOf(server) - minorOf(kubelet);
  return difference >= 0 && difference <= 3;
}

function newestAllowed(versions: readonly string[], server: string): string | undefined {
  if (versions.includes(server)) return server;
  return versions
    .filter((version) => isSkewAllowed(version, server))
    .toSorted(compareVersions)
    .at(-1);
}

/** Does the machine's system disk differ from what the pool asks for? A machine still being made is never behind. */
export function isBehind(machine: Machine, target: DiskFields): boolean {
  const disk = machine.record.status?.disk;
  return disk !== undefined && disk.hash !== target.hash;
}

export interface Placement {
  readonly zone: string;
  readonly instanceType: string;
}

/** Every place an instance may go, in the order to try them: types as the person prefers them, zone by zone. */
export function placesOf({ pool }: Pick<Snapshot, "pool">, catalogue: CatalogueFields): readonly Placement[] {
  return typesOf(pool.spec.template, catalogue).flatMap((instanceType) =>
    zonesOf(pool.spec.template, catalogue).map((zone) => ({ zone, instanceType })),
  );
}

function typesOf(template: Template, catalogue: CatalogueFields): readonly string[] {
  return template.instanceTypes ?? catalogue.instanceTypes.slice(0, 1).map(({ name }) => name);
}

function zonesOf(template: Template, catalogue: CatalogueFields): readonly string[] {
  return template.zones ?? catalogue.zones;
}

/** Places for so many new instances: of the preferred type, each in the zone that has the fewest by then. */
export function placements(
  snapshot: Snapshot,
  catalogue: CatalogueFields,
  count: number,
): readonly Placement[] {
  const [instanceType] = typesOf(snapshot.pool.spec.template, catalogue);
  const counts = new Map(zonesOf(snapshot.pool.spec.template, catalogue).map((zone) => [zone, 0]));
  const add = (zone: string): void => {
    if (counts.has(zone)) counts.set(zone, (counts.get(zone) ?? 0) + 1);
  };
  // Whoever leaves makes room; but where creation failed the next is better tried elsewhere.
  for (const machine of snapshot.machines) {
    const { zone, creation } = machine.record.status ?? {};
    if (!isLeaving(machine) || failedCreation(machine) !== null) add(zone ?? creation?.request.zone ?? "");
  }
  return Array.from({ length: count }, (): Placement[] => {
    const [first, ...others] = counts;
    if (first === undefined || instanceType === undefined) return [];
    const [zone] = others.reduce((best, item) => (item[1] < best[1] ? item : best), first);
    add(zone);
    return [{ zone, instanceType }];
  }).flat();
}

/**
 * The place after the one of this attempt: the other zones first, then the next type, beginning with the zone of the first
 * attempt. Worked out from the attempt alone, so that every place has its turn, whatever the other machines do.
 */
export function placeAfter(
  { pool }: Pick<Snapshot, "pool">,
  catalogue: CatalogueFields,
  { zone, attempt }: { readonly zone: string; readonly attempt: number },
): Placement {
  const types = typesOf(pool.spec.template, catalogue);
  const zones = zonesOf(pool.spec.template, catalogue);
  const first = zones.indexOf(zone) - ((attempt - 1) % zones.length) + zones.length;
  return {
    zone: zones[(first + attempt) % zones.length] ?? zone,
    instanceType: types[Math.floor(attempt / zones.length) % types.length] ?? "",
  };
}

/** The whole body of the create call. Stored in the machine before it is sent (S31). */
export function instanceRequest(
  snapshot: Snapshot,
  machine: Machine,
  placement: Placement,
  disk: DiskFields,
): InstanceRequest {
  const { pool, cluster } = snapshot;
  const { template } = pool.spec;
  const { attributes } = machine.record.spec;
  return {
    ...placement,
    image: disk.image,
    kubernetesVersion: disk.kubernetesVersion,
    systemDisk: template.systemDisk,
    dataDisks: template.dataDisks ?? [],
    chargeType: machine.record.spec.chargeType,
    tags: {
      ...attributes.instanceTags,
      "poolkeeper.dev/cluster": cluster.uid,
      "poolkeeper.dev/pool": pool.metadata.name,
      "poolkeeper.dev/machine-uid": machine.record.metadata.uid ?? "",
    },
    nodeLabels: { ...attributes.nodeLabels, "poolkeeper.dev/pool": pool.metadata.name },
    taints: attributes.taints ?? [],
    unschedulable: template.unschedulable,
    ...(template.resourceGroup === undefined ? {} : { resourceGroup: template.resourceGroup }),
    ...(template.userDataSecretRef === undefined ? {} : { userDataSecret: template.userDataSecretRef.name }),
  };
}
