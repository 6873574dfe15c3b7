/** Windows against plain counting: every minute of some weeks around a change of clocks, read off Intl's calendar. */
import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import type { Weekday, WindowSpec } from "../schema/window.ts";
import { aWindow } from "./testing.ts";
import { dayMs, hourMs, instantOf, minuteMs, timeOf } from "./time.ts";
import { fits, lookAheadMs, nextOpenings, windowState } from "./window.ts";

const weekdays: readonly Weekday[] = [
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
  "Sunday",
];

/** Twelve days around a change of clocks, where the zone has one. */
const periods: readonly (readonly [string, string])[] = [
  ["Europe/Berlin", "2026-10-19T00:00:00Z"],
  ["Europe/Berlin", "2027-03-22T00:00:00Z"],
  ["Australia/Lord_Howe", "2026-09-28T00:00:00Z"],
  ["Australia/Lord_Howe", "2026-03-30T00:00:00Z"],
  ["America/Santiago", "2026-08-31T00:00:00Z"],
  ["America/Santiago", "2026-03-30T00:00:00Z"],
  ["Asia/Shanghai", "2026-07-01T00:00:00Z"],
  ["UTC", "2026-02-22T00:00:00Z"],
  ["Asia/Kolkata", "2026-12-25T00:00:00Z"],
  ["Europe/Kyiv", "2027-03-22T00:00:00Z"],
  ["America/New_York", "2026-10-26T00:00:00Z"],
  ["America/Nuuk", "2026-03-23T00:00:00Z"],
  ["America/Havana", "2026-10-26T00:00:00Z"],
];
const periodMs = 12 * dayMs;
/** Openings that reach into the period began, and changes that they are read by are, at most this far outside. */
const marginMs = 4 * dayMs;

/** The local reading of every minute, as milliseconds "as if it were UTC", by Intl alone. */
function readClock(
  timeZone: string,
  from: number,
): readonly { readonly at: number; readonly local: number }[] {
  const format = new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    dateStyle: "short",
    timeStyle: "medium",
  });
  const minutes = (periodMs + 2 * marginMs) / minuteMs;
  return Array.from({ length: minutes }, (_, index) => {
    const at = from - marginMs + index * minuteMs;
    return { at, local: instantOf(`${format.format(at).replace(" ", "T")}Z`) };
  });
}

type Clock = ReturnType<typeof readClock>;
const clocks = new Map<string, Clock>();

function clockOf(timeZone: string, from: string): Clock {
  const key = `${timeZone} ${from}`;
  const clock = clocks.get(key) ?? readClock(timeZone, instantOf(from));
  clocks.set(key, clock);
  return clock;
}

/** Minute by minute: is the window open? Written from the rules, without the window's own code. */
function countOpenMinutes(window: WindowSpec, clock: Clock): readonly boolean[] {
  const open = clock.map(() => false);
  const startMs = instantOf(`1970-01-01T${window.start}:00Z`);
  const dayOf = (local: number): number => local - (local % dayMs);
  const days = new Set(clock.map(({ local }) => dayOf(local)));
  const excluded = [...days].filter((day) => {
    const date = timeOf(day).slice(0, 10);
    return (window.exclusions ?? []).some(({ from, to }) => from <= date && date <= to);
  });
  const isExcluded = (local: number): boolean => excluded.includes(dayOf(local));
  const opensOn = (day: number): boolean =>
    window.weekdays.includes(weekdays[(day / dayMs + 3) % 7] ?? "Monday") && !isExcluded(day);
  const begins = new Map<number, number>();
  for (const day of days) {
    const begin = opensOn(day) ? firstReading(clock, day + startMs) : null;
    if (begin !== null) begins.set(day, begin);
  }
  for (const [day, begin] of begins) {
    const whole = window.durationMinutes === 1440 ? (begins.get(day + dayMs) ?? 0) : 0;
    const end = Math.max(begin + window.durationMinutes, whole);
    for (let minute = begin; minute < Math.min(end, clock.length); minute += 1) {
      if (isExcluded(clock[minute]?.local ?? 0)) break;
      open[minute] = true;
    }
  }
  return open;
}

/** Index of the first minute that reads so; in a gap, as many minutes after its edge as the time is beyond it. */
function firstReading(clock: Clock, local: number): number | null {
  const exact = clock.findIndex((minute) => minute.local === local);
  if (exact >= 0) return exact;
  const edge = clock.findIndex((minute, index) => {
    const next = clock[index + 1];
    return next !== undefined && minute.local < local && next.local > local;
  });
  return edge < 0 ? null : edge + (local - (clock[edge]?.local ?? 0)) / minuteMs;
}

