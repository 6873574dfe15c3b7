/** Kubernetes' events about pools, machines, operations and their nodes, the latest first. Read in the caller's name. */
import type { Clock } from "../ports/clock.ts";
import type { KubeObject } from "../schema/kubernetes.ts";
import { eventWord } from "../text/words.ts";
import { pageOf } from "./answers.ts";
import { pageOfItems } from "./page.ts";
import { permissionsOf } from "./permissions.ts";
import { findObject, momentOf, operationsOf, recordsOf } from "./read.ts";
import { eventQuery } from "./requests.ts";
import { ok, reading, type Route } from "./route.ts";
import { type EventView, eventView } from "./types.ts";
import type { World } from "./world.ts";

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

export function eventRoutes(clock: Clock): readonly Route[] {
  const lists = createShared(clock);
  return [
    reading({
      path: "/events",
      tag: "Events",
      summary: "What Poolkeeper told of, the latest first",
      query: eventQuery,
      answer: pageOf(eventView),
      problems: [404],
      run: async ({ query, world, person, language, now }) => {
        for (const permission of permissionsOf("viewEvents", world.namespace)) {
          await person.mustBeAllowed(permission);
        }
        const names = query.pool === undefined ? null : namesAround(world, query.pool);
        const all = await lists.get(person.id, () => person.kube.list("Event"));
        const events = all.filter(
          (event) => isOurs(event, world) && (names === null || names.has(event.regarding?.name ?? "")),
        );
        const show = (event: EventObject): EventView => viewOf(event, language);
        return ok(pageOfItems(events, sorting, query, { show, moment: momentOf(world, now) }));
      },
    }),
  ];
}

/** Pages of one list, and several tabs, are served from one look at the API server. */
const sharedMs = 3000;

interface Shared {
  get(
    who: string,
    list: () => Promise<{ readonly items: readonly EventObject[] }>,
  ): Promise<readonly EventObject[]>;
}

function createShared(clock: Clock): Shared {
  const kept = new Map<string, { readonly at: number; readonly events: Promise<readonly EventObject[]> }>();
  return {
    get: (who, list) => {
      const now = clock.monotonic();
      for (const [id, { at }] of kept) if (now - at >= sharedMs) kept.delete(id);
      const before = kept.get(who);
      if (before !== undefined) return before.events;
      const events = list().then(({ items }) => items);
      events.catch(() => kept.delete(who));
      kept.set(who, { at: now, events });
      return events;
    },
  };
}

/** Events about nodes stand in the namespace "default". */
function isOurs({ metadata, reportingController, regarding }: EventObject, { namespace }: World): boolean {
  if (reportingController?.startsWith("poolkeeper") !== true) return false;
  return regarding?.kind === "Node" || metadata.namespace === namespace;
}

function namesAround(world: World, name: string): ReadonlySet<string> {
  const pool = findObject(world, "ManagedNodePool", name);
  const machines = recordsOf(world, pool);
  const nodes = machines.flatMap(({ status }) => status?.nodeName ?? []);
  const own = [...machines, ...operationsOf(world, pool)].map(({ metadata }) => metadata.name);
  return new Set([name, ...own, ...nodes]);
}

function timeOfEvent(event: EventObject): string {
  const { series, eventTime, deprecatedLastTimestamp, metadata } = event;
  return series?.lastObservedTime ?? eventTime ?? deprecatedLastTimestamp ?? metadata.creationTimestamp ?? "";
}

const sorting = {
  name: "events",
  compare: (a: EventObject, b: EventObject): number => {
    const [left, right] = [a, b].map((event) => `${timeOfEvent(event)} ${event.metadata.name}`);
    if (left === right) return 0;
    return (left ?? "") < (right ?? "") ? 1 : -1;
  },
  keyOf: (event: EventObject): EventObject => ({
    apiVersion: "",
    kind: "",
    metadata: { name: event.metadata.name },
    eventTime: timeOfEvent(event),
  }),
};

function viewOf(event: EventObject, language: Parameters<typeof eventWord>[1]): EventView {
  const { type = "Normal", reason = "", note = "", regarding, series, deprecatedCount } = event;
  return {
    time: timeOfEvent(event),
    type,
    reason,
    word: eventWord(reason, language),
    object: { kind: regarding?.kind ?? "", name: regarding?.name ?? "" },
    count: series?.count ?? deprecatedCount ?? 1,
    note,
  };
}
