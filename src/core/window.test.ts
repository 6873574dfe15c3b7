/** Windows at the edges of zones, clocks and days: what opens when. The comparison with plain counting is a file of its own. */
import assert from "node:assert/strict";
import test from "node:test";
import type { WindowSpec } from "../schema/window.ts";
import { aWindow, noon } from "./testing.ts";
import { dayMs, hourMs, instantOf, minuteMs, timeOf } from "./time.ts";
import { fits, lookAheadMs, nextOpenings, windowProblem, windowState } from "./window.ts";

const weekend = { weekdays: ["Saturday", "Sunday"] } as const satisfies Partial<WindowSpec>;

function openings(wishes: Partial<WindowSpec>, from: string, count: number): readonly string[] {
  return nextOpenings(aWindow(wishes), instantOf(from), count).map(
    ({ opens, closes, offset, clockChangedOn }) =>
      `${timeOf(opens)} ${timeOf(closes)} ${offset}${clockChangedOn === null ? "" : ` changed ${clockChangedOn}`}`,
  );
}

function at(wishes: Partial<WindowSpec>, now: string): string {
  const state = windowState(aWindow(wishes), instantOf(now));
  if (state.opens === null) return "closed for ever";
  return `${state.isOpen ? "open" : "closed"} ${timeOf(state.opens)} ${timeOf(state.closes)} ${state.offset}`;
}

const clockChanges: readonly (readonly [string, Partial<WindowSpec>, string, readonly string[]])[] = [
  [
    "Berlin in spring: a start inside the gap is read an hour later, and the length stays",
    { timeZone: "Europe/Berlin", weekdays: ["Sunday"], start: "02:30", durationMinutes: 120 },
    "2027-03-20T00:00:00Z",
    [
      "2027-03-21T01:30:00Z 2027-03-21T03:30:00Z +01:00",
      "2027-03-28T01:30:00Z 2027-03-28T03:30:00Z +02:00 changed 2027-03-28",
      "2027-04-04T00:30:00Z 2027-04-04T02:30:00Z +02:00",
    ],
  ],
  [
    "Berlin in autumn: of two equal times the first opens, and only that one",
    { timeZone: "Europe/Berlin", weekdays: ["Sunday"], start: "02:30", durationMinutes: 120 },
    "2026-10-20T00:00:00Z",
    [
      "2026-10-25T00:30:00Z 2026-10-25T02:30:00Z +02:00",
      "2026-11-01T01:30:00Z 2026-11-01T03:30:00Z +01:00 changed 2026-10-25",
    ],
  ],
  [
    "New York in autumn: the second 01:30 of the night does not open again",
    { timeZone: "America/New_York", start: "01:30", durationMinutes: 30 },
    "2026-11-01T00:00:00Z",
    [
      "2026-11-01T05:30:00Z 2026-11-01T06:00:00Z -04:00",
      "2026-11-02T06:30:00Z 2026-11-02T07:00:00Z -05:00 changed 2026-11-01",
    ],
  ],
  [
    "New York in spring: 02:00 does not exist, so 03:00 it is",
    { timeZone: "America/New_York", start: "02:00", durationMinutes: 60 },
    "2026-03-08T00:00:00Z",
    [
      "2026-03-08T07:00:00Z 2026-03-08T08:00:00Z -04:00 changed 2026-03-08",
      "2026-03-09T06:00:00Z 2026-03-09T07:00:00Z -04:00",
    ],
  ],
  [
    "Lord Howe changes by half an hour",
    { timeZone: "Australia/Lord_Howe", start: "02:15", durationMinutes: 60, weekdays: ["Sunday"] },
    "2026-09-26T00:00:00Z",
    [
      "2026-09-26T15:45:00Z 2026-09-26T16:45:00Z +10:30",
      "2026-10-03T15:45:00Z 2026-10-03T16:45:00Z +11:00 changed 2026-10-04",
      "2026-10-10T15:15:00Z 2026-10-10T16:15:00Z +11:00",
    ],
  ],
  [
    "Santiago skips midnight: the day still has its opening",
    { timeZone: "America/Santiago", start: "00:00", durationMinutes: 60, weekdays: ["Sunday"] },
    "2026-09-05T12:00:00Z",
    [
      "2026-09-06T04:00:00Z 2026-09-06T05:00:00Z -03:00 changed 2026-09-06",
      "2026-09-13T03:00:00Z 2026-09-13T04:00:00Z -03:00",
    ],
  ],
  [
    "Kyiv changes at 03:00",
    { timeZone: "Europe/Kyiv", start: "03:30", durationMinutes: 60, weekdays: ["Sunday"] },
    "2027-03-27T00:00:00Z",
    ["2027-03-28T01:30:00Z 2027-03-28T02:30:00Z +03:00 changed 2027-03-28"],
  ],
  [
    "Kolkata is half an hour off and never changes",
    { timeZone: "Asia/Kolkata", start: "02:00", durationMinutes: 240, weekdays: ["Saturday"] },
    "2026-07-01T12:00:00Z",
    ["2026-07-03T20:30:00Z 2026-07-04T00:30:00Z +05:30"],
  ],
  [
    "Shanghai",
    { timeZone: "Asia/Shanghai", start: "02:00", durationMinutes: 240, weekdays: ["Saturday"] },
    "2026-07-01T12:00:00Z",
    ["2026-07-03T18:00:00Z 2026-07-03T22:00:00Z +08:00"],
  ],
];

