/** Kubernetes' events about pools, machines, operations and their nodes, the latest first. Read in the caller's name. */
import { isOurEvent, type SeenEvent, seenEvent } from "../core/event.ts";
import type { Clock } from "../ports/clock.ts";
import type { EventObject } from "../schema/kubernetes.ts";
import { noteText } from "../text/event.ts";
import { eventWord, type Language } from "../text/words.ts";
import { pageOf } from "./answers.ts";
import { latestFirst, pageOfItems } from "./page.ts";
import { permissionsOf } from "./permissions.ts";
import { findObject, momentOf, operationsOf, recordsOf } from "./read.ts";
import { eventQuery } from "./requests.ts";
import { ok, reading, type Route } from "./route.ts";
import { type EventView, eventView } from "./types.ts";
import type { World } from "./world.ts";

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
          (event) =>
            isOurEvent(event, world.namespace) && (names === null || names.has(event.regarding?.name ?? "")),
        );
        const show = (event: Listed): EventView => viewOf(event, language);
        return ok(pageOfItems(events.map(listed), sorting, query, { show, moment: momentOf(world, now) }));
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

function namesAround(world: World, name: string): ReadonlySet<string> {
  const pool = findObject(world, "ManagedNodePool", name);
  const machines = recordsOf(world, pool);
  const nodes = machines.flatMap(({ status }) => status?.nodeName ?? []);
  const own = [...machines, ...operationsOf(world, pool)].map(({ metadata }) => metadata.name);
  return new Set([name, ...own, ...nodes]);
}

interface Listed extends SeenEvent {
  /** Of the Event object, to tell those of one moment apart. */
  readonly name: string;
}

function listed(event: EventObject): Listed {
  return { ...seenEvent(event), name: event.metadata.name };
}

const sorting = latestFirst<Listed>("events", {
  timeOf: ({ time }) => time,
  textOf: ({ name }) => name,
  keyOf: ({ time, name }) => ({ ...nothing, time, name }),
});

const nothing = { type: "", reason: "", object: { kind: "", name: "" }, count: 0, note: "", news: null };

/** The note as it was written stands for what cannot be worded again. */
function viewOf({ name: _name, news, ...seen }: Listed, language: Language): EventView {
  const note = news === null || language === "en" ? seen.note : noteText(news, language);
  return { ...seen, note, word: eventWord(seen.reason, language) };
}
