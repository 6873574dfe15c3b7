/** A maintenance window as somebody fills it in, and what the schema says of it. */
import { parseWindow } from "../../../src/schema/parse.ts";
import type { WindowSpec } from "../../../src/schema/window.ts";
import { complaintText } from "../../../src/text/complaint.ts";
import type { Language } from "../../../src/text/words.ts";

export interface WindowForm {
  readonly name: string;
  readonly enabled: boolean;
  readonly weekdays: readonly string[];
  readonly start: string;
  readonly minutes: string;
  readonly timeZone: string;
}

export type WindowField = keyof WindowForm;

export function freshWindow(timeZone: string): WindowForm {
  return {
    name: "",
    enabled: true,
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
    start: "02:00",
    minutes: "240",
    timeZone,
  };
}

export function formOfWindow(name: string, spec: WindowSpec): WindowForm {
  const { enabled, weekdays, start, durationMinutes, timeZone } = spec;
  return { name, enabled, weekdays, start, minutes: String(durationMinutes), timeZone };
}

export type CheckedWindow =
  | { readonly ok: true; readonly name: string; readonly spec: WindowSpec }
  | { readonly ok: false; readonly problems: Readonly<Partial<Record<WindowField, string>>> };

const fields: Readonly<Record<string, WindowField>> = {
  "metadata.name": "name",
  "spec.weekdays": "weekdays",
  "spec.start": "start",
  "spec.durationMinutes": "minutes",
  "spec.timeZone": "timeZone",
};

export function checkWindow(form: WindowForm, language: Language): CheckedWindow {
  const { enabled, weekdays, start, timeZone } = form;
  const minutes = form.minutes.trim();
  const name = form.name.trim();
  const parsed = parseWindow({
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "MaintenanceWindow",
    metadata: { name },
    spec: {
      enabled,
      weekdays,
      start: start.trim(),
      durationMinutes: minutes === "" || Number.isNaN(Number(minutes)) ? minutes : Number(minutes),
      timeZone: timeZone.trim(),
    },
  });
  if (parsed.ok) return { ok: true, name, spec: parsed.value.spec };
  const problems = parsed.problems.map(({ path, message }) => [
    fields[path.replace(/\[.*$/, "")] ?? "name",
    complaintText(message, language),
  ]);
  return { ok: false, problems: Object.fromEntries(problems.toReversed()) };
}
