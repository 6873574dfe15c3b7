/** `get`: objects in tables, or as JSON, YAML, names. */
import { type Command, Option } from "commander";
import { poolLabel } from "../core/attributes.ts";
import { secondMs } from "../core/time.ts";
import { sleep } from "../ports/clock.ts";
import type { ObjectOf } from "../ports/kube.ts";
import type { KubeObject } from "../schema/kubernetes.ts";
import {
  eventColumns,
  machineColumns,
  namespaceColumn,
  operationColumns,
  poolColumns,
  providerColumns,
  windowColumns,
} from "./columns.ts";
import { readEvents } from "./event-rows.ts";
import { usageError } from "./failure.ts";
import { kindNames, kindOfWord, type ShownKind } from "./kind.ts";
import { type OutputOptions, withOutput } from "./options.ts";
import { printObjects } from "./output.ts";
import { getOne, listOf } from "./read.ts";
import type { Session } from "./session.ts";
import { suggestion } from "./suggest.ts";
import { type Column, tableLines } from "./table.ts";

interface GetOptions extends OutputOptions {
  readonly watch: boolean;
  readonly pool?: string;
  readonly selector?: string;
}

export function register(program: Command, session: Session): void {
  const command = program
    .command("get <what> [names...]")
    .description("show pools, machines, operations, windows, providers or events")
    .option("-w, --watch", "go on showing what changes", false)
    .option("--pool <name>", "only those of this pool")
    .addOption(new Option("-l, --selector <labels>", "only those with these labels"));
  withOutput(command).action((what: string, names: string[], options: GetOptions) =>
    get(session, what, names, options),
  );
}

async function get(
  session: Session,
  what: string,
  names: readonly string[],
  options: GetOptions,
): Promise<void> {
  if (["event", "events", "ev"].includes(what)) return await getEvents(session, options);
  const kind = kindOfWord(what);
  if (kind === null) throw unknownWord(what);
  const read = (): Promise<readonly KubeObject[]> => readObjects(session, kind, names, options);
  const objects = await read();
  const isTable = options.output.kind === "table" || options.output.kind === "wide";
  if (!isTable) await printObjects(session, options.output, objects, names.length === 1);
  else if (objects.length === 0) session.terminal.err(emptyText(session, kind, options));
  else printTable(session, kind, objects, options);
  if (options.watch) await watch(session, kind, options, { read, first: objects });
}

export function unknownWord(what: string): Error {
  const words = kindNames.flatMap(({ noun, nouns, aliases }) => [noun, nouns, ...aliases]);
  const near = suggestion(what, [...words, "events"]);
  const hint = near === null ? "" : ` Did you mean ${near}?`;
  const known = [...kindNames.map(({ nouns }) => nouns), "events"].join(", ");
  return usageError(`There is no kind "${what}" here.${hint} Known are ${known}.`);
}

async function readObjects(
  session: Session,
  kind: ShownKind,
  names: readonly string[],
  options: GetOptions,
): Promise<readonly KubeObject[]> {
  if (names.length > 0) return await Promise.all(names.map((name) => getOne(session, kind, name)));
  const selectors = [
    ...(options.pool === undefined ? [] : [`${poolLabel}=${options.pool}`]),
    ...(options.selector === undefined ? [] : [options.selector]),
  ];
  return await listOf(session, kind, selectors.length === 0 ? {} : { labelSelector: selectors.join(",") });
}

const columnsByKind: { readonly [K in ShownKind]: readonly Column<ObjectOf<K>>[] } = {
  ManagedNodePool: poolColumns,
  ManagedMachine: machineColumns,
  NodeOperation: operationColumns,
  MaintenanceWindow: windowColumns,
  InfrastructureProvider: providerColumns,
};

function printTable(
  session: Session,
  kind: ShownKind,
  objects: readonly KubeObject[],
  options: GetOptions,
): void {
  for (const line of rowsOf(session, kind, objects, options)) session.terminal.out(line);
}

function rowsOf(
  session: Session,
  kind: ShownKind,
  objects: readonly KubeObject[],
  { output }: GetOptions,
): readonly string[] {
  const own = columnsByKind[kind] as readonly Column<KubeObject>[];
  const columns = session.isEverywhere ? [namespaceColumn, ...own] : own;
  return tableLines(columns, objects, session.look(), output.kind === "wide");
}

function emptyText(session: Session, kind: ShownKind, options: GetOptions): string {
  const nouns = kindNames.find((names) => names.kind === kind)?.nouns ?? kind;
  const where = session.isEverywhere ? "" : ` in namespace ${session.namespace}`;
  const ofPool = options.pool === undefined ? "" : ` of pool ${options.pool}`;
  const hint =
    kind === "ManagedNodePool" && !session.isEverywhere
      ? " Make one with: poolkeeper create pool NAME --provider P"
      : "";
  return `There are no ${nouns}${ofPool}${where}.${hint}`;
}

/** Rows that differ from what was printed of the same object before; for ever, or until interrupted. */
async function watch(
  session: Session,
  kind: ShownKind,
  options: GetOptions,
  {
    read,
    first,
  }: { readonly read: () => Promise<readonly KubeObject[]>; readonly first: readonly KubeObject[] },
): Promise<void> {
  let versions = versionsOf(first);
  for (;;) {
    await sleep(session.clock, secondMs);
    const objects = await read();
    const changed = objects.filter(
      (object) => versions.get(keyOf(object)) !== object.metadata.resourceVersion,
    );
    versions = versionsOf(objects);
    if (changed.length === 0) continue;
    const isTable = options.output.kind === "table" || options.output.kind === "wide";
    if (!isTable) await printObjects(session, options.output, changed, changed.length === 1);
    else for (const line of rowsOf(session, kind, changed, options).slice(1)) session.terminal.out(line);
  }
}

function versionsOf(objects: readonly KubeObject[]): ReadonlyMap<string, string | undefined> {
  return new Map(objects.map((object) => [keyOf(object), object.metadata.resourceVersion]));
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

async function getEvents(session: Session, options: GetOptions): Promise<void> {
  const { rows, objects } = await readEvents(session, options.pool ?? null);
  if (options.output.kind !== "table" && options.output.kind !== "wide") {
    return await printObjects(session, options.output, objects, false);
  }
  if (rows.length === 0) return session.terminal.err("There are no events. They are kept for an hour.");
  for (const line of tableLines(eventColumns, rows, session.look(), options.output.kind === "wide")) {
    session.terminal.out(line);
  }
}
