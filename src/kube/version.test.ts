/** The order of resource versions. */
import assert from "node:assert/strict";
import test from "node:test";
import { compareResourceVersions } from "./version.ts";

test("resource versions compare as whole numbers of any length; what is no number is older", () => {
  const ascending = ["", "9", "10", "99", "100", "18446744073709551616", "18446744073709551617"];
  for (const [index, low] of ascending.entries()) {
    assert.equal(compareResourceVersions(low, low), 0);
    for (const high of ascending.slice(index + 1)) {
      assert.ok(compareResourceVersions(low, high) < 0, `${low} < ${high}`);
      assert.ok(compareResourceVersions(high, low) > 0, `${high} > ${low}`);
    }
  }
  assert.ok(compareResourceVersions("0", "1") < 0);
  assert.equal(compareResourceVersions("0", "x"), 0);
});
