/** What this host offers to pools: its one zone, the images on its disk, and sizes of instances. */
import { availableParallelism } from "node:os";
import type { Architecture } from "../../image/manifest.ts";
import type { DiskFields, InstanceRequest } from "../../schema/machine.ts";
import type { CatalogueFields } from "../../schema/provider.ts";
import { totalMiB } from "./host-memory.ts";
import type { ImageStore } from "./image-store.ts";
import { typesFor } from "./instance-types.ts";

export async function catalogueOf(
  region: string,
  architecture: Architecture,
  images: ImageStore,
): Promise<CatalogueFields> {
  const offered = await images.offered();
  return {
    zones: [zoneOf(region)],
    images: offered.map(({ manifest }) => ({
      family: manifest.family,
      version: manifest.version,
      kubernetesVersions: manifest.kubernetesVersion === null ? [] : [manifest.kubernetesVersion],
      operatingSystem: manifest.operatingSystem,
    })),
    instanceTypes: typesFor({ cpus: availableParallelism(), memoryMiB: totalMiB() }, architecture),
  };
}

function zoneOf(region: string): string {
  return `${region}-a`;
}

/** The first thing in the request that is not offered, as a sentence; null when all of it is. */
export function notOffered(catalogue: CatalogueFields, request: InstanceRequest): string | null {
  const { zones, instanceTypes } = catalogue;
  if (!zones.includes(request.zone)) {
    return `zone ${request.zone} does not exist; this host is zone ${zones.join(", ")}`;
  }
  const names = instanceTypes.map(({ name }) => name);
  if (!names.includes(request.instanceType)) {
    return `instance type ${request.instanceType} does not exist on this host; types are ${names.join(", ")}`;
  }
  if (request.chargeType === "Subscription")
    return "instances of this host are not billed; set chargeType PayAsYouGo";
  return diskNotOffered(catalogue, request);
}

export function diskNotOffered(
  { images }: CatalogueFields,
  { image: { family, version }, kubernetesVersion }: Pick<DiskFields, "image" | "kubernetesVersion">,
): string | null {
  const image = images.find((each) => each.family === family && each.version === version);
  if (image === undefined) {
    const names = images.map((each) => `${each.family} ${each.version}`).join(", ");
    return `image ${family} ${version} is not on this host; images are ${names || "none"}: poolkeeper image list`;
  }
  if (image.kubernetesVersions.includes(kubernetesVersion)) return null;
  const runs = image.kubernetesVersions.join(", ") || "a version that nobody has named";
  return `image ${family} ${version} does not run kubelet ${kubernetesVersion}; it runs ${runs}`;
}
