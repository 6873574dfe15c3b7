import assert from "node:assert/strict";
import test from "node:test";
import type { Clock } from "../ports/clock.ts";
import { createProgress } from "./progress.ts";

function setUp() {
  const lines: string[] = [];
  const timers = new Set<() => void>();
  let nowMs = 0;
  const clock: Clock = {
    now: () => nowMs,
    monotonic: () => nowMs,
    after: (_delayMs, run) => {
      timers.add(run);
      return () => timers.delete(run);
    },
  };
  const pass = (ms: number) => {
    nowMs += ms;
    const due = Array.from(timers);
    timers.clear();
    for (const run of due) run();
  };
  const progress = createProgress({ write: (text: string) => lines.push(text.trimEnd()) }, clock);
  return { lines, timers, pass, progress };
}

test("long work is told when it begins, while it goes on, and when it is done", async () => {
  const { lines, timers, pass, progress } = setUp();
  const answer = await progress.during("Building", async () => {
    pass(5_000);
    pass(5_000);
    return 7;
  });
  assert.equal(answer, 7);
  assert.deepEqual(lines, [
    "Building ...",
    "Building: 5.0 s so far",
    "Building: 10.0 s so far",
    "Building: done in 10.0 s",
  ]);
  assert.equal(timers.size, 0, "no timer is left behind");
});

test("work that fails says so, keeps its error, and is told no further", async () => {
  const { lines, timers, progress } = setUp();
  await assert.rejects(
    progress.during("Building", () => Promise.reject(new Error("no"))),
    /^Error: no$/,
  );
  assert.deepEqual(lines, ["Building ...", "Building: failed after 0.0 s"]);
  assert.equal(timers.size, 0);
});
