/** MaintenanceWindow: when disturbing work may start. */
import { z } from "zod";
import { setOf, shaped, text, time } from "./field.ts";
import type { KubeObject } from "./kubernetes.ts";
import { ruled } from "./rule.ts";

export const weekday = z.enum(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]);
export type Weekday = z.infer<typeof weekday>;

const days =
  "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))";
const isDay = new RegExp(`^[0-9]{4}-${days}$`);
const isLeapYearInCel =
  "(int(self.substring(0, 4)) % 4 == 0 && (int(self.substring(0, 4)) % 100 != 0 || int(self.substring(0, 4)) % 400 == 0))";

/** A day of the calendar that exists. `Date` takes 29 February of any year for 1 March, so its answer is compared. */
const day = () =>
  ruled(text(16), {
    cel: `self.matches('${isDay.source}') && (!self.endsWith('-02-29') || ${isLeapYearInCel})`,
    holds: (self) => isDay.test(self) && new Date(self).toISOString().startsWith(self),
    says: "must be a day of the calendar, such as 2026-12-24",
  });

export const exclusion = ruled(
  z.object({
    from: day().describe("First day, local to the window's zone."),
    to: day().describe("Last day, local to the window's zone, included."),
    reason: text(256).optional().describe("Why, for people."),
  }),
  {
    cel: "self.from <= self.to",
    holds: (self) => self.from <= self.to,
    says: "an exclusion cannot end on {found}, before it begins: swap from and to",
    field: "to",
  },
);

export const windowSpec = z.object({
  enabled: z.boolean().default(true).describe("False: the window never opens."),
  weekdays: setOf(weekday, 1, 7).describe("Days on which the window opens, local to its zone."),
  start: shaped(
    16,
    "^([01][0-9]|2[0-3]):[0-5][0-9]$",
    "must be a time of day from 00:00 to 23:59, such as 02:00",
  ).describe("Local time of day, such as 02:00."),
  durationMinutes: ruled(z.int32(), {
    cel: "self >= 30 && self <= 1440",
    holds: (self) => self >= 30 && self <= 1440,
    says: "must be 30 to 1440 minutes; at least 240 are advised, so that a drain fits in",
  })
    .default(240)
    .describe("Elapsed minutes, 30 to 1440; at least 240 are advised."),
  timeZone: shaped(
    64,
    "^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$",
    "must be an IANA zone such as Europe/Berlin, or UTC; an offset such as +02:00 would ignore daylight saving",
  )
    .superRefine((zone, context) => {
      if (isTimeZone(zone)) return;
      context.addIssue({
        code: "custom",
        message: "must be an IANA zone that exists, such as Europe/Berlin, or UTC",
      });
    })
    .describe("IANA zone, such as Europe/Berlin or UTC."),
  exclusions: z.array(exclusion).max(100).optional().describe("Days on which the window stays closed."),
});
export type WindowSpec = z.infer<typeof windowSpec>;

/** The runtime's list of supported zones leaves out UTC and others, so the only honest test is to use the zone. */
export function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).format(0) !== "";
  } catch {
    return false;
  }
}

export const opening = z.object({
  opens: time(),
  closes: time(),
  offset: text(16).describe("Offset from UTC when it opens, such as +02:00."),
});

export const windowStatus = z.object({
  observedGeneration: z.int().optional(),
  isOpen: z.boolean().optional().describe("True while disturbing work may start."),
  nextOpenings: z.array(opening).max(5).optional().describe("The opening that runs and the next ones."),
  message: text(1024).optional(),
});

export interface MaintenanceWindowObject extends KubeObject {
  readonly spec: WindowSpec;
  readonly status?: z.infer<typeof windowStatus>;
}
