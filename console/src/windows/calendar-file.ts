/** The next openings of a window as a file for calendars (RFC 5545), in UTC, so that no calendar has to know the zone. */
import type { WindowView } from "../../../src/api/types.ts";

export function calendarFile({ name, uid, openings, pools }: WindowView): string {
  const events = openings.flatMap(({ opens, closes }) => [
    "BEGIN:VEVENT",
    `UID:${uid}-${stamp(opens)}@poolkeeper.dev`,
    `DTSTAMP:${stamp(opens)}`,
    `DTSTART:${stamp(opens)}`,
    `DTEND:${stamp(closes)}`,
    `SUMMARY:${escaped([name, ...pools].join(" "))}`,
    "END:VEVENT",
  ]);
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Poolkeeper//Console//EN",
    ...events,
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${line}\r\n`).join("");
}

/** Such as 20261124T180000Z. */
function stamp(time: string): string {
  return `${new Date(time).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\;,]/g, "\\$&");
}
