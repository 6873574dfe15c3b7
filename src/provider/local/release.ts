/** Takes an instance away with everything that was made for it, but for data disks that are to be kept. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { LocalContext } from "./context.ts";
import { diskFile } from "./layout.ts";
import type { InstanceRecord } from "./record.ts";
import { cutPower, powerOff } from "./stop.ts";

/** The record goes last, so that a crash anywhere in between goes on from the beginning. */
export async function release(
  context: LocalContext,
  record: InstanceRecord,
  signal: AbortSignal,
): Promise<void> {
  const { host, records, clock } = context;
  const layout = context.layout.instance(record.id);
  const kept = record.dataDisks.filter(({ onRelease }) => onRelease === "Keep");
  // A disk that somebody will read later deserves a clean end.
  if (kept.length > 0) await powerOff(context, record, signal);
  else await cutPower(context, record);
  if (signal.aborted) return;
  for (const disk of kept) await keep(context, record, disk.id);
  for (const name of readdirSync(layout.folder)) {
    const file = join(layout.folder, name);
    if (file !== layout.record) await host.remove(file);
  }
  records.forget(record, clock.now());
  await host.remove(layout.folder);
}

/** First whose it was, then the disk itself. */
async function keep(
  { host, layout, clock }: LocalContext,
  record: InstanceRecord,
  id: string,
): Promise<void> {
  const from = layout.instance(record.id).disk(id);
  if (!existsSync(from)) return;
  await host.makeFolder(layout.keptDisks);
  const disk = record.dataDisks.find((each) => each.id === id);
  const story = {
    ...disk,
    instanceId: record.id,
    machineName: record.bootstrap.machineName,
    poolName: record.bootstrap.poolName,
    keptAt: new Date(clock.now()).toISOString(),
  };
  host.writeFile(join(layout.keptDisks, `${id}.json`), `${JSON.stringify(story, null, 2)}\n`, 0o600);
  await host.rename(from, join(layout.keptDisks, diskFile(id)));
}
