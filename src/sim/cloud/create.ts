/**
 * The simulated cloud of one region: instances that boot, stop, lose and get disks, and vanish, on the clock it is given.
 * It knows nothing of Kubernetes; what runs inside its instances is in ../kubelet.
 */
import type { Clock } from "../../ports/clock.ts";
import type { SimulatorSettings } from "../../schema/provider.ts";
import { createStream } from "../stream.ts";
import { createTimers } from "../timers.ts";
import { type Calls, createCalls } from "./calls.ts";
import { catalogueOf } from "./catalogue.ts";
import { type CloudContext, present } from "./context.ts";
import { createFaultPlan } from "./fault-plan.ts";
import { inject, type Injection } from "./inject.ts";
import { arm } from "./lifecycle.ts";
import { createListing } from "./listing.ts";
import type { CloudState, InstanceRecord } from "./model.ts";
import { createRecords, type RecordListener } from "./records.ts";
import { type CloudStore, createJournal } from "./store.ts";
import { calm, type Traits } from "./traits.ts";
import { startWeather } from "./weather.ts";

export interface Cloud {
  readonly region: string;
  /** The API, as a provider calls it: may be slow, refuse, or lie by omission. */
  readonly calls: Calls;
  /** The truth, for the inside of instances and for tests. */
  instances(): readonly InstanceRecord[];
  get(id: string): InstanceRecord | undefined;
  onChange(listener: RecordListener): () => void;
  onListChange(changed: () => void): () => void;
  /** The kubelet of this boot and start has registered its node. */
  noteRegistration(id: string, registered: string): void;
  /** Content of any disk, gone ones excepted; undefined where no such disk is. */
  readDisk(diskId: string): string | undefined;
  writeDisk(diskId: string, content: string): void;
  inject(injection: Injection): () => void;
  /** Other settings from now on; what is under way keeps its time. */
  configure(settings: SimulatorSettings): void;
  /** Everything another cloud needs to go on from here. */
  export(): CloudState;
  /** Stops all timers, and resolves when everything is kept. */
  close(): Promise<void>;
}

export interface CloudOptions {
  readonly clock: Clock;
  readonly region: string;
  readonly settings: SimulatorSettings;
  readonly seed: number;
  readonly store?: CloudStore;
  readonly traits?: Partial<Traits>;
}

export function createCloud(options: CloudOptions): Cloud {
  let settings = options.settings;
  const lives = (options.store?.saved?.lives ?? 0) + 1;
  const cloud = createContext(options, lives, () => settings);
  const { records, listing, journal, timers } = cloud;
  for (const record of present(cloud)) arm(cloud, record);
  startWeather(cloud);

  return {
    region: options.region,
    calls: createCalls(cloud),
    instances: () => present(cloud),
    get: (id) => presentOnly(records.get(id)),
    onChange: (listener) => records.onChange(listener),
    onListChange: (changed) => listing.onChange(changed),
    noteRegistration: (id, registered) => {
      const record = presentOnly(records.get(id));
      if (record !== undefined) records.put({ ...record, guest: { ...record.guest, registered } });
    },
    readDisk: (diskId) => allDisks(cloud).find((disk) => disk.id === diskId)?.content,
    writeDisk: (diskId, content) => writeDisk(cloud, diskId, content),
    inject: (injection) => inject(cloud, injection),
    configure: (wanted) => {
      settings = wanted;
    },
    export: () => ({
      region: options.region,
      lives,
      instances: records.all(),
      keptDisks: records.keptDisks(),
    }),
    close: async () => {
      timers.end();
      await journal.settle();
    },
  };
}

function createContext(
  { clock, region, seed, store, traits }: CloudOptions,
  lives: number,
  settings: () => SimulatorSettings,
): CloudContext {
  const timers = createTimers(clock);
  const journal = createJournal(clock, store ?? null);
  const records = createRecords(clock, journal, store?.saved ?? null);
  const stream = (name: string) => createStream(seed, `${region}/${lives}/${name}`);
  return {
    clock,
    region,
    catalogue: catalogueOf(region),
    settings,
    traits: { ...calm, ...traits },
    records,
    listing: createListing(clock, timers, records),
    journal,
    plan: createFaultPlan(clock),
    streams: {
      names: stream("names"),
      times: stream("times"),
      lists: stream("lists"),
      calls: stream("calls"),
      weather: stream("weather"),
    },
    timers,
    workTimers: new Map(),
    eventTimers: new Map(),
  };
}

function presentOnly(record: InstanceRecord | undefined): InstanceRecord | undefined {
  return record?.gone === null ? record : undefined;
}

function allDisks(cloud: CloudContext): readonly { readonly id: string; readonly content: string }[] {
  const attached = present(cloud).flatMap((record) => [record.systemDisk, ...record.dataDisks]);
  return [...attached, ...cloud.records.keptDisks()];
}

function writeDisk(cloud: CloudContext, diskId: string, content: string): void {
  const written = <T extends { readonly id: string }>(disk: T): T =>
    disk.id === diskId ? { ...disk, content } : disk;
  for (const record of present(cloud)) {
    const systemDisk = written(record.systemDisk);
    const dataDisks = record.dataDisks.map(written);
    if (systemDisk !== record.systemDisk || dataDisks.some((disk) => disk.id === diskId)) {
      cloud.records.put({ ...record, systemDisk, dataDisks });
    }
  }
}
