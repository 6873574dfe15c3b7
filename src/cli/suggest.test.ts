import assert from "node:assert/strict";
import test from "node:test";
import { suggestion } from "./suggest.ts";

const known = ["web", "checkout", "batch-large", "gpu"];
const table: readonly (readonly [string, string | null])[] = [
  ["wbe", "web"],
  ["wev", "web"],
  ["webb", "web"],
  ["chekout", "checkout"],
  ["batch", "batch-large"],
  ["gpus", "gpu"],
  ["database", null],
  ["x", null],
];

for (const [typed, meant] of table) {
  test(`"${typed}" ${meant === null ? "means none of them" : `means ${meant}`}`, () => {
    assert.equal(suggestion(typed, known), meant);
  });
}

test("Nothing is suggested where nothing is known", () => {
  assert.equal(suggestion("web", []), null);
});
