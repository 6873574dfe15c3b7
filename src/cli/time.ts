/** Times and durations as the viewer reads them: ages, "in 3h", a day of the week with its zone. */
import { isEndless } from "../core/intent/window.ts";
import { dayMs, durationText, instantOf } from "../core/time.ts";
import type { Look } from "./table.ts";

/** Such as "41d": since when, seen from now. Empty for no time. */
export function ageOf(time: string | undefined, { now }: Pick<Look, "now">): string {
  const instant = instantOf(time);
  return Number.isNaN(instant) ? "" : durationText(now - instant);
}

/** Such as "Sat 02:00 CET", with the date when the day of the week does not say which. */
export function momentText(time: string | undefined, look: Look): string {
  const instant = instantOf(time);
  if (Number.isNaN(instant)) return "";
  const isNear = Math.abs(instant - look.now) < 6 * dayMs;
  const parts = partsOf(instant, look.timeZone);
  const day = isNear ? parts.weekday : `${parts.weekday} ${parts.date}`;
  return `${day} ${parts.clock} ${parts.zone}`;
}

interface Parts {
  readonly weekday: string;
  /** Year, month and day. */
  readonly date: string;
  readonly clock: string;
  readonly zone: string;
}

export function partsOf(instant: number, timeZone: string): Parts {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  });
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? "";
  return {
    weekday: part("weekday"),
    date: `${part("year")}-${part("month")}-${part("day")}`,
    clock: `${part("hour")}:${part("minute")}`,
    zone: part("timeZoneName"),
  };
}

export const alwaysOpen = "always open";

interface Opening {
  readonly opens: string;
  readonly closes: string;
}

/** Such as "now, 2h14m left", "Sat 02:00 CET" or "always open". */
export function openingText(opening: Opening | undefined, look: Look): string {
  if (opening === undefined) return "";
  const opens = instantOf(opening.opens);
  const closes = instantOf(opening.closes);
  if (opens <= look.now && isEndless({ opens, closes }, look.now)) return alwaysOpen;
  if (opens <= look.now && look.now < closes) return `now, ${durationText(closes - look.now)} left`;
  return closes <= look.now ? "" : momentText(opening.opens, look);
}
