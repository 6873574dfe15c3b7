/** The record of a new instance: refused where the host does not offer it or has no room, else with a number of its own. */
import { createServer } from "node:net";
import type { Image } from "../../image/manifest.ts";
import { PortError } from "../../ports/errors.ts";
import type { Bootstrap } from "../../ports/provider.ts";
import type { InstanceRequest } from "../../schema/machine.ts";
import { overheadMiB } from "./command-line.ts";
import { shortageFor } from "./capacity.ts";
import { diskNotOffered, notOffered } from "./catalogue.ts";
import type { LocalContext } from "./context.ts";
import { availableMiB, residentMiB } from "./host-memory.ts";
import { typeNamed } from "./instance-types.ts";
import { refusal } from "./map.ts";
import { addressOf, kubeletPort, largestNumber } from "./network.ts";
import {
  bodyHashOf,
  diskIdOf,
  instanceIdOf,
  type InstanceRecord,
  type SystemDisk,
  thisBoot,
} from "./record.ts";
import { userDataFlaw } from "./seed.ts";

export interface Order {
  readonly clientToken: string;
  readonly request: InstanceRequest;
  readonly bootstrap: Bootstrap;
}

export async function admit(context: LocalContext, order: Order): Promise<InstanceRecord> {
  const { clientToken, request, bootstrap } = order;
  const what = `create of ${bootstrap.machineName}`;
  const flaw = notOffered(await context.catalogue(), request);
  if (flaw !== null) throw refusal("Invalid", `${what}: ${flaw}; nothing was created`);
  const image = await imageFor(context, request.image, what);
  const { minDiskGiB } = image.manifest;
  if (request.systemDisk.sizeGiB < minDiskGiB) {
    const { sizeGiB } = request.systemDisk;
    const why = `its image needs a system disk of ${minDiskGiB} GiB, not ${sizeGiB} GiB`;
    throw refusal("Invalid", `${what}: ${why}; nothing was created`);
  }
  refuseUserData(image, bootstrap, `${what}: `, "nothing was created");
  refuseShortage(context, request, what);
  const number = await freeNumber(context, what);
  const id = instanceIdOf(clientToken);
  const dataDisks = request.dataDisks.map(({ name, sizeGiB, onRelease }) => {
    return { id: diskIdOf(clientToken, "data", name), name, sizeGiB, onRelease };
  });
  return {
    format: 1,
    id,
    clientToken,
    bodyHash: bodyHashOf(request),
    request,
    tags: request.tags,
    createdAt: context.clock.now(),
    number,
    address: addressOf(context.network, number),
    systemDisk: systemDiskOf(image, { id: diskIdOf(clientToken), ...request }),
    diskToken: clientToken,
    dataDisks,
    bootstrap,
    isJoined: false,
    work: { kind: "Provision" },
    process: null,
    hostBoot: thisBoot,
    failure: null,
  };
}

export async function newSystemDisk(
  context: LocalContext,
  { id, systemDisk }: InstanceRecord,
  {
    image,
    kubernetesVersion,
    token,
    bootstrap,
  }: Pick<InstanceRequest, "image" | "kubernetesVersion"> & Pick<Order, "bootstrap"> & { token: string },
): Promise<SystemDisk> {
  const what = `replaceSystemDisk ${id}`;
  const flaw = diskNotOffered(await context.catalogue(), { image, kubernetesVersion });
  if (flaw !== null) throw refusal("Invalid", `${what}: ${flaw}; the disk was kept`);
  const found = await imageFor(context, image, what);
  refuseUserData(found, bootstrap, `${what}: `, "the disk was kept");
  const sizeGiB = Math.max(systemDisk.sizeGiB, found.manifest.minDiskGiB);
  return systemDiskOf(found, { id: diskIdOf(id, token), systemDisk: { sizeGiB }, kubernetesVersion });
}

function refuseUserData({ manifest }: Image, { userData }: Bootstrap, what: string, kept: string): void {
  const flaw = userDataFlaw(manifest.kind, userData);
  if (flaw !== null) throw refusal("Invalid", `${what}${flaw}; ${kept}`);
}

/** Found in the catalogue a moment ago; it may have been removed since. */
async function imageFor(
  { images }: LocalContext,
  image: InstanceRequest["image"],
  what: string,
): Promise<Image> {
  const found = await images.find(image);
  if (found !== null) return found;
  throw refusal("Invalid", `${what}: image ${image.family} ${image.version} was removed just now`);
}

interface NewDisk extends Pick<InstanceRequest, "kubernetesVersion"> {
  readonly id: string;
  readonly systemDisk: { readonly sizeGiB: number };
}

function systemDiskOf({ manifest }: Image, { id, systemDisk, kubernetesVersion }: NewDisk): SystemDisk {
  const { family, version, recipe, kind } = manifest;
  return { id, sizeGiB: systemDisk.sizeGiB, image: { family, version, recipe, kind }, kubernetesVersion };
}

function refuseShortage(context: LocalContext, request: InstanceRequest, what: string): void {
  const { settings, layout, host, records, vms } = context;
  const others = records.all().map((record) => {
    const process = vms.findProcess(record);
    return {
      type: typeNamed(record.request.instanceType),
      residentMiB: process === null ? 0 : residentMiB(process.pid),
    };
  });
  const shortage = shortageFor(typeNamed(request.instanceType), {
    settings,
    others,
    overheadMiB,
    availableMiB: availableMiB(),
    freeBytes: host.freeBytes(layout.root),
    folder: layout.root,
  });
  if (shortage === null) return;
  const message = `${what}: no room for ${request.instanceType}: ${shortage}; nothing was created`;
  throw new PortError({ kind: "QuotaExceeded", message });
}

/** One whose address nobody listens on: another Poolkeeper of this host may have the same block. */
async function freeNumber({ records, network }: LocalContext, what: string): Promise<number> {
  const taken = new Set(records.all().map(({ number }) => number));
  for (let number = 1; number <= largestNumber; number += 1) {
    if (!taken.has(number) && (await isFree(addressOf(network, number)))) return number;
  }
  const why = `all of its ${largestNumber} addresses ${addressOf(network, 1)} and on are taken`;
  throw refusal("QuotaExceeded", `${what}: ${why}; nothing was created`);
}

function isFree(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on("error", () => resolve(false));
    server.listen({ port: kubeletPort, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
