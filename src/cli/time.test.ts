import assert from "node:assert/strict";
import test from "node:test";
import { instantOf } from "../core/time.ts";
import type { Look } from "./table.ts";
import { ageOf, momentText, openingText } from "./time.ts";

const look: Look = { now: instantOf("2026-11-24T12:00:00Z"), timeZone: "Europe/Berlin", hasColor: false };

test("An age is counted from the time to now", () => {
  assert.equal(ageOf("2026-11-24T11:48:00Z", look), "12m");
  assert.equal(ageOf(undefined, look), "");
});

test("A near moment is told by its day of the week, in the viewer's zone", () => {
  assert.equal(momentText("2026-11-28T01:00:00Z", look), "Sat 02:00 CET");
});

test("A far moment is told by its date too", () => {
  assert.equal(momentText("2027-04-03T00:00:00Z", look), "Sat 2027-04-03 02:00 CEST");
});

test("An opening is open for so long, or opens then, or is over", () => {
  const open = { opens: "2026-11-24T11:00:00Z", closes: "2026-11-24T14:14:00Z" };
  assert.equal(openingText(open, look), "now, 2h14m left");
  assert.equal(
    openingText({ opens: "2026-11-25T01:00:00Z", closes: "2026-11-25T05:00:00Z" }, look),
    "Wed 02:00 CET",
  );
  assert.equal(openingText({ opens: "2026-11-24T01:00:00Z", closes: "2026-11-24T05:00:00Z" }, look), "");
  assert.equal(openingText(undefined, look), "");
});

test("An opening whose end is out of sight is always open", () => {
  assert.equal(
    openingText({ opens: "2025-10-07T00:00:00Z", closes: "2028-01-18T00:00:00Z" }, look),
    "always open",
  );
});
