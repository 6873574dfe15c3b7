/** The disks of an instance as files: made whole or not at all, and taken away when nothing names them any more. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Host } from "./host.ts";
import { folderOf } from "./image-store.ts";
import { diskFile, type InstanceLayout } from "./layout.ts";
import type { DataDisk, InstanceRecord, SystemDisk } from "./record.ts";

/** A layer of its own over the image, which stays as it is. */
export async function makeSystemDisk(host: Host, layout: InstanceLayout, disk: SystemDisk): Promise<void> {
  const base = `../images/${folderOf(disk.image)}/root.qcow2`;
  await make(host, layout, { id: disk.id, sizeGiB: disk.sizeGiB, options: ["-b", base, "-F", "qcow2"] });
}

export async function makeDataDisk(host: Host, layout: InstanceLayout, disk: DataDisk): Promise<void> {
  await make(host, layout, { id: disk.id, sizeGiB: disk.sizeGiB, options: [] });
}

interface NewDisk {
  readonly id: string;
  readonly sizeGiB: number;
  readonly options: readonly string[];
}

async function make(host: Host, layout: InstanceLayout, { id, sizeGiB, options }: NewDisk): Promise<void> {
  if (existsSync(layout.disk(id))) return;
  const part = `${diskFile(id)}.part`;
  const args = ["create", "-q", "-f", "qcow2", ...options, part, `${sizeGiB}G`];
  await host.run("qemu-img", args, layout.folder);
  await host.rename(join(layout.folder, part), layout.disk(id));
}

/** Old system disks, and beginnings of new ones. */
export async function removeStrayDisks(
  host: Host,
  layout: InstanceLayout,
  { systemDisk, dataDisks }: InstanceRecord,
): Promise<void> {
  const named = new Set([systemDisk, ...dataDisks].map(({ id }) => diskFile(id)));
  for (const name of readdirSync(layout.folder)) {
    if (/\.qcow2(\.part)?$/.test(name) && !named.has(name)) await host.remove(join(layout.folder, name));
  }
}

/** The first file that the instance cannot do without and that is not there. */
export function missingFile(
  layout: InstanceLayout,
  { systemDisk, dataDisks }: InstanceRecord,
): string | null {
  const files = [...[systemDisk, ...dataDisks].map(({ id }) => layout.disk(id)), layout.seed];
  return files.find((file) => !existsSync(file)) ?? null;
}
