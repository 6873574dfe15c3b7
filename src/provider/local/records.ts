/**
 * The table of all instances of one provider: a file each, whole or absent, written before the table changes. A file that
 * cannot be read makes every list an error, never a shorter list.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { dayMs } from "../../core/time.ts";
import { PortError } from "../../ports/errors.ts";
import { type Host, isDiskFull } from "./host.ts";
import { isInstanceFolder, type Layout, names } from "./layout.ts";
import { instanceRecord, type InstanceRecord } from "./record.ts";

export interface Records {
  /** Those that can be read. */
  known(): readonly InstanceRecord[];
  isDamaged(): boolean;
  /** Both throw where a record is damaged. */
  all(): readonly InstanceRecord[];
  get(id: string): InstanceRecord | undefined;
  put(record: InstanceRecord): InstanceRecord;
  /** On what the record says by now, so that two who change different fields do not undo each other. */
  patch(id: string, fields: Partial<InstanceRecord>): InstanceRecord;
  /** For what is so already, or frees room: where there is no room to write it down, it holds for this process only. */
  patchEvenIfFull(id: string, fields: Partial<InstanceRecord>): void;
  /** The instance was never answered for: its token may be used again. */
  drop(id: string): void;
  /** The instance is no more; its client token is remembered for a day. */
  forget(record: InstanceRecord, now: number): void;
  wasReleased(clientToken: string): boolean;
}

const released = z.array(z.object({ clientToken: z.string(), at: z.int() }));
type Released = z.infer<typeof released>;

const tombstoneMs = dayMs;

export function openRecords(layout: Layout, host: Pick<Host, "writeFile">): Records {
  const damaged = new Map<string, string>();
  const records = new Map<string, InstanceRecord>();
  for (const id of readdirSync(layout.root).filter(isInstanceFolder)) {
    const file = layout.instance(id).record;
    // A folder without a record is one that was just being made, or just being removed.
    if (!existsSync(file)) continue;
    const record = read(file, instanceRecord);
    if (record === null) damaged.set(id, file);
    else records.set(id, record);
  }
  const put = (record: InstanceRecord): InstanceRecord => {
    host.writeFile(layout.instance(record.id).record, `${JSON.stringify(record, null, 2)}\n`, 0o600);
    records.set(record.id, record);
    return record;
  };
  let gone: Released = existsSync(layout.released) ? (read(layout.released, released) ?? []) : [];

  return {
    known: () => [...records.values()],
    isDamaged: () => damaged.size > 0,
    all: () => {
      for (const file of damaged.values()) throw damage(file);
      return [...records.values()];
    },
    get: (id) => {
      const file = damaged.get(id);
      if (file !== undefined) throw damage(file);
      return records.get(id);
    },
    put,
    patch: (id, fields) => {
      const record = records.get(id);
      if (record === undefined) throw new Error(`${id} is no more`);
      return put({ ...record, ...fields });
    },
    patchEvenIfFull: (id, fields) => {
      const record = records.get(id);
      if (record === undefined) return;
      try {
        put({ ...record, ...fields });
      } catch (error) {
        if (!isDiskFull(error)) throw error;
        records.set(id, { ...record, ...fields });
      }
    },
    drop: (id) => void records.delete(id),
    forget: ({ id, clientToken }, now) => {
      const left = gone.filter(
        ({ at, clientToken: token }) => now - at < tombstoneMs && token !== clientToken,
      );
      const next = [...left, { clientToken, at: now }];
      host.writeFile(layout.released, `${JSON.stringify(next)}\n`, 0o600);
      gone = next;
      records.delete(id);
    },
    wasReleased: (token) => gone.some(({ clientToken }) => clientToken === token),
  };
}

/** Folders of instances that have no record, and so were never answered for, or are all but removed. */
export function emptyFolders(layout: Layout): readonly string[] {
  return readdirSync(layout.root)
    .filter(isInstanceFolder)
    .map((id) => join(layout.root, id))
    .filter((folder) => !existsSync(join(folder, names.record)));
}

function read<T>(file: string, schema: z.ZodType<T>): T | null {
  try {
    const parsed = schema.safeParse(JSON.parse(readFileSync(file, "utf8")));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function damage(file: string): PortError {
  return new PortError({
    kind: "Unknown",
    message: `${file} is no record of an instance any more; nothing was changed, and no instance is taken for gone. Put back a copy of it, or move its folder away and start again`,
  });
}
