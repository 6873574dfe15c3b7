/** One row of a timeline: bars over shaded windows, with a line where now is; and the axis that stands above the rows. */
import type { ReactNode } from "react";
import { type Moment, useMoment } from "./time.tsx";
import { type Range, shareOf, ticksOf } from "./timeline.ts";
import { colours } from "./colours.ts";

export interface Bar extends Range {
  readonly colour: string;
  /** Read out and shown on a closer look. */
  readonly title: string;
  /** Not yet so. */
  readonly isForeseen: boolean;
}

export interface BarsProps {
  readonly range: Range;
  readonly bars: readonly Bar[];
  /** Maintenance windows. */
  readonly shades: readonly Range[];
  /** Null where the line of time does not reach to now. */
  readonly now: number | null;
}

const width = 1000;
const height = 20;

export function Bars({ range, bars, shades, now }: BarsProps): ReactNode {
  const x = (instant: number): number => shareOf(instant, range) * width;
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={bars.map(({ title }) => title).join("; ")}
      style={{ display: "block", inlineSize: "100%", blockSize: `${height}px`, minInlineSize: "220px" }}
    >
      {shades.map(({ from, to }) => (
        <rect
          key={from}
          x={x(from)}
          width={Math.max(0, x(to) - x(from))}
          height={height}
          style={{ fill: colours.window }}
        />
      ))}
      {bars.map(({ from, to, colour, title, isForeseen }) => (
        <rect
          key={`${from} ${title}`}
          x={x(from)}
          y={isForeseen ? 6 : 3}
          width={Math.max(2, x(to) - x(from))}
          height={isForeseen ? height - 12 : height - 6}
          style={{ fill: colour, opacity: isForeseen ? 0.45 : 1 }}
        >
          <title>{title}</title>
        </rect>
      ))}
      {now !== null && <rect x={x(now)} width="2" height={height} style={{ fill: colours.now }} />}
    </svg>
  );
}

export function Axis({ range }: { readonly range: Range }): ReactNode {
  const moment = useMoment();
  return (
    <div style={{ position: "relative", blockSize: "18px", minInlineSize: "220px" }}>
      {ticksOf(range, 6).map((tick) => (
        <span
          key={tick}
          style={{
            position: "absolute",
            insetInlineStart: `${shareOf(tick, range) * 100}%`,
            paddingInlineStart: "4px",
            borderInlineStart: `1px solid ${colours.divider}`,
            color: colours.quietText,
            fontWeight: "normal",
            fontSize: "12px",
            whiteSpace: "nowrap",
          }}
        >
          {tickText(tick, range, moment)}
        </span>
      ))}
    </div>
  );
}

const day = 24 * 3_600_000;

function tickText(tick: number, { from, to }: Range, moment: Moment): string {
  return to - from > day ? moment.day(tick) : moment.time(tick);
}
