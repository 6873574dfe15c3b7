/** Events about pools, their machines, operations and nodes, oldest first. */
import { isOurEvent, seenEvent } from "../core/event.ts";
import type { EventObject, KubeObject } from "../schema/kubernetes.ts";
import type { EventRow } from "./columns.ts";
import { getPool, machinesOf, operationsOf } from "./read.ts";
import type { Session } from "./session.ts";

export interface Events {
  readonly rows: readonly EventRow[];
  readonly objects: readonly KubeObject[];
}

/** Null: of all pools. Events about nodes stand in the namespace "default". */
export async function readEvents(session: Session, poolName: string | null): Promise<Events> {
  const kube = await session.kube();
  const names = poolName === null ? null : await namesAround(session, poolName);
  const { items } = await kube.list("Event");
  const namespace = session.isEverywhere ? null : session.namespace;
  const events = items.filter(
    (item: EventObject) => isOurEvent(item, namespace) && (names?.has(item.regarding?.name ?? "") ?? true),
  );
  const shown = events.map((event) => ({ event, row: rowOf(event) }));
  const sorted = shown.toSorted((a, b) => a.row.time.localeCompare(b.row.time));
  return { objects: sorted.map(({ event }) => event), rows: sorted.map(({ row }) => row) };
}

async function namesAround(session: Session, poolName: string): Promise<ReadonlySet<string>> {
  const kube = await session.kube();
  const pool = await getPool(session, poolName);
  const [machines, operations] = await Promise.all([machinesOf(kube, pool), operationsOf(kube, pool)]);
  const nodes = machines.flatMap(({ status }) => status?.nodeName ?? []);
  const own = [...machines, ...operations].map(({ metadata }) => metadata.name);
  return new Set([poolName, ...own, ...nodes]);
}

function rowOf(event: EventObject): EventRow {
  const { object, news: _news, ...seen } = seenEvent(event);
  return { ...seen, object: `${object.kind}/${object.name}` };
}
