import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { scenarios, tracePath } from "./main.ts";
import { perform } from "./stage.ts";

for (const scenario of scenarios) {
  test(`${scenario.name}: ${scenario.about}`, async () => {
    const golden = readFileSync(tracePath(scenario), "utf8");
    assert.equal(
      await perform(scenario),
      golden,
      "behaviour has changed: read the difference; if it is right, npm run traces -- --write",
    );
  });
}
