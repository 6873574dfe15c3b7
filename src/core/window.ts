/**
 * When disturbing work may start: a maintenance window at one instant, its next openings, and whether something fits.
 * What is started in it is decided elsewhere.
 *
 *   Saturday 22:00, 240 minutes           Sunday is excluded
 *   ──────┤ open ·············├────       ──────┤ open ··│ cut at Sunday's midnight
 *      Sat 22:00   midnight  Sun 02:00       Sat 22:00   00:00
 *
 * The start is local time, so it follows the clocks: in a gap it is the later time, in an overlap the first one. The
 * length is elapsed time. So a window opens once on each of its days, whatever the clocks do.
 */
import { fromEpochMilliseconds, toZonedDateTimeISO } from "temporal-polyfill/fns/Instant";
import { getTimeZoneTransition, offsetNanoseconds } from "temporal-polyfill/fns/ZonedDateTime";
import type { Weekday, WindowSpec } from "../schema/window.ts";
import type { Instant } from "./model.ts";
import type { Facts, RefusalReason } from "./reason.ts";
import { dayMs, hourMs, instantOf, minuteMs, timeOf } from "./time.ts";

export interface Opening {
  readonly opens: Instant;
  readonly closes: Instant;
  /** Offset from UTC when it opens, such as +02:00. */
  readonly offset: string;
}

/** The opening of this moment, or else the next one; nulls where none begins within the look-ahead. */
export type WindowState =
  | (Opening & { readonly isOpen: boolean })
  | { readonly isOpen: false; readonly opens: null; readonly closes: null; readonly offset: null };

export interface ListedOpening extends Opening {
  /** Local day on which the clocks changed between the opening before (or now) and this one. */
  readonly clockChangedOn: string | null;
}

export interface WindowProblem {
  readonly reason: Extract<RefusalReason, "ZoneUnknown" | "InvalidValue">;
  readonly facts: Facts;
}

/** Openings that begin later than this are not looked for. */
export const lookAheadMs: number = 400 * dayMs;

/** A window with a problem never opens. */
export function windowState(window: WindowSpec, now: Instant): WindowState {
  const table = timetableOf(window, now);
  const span = table.spans.find(({ closes }) => closes > now);
  if (span === undefined || span.opens - now > lookAheadMs) {
    return { isOpen: false, opens: null, closes: null, offset: null };
  }
  return { isOpen: span.opens <= now, ...openingOf(span, table) };
}

/**
 * The openings that have not closed yet, the one of this moment included; adjoining ones are one. Fewer than asked for
 * where the look-ahead ends first. The end of an opening that never ends is where the timetable does.
 */
export function nextOpenings(window: WindowSpec, now: Instant, count: number): readonly ListedOpening[] {
  const table = timetableOf(window, now);
  const spans = table.spans.filter(({ opens, closes }) => closes > now && opens - now <= lookAheadMs);
  return spans.slice(0, Math.max(0, count)).map((span, index) => ({
    ...openingOf(span, table),
    clockChangedOn: clockChange(table.offsets, spans[index - 1]?.opens ?? now, span.opens),
  }));
}

/** Can work that needs this long start now and end before the window closes? */
export function fits(window: WindowSpec, now: Instant, needsMs: number): boolean {
  const state = windowState(window, now);
  return state.isOpen && now + needsMs <= state.closes;
}

/** Why a window cannot be kept. The API server has refused all of these but the unknown zone and impossible dates. */
export function windowProblem(window: WindowSpec): WindowProblem | null {
  const { weekdays, start, durationMinutes, timeZone, exclusions = [] } = window;
  if (!isZone(timeZone)) return { reason: "ZoneUnknown", facts: { field: "timeZone", found: timeZone } };
  if (weekdays.length === 0) return invalid("weekdays", "");
  const odd = weekdays.find((name) => !weekdayNames.includes(name));
  if (odd !== undefined) return invalid("weekdays", odd);
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(start)) return invalid("start", start);
  if (!(durationMinutes >= 1 && durationMinutes <= dayMinutes)) {
    return invalid("durationMinutes", durationMinutes);
  }
  for (const [index, { from, to }] of exclusions.entries()) {
    if (Number.isNaN(dayNumber(from))) return invalid(`exclusions[${index}].from`, from);
    if (!(dayNumber(to) >= dayNumber(from))) return invalid(`exclusions[${index}].to`, to);
  }
  return null;
}

function invalid(field: string, found: string | number): WindowProblem {
  return { reason: "InvalidValue", facts: { field, found } };
}

const weekdayNames: readonly Weekday[] = [
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
  "Sunday",
];
const dayMinutes = 1440;

interface Span {
  readonly opens: Instant;
  readonly closes: Instant;
}

/** From `since` on, local time is UTC plus `offsetMs`. */
interface Offset {
  readonly since: Instant;
  readonly offsetMs: number;
}

/** All openings of a stretch of time. It depends on the stretch alone, so that the answers do not creep with "now". */
interface Timetable {
  readonly stretch: number;
  readonly spans: readonly Span[];
  readonly offsets: readonly Offset[];
}

const stretchMs = 32 * dayMs;
/** Temporal's range, less the look-ahead. */
const farthestMs = 8e15;
/** Only saves time: the same window and instant give the same answer without it. */
const timetables = new WeakMap<WindowSpec, Timetable>();

