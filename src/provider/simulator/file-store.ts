/**
 * The simulated cloud in a file: one line for each change, rewritten as a whole when it is opened and when it has grown.
 * Guards against the end of the process at any moment, not against the loss of the machine.
 */
import { appendFile, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { CloudState, InstanceRecord, KeptDisk } from "../../sim/cloud/model.ts";
import type { CloudStore, Entry } from "../../sim/cloud/store.ts";

/** Reads the file, or begins it. Throws a sentence for people when it is damaged or belongs to another region. */
export async function openFileStore(path: string, region: string): Promise<CloudStore> {
  await mkdir(dirname(path), { recursive: true });
  const saved = parseState(await readIfThere(path), path, region);
  const table = createTable(saved);
  const head = { simulator: formatVersion, region, lives: (saved?.lives ?? 0) + 1 };
  const rewrite = async (): Promise<number> => {
    const lines = [head, ...table.values()].map(lineOf);
    await writeFile(`${path}.part`, lines.join(""));
    await rename(`${path}.part`, path);
    return lines.length;
  };
  let lines = await rewrite();
  // A failed append may have left half a line, behind which nothing may be written.
  let isWhole = true;

  return {
    saved,
    save: async (entries) => {
      for (const entry of entries) enter(table, entry);
      const isLong = lines + entries.length > longFactor * table.size + longSlack;
      if (!isWhole || isLong) {
        lines = await rewrite();
        isWhole = true;
        return;
      }
      isWhole = false;
      await appendFile(path, entries.map(lineOf).join(""));
      isWhole = true;
      lines += entries.length;
    },
  };
}

const formatVersion = 1;
// Rewriting costs as much as everything kept, so it waits until most lines are out of date.
const longFactor = 4;
const longSlack = 1000;

type Table = Map<string, Exclude<Entry, { readonly forgotten: string }>>;

function createTable(saved: CloudState | null): Table {
  const table: Table = new Map();
  for (const instance of saved?.instances ?? []) enter(table, { instance });
  for (const keptDisk of saved?.keptDisks ?? []) enter(table, { keptDisk });
  return table;
}

function enter(table: Table, entry: Entry): void {
  if ("forgotten" in entry) table.delete(entry.forgotten);
  else table.set("instance" in entry ? entry.instance.id : entry.keptDisk.id, entry);
}

function lineOf(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

function parseState(text: string, path: string, region: string): CloudState | null {
  // What follows the last line break was being written when the process ended, and was never answered for.
  const lines = text.split("\n").slice(0, -1);
  if (lines.length === 0) return null;
  const [head, ...entries] = lines.map((line, index) => parseLine(line, index, path));
  if (!isHead(head)) throw damaged(path, "its first line is not that of a simulator's file");
  if (head.region !== region) {
    throw damaged(path, `it holds the instances of region ${head.region}, not ${region}`);
  }
  const table: Table = new Map();
  for (const [index, entry] of entries.entries()) {
    if (!isEntry(entry)) throw damaged(path, `line ${index + 2} is no record of an instance or a disk`);
    enter(table, entry);
  }
  return { region, lives: head.lives, ...sorted(table) };
}

function sorted(table: Table): Pick<CloudState, "instances" | "keptDisks"> {
  const instances: InstanceRecord[] = [];
  const keptDisks: KeptDisk[] = [];
  for (const entry of table.values()) {
    if ("instance" in entry) instances.push(entry.instance);
    else keptDisks.push(entry.keptDisk);
  }
  return { instances, keptDisks };
}

function parseLine(line: string, index: number, path: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw damaged(path, `line ${index + 1} is no JSON`);
  }
}

function isHead(value: unknown): value is { readonly region: string; readonly lives: number } {
  return (
    isObject(value) &&
    value["simulator"] === formatVersion &&
    typeof value["region"] === "string" &&
    typeof value["lives"] === "number"
  );
}

function isEntry(value: unknown): value is Entry {
  if (!isObject(value)) return false;
  const { instance, keptDisk, forgotten } = value;
  const named = instance ?? keptDisk ?? { id: forgotten };
  return isObject(named) && typeof named["id"] === "string";
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function damaged(path: string, why: string): Error {
  return new Error(
    `the simulator's file ${path} cannot be used: ${why}. Nothing was changed. Put back a copy of it, or move it away to begin with an empty cloud (mv ${path} ${path}.old)`,
  );
}
