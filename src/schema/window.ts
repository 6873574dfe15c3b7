/** MaintenanceWindow: when disturbing work may start. */
import { z } from "zod";
import { int, rules, text, time } from "./field.ts";
import type { KubeObject } from "./kubernetes.ts";

export const weekday = z.enum(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]);
export type Weekday = z.infer<typeof weekday>;

export const exclusion = z
  .object({
    from: z
      .string()
      .max(10)
      .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/)
      .describe("First day, local to the window's zone."),
    to: z
      .string()
      .max(10)
      .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/)
      .describe("Last day, local to the window's zone, included."),
    reason: text(256).optional(),
  })
  .meta(
    rules({
      rule: "self.from <= self.to",
      message: "an exclusion must not end before it begins: swap from and to",
    }),
  );

export const windowSpec = z.object({
  enabled: z.boolean().default(true),
  weekdays: z.array(weekday).min(1).max(7).meta({ "x-kubernetes-list-type": "set" }),
  start: z
    .string()
    .max(5)
    .regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/)
    .describe("Local time of day, such as 02:00."),
  durationMinutes: int(30, 1440)
    .default(240)
    .describe("Elapsed minutes, 30 to 1440; at least 240 are advised."),
  timeZone: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+){0,2}$/)
    .describe("IANA zone, such as Europe/Berlin or UTC."),
  exclusions: z.array(exclusion).max(100).optional(),
});
export type WindowSpec = z.infer<typeof windowSpec>;

export const opening = z.object({
  opens: time(),
  closes: time(),
  offset: text(16).describe("Offset from UTC when it opens, such as +02:00."),
});
export type OpeningFields = z.infer<typeof opening>;

export const windowStatus = z.object({
  observedGeneration: z.int().optional(),
  isOpen: z.boolean().optional(),
  nextOpenings: z.array(opening).max(5).optional(),
  message: text(1024).optional(),
});

export interface MaintenanceWindowObject extends KubeObject {
  readonly spec: WindowSpec;
  readonly status?: z.infer<typeof windowStatus>;
}
