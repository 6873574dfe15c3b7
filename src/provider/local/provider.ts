/**
 * The provider port on virtual machines of this host: one QEMU process for each instance, which goes on when Poolkeeper
 * ends and is found again when it starts. Opens, re-adopts, lists and closes; the calls are in calls.ts.
 */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { Clock } from "../../ports/clock.ts";
import { ownershipTags, type Provider } from "../../ports/provider.ts";
import type { LocalSettings } from "../../schema/provider.ts";
import { tryLock } from "../../start/lock.ts";
import type { Lock } from "../../start/lock.ts";
import { createAccelerators } from "./accelerator.ts";
import { createAgents } from "./agents.ts";
import { createBootSlots } from "./boot-slots.ts";
import { createCalls } from "./calls.ts";
import { catalogueOf } from "./catalogue.ts";
import type { LocalContext } from "./context.ts";
import { diagnose } from "./diagnosis.ts";
import { missingFile, removeStrayDisks } from "./disk.ts";
import { createEvents } from "./events.ts";
import { type Host, realHost } from "./host.ts";
import { createImageStore } from "./image-store.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { refusal, toPortError } from "./map.ts";
import { networkOf } from "./network.ts";
import { preflight } from "./preflight.ts";
import { hasDiedWithHost, isRunning, recordToInstance, thisBoot } from "./record.ts";
import { emptyFolders, openRecords, type Records } from "./records.ts";
import { createResets } from "./resets.ts";
import { keepTime } from "./time-keeper.ts";
import { createVms } from "./vms.ts";
import { createWorks, letImagesGo, type Works } from "./work.ts";

export interface LocalOptions {
  readonly name: string;
  readonly region: string;
  readonly settings: LocalSettings;
  readonly dataDir: string;
  readonly imagesDir: string;
  readonly clock: Clock;
  readonly log: (line: string) => void;
  /** Ends the waiting of an opening that is no longer wanted. */
  readonly signal: AbortSignal;
  /** What a guest has to shut down before it is forced. Absent: as long as its pods may need. */
  readonly shutdownLimitMs?: number;
  /** Absent: this machine itself. */
  readonly host?: Host;
}

export async function openLocalProvider(options: LocalOptions): Promise<Provider> {
  const { name, dataDir, host = realHost, signal } = options;
  const layout = layoutOf(dataDir, name);
  try {
    await host.makeFolder(layout.root);
    const found = await preflight(host, layout.root);
    signal.throwIfAborted();
    const lock = takeLock(layout, name);
    try {
      return await open({ ...options, host, layout, lock, ...found });
    } catch (error) {
      lock.release();
      throw error;
    }
  } catch (error) {
    throw toPortError(`open of provider ${name}`, error);
  }
}

const shutdownLimitMs = 90_000;

function takeLock({ lock, root }: Layout, name: string): Lock {
  const attempt = tryLock(lock);
  if (attempt.kind === "Held") return attempt.lock;
  const { pid } = attempt.holder;
  throw refusal(
    "Conflict",
    `provider ${name}: another Poolkeeper (process ${pid}) holds ${root}; nothing was changed. Stop it, or start with another --data-dir`,
  );
}

interface Opening extends LocalOptions, Awaited<ReturnType<typeof preflight>> {
  readonly host: Host;
  readonly layout: Layout;
  readonly lock: Lock;
}

async function open(opening: Opening): Promise<Provider> {
  const { layout, lock } = opening;
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const closing = new AbortController();
  const context = createContext(opening, closing.signal, changed);
  const works = createWorks(context);
  await adopt(context, works);
  keepTime(context);
  const { records, naming, vms } = context;

  return {
    ...createCalls(context, works),
    capabilities,
    catalogue: context.catalogue,
    list: async (clusterUid) =>
      records
        .all()
        .filter(({ tags }) => tags[ownershipTags.cluster] === clusterUid)
        .map((record) => recordToInstance(record, naming)),
    diagnosis: async (id) => {
      const record = records.get(id);
      return record === undefined ? null : diagnose(layout.instance(id), record);
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      listeners.clear();
      closing.abort();
      vms.close();
      await works.close();
      lock.release();
    },
  };
}

const capabilities: Provider["capabilities"] = {
  restartService: true,
  replaceSystemDisk: true,
  subscription: false,
  joinsWithToken: true,
  initializesNodes: true,
};

function createContext(opening: Opening, closing: AbortSignal, changed: () => void): LocalContext {
  const { name, region, settings, imagesDir, clock, log, host, layout, architecture } = opening;
  const images = createImageStore({ layout, imagesDir, architecture, host, log });
  const context: LocalContext = {
    naming: { provider: name, region },
    settings,
    layout,
    network: networkOf(layout.root),
    host,
    clock,
    records: telling(openRecords(layout, host), changed),
    images,
    catalogue: () => catalogueOf(region, architecture, images),
    log,
    resets: createResets(),
    accelerators: createAccelerators(opening),
    agents: createAgents({ layout, host, clock }),
    slots: createBootSlots(availableParallelism(), clock),
    vms: createVms({
      layout,
      host,
      clock,
      onEvent: (id, event) => events(id, event),
      onEnd: (id) => ended(context, id, changed),
    }),
    closing,
    shutdownLimitMs: opening.shutdownLimitMs ?? shutdownLimitMs,
  };
  const events = createEvents(context);
  return context;
}

/** The same table; whoever listens hears of each change after it was kept. */
function telling(records: Records, changed: () => void): Records {
  return {
    ...records,
    put: (record) => told(records.put(record), changed),
    patch: (id, fields) => told(records.patch(id, fields), changed),
    patchEvenIfFull: (id, fields) => told(records.patchEvenIfFull(id, fields), changed),
    forget: (record, now) => told(records.forget(record, now), changed),
  };
}

function told<T>(result: T, changed: () => void): T {
  changed();
  return result;
}

/** An end that was ordered shows in the work that ordered it. */
function ended(context: LocalContext, id: string, changed: () => void): void {
  const record = context.records.get(id);
  if (record === undefined || context.closing.aborted) return;
  const isUnasked = record.work === null && record.process !== null && !isRunning(record);
  if (isUnasked) context.log(`${id}: its QEMU has ended unasked; the instance is stopped`);
  changed();
}

/** Everything is as the records say, or on its way there. Whatever a damaged record may stand for is left alone. */
async function adopt(context: LocalContext, works: Works): Promise<void> {
  const { host, layout, vms } = context;
  for (const folder of emptyFolders(layout)) await host.remove(folder);
  for (const record of context.records.known()) {
    const files = layout.instance(record.id);
    if (record.isJoined && existsSync(files.seed)) host.wipe(files.seed);
    // Where a disk is missing, the record may be an older copy that somebody put back: then nothing is a stray.
    if (record.work === null && missingFile(files, record) === null)
      await removeStrayDisks(host, files, record);
    const process = vms.findProcess(record);
    if (process !== null) {
      vms.watch(record.id, process);
      // It was started in the moment before we were killed, or while there was no room to note it.
      if (!isRunning(record)) context.records.patchEvenIfFull(record.id, { process, hostBoot: thisBoot });
    }
    if (record.work !== null) works.resume(record.id);
    if (process === null && hasDiedWithHost(record)) {
      context.log(`${record.id} ran when the host went down: it is started again`);
      void works.begin(record.id, { kind: "Boot" });
    }
  }
  await letImagesGo(context);
}
