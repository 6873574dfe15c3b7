/** Where the cloud's records are kept over a restart, and how writes to it are gathered. */
import type { Clock } from "../../ports/clock.ts";
import type { CloudState, InstanceRecord, KeptDisk } from "./model.ts";

/** One record that is new or changed, or one that is forgotten. */
export type Entry =
  | { readonly instance: InstanceRecord }
  | { readonly keptDisk: KeptDisk }
  | { readonly forgotten: string };

export interface CloudStore {
  /** What was kept before; null in a new place. */
  readonly saved: CloudState | null;
  /** Resolves when the entries would survive the end of the process. Never called during another save. */
  save(entries: readonly Entry[]): Promise<void>;
}

export interface Journal {
  /** Keeps the entry soon. */
  note(entry: Entry): void;
  /** Resolves when everything noted so far is kept. */
  settle(): Promise<void>;
}

const debounceMs = 50;

/** Gathers entries, the newest of each record, so that a thousand changes at once are one write. */
export function createJournal(clock: Clock, store: CloudStore | null): Journal {
  const waiting = new Map<string, Entry>();
  let cancelTimer: (() => void) | null = null;
  let writing: Promise<void> | null = null;
  let following: Promise<void> | null = null;

  const write = async (): Promise<void> => {
    cancelTimer?.();
    cancelTimer = null;
    if (store === null || waiting.size === 0) return;
    const entries = [...waiting];
    waiting.clear();
    try {
      await store.save(entries.map(([, entry]) => entry));
    } catch (error) {
      for (const [key, entry] of entries) if (!waiting.has(key)) waiting.set(key, entry);
      throw error;
    }
  };

  // One write at a time. Whoever comes during one waits for the next, together with all others that came.
  const settle = (): Promise<void> => {
    if (writing !== null) {
      following ??= writing.then(writeFollowing, writeFollowing);
      return following;
    }
    writing = write().finally(() => {
      writing = null;
    });
    return writing;
  };
  const writeFollowing = (): Promise<void> => {
    following = null;
    return settle();
  };

  return {
    note: (entry) => {
      if (store === null) return;
      waiting.set(keyOf(entry), entry);
      // A failed write keeps its entries for the next one, and whoever must know of the failure waits in `settle`.
      cancelTimer ??= clock.after(debounceMs, () => void settle().catch(() => {}));
    },
    settle,
  };
}

function keyOf(entry: Entry): string {
  if ("instance" in entry) return entry.instance.id;
  return "keptDisk" in entry ? entry.keptDisk.id : entry.forgotten;
}
