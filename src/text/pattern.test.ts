import assert from "node:assert/strict";
import test from "node:test";
import type { Facts } from "../core/reason.ts";
import { factsOf, fillPattern } from "./pattern.ts";

const table: readonly (readonly [what: string, pattern: string, facts: Facts, filled: string])[] = [
  ["puts a fact in its place", "{pool} is paused.", { pool: "web" }, "web is paused."],
  ["leaves a missing fact out", "It waits{pool}.", {}, "It waits."],
  ["takes the words instead of a missing fact", "{pool|The pool} is paused.", {}, "The pool is paused."],
  ["takes the first fact that is there", "{node,machine} is ill.", { machine: "web-1" }, "web-1 is ill."],
  ["prefers the earlier fact", "{node,machine}.", { machine: "web-1", node: "cn.i-1" }, "cn.i-1."],
  ["leaves a clause out when one fact is missing", "Full[ ({have} of {limit})].", { have: 3 }, "Full."],
  [
    "keeps a clause whose facts are all there",
    "Full[ ({have} of {limit})].",
    { have: 3, limit: 5 },
    "Full (3 of 5).",
  ],
  ["counts one", "{count#node is|nodes are} away.", { count: 1 }, "1 node is away."],
  ["counts several", "{count#node is|nodes are} away.", { count: 4 }, "4 nodes are away."],
  ["says a number's word without the number", "Waits for {count#pod|pods}.", {}, "Waits for pods."],
  [
    "leaves a clause out when its number is missing",
    "Unconfirmed[ ({count#machine|machines})].",
    {},
    "Unconfirmed.",
  ],
  ["shows 0, which is no missing fact", "{count#node|nodes} left.", { count: 0 }, "0 nodes left."],
  ["takes an empty text for a missing fact", "Failed[: {error}].", { error: "" }, "Failed."],
  ["takes NaN for a missing fact", "Ill[ since {since}].", { since: Number.NaN }, "Ill."],
  [
    "drops the full stop of a quoted message",
    "Failed[: {error}]; again.",
    { error: "No quota." },
    "Failed: No quota; again.",
  ],
  [
    "shows milliseconds as a time",
    "From {since}.",
    { since: 1_793_000_000_000 },
    "From 2026-10-26 07:33 UTC.",
  ],
  [
    "shows an RFC 3339 time",
    "At {until}.",
    { until: "2026-11-24T02:10:05.5+01:00" },
    "At 2026-11-24 01:10 UTC.",
  ],
  ["leaves other words for a time as they are", "At {until}.", { until: "nightfall" }, "At nightfall."],
  ["does not read facts as patterns", "[: {error}]", { error: "{pool} [x]" }, ": {pool} [x]"],
];

for (const [what, pattern, facts, filled] of table) {
  test(`A pattern ${what}`, () => {
    assert.equal(fillPattern(pattern, facts), filled);
  });
}

test("The facts of a pattern are all that it can show", () => {
  assert.deepEqual(factsOf("{node,machine|It} waits[ for {count#pod|pods}]."), ["node", "machine", "count"]);
});