for (const [name, wishes, from, expected] of clockChanges) {
  test(name, () => {
    assert.deepEqual(openings(wishes, from, expected.length), expected);
  });
}

test("a window is open from its first millisecond up to, not including, its last", () => {
  assert.equal(at({}, "2026-07-02T01:59:59.999Z"), "closed 2026-07-02T02:00:00Z 2026-07-02T06:00:00Z +00:00");
  assert.equal(at({}, "2026-07-02T02:00:00Z"), "open 2026-07-02T02:00:00Z 2026-07-02T06:00:00Z +00:00");
  assert.equal(at({}, "2026-07-02T05:59:59.999Z"), "open 2026-07-02T02:00:00Z 2026-07-02T06:00:00Z +00:00");
  assert.equal(at({}, "2026-07-02T06:00:00Z"), "closed 2026-07-03T02:00:00Z 2026-07-03T06:00:00Z +00:00");
});

test("a window over midnight belongs to the weekday on which it opened", () => {
  const late = { weekdays: ["Saturday"], start: "22:00" } as const satisfies Partial<WindowSpec>;
  assert.equal(at(late, "2026-07-05T01:00:00Z"), "open 2026-07-04T22:00:00Z 2026-07-05T02:00:00Z +00:00");
  assert.equal(at(late, "2026-07-04T01:00:00Z"), "closed 2026-07-04T22:00:00Z 2026-07-05T02:00:00Z +00:00");
});

test("an opening that begins on an excluded day does not open", () => {
  const holiday = { ...weekend, exclusions: [{ from: "2026-07-04", to: "2026-07-04" }] };
  assert.deepEqual(openings(holiday, "2026-07-01T12:00:00Z", 1), [
    "2026-07-05T02:00:00Z 2026-07-05T06:00:00Z +00:00",
  ]);
});

test("an opening that runs into an excluded day is cut at that day's midnight", () => {
  const wishes = {
    start: "22:00",
    timeZone: "Asia/Shanghai",
    exclusions: [{ from: "2026-07-05", to: "2026-07-05" }],
  };
  assert.deepEqual(openings(wishes, "2026-07-04T00:00:00Z", 2), [
    "2026-07-04T14:00:00Z 2026-07-04T16:00:00Z +08:00",
    "2026-07-06T14:00:00Z 2026-07-06T18:00:00Z +08:00",
  ]);
});

test("where the clocks skip an excluded day's midnight, the cut is at the change", () => {
  const wishes = {
    timeZone: "America/Santiago",
    start: "22:00",
    exclusions: [{ from: "2026-09-06", to: "2026-09-06" }],
  };
  assert.deepEqual(openings(wishes, "2026-09-05T12:00:00Z", 1), [
    "2026-09-06T02:00:00Z 2026-09-06T04:00:00Z -04:00",
  ]);
});

