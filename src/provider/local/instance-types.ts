/** Sizes of instances on this host. */
import type { Architecture } from "../../image/manifest.ts";
import type { CatalogueFields } from "../../schema/provider.ts";

export interface InstanceType {
  readonly name: string;
  readonly cpu: number;
  readonly memoryMiB: number;
}

/** A kubelet with its runtime and a few pods is at home in the first one. */
const smallest: InstanceType = { name: "local.small", cpu: 1, memoryMiB: 1280 };

const types: readonly InstanceType[] = [
  smallest,
  { name: "local.medium", cpu: 2, memoryMiB: 2048 },
  { name: "local.large", cpu: 2, memoryMiB: 4096 },
  { name: "local.xlarge", cpu: 4, memoryMiB: 8192 },
];

export interface HostSize {
  readonly cpus: number;
  readonly memoryMiB: number;
}

/** Those that this host could ever hold; the smallest in any case. */
export function typesFor(host: HostSize, architecture: Architecture): CatalogueFields["instanceTypes"] {
  return types
    .filter((type) => type === smallest || (type.cpu <= host.cpus && type.memoryMiB < host.memoryMiB))
    .map((type) => ({ ...type, architecture }));
}

/** Of an instance that exists, the type was known when it was made. */
export function typeNamed(name: string): InstanceType {
  return types.find((type) => type.name === name) ?? smallest;
}