function timetableOf(window: WindowSpec, now: Instant): Timetable {
  const stretch = Math.floor(now / stretchMs);
  const known = timetables.get(window);
  if (known?.stretch === stretch) return known;
  const isKept = Math.abs(now) < farthestMs && window.enabled && windowProblem(window) === null;
  const table = isKept ? makeTimetable(window, stretch) : { stretch, spans: [], offsets: [] };
  timetables.set(window, table);
  return table;
}

function makeTimetable(window: WindowSpec, stretch: number): Timetable {
  const from = stretch * stretchMs - lookAheadMs;
  const to = (stretch + 1) * stretchMs + lookAheadMs;
  const offsets = offsetsOf(window.timeZone, from, to);
  const excluded = excludedDays(window, from / dayMs, to / dayMs);
  const startMs = Number(window.start.slice(0, 2)) * hourMs + Number(window.start.slice(3)) * minuteMs;
  const spans: Span[] = [];
  let openedOn = Number.NaN;
  for (let day = Math.floor(from / dayMs); day <= to / dayMs; day += 1) {
    if (!window.weekdays.includes(weekdayOf(day)) || excluded.has(day)) continue;
    const opens = instantAt(offsets, day * dayMs + startMs);
    const closes = cutAt(opens + window.durationMinutes * minuteMs, day, excluded, offsets);
    if (closes <= opens) continue;
    // Whole days adjoin even where the clocks make a day longer than 24 hours.
    const adjoins = window.durationMinutes === dayMinutes && openedOn === day - 1;
    const last = spans.at(-1);
    if (last !== undefined && (adjoins || opens <= last.closes)) {
      spans[spans.length - 1] = { opens: last.opens, closes: Math.max(last.closes, closes) };
    } else {
      spans.push({ opens, closes });
    }
    openedOn = day;
  }
  return { stretch, spans, offsets };
}

/** At most a day long, an opening can reach into the two local days after its own. */
function cutAt(
  closes: Instant,
  day: number,
  excluded: ReadonlySet<number>,
  offsets: readonly Offset[],
): Instant {
  const cut = [day + 1, day + 2].find((later) => excluded.has(later));
  return cut === undefined ? closes : Math.min(closes, startOfDay(offsets, cut));
}

function excludedDays(window: WindowSpec, firstDay: number, lastDay: number): ReadonlySet<number> {
  const days = new Set<number>();
  for (const { from, to } of window.exclusions ?? []) {
    const last = Math.min(dayNumber(to), lastDay + 2);
    for (let day = Math.max(dayNumber(from), Math.floor(firstDay)); day <= last; day += 1) days.add(day);
  }
  return days;
}

function offsetsOf(timeZone: string, from: Instant, to: Instant): readonly Offset[] {
  let time = toZonedDateTimeISO(fromEpochMilliseconds(from), timeZone);
  const offsets: Offset[] = [];
  for (let since = from; since < to; since = time.epochMilliseconds) {
    offsets.push({ since, offsetMs: offsetNanoseconds(time) / 1e6 });
    const next = getTimeZoneTransition(time, "next");
    if (next === null) break;
    time = next;
  }
  return offsets;
}

/** When the zone's clocks show a local time: the first time in an overlap, the later reading in a gap. */
function instantAt(offsets: readonly Offset[], localMs: number): Instant {
  const { reading, before } = readingOf(offsets, localMs);
  return reading ?? localMs - before;
}

/** The first instant of a local day: where midnight falls into a gap, that is the change of clocks itself. */
function startOfDay(offsets: readonly Offset[], day: number): Instant {
  const { reading, change } = readingOf(offsets, day * dayMs);
  return reading ?? change;
}

/** `reading` is null in a gap: then `change` is when the clocks jumped, and `before` their offset before that. */
function readingOf(
  offsets: readonly Offset[],
  localMs: number,
): { readonly reading: Instant | null; readonly change: Instant; readonly before: number } {
  let before = offsets[0]?.offsetMs ?? 0;
  for (const [index, { since, offsetMs }] of offsets.entries()) {
    const reading = localMs - offsetMs;
    const until = offsets[index + 1]?.since ?? Number.POSITIVE_INFINITY;
    if (reading < until) {
      const isGap = reading < since && index > 0;
      return { reading: isGap ? null : reading, change: since, before };
    }
    before = offsetMs;
  }
  return { reading: localMs - before, change: localMs - before, before };
}

function openingOf({ opens, closes }: Span, { offsets }: Timetable): Opening {
  const at = offsets.findLast(({ since }) => since <= opens) ?? offsets[0];
  return { opens, closes, offset: offsetText(at?.offsetMs ?? 0) };
}

function clockChange(offsets: readonly Offset[], after: Instant, until: Instant): string | null {
  const change = offsets.slice(1).findLast(({ since }) => since > after && since <= until);
  return change === undefined ? null : timeOf(change.since + change.offsetMs).slice(0, 10);
}

function offsetText(offsetMs: number): string {
  const clock = timeOf(Math.abs(offsetMs)).slice(11, 16);
  return `${offsetMs < 0 ? "-" : "+"}${clock}`;
}

/** Days since 1970-01-01, a Thursday. */
function weekdayOf(day: number): Weekday {
  return weekdayNames[(((day + 3) % 7) + 7) % 7] ?? "Monday";
}

/** NaN where there is no such day, such as 2026-02-30. */
function dayNumber(date: string): number {
  const instant = instantOf(`${date}T00:00:00Z`);
  return timeOf(instant).startsWith(date) ? instant / dayMs : Number.NaN;
}

function isZone(timeZone: string): boolean {
  try {
    toZonedDateTimeISO(fromEpochMilliseconds(0), timeZone);
    return true;
  } catch {
    return false;
  }
}
