/** Where instants stand on a line of time, and which of them get a mark. Knows nothing of what is drawn. */

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Share of the line from its beginning, held within it. */
export function shareOf(instant: number, { from, to }: Range): number {
  if (to <= from) return 0;
  return Math.min(1, Math.max(0, (instant - from) / (to - from)));
}

const minute = 60_000;
const hour = 60 * minute;
const steps = [
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  3 * hour,
  6 * hour,
  12 * hour,
  24 * hour,
  2 * 24 * hour,
  7 * 24 * hour,
  30 * 24 * hour,
];

/** Round instants, no more of them than there is room for. */
export function ticksOf({ from, to }: Range, most: number): readonly number[] {
  const step = steps.find((size) => (to - from) / size <= most) ?? to - from;
  if (step <= 0) return [];
  const first = Math.ceil(from / step) * step;
  return Array.from(
    { length: Math.max(0, Math.floor((to - first) / step) + 1) },
    (_, index) => first + index * step,
  );
}
