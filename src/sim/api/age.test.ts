import assert from "node:assert/strict";
import test from "node:test";
import { durationText } from "./age.ts";

const seconds = 1000;
const minutes = 60 * seconds;
const hours = 60 * minutes;
const days = 24 * hours;

const ages: readonly (readonly [number, string])[] = [
  [0, "0s"],
  [-seconds, "0s"],
  [-5 * seconds, "<invalid>"],
  [119 * seconds, "119s"],
  [2 * minutes + 5 * seconds, "2m5s"],
  [5 * minutes, "5m"],
  [12 * minutes + 5 * seconds, "12m"],
  [179 * minutes, "179m"],
  [3 * hours + 5 * minutes, "3h5m"],
  [9 * hours + 5 * minutes, "9h"],
  [47 * hours, "47h"],
  [2 * days + 5 * hours, "2d5h"],
  [9 * days + 5 * hours, "9d"],
  [800 * days, "2y70d"],
  [9 * 365 * days, "9y"],
];

for (const [ms, text] of ages) {
  test(`${ms / seconds} seconds are ${text}`, () => assert.equal(durationText(ms), text));
}
