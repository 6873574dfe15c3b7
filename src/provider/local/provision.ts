/** Makes the disks and the seed of a new instance, and gives a stopped one a new system disk. Both may be done again and again. */
import { seedOf } from "./seed.ts";
import type { LocalContext } from "./context.ts";
import { makeDataDisk, makeSystemDisk, removeStrayDisks } from "./disk.ts";
import { type InstanceRecord, nodeNameOf, providerIdOf, type Work } from "./record.ts";

export async function provision(context: LocalContext, record: InstanceRecord): Promise<void> {
  const { host, images } = context;
  const layout = context.layout.instance(record.id);
  await images.hold(record.systemDisk.image);
  await makeSystemDisk(host, layout, record.systemDisk);
  for (const disk of record.dataDisks) await makeDataDisk(host, layout, disk);
  writeSeed(context, record);
}

/**
 * The new disk and its seed first, then the record, then the old disk's end: until the record names the new disk, the
 * instance has the old one.
 */
export async function replaceDisk(
  context: LocalContext,
  record: InstanceRecord,
  { systemDisk, token, bootstrap }: Extract<Work, { kind: "ReplaceDisk" }>,
): Promise<void> {
  const { host, images, records } = context;
  const layout = context.layout.instance(record.id);
  await images.hold(systemDisk.image);
  await makeSystemDisk(host, layout, systemDisk);
  // From here on there is a secret in the seed again.
  records.patch(record.id, { isJoined: false });
  writeSeed(context, { ...record, systemDisk, bootstrap });
  const replaced = { systemDisk, bootstrap, diskToken: token, failure: null, work: null };
  await removeStrayDisks(host, layout, records.patch(record.id, replaced));
}

function writeSeed({ host, layout, clock, naming }: LocalContext, record: InstanceRecord): void {
  const { id, number, bootstrap, systemDisk } = record;
  const seed = seedOf(
    {
      instanceId: id,
      nodeName: nodeNameOf(naming, id),
      providerId: providerIdOf(naming, id),
      bootstrap,
      number,
      systemDiskId: systemDisk.id,
      kind: systemDisk.image.kind,
    },
    clock.now(),
  );
  host.writeFile(layout.instance(id).seed, seed, 0o600);
}
