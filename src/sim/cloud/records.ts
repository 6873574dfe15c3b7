/** The table of all instances: every change passes here, is kept, and is told to those who listen. */
import { dayMs } from "../../core/time.ts";
import type { Clock } from "../../ports/clock.ts";
import type { CloudState, InstanceRecord, KeptDisk } from "./model.ts";
import type { Journal } from "./store.ts";

export type RecordListener = (record: InstanceRecord, before: InstanceRecord | undefined) => void;

export interface Records {
  get(id: string): InstanceRecord | undefined;
  byToken(clientToken: string): InstanceRecord | undefined;
  /** Every instance of the last day, gone ones included. */
  all(): readonly InstanceRecord[];
  put(record: InstanceRecord): InstanceRecord;
  freeAddress(): string;
  keptDisks(): readonly KeptDisk[];
  keepDisk(disk: KeptDisk): void;
  onChange(listener: RecordListener): () => void;
}

/** How long the record of a gone instance answers for its client token. */
const tombstoneMs = dayMs;

export function createRecords(clock: Clock, journal: Journal, saved: CloudState | null): Records {
  const index = createIndex(saved?.instances ?? []);
  const disks = new Map((saved?.keptDisks ?? []).map((disk) => [disk.id, disk]));
  const listeners = new Set<RecordListener>();

  return {
    get: (id) => index.records.get(id),
    byToken: (clientToken) => index.records.get(index.idsByToken.get(clientToken) ?? ""),
    all: () => [...index.records.values()],
    put: (record) => {
      const before = index.records.get(record.id);
      index.enter(record);
      journal.note({ instance: record });
      if (record.gone !== null) {
        for (const id of index.forgetGoneBefore(clock.now() - tombstoneMs)) journal.note({ forgotten: id });
      }
      for (const listener of listeners) listener(record, before);
      return record;
    },
    freeAddress: () => index.freeAddress(),
    keptDisks: () => [...disks.values()],
    keepDisk: (disk) => {
      disks.set(disk.id, disk);
      journal.note({ keptDisk: disk });
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function createIndex(saved: readonly InstanceRecord[]) {
  const records = new Map<string, InstanceRecord>();
  const idsByToken = new Map<string, string>();
  const addresses = new Set<string>();
  const goneIds: string[] = [];
  let lastAddress = 0;

  const enter = (record: InstanceRecord): void => {
    records.set(record.id, record);
    idsByToken.set(record.clientToken, record.id);
    addresses.add(record.address);
    if (record.gone !== null) goneIds.push(record.id);
  };
  for (const record of saved) enter(record);

  return {
    records,
    idsByToken,
    enter,
    /** They went in this order, so the oldest is the first. */
    forgetGoneBefore: (instant: number): readonly string[] => {
      const forgotten: string[] = [];
      for (;;) {
        const oldest = records.get(goneIds[0] ?? "");
        if (oldest === undefined || oldest.gone === null || oldest.gone.at > instant) return forgotten;
        goneIds.shift();
        records.delete(oldest.id);
        idsByToken.delete(oldest.clientToken);
        addresses.delete(oldest.address);
        forgotten.push(oldest.id);
      }
    },
    freeAddress: (): string => {
      do lastAddress = (lastAddress + 1) % addressCount;
      while (addresses.has(addressOf(lastAddress)));
      return addressOf(lastAddress);
    },
  };
}

/** The private block 172.16.0.0/12. */
const addressCount = 2 ** 20;

function addressOf(number: number): string {
  return `172.${16 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
}
