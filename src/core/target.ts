/** What a machine of this pool should be made from now: image, kubelet version, and the request for a new instance. */
import type { DiskFields, InstanceRequest } from "../schema/machine.ts";
import type { Template } from "../schema/pool.ts";
import type { CatalogueFields } from "../schema/provider.ts";
import { canonical, hashOf } from "./hash.ts";
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
  const { catalogue } = provider;
  if (catalogue === null) return refuse("ProviderUnavailable", { provider: provider.name });
  const family = template.image?.family ?? catalogue.images[0]?.family ?? "";
  const images = catalogue.images.filter((image) => image.family === family);
  const wanted = template.image?.version;
  const image = wanted === undefined ? images.at(-1) : images.find((item) => item.version === wanted);
  if (image === undefined) {
    return refuse("ImageUnknown", {
      image: wanted === undefined ? family : `${family} ${wanted}`,
      provider: provider.name,
    });
  }
  const version =
    template.kubernetesVersion ?? newestAllowed(image.kubernetesVersions, cluster.serverVersion);
  if (version === undefined || !image.kubernetesVersions.includes(version)) {
    return refuse("ImageUnknown", {
      image: `${family} ${image.version}`,
      version: version ?? cluster.serverVersion,
      provider: provider.name,
    });
  }
  if (!isSkewAllowed(version, cluster.serverVersion)) {
    return refuse("VersionSkew", { version, limit: cluster.serverVersion });
  }
  return { ok: true, disk: diskOf(template, { family, version: image.version }, version) };
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

/** Every place a new instance may go, best first: types in the person's order, zones with the fewest members first. */
export function placements(
  snapshot: Snapshot,
  catalogue: CatalogueFields,
  taken: readonly Placement[],
): Placement[] {
  const { template } = snapshot.pool.spec;
  const types = template.instanceTypes ?? catalogue.instanceTypes.slice(0, 1).map((type) => type.name);
  const zones = template.zones ?? catalogue.zones;
  const counts = new Map(zones.map((zone) => [zone, 0]));
  const count = (zone: string | undefined): void => {
    if (zone !== undefined && counts.has(zone)) counts.set(zone, (counts.get(zone) ?? 0) + 1);
  };
  for (const machine of snapshot.machines)
    count(machine.record.status?.zone ?? machine.record.status?.creation?.request.zone);
  for (const placement of taken) count(placement.zone);
  const ordered = zones.toSorted((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0));
  return types.flatMap((instanceType) => ordered.map((zone) => ({ zone, instanceType })));
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
