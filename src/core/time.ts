/** RFC 3339 text to instants and back, without the runtime's clock. Fast enough to be called for every machine in a pass. */
import type { Instant } from "./model.ts";

export const secondMs = 1000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

const pattern = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds since the epoch, or NaN where the text is no RFC 3339 time: comparisons with NaN are false, so nothing starts on it. */
export function instantOf(text: string | undefined): Instant {
  const match = pattern.exec(text ?? "");
  if (match === null) return Number.NaN;
  const [, year, month, day, hour, minute, second, fraction = "0", zone = "Z"] = match;
  const days = daysFromCivil(Number(year), Number(month), Number(day));
  const millis = Number(fraction.padEnd(3, "0").slice(0, 3));
  const local =
    days * dayMs + Number(hour) * hourMs + Number(minute) * minuteMs + Number(second) * secondMs + millis;
  return local - offsetMs(zone);
}

export function timeOf(instant: Instant): string {
  const days = Math.floor(instant / dayMs);
  const rest = instant - days * dayMs;
  const [year, month, day] = civilFromDays(days);
  const clock = [
    Math.floor(rest / hourMs),
    Math.floor(rest / minuteMs) % 60,
    Math.floor(rest / secondMs) % 60,
  ];
  const millis = Math.floor(rest % secondMs);
  const fraction = millis === 0 ? "" : `.${String(millis).padStart(3, "0")}`;
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}T${clock.map((part) => pad(part)).join(":")}${fraction}Z`;
}

/**
 * When something that has lasted for so long began, to the minute: `now` and the age are of two clocks and read one after
 * the other, and a text that differs by milliseconds in every look would be written, and waken us, without end (L2).
 */
export function sinceOf(now: Instant, ageMs: number): string {
  return timeOf(Math.floor((now - ageMs) / minuteMs) * minuteMs);
}

/** Two clocks may differ by so much without harm. */
const toleranceMs = minuteMs;

/** Nothing that we have seen can lie there: the clock was wrong, then or now (S28). */
export function isToCome(at: Instant, now: Instant): boolean {
  return at > now + toleranceMs;
}

/** What was to wait from `at` until then waits no more. Whoever has seen it in the future does not know how long ago it was. */
export function isWaitOver(at: Instant, until: Instant, now: Instant): boolean {
  return now >= until || isToCome(at, now);
}

/** Such as "45s", "12m", "3h05m" or "4d": how people read a duration. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / secondMs));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60)
    return minutes < 10 && seconds % 60 > 0 ? `${minutes}m${pad(seconds % 60)}s` : `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${pad(minutes % 60)}m`;
  return `${Math.floor(hours / 24)}d`;
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, "0");
}

function offsetMs(zone: string): number {
  if (zone === "Z") return 0;
  const sign = zone.startsWith("-") ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * hourMs + Number(zone.slice(4, 6)) * minuteMs);
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar, counting years from March so that leap days come last. */
function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function civilFromDays(days: number): readonly [number, number, number] {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthIndex = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthIndex + 2) / 5) + 1;
  const month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9;
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day];
}