test("an opening that the clocks push into an excluded day does not open", () => {
  // In Nuuk 23:00 to 24:00 does not exist on 2026-03-28, and 23:30 is read as 00:30 of the next day.
  const wishes = { timeZone: "America/Nuuk", start: "23:30", durationMinutes: 60 };
  const excluded = { ...wishes, exclusions: [{ from: "2026-03-29", to: "2026-03-29" }] };
  assert.equal(at(wishes, "2026-03-29T01:30:00Z"), "open 2026-03-29T01:30:00Z 2026-03-29T02:30:00Z -01:00");
  assert.equal(
    at(excluded, "2026-03-29T01:30:00Z"),
    "closed 2026-03-31T00:30:00Z 2026-03-31T01:30:00Z -01:00",
  );
  assert.deepEqual(openings(excluded, "2026-03-28T12:00:00Z", 1), [
    "2026-03-31T00:30:00Z 2026-03-31T01:30:00Z -01:00 changed 2026-03-29",
  ]);
});

test("a long exclusion is skipped in one look", () => {
  const wishes = { exclusions: [{ from: "2026-01-01", to: "2026-12-31" }] };
  assert.equal(at(wishes, "2026-07-01T12:00:00Z"), "closed 2027-01-01T02:00:00Z 2027-01-01T06:00:00Z +00:00");
});

test("a window that never opens within the look-ahead has no next opening", () => {
  const wishes = { exclusions: [{ from: "2000-01-01", to: "2999-12-31" }] };
  assert.equal(at(wishes, "2026-07-01T12:00:00Z"), "closed for ever");
  assert.deepEqual(openings(wishes, "2026-07-01T12:00:00Z", 5), []);
});

test("an opening in 401 days is none, one in 400 is", () => {
  const until = (to: string) => ({ exclusions: [{ from: "2026-07-01", to }] });
  assert.equal(
    at(until("2027-08-05"), "2026-07-02T02:00:00Z"),
    "closed 2027-08-06T02:00:00Z 2027-08-06T06:00:00Z +00:00",
  );
  assert.equal(at(until("2027-08-06"), "2026-07-02T02:00:00Z"), "closed for ever");
});

test("no opening beyond 400 days is listed", () => {
  const list = nextOpenings(aWindow({ weekdays: ["Monday"] }), noon, 1000);
  assert.equal(list.length, 57);
  assert.ok(list.every(({ opens }) => opens - noon <= lookAheadMs));
});

test("a window that is switched off never opens", () => {
  assert.equal(at({ enabled: false }, "2026-07-02T03:00:00Z"), "closed for ever");
});

test("a window with a problem never opens", () => {
  assert.equal(at({ timeZone: "Mars/Base" }, "2026-07-02T03:00:00Z"), "closed for ever");
});

test("a moment that is no moment finds every window closed", () => {
  for (const now of [Number.NaN, Number.POSITIVE_INFINITY, -8.64e15, 8.64e15])
    assert.equal(windowState(aWindow(), now).isOpen, false);
});

test("adjoining openings are one", () => {
  const wishes = { ...weekend, start: "12:00", durationMinutes: 1440 };
  assert.deepEqual(openings(wishes, "2026-07-01T12:00:00Z", 2), [
    "2026-07-04T12:00:00Z 2026-07-06T12:00:00Z +00:00",
    "2026-07-11T12:00:00Z 2026-07-13T12:00:00Z +00:00",
  ]);
});

test("openings that touch only because the clocks make a day shorter are one", () => {
  const wishes = { ...weekend, timeZone: "Europe/Berlin", start: "04:00", durationMinutes: 1380 };
  assert.deepEqual(openings(wishes, "2027-03-26T00:00:00Z", 1), [
    "2027-03-27T03:00:00Z 2027-03-29T01:00:00Z +01:00",
  ]);
});

