/** Brings an instance's QEMU up and waits until it answers. What the guest makes of it is not waited for. */
import { existsSync, readFileSync } from "node:fs";
import { sleep } from "../../ports/clock.ts";
import { isProcessAlive, type ProcessId } from "../../start/process-id.ts";
import { commandLine, platforms } from "./command-line.ts";
import type { LocalContext } from "./context.ts";
import { missingFile } from "./disk.ts";
import { EffectFailed } from "./effect-failed.ts";
import { folderOf } from "./image-store.ts";
import { typeNamed } from "./instance-types.ts";
import { type InstanceRecord, thisBoot } from "./record.ts";

const answerLimitMs = 60_000;
const pollMs = 50;
const bootLimitMs = 110_000;

/** Called off, it leaves what it has started to whoever called it off. */
export async function boot(
  context: LocalContext,
  record: InstanceRecord,
  signal: AbortSignal,
): Promise<void> {
  const found = context.vms.findProcess(record);
  if (found !== null) return answered(context, record.id, found, signal);
  const slot = await context.slots.take(signal);
  if (slot === null) return;
  try {
    await start(context, record, signal);
    // The agent is the first sign of a system that is up. Without one the place is kept for as long as is reasonable.
    void context.agents.isUp(record.id, bootLimitMs, context.closing).then(() => slot.release());
  } catch (error) {
    slot.release();
    throw error;
  }
}

async function start(context: LocalContext, record: InstanceRecord, signal: AbortSignal): Promise<void> {
  const { host, vms } = context;
  const layout = context.layout.instance(record.id);
  const { program, args } = await prepare(context, record);
  if (existsSync(layout.console)) await host.rename(layout.console, layout.consoleBefore);
  const launched = await host.launch({ program, args, folder: layout.folder, logFile: layout.qemuLog });
  context.records.patchEvenIfFull(record.id, { process: launched.process, hostBoot: thisBoot });
  try {
    await answered(context, record.id, launched.process, signal);
  } catch (error) {
    if (isProcessAlive(launched.process)) throw error;
    // Started a moment before we were killed, another one may hold the disks: then it is the one.
    const other = vms.findProcess(record);
    if (other !== null) return answered(context, record.id, other, signal);
    const said = readFileSync(layout.qemuLog, "utf8").trim();
    throw new EffectFailed(`QEMU ended at once (${await launched.ended}): ${said || "it said nothing"}`, {
      cause: error,
    });
  }
}

async function prepare(
  context: LocalContext,
  record: InstanceRecord,
): Promise<{ readonly program: string; readonly args: readonly string[] }> {
  const { images, network, accelerators } = context;
  const { image } = record.systemDisk;
  const missing = missingFile(context.layout.instance(record.id), record);
  if (missing !== null) throw new EffectFailed(`${missing} is missing; nothing was started or changed`);
  const manifest = images.manifestOf(image);
  if (manifest === null) {
    const what = `image ${image.family} ${image.version}, on which the system disk lies,`;
    throw new EffectFailed(`${what} is missing in ${context.layout.images}; nothing was started or changed`);
  }
  const { cpu, memoryMiB } = typeNamed(record.request.instanceType);
  const accelerator = await accelerators.choose(manifest, `${context.layout.images}/${folderOf(image)}`);
  const hardware = {
    accelerator,
    cpus: cpu,
    memoryMiB,
    network,
    manifest,
    imageFolder: `../images/${folderOf(image)}`,
  };
  return { program: platforms[manifest.architecture].program, args: commandLine(record, hardware) };
}

/** Waits for QEMU's own answer that the machine runs. */
async function answered(
  { vms, clock, records }: LocalContext,
  id: string,
  process: ProcessId,
  signal: AbortSignal,
): Promise<void> {
  const until = clock.monotonic() + answerLimitMs;
  while (!signal.aborted) {
    try {
      const qmp = await vms.monitor(id);
      const status = (await qmp.execute("query-status")) as { readonly running?: unknown };
      if (status.running !== true) await qmp.execute("cont");
      break;
    } catch (error) {
      if (!isProcessAlive(process) || clock.monotonic() >= until) throw error;
      await sleep(clock, pollMs);
    }
  }
  if (signal.aborted) return;
  vms.watch(id, process);
  records.patchEvenIfFull(id, { process, hostBoot: thisBoot, work: null, failure: null });
}
