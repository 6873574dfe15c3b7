/** What a list of instances shows: new ones late, and gone ones for a while too long. */
import type { Clock } from "../../ports/clock.ts";
import { ownershipTags } from "../../ports/provider.ts";
import type { Timers } from "../timers.ts";
import type { InstanceRecord } from "./model.ts";
import type { Records } from "./records.ts";

export interface Listing {
  of(clusterUid: string): readonly InstanceRecord[];
  /** Calls `changed` whenever a list may show something else than before. */
  onChange(changed: () => void): () => void;
}

export function createListing(clock: Clock, timers: Timers, records: Records): Listing {
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const changed of listeners) changed();
  };
  const tellAt = (instant: number): void => {
    if (instant > clock.now()) timers.after(instant - clock.now(), tell);
  };
  for (const record of records.all()) tellAt(record.visibleAt);
  records.onChange((record, before) => {
    if (record.visibleAt !== before?.visibleAt) tellAt(record.visibleAt);
    if (record.gone !== null) tellAt(record.gone.listedUntil);
    if (before === undefined || looksDifferent(record, before)) tell();
  });

  return {
    of: (clusterUid) => {
      const now = clock.now();
      return records
        .all()
        .filter((record) => record.tags[ownershipTags.cluster] === clusterUid && isListed(record, now));
    },
    onChange: (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
  };
}

function isListed(record: InstanceRecord, now: number): boolean {
  return record.visibleAt <= now && (record.gone === null || record.gone.listedUntil > now);
}

function looksDifferent(record: InstanceRecord, before: InstanceRecord): boolean {
  return (
    record.state !== before.state ||
    record.work?.kind !== before.work?.kind ||
    record.systemDisk.id !== before.systemDisk.id ||
    record.tags !== before.tags ||
    record.hostEvent !== before.hostEvent ||
    record.visibleAt !== before.visibleAt ||
    record.gone !== before.gone
  );
}
