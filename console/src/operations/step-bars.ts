/** The bars of an operation's rows: what was done and when, and what is foreseen. What a step means is not known here. */
import { durationText, instantOf } from "../../../src/core/time.ts";
import type { Forecast } from "../../../src/api/answers.ts";
import type { OperationDetail, ProgressView } from "../../../src/api/types.ts";
import type { Bar } from "../parts/bars.tsx";
import type { Range } from "../parts/timeline.ts";
import { categoryColour, colours } from "../parts/colours.ts";

/** One colour per kind of step, the same on every page. */
const byStep: Readonly<Record<string, string>> = {
  Cordon: categoryColour(0),
  Drain: categoryColour(1),
  Stop: categoryColour(2),
  ReplaceDisk: categoryColour(3),
  Start: categoryColour(4),
  AwaitReady: categoryColour(5),
  Restore: categoryColour(6),
  Reboot: categoryColour(3),
  RestartService: categoryColour(3),
  AwaitHealthy: categoryColour(5),
  Release: categoryColour(7),
  Leave: categoryColour(7),
  DeleteNode: categoryColour(8),
};

export function colourOf(step: string): string {
  return byStep[step] ?? colours.plain;
}

export function barsOf(row: ProgressView, forecast: Forecast | null, now: number): readonly Bar[] {
  const done = row.steps.map(({ code, word, startsTime, endsTime }): Bar => {
    const from = instantOf(startsTime);
    const to = endsTime === null ? Math.max(now, from) : instantOf(endsTime);
    return {
      from,
      to,
      colour: colourOf(code),
      title: `${word}: ${durationText(to - from)}`,
      isForeseen: false,
    };
  });
  const turn = forecast?.turns.find(({ machine }) => machine === row.machine);
  const end = done.at(-1)?.to ?? 0;
  if (turn === undefined || row.finishedTime !== null) return done;
  const from = Math.max(instantOf(turn.startsTime), end);
  const to = instantOf(turn.endsTime);
  if (to <= from) return done;
  const title = durationText(to - from);
  return [...done, { from, to, colour: colours.plain, title, isForeseen: true }];
}

/** Windows that open while it runs. */
export function shadesOf(forecast: Forecast | null): readonly Range[] {
  return (forecast?.openings ?? []).map(({ opens, closes }) => ({
    from: instantOf(opens),
    to: instantOf(closes),
  }));
}

/** From the first thing that was done to the last that is foreseen. */
export function rangeOf(operation: OperationDetail, forecast: Forecast | null, now: number): Range {
  const { startedTime, createdTime, finishedTime, machines } = operation;
  const from = instantOf(startedTime ?? createdTime);
  const ends = [
    ...machines.flatMap((row) => (row.finishedTime === null ? [] : [instantOf(row.finishedTime)])),
    ...(forecast?.turns ?? []).map(({ endsTime }) => instantOf(endsTime)),
    finishedTime === null ? now : instantOf(finishedTime),
  ];
  return { from, to: Math.max(from + 1000, ...ends) };
}
