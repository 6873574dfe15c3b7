/** Events about pools, their machines, operations and nodes, oldest first. */
import type { KubeObject } from "../schema/kubernetes.ts";
import type { EventRow } from "./columns.ts";
import { getPool, machinesOf, operationsOf } from "./read.ts";
import type { Session } from "./session.ts";

/** The fields of events.k8s.io/v1 that are shown. */
interface EventObject extends KubeObject {
  readonly type?: string;
  readonly reason?: string;
  readonly note?: string;
  readonly eventTime?: string;
  readonly deprecatedLastTimestamp?: string;
  readonly deprecatedCount?: number;
  readonly reportingController?: string;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string };
  readonly regarding?: { readonly kind?: string; readonly name?: string };
}

export interface Events {
  readonly rows: readonly EventRow[];
  readonly objects: readonly KubeObject[];
}

/** Null: of all pools. Events about nodes stand in the namespace "default". */
export async function readEvents(session: Session, poolName: string | null): Promise<Events> {
  const kube = await session.kube();
  const names = poolName === null ? null : await namesAround(session, poolName);
  const { items } = await kube.list("Event");
  const events = items.filter(
    (item: EventObject) => isOurs(item, session) && (names?.has(nameOf(item)) ?? true),
  );
  const sorted = events.toSorted((a, b) => timeOf(a).localeCompare(timeOf(b)));
  return { objects: sorted, rows: sorted.map(rowOf) };
}

async function namesAround(session: Session, poolName: string): Promise<ReadonlySet<string>> {
  const kube = await session.kube();
  const pool = await getPool(session, poolName);
  const [machines, operations] = await Promise.all([machinesOf(kube, pool), operationsOf(kube, pool)]);
  const nodes = machines.flatMap(({ status }) => status?.nodeName ?? []);
  const own = [...machines, ...operations].map(({ metadata }) => metadata.name);
  return new Set([poolName, ...own, ...nodes]);
}

function isOurs(event: EventObject, session: Session): boolean {
  if (event.reportingController?.startsWith("poolkeeper") !== true) return false;
  const isOfNode = event.regarding?.kind === "Node";
  return session.isEverywhere || isOfNode || event.metadata.namespace === session.namespace;
}

function nameOf(event: EventObject): string {
  return event.regarding?.name ?? "";
}

function timeOf(event: EventObject): string {
  return (
    event.series?.lastObservedTime ??
    event.eventTime ??
    event.deprecatedLastTimestamp ??
    event.metadata.creationTimestamp ??
    ""
  );
}

function rowOf(event: EventObject): EventRow {
  return {
    time: timeOf(event),
    type: event.type ?? "Normal",
    reason: event.reason ?? "",
    object: `${event.regarding?.kind ?? ""}/${nameOf(event)}`,
    count: event.series?.count ?? event.deprecatedCount ?? 1,
    note: event.note ?? "",
  };
}
