/** The flags and settings of a maintenance window, and what they change in its spec. */
import type { Command } from "commander";
import type { Weekday } from "../schema/window.ts";
import type { Assignment } from "./field.ts";
import { usageError } from "./failure.ts";
import { collect } from "./options.ts";
import type { PoolFlags } from "./pool-flags.ts";
import { suggestion } from "./suggest.ts";

export function withWindowFlags(command: Command): Command {
  return command
    .option("--days <DAY,…>", "days of the week, such as Sat,Sun, or daily", collect)
    .option("--start <HH:MM>", "local time of day")
    .option("--hours <COUNT>", "length in hours")
    .option("--minutes <COUNT>", "length in minutes")
    .option("--time-zone <ZONE>", "IANA name, such as Europe/Berlin")
    .option("--disabled", "the window does not open yet");
}

export function windowAssignments(flags: PoolFlags): readonly Assignment[] {
  const { days, start, hours, minutes, timeZone, disabled } = flags;
  return [
    ...(Array.isArray(days) ? [windowAssignment("days", days.join(","))] : []),
    ...(typeof start === "string" ? [windowAssignment("start", start)] : []),
    ...(typeof hours === "string" ? [windowAssignment("hours", hours)] : []),
    ...(typeof minutes === "string" ? [windowAssignment("minutes", minutes)] : []),
    ...(typeof timeZone === "string" ? [windowAssignment("time-zone", timeZone)] : []),
    ...(disabled === true ? [windowAssignment("enabled", "false")] : []),
  ];
}

const keys: Readonly<Record<string, (value: string) => Assignment>> = {
  days: (value) => ({ path: ["weekdays"], value: readDays(value) }),
  weekdays: (value) => ({ path: ["weekdays"], value: readDays(value) }),
  start: (value) => ({ path: ["start"], value: /^\d:/.test(value) ? `0${value}` : value }),
  hours: (value) => ({ path: ["durationMinutes"], value: Math.round(readNumber(value) * 60) }),
  minutes: (value) => ({ path: ["durationMinutes"], value: readNumber(value) }),
  "time-zone": (value) => ({ path: ["timeZone"], value }),
  timezone: (value) => ({ path: ["timeZone"], value }),
  enabled: (value) => ({ path: ["enabled"], value: value === "true" || value === "yes" || value === "on" }),
};

/** One `key=value` of `window set`. */
export function windowAssignment(key: string, value: string): Assignment {
  const read = Object.hasOwn(keys, key) ? keys[key] : undefined;
  if (read !== undefined) return read(value);
  const near = suggestion(key, Object.keys(keys));
  throw usageError(
    `A window has no setting "${key}".${near === null ? "" : ` Did you mean ${near}?`} Settings are days, start, hours, minutes, time-zone and enabled.`,
  );
}

const weekdays: readonly Weekday[] = [
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
  "Sunday",
];

function readDays(text: string): readonly Weekday[] {
  if (text === "daily" || text === "all") return weekdays;
  return text.split(",").map((part) => {
    const day = weekdays.find(
      (name) => part.length >= 3 && name.toLowerCase().startsWith(part.toLowerCase()),
    );
    if (day === undefined)
      throw usageError(`"${part}" is no day of the week: write Mon, Tue and so on, or daily.`);
    return day;
  });
}

function readNumber(text: string): number {
  const value = Number(text);
  if (text === "" || Number.isNaN(value)) throw usageError(`"${text}" is no number.`);
  return value;
}
