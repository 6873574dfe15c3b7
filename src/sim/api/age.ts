/** How long ago something was, as `kubectl` says it. */
import type { Stored } from "./json.ts";

export function ageOf(object: Stored, nowMs: number): string {
  return sinceText(object.metadata.creationTimestamp, nowMs);
}

export function sinceText(time: string | undefined, nowMs: number): string {
  const at = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(at) ? "<unknown>" : durationText(nowMs - at);
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/** From which length on a unit is used, and whether the next smaller unit is added. */
const steps: readonly (readonly [number, number, string, number, string])[] = [
  [8 * year, year, "y", 0, ""],
  [2 * year, year, "y", day, "d"],
  [8 * day, day, "d", 0, ""],
  [2 * day, day, "d", hour, "h"],
  [8 * hour, hour, "h", 0, ""],
  [3 * hour, hour, "h", minute, "m"],
  [10 * minute, minute, "m", 0, ""],
  [2 * minute, minute, "m", 1, "s"],
];

export function durationText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  const step = steps.find(([from]) => seconds >= from);
  if (step === undefined) return `${seconds}s`;
  const [, unit, name, smaller, smallName] = step;
  const rest = smaller === 0 ? 0 : Math.floor((seconds % unit) / smaller);
  return `${Math.floor(seconds / unit)}${name}${rest === 0 ? "" : `${rest}${smallName}`}`;
}
