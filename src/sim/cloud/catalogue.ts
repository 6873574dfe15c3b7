/** What the simulated cloud sells: zones, images and instance types of one region. */
import type { InstanceRequest } from "../../schema/machine.ts";
import type { CatalogueFields } from "../../schema/provider.ts";

type Image = CatalogueFields["images"][number];
type InstanceType = CatalogueFields["instanceTypes"][number];

export function catalogueOf(region: string): CatalogueFields {
  const zones = region === "cn-hangzhou" ? ["h", "i", "j"] : ["a", "b", "c"];
  return { zones: zones.map((zone) => `${region}-${zone}`), images, instanceTypes };
}

/** The first thing in the request that the catalogue does not offer, as a sentence; null when all of it is offered. */
export function notOffered(catalogue: CatalogueFields, request: InstanceRequest): string | null {
  if (!catalogue.zones.includes(request.zone)) {
    return `zone ${request.zone} does not exist; zones are ${catalogue.zones.join(", ")}`;
  }
  if (instanceTypeOf(request.instanceType) === undefined) {
    const names = catalogue.instanceTypes.map((type) => type.name);
    return `instance type ${request.instanceType} does not exist; types are ${names.join(", ")}`;
  }
  return diskNotOffered(catalogue, request);
}

export function diskNotOffered(
  catalogue: CatalogueFields,
  disk: Pick<InstanceRequest, "image" | "kubernetesVersion">,
): string | null {
  const { family, version } = disk.image;
  const image = catalogue.images.find((each) => each.family === family && each.version === version);
  if (image === undefined) {
    const names = catalogue.images.map((each) => `${each.family} ${each.version}`);
    return `image ${family} ${version} does not exist; images are ${names.join(", ")}`;
  }
  if (image.kubernetesVersions.includes(disk.kubernetesVersion)) return null;
  return `image ${family} ${version} does not run kubelet ${disk.kubernetesVersion}; it runs ${image.kubernetesVersions.join(", ")}`;
}

export function instanceTypeOf(name: string): InstanceType | undefined {
  return instanceTypes.find((type) => type.name === name);
}

export function isWindows(family: string): boolean {
  return family === "Windows";
}

const older = ["v1.34.6", "v1.34.9", "v1.35.2", "v1.35.6"];
const newer = [...older, "v1.36.3", "v1.36.4"];

const images: Image[] = [
  image("AlibabaCloudLinux", "3.2104.11", [...older, "v1.36.3"]),
  image("AlibabaCloudLinux", "3.2104.12", newer),
  image("CentOS", "7.9", older),
  image("CentOS", "9-stream", newer),
  image("Ubuntu", "22.04", newer),
  image("Ubuntu", "24.04", newer),
  image("Windows", "2019", newer),
  image("Windows", "2022", newer),
];

const instanceTypes: InstanceType[] = [
  instanceType("ecs.g7.large", 2, 8),
  instanceType("ecs.g7.xlarge", 4, 16),
  instanceType("ecs.g7.2xlarge", 8, 32),
  instanceType("ecs.c7.large", 2, 4),
  instanceType("ecs.c7.xlarge", 4, 8),
  instanceType("ecs.c7.2xlarge", 8, 16),
  instanceType("ecs.r7.large", 2, 16),
  { ...instanceType("ecs.g8y.large", 2, 8), architecture: "arm64" },
];

function image(family: string, version: string, kubernetesVersions: string[]): Image {
  const operatingSystem = isWindows(family) ? "windows" : "linux";
  return { family, version, kubernetesVersions, operatingSystem };
}

function instanceType(name: string, cpu: number, memoryGiB: number): InstanceType {
  return { name, cpu, memoryMiB: memoryGiB * 1024, architecture: "amd64" };
}
