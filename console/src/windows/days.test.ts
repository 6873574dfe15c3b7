/** Pages of months, and days of instants. */
import assert from "node:assert/strict";
import test from "node:test";
import { addMonths, dayIn, monthText, readMonth, weeksOf } from "./days.ts";

test("a month that begins on a Monday begins its page", () => {
  const weeks = weeksOf({ year: 2027, month: 2 });
  assert.equal(weeks.length, 4);
  assert.deepEqual([weeks[0]?.[0], weeks[3]?.[6]], ["2027-02-01", "2027-02-28"]);
});

test("a month that begins on a Sunday needs six weeks", () => {
  const weeks = weeksOf({ year: 2026, month: 11 });
  assert.equal(weeks.length, 6);
  assert.deepEqual([weeks[0]?.[0], weeks[0]?.[6], weeks[5]?.[0]], ["2026-10-26", "2026-11-01", "2026-11-30"]);
});

test("months go over years in both directions", () => {
  assert.equal(monthText(addMonths({ year: 2026, month: 12 }, 1)), "2027-01");
  assert.equal(monthText(addMonths({ year: 2026, month: 1 }, -1)), "2025-12");
});

test("what is no month is the one that is now", () => {
  assert.deepEqual(readMonth("2026-13", { year: 2026, month: 11 }), { year: 2026, month: 11 });
  assert.deepEqual(readMonth("2027-03", { year: 2026, month: 11 }), { year: 2027, month: 3 });
});

test("an instant falls on the day of the zone", () => {
  const instant = Date.UTC(2026, 10, 24, 18);
  assert.equal(dayIn(instant, "Asia/Shanghai"), "2026-11-25");
  assert.equal(dayIn(instant, "Europe/Berlin"), "2026-11-24");
});
