/** May this maintenance window be made, changed, given an exclusion, deleted? */
import type { ManagedNodePoolObject } from "../../schema/pool.ts";
import type { MaintenanceWindowObject, WindowSpec } from "../../schema/window.ts";
import type { Instant } from "../model.ts";
import { dayMs, timeOf } from "../time.ts";
import { nextOpenings, type Opening, windowProblem } from "../window.ts";
import { type Answer, ask, type Effect, effect, grant, listed, none, placeOf, refuse } from "./answer.ts";
import { checkName } from "./check.ts";
import { fieldChanges, mergePatchOf, shownValue } from "./difference.ts";

export interface WindowDraft {
  readonly name: string;
  readonly namespace: string;
  readonly spec: WindowSpec;
}

export function createWindow(draft: WindowDraft, existing: readonly string[], now: Instant): Answer {
  const { name, namespace, spec } = draft;
  const badName = checkName(name, 63);
  if (badName !== null) return { ok: false, refusal: badName };
  if (existing.includes(name)) return refuse("NameTaken", { object: `Maintenance window ${name}` });
  const problem = windowProblem(spec);
  if (problem !== null) return { ok: false, refusal: problem };
  const object: MaintenanceWindowObject = {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "MaintenanceWindow",
    metadata: { name, namespace },
    spec,
  };
  return grant(
    [{ kind: "Create", of: "MaintenanceWindow", object }],
    [effect("CreatesWindow", { window: name }), ...outlook(name, spec, now)],
  );
}

export function setWindow(window: MaintenanceWindowObject, spec: WindowSpec, now: Instant): Answer {
  const { name } = window.metadata;
  const problem = windowProblem(spec);
  if (problem !== null) return { ok: false, refusal: problem };
  const changes = fieldChanges(window.spec, spec);
  if (changes.length === 0) return refuse("NothingToDo", { object: name });
  // Lists are written as a whole, so nobody may have changed them in between.
  const isRelative = changes.some(({ to }) => Array.isArray(to));
  return grant(
    [
      {
        kind: "Patch",
        ...placeOf("MaintenanceWindow", window),
        body: { spec: mergePatchOf(changes) },
        isRelative,
      },
    ],
    [
      ...changes.map(({ path, from, to }) =>
        effect("ChangesField", { field: path.join("."), have: shownValue(from), wanted: shownValue(to) }),
      ),
      ...outlook(name, spec, now),
    ],
  );
}

type Exclusion = NonNullable<WindowSpec["exclusions"]>[number];

export function exclude(window: MaintenanceWindowObject, exclusion: Exclusion, now: Instant): Answer {
  const exclusions = window.spec.exclusions ?? [];
  const isThere = exclusions.some(({ from, to }) => from === exclusion.from && to === exclusion.to);
  if (isThere) {
    return refuse("NothingToDo", {
      object: window.metadata.name,
      message: "these days are excluded already",
    });
  }
  return setWindow(window, { ...window.spec, exclusions: [...exclusions, exclusion] }, now);
}

export function deleteWindow(
  window: MaintenanceWindowObject,
  pools: readonly ManagedNodePoolObject[],
): Answer {
  const { name } = window.metadata;
  const users = pools.filter(({ spec }) => spec.management.maintenanceWindowRef?.name === name);
  const facts = users.length === 0 ? {} : { pool: listed(users.map((pool) => pool.metadata.name)) };
  return grant(
    [{ kind: "Delete", ...placeOf("MaintenanceWindow", window) }],
    [effect("DeletesWindow", { window: name, ...facts })],
    users.length === 0 ? none : ask,
  );
}

const advisedMinutes = 240;

function outlook(name: string, spec: WindowSpec, now: Instant): readonly Effect[] {
  const [next] = nextOpenings(spec, now, 1);
  const short =
    spec.durationMinutes < advisedMinutes ? [effect("ShortWindow", { limit: advisedMinutes })] : [];
  return [
    next === undefined ? effect("NeverOpens", { window: name }) : openingEffect(name, next, now),
    ...short,
  ];
}

function openingEffect(window: string, opening: Span, now: Instant): Effect {
  const { opens, closes } = opening;
  if (opens <= now)
    return isEndless(opening, now)
      ? effect("AlwaysOpen", { window })
      : effect("OpenNow", { window, until: timeOf(closes) });
  const times = { since: timeOf(opens), ...(isEndless(opening, now) ? {} : { until: timeOf(closes) }) };
  return effect("OpensNext", { window, ...times });
}

type Span = Pick<Opening, "opens" | "closes">;

/** The timetable is made a little more than a year ahead: an end beyond a year is the timetable's, not the window's. */
export function isEndless({ opens, closes }: Span, now: Instant): boolean {
  return closes - Math.max(opens, now) > 366 * dayMs;
}
