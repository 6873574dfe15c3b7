/** Times as people read them: how long ago, and on a closer look when exactly, in the viewer's zone. */
import type { ReactNode } from "react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { durationText, instantOf } from "../../../src/core/time.ts";
import { useNow } from "../live/now.ts";

export interface Moment {
  /** Such as "14:03". */
  time(instant: number): string;
  /** Such as "24 Nov". */
  day(instant: number): string;
  /** Such as "14:03:05". */
  clock(instant: number): string;
  /** Such as "Tue 24 Nov 2026, 14:03:05 GMT+1". */
  full(instant: number): string;
  /** Such as "Tue 24 Nov, 14:03". */
  short(instant: number): string;
}

/** In the viewer's zone, unless another one is named. */
export function useMoment(timeZone?: string): Moment {
  const { i18n } = useTranslation();
  const locale = i18n.language === "zh" ? "zh-CN" : "en-GB";
  return useMemo(() => {
    const format = (options: Intl.DateTimeFormatOptions) => {
      const formatter = new Intl.DateTimeFormat(locale, { ...options, timeZone, hourCycle: "h23" });
      return (instant: number) => (Number.isNaN(instant) ? "" : formatter.format(instant));
    };
    return {
      time: format({ hour: "2-digit", minute: "2-digit" }),
      day: format({ month: "short", day: "numeric" }),
      clock: format({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
      full: format({
        weekday: "short",
        year: "numeric",
        month: "short",
        day: "numeric",
        hour: "2-digit",
        minute: "2-digit",
        second: "2-digit",
        timeZoneName: "short",
      }),
      short: format({ weekday: "short", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" }),
    };
  }, [locale, timeZone]);
}

export interface TimeProps {
  /** RFC 3339; null shows a dash. */
  readonly time: string | null;
}

/** Such as "12m", growing while one looks. */
export function Age({ time }: TimeProps): ReactNode {
  const now = useNow();
  const moment = useMoment();
  if (time === null) return "–";
  const instant = instantOf(time);
  return (
    <time dateTime={time} title={moment.full(instant)}>
      {durationText(now - instant)}
    </time>
  );
}

/** Such as "Tue 24 Nov, 14:03", with seconds and zone on a closer look. */
export function When({ time }: TimeProps): ReactNode {
  const moment = useMoment();
  if (time === null) return "–";
  const instant = instantOf(time);
  return (
    <time dateTime={time} title={moment.full(instant)}>
      {moment.short(instant)}
    </time>
  );
}

export interface SpanProps {
  readonly from: string | null;
  /** Null while it lasts. */
  readonly to: string | null;
}

/** How long something took, or has been going on. */
export function Span({ from, to }: SpanProps): ReactNode {
  const now = useNow();
  if (from === null) return "–";
  return durationText((to === null ? now : instantOf(to)) - instantOf(from));
}
