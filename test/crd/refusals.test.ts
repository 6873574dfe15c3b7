/** The parser against the table of bad objects. The API server's answers to the same table are in crd.test.ts. */
import assert from "node:assert/strict";
import test from "node:test";
import { parseObject, problemText } from "../../src/schema/parse.ts";
import { refusals } from "./refusals.ts";

for (const { about, object, field, value, fix } of refusals) {
  test(`the parser refuses ${about} in ${object.kind}`, () => {
    const parsed = parseObject(object.kind, object);
    assert(!parsed.ok, "the object was accepted");
    const problem = parsed.problems.find(({ path }) => path === field);
    assert(
      problem !== undefined,
      `no problem names ${field}: ${parsed.problems.map(problemText).join("; ")}`,
    );
    assert.match(problem.message, fix);
    if (value !== undefined) assert(problemText(problem).includes(value), problemText(problem));
  });
}