const day = (from: string) =>
  fc.integer({ min: -1, max: 13 }).map((days) => timeOf(instantOf(from) + days * dayMs).slice(0, 10));

const windowIn = (timeZone: string, from: string) =>
  fc
    .record({
      weekdays: fc.oneof(
        fc.constant<Weekday[]>([...weekdays]),
        fc.subarray<Weekday>([...weekdays], { minLength: 1 }),
      ),
      hour: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 23 })),
      minute: fc.oneof(fc.constantFrom(0, 15, 30), fc.integer({ min: 0, max: 59 })),
      durationMinutes: fc.oneof(fc.integer({ min: 30, max: 1440 }), fc.constantFrom(60, 240, 1439, 1440)),
      exclusions: fc.array(
        fc.tuple(day(from), day(from)).map(([a, b]) => (a < b ? { from: a, to: b } : { from: b, to: a })),
        { maxLength: 2 },
      ),
    })
    .map(({ hour, minute, ...rest }) => {
      const start = `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
      return aWindow({ ...rest, start, timeZone });
    });

for (const [timeZone, from] of periods) {
  test(`in ${timeZone} from ${from.slice(0, 10)}, every minute is as counted`, () => {
    const clock = clockOf(timeZone, from);
    const margin = marginMs / minuteMs;
    fc.assert(
      fc.property(windowIn(timeZone, from), (window) => {
        const open = countOpenMinutes(window, clock);
        for (let index = margin; index < clock.length - margin; index += 1) {
          const at = clock[index]?.at ?? 0;
          if (windowState(window, at).isOpen !== open[index]) assert.fail(`differs at ${timeOf(at)}`);
        }
      }),
      { numRuns: 12 },
    );
  });
}

const anyWindow = fc.constantFrom(...periods).chain(([timeZone, from]) => windowIn(timeZone, from));
const anyInstant = fc.integer({
  min: instantOf("2026-01-01T00:00:00Z"),
  max: instantOf("2027-12-31T00:00:00Z"),
});

test("openings are in order, never touch, and are what the state says at their edges", () => {
  fc.assert(
    fc.property(anyWindow, anyInstant, (window, now) => {
      const list = nextOpenings(window, now, 20);
      for (const [index, { opens, closes, offset }] of list.entries()) {
        if (opens <= now - lookAheadMs || closes >= now + lookAheadMs) continue; // Its true end is out of sight.
        assert.ok(opens < closes && closes > now);
        assert.ok(opens > (list[index - 1]?.closes ?? Number.NEGATIVE_INFINITY));
        assert.deepEqual(windowState(window, opens), { isOpen: true, opens, closes, offset });
        assert.equal(windowState(window, opens - 1).isOpen, false);
        assert.equal(windowState(window, closes - 1).isOpen, true);
        assert.equal(windowState(window, closes).isOpen, false);
      }
    }),
  );
});

test("a window opens once on each of its days: never twice, and it never vanishes", () => {
  const zones = fc.constantFrom(...periods.map(([timeZone]) => timeZone));
  const starts = fc.integer({ min: 0, max: 1439 });
  fc.assert(
    fc.property(zones, fc.constantFrom(...weekdays), starts, (timeZone, weekday, start) => {
      const window = aWindow({
        timeZone,
        weekdays: [weekday],
        start: timeOf(start * minuteMs).slice(11, 16),
      });
      const list = nextOpenings(window, instantOf("2026-01-01T00:00:00Z"), 60);
      assert.ok(list.length === 57 || list.length === 58);
      for (const [index, { opens }] of list.slice(1).entries()) {
        const gapMs = opens - (list[index]?.opens ?? 0);
        assert.ok(Math.abs(gapMs - 7 * dayMs) <= hourMs, `${timeOf(opens)} after ${gapMs / hourMs} h`);
      }
    }),
  );
});

test("the answer does not depend on what was asked before", () => {
  fc.assert(
    fc.property(anyWindow, fc.array(anyInstant, { minLength: 1 }), (window, instants) => {
      for (const now of instants) {
        assert.deepEqual(windowState(window, now), windowState({ ...window }, now));
        assert.deepEqual(nextOpenings(window, now, 3), nextOpenings({ ...window }, now, 3));
      }
    }),
  );
});

test("what fits has the window open until it ends", () => {
  fc.assert(
    fc.property(anyWindow, anyInstant, fc.integer({ min: 1, max: dayMs }), (window, now, needsMs) => {
      if (!fits(window, now, needsMs)) return;
      for (const part of [0, 0.5, 1]) {
        assert.ok(windowState(window, now + Math.floor((needsMs - 1) * part)).isOpen);
      }
    }),
  );
});
