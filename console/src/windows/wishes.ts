/** What can be asked of maintenance windows, each with the command line that asks the same. */
import { fieldChanges, mergePatchOf } from "../../../src/core/intent/difference.ts";
import type { WindowSpec } from "../../../src/schema/window.ts";
import { shellText } from "../wish/equivalent.ts";
import type { Wish } from "../wish/wish.ts";

const cli = (...words: readonly string[]): string => ["bin/poolkeeper", ...words.map(shellText)].join(" ");
const pathOf = (window: string, verb = ""): string => `/windows/${encodeURIComponent(window)}${verb}`;

export function createWindowWish(name: string, spec: WindowSpec): Wish {
  const flags = [
    "--days",
    spec.weekdays.join(","),
    "--start",
    spec.start,
    "--minutes",
    String(spec.durationMinutes),
    "--time-zone",
    spec.timeZone,
  ];
  return {
    method: "POST",
    path: "/windows",
    body: { name, spec },
    cli: cli("create", "window", name, ...flags),
  };
}

/** Null while nothing is changed. */
export function changeWindowWish(name: string, before: WindowSpec, after: WindowSpec): Wish | null {
  const { exclusions } = before;
  const kept = exclusions === undefined ? after : { ...after, exclusions };
  const changes = fieldChanges(before, kept);
  if (changes.length === 0) return null;
  const settings = changes.map(({ path, to }) => {
    const key = path.join(".");
    return `${settingNames[key] ?? key}=${Array.isArray(to) ? to.join(",") : String(to)}`;
  });
  return {
    method: "PATCH",
    path: pathOf(name),
    body: { spec: mergePatchOf(changes) },
    cli: cli("window", "set", name, ...settings),
  };
}

const settingNames: Readonly<Record<string, string>> = {
  weekdays: "days",
  durationMinutes: "minutes",
  timeZone: "time-zone",
};

export interface Days {
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

export function excludeWish(name: string, { from, to, reason }: Days): Wish {
  const why = reason.trim() === "" ? {} : { reason: reason.trim() };
  const flags = reason.trim() === "" ? [] : ["--reason", reason.trim()];
  return {
    method: "POST",
    path: pathOf(name, "/exclusions"),
    body: { from, to, ...why },
    cli: cli("window", "exclude", name, from, to, ...flags),
  };
}

export function deleteWindowWish(name: string): Wish {
  return { method: "DELETE", path: pathOf(name), body: {}, cli: cli("delete", "window", name) };
}