test("overlapping openings are one where the clocks make a day shorter", () => {
  const wishes = { ...weekend, timeZone: "Europe/Berlin", start: "00:00", durationMinutes: 1440 };
  assert.deepEqual(openings(wishes, "2027-03-26T00:00:00Z", 1), [
    "2027-03-26T23:00:00Z 2027-03-28T23:00:00Z +01:00",
  ]);
});

test("a whole day every day is open all the time, through both changes of the clocks", () => {
  const window = aWindow({ timeZone: "Europe/Berlin", start: "02:00", durationMinutes: 1440 });
  for (let now = noon; now < noon + 366 * dayMs; now += 15 * minuteMs)
    assert.ok(windowState(window, now).isOpen, timeOf(now));
});

test("a window without end gives one opening, and the same one all day", () => {
  const window = aWindow({ durationMinutes: 1440 });
  const list = nextOpenings(window, noon, 5);
  assert.equal(list.length, 1);
  assert.ok((list[0]?.closes ?? 0) >= noon + lookAheadMs);
  assert.deepEqual(nextOpenings(window, noon + hourMs, 5), list);
});

test("a window without end, but for two days, is open between them", () => {
  const wishes = {
    durationMinutes: 1440,
    start: "00:00",
    exclusions: [
      { from: "2026-05-01", to: "2026-05-01" },
      { from: "2026-12-24", to: "2026-12-26" },
    ],
  };
  assert.equal(at(wishes, "2026-07-01T12:00:00Z"), "open 2026-05-02T00:00:00Z 2026-12-24T00:00:00Z +00:00");
});

test("the opening of this moment is the first of the list", () => {
  assert.deepEqual(openings({}, "2026-07-02T03:00:00Z", 2), [
    "2026-07-02T02:00:00Z 2026-07-02T06:00:00Z +00:00",
    "2026-07-03T02:00:00Z 2026-07-03T06:00:00Z +00:00",
  ]);
});

test("asked for no openings, or for fewer, there are none", () => {
  assert.deepEqual(openings({}, "2026-07-02T03:00:00Z", 0), []);
  assert.deepEqual(openings({}, "2026-07-02T03:00:00Z", -1), []);
});

test("work fits when it ends with the window, and not a millisecond later", () => {
  const now = instantOf("2026-07-02T05:00:00Z");
  assert.equal(fits(aWindow(), now, hourMs), true);
  assert.equal(fits(aWindow(), now, hourMs + 1), false);
  assert.equal(fits(aWindow(), now - 4 * hourMs, minuteMs), false);
});

const problems: readonly (readonly [string, Partial<WindowSpec>, string, string | number])[] = [
  ["an unknown zone", { timeZone: "Mars/Base" }, "timeZone", "Mars/Base"],
  ["no weekday", { weekdays: [] }, "weekdays", ""],
  ["a start without its zero", { start: "2:00" }, "start", "2:00"],
  ["a start after the day's end", { start: "24:00" }, "start", "24:00"],
  ["no length", { durationMinutes: 0 }, "durationMinutes", 0],
  ["more than a day", { durationMinutes: 1441 }, "durationMinutes", 1441],
  [
    "a day that is not in the calendar",
    { exclusions: [{ from: "2026-02-30", to: "2026-03-01" }] },
    "exclusions[0].from",
    "2026-02-30",
  ],
  [
    "an exclusion that ends before it begins",
    { exclusions: [{ from: "2026-03-02", to: "2026-03-01" }] },
    "exclusions[0].to",
    "2026-03-01",
  ],
];

for (const [name, wishes, field, found] of problems) {
  test(`names the field and what it found: ${name}`, () => {
    assert.deepEqual(windowProblem(aWindow(wishes))?.facts, { field, found });
  });
}

for (const timeZone of ["UTC", "Asia/Kolkata", "Europe/Kyiv", "America/Argentina/Ushuaia", "Etc/GMT+5"]) {
  test(`${timeZone} is a zone`, () => {
    assert.equal(windowProblem(aWindow({ timeZone })), null);
  });
}
