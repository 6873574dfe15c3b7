/** Options that several commands share, and how their values are read. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { hourMs, minuteMs, secondMs } from "../core/time.ts";

export type DryRun = "none" | "client" | "server";

export interface OutputOptions {
  readonly output: Output;
}

export type Output =
  | { readonly kind: "table" | "wide" | "json" | "yaml" | "name" }
  | { readonly kind: "jsonpath"; readonly template: string };

export interface ChangeOptions extends OutputOptions {
  readonly yes: boolean;
  readonly wait: boolean;
  /** Milliseconds. */
  readonly timeout: number;
  readonly dryRun: DryRun;
}

export function withOutput(command: Command): Command {
  return command.addOption(
    new Option("-o, --output <format>", "table, wide, json, yaml, name, or jsonpath=TEMPLATE")
      .argParser(parseOutput)
      .default({ kind: "table" }, "table"),
  );
}

export function withWait(command: Command): Command {
  return command
    .option("--wait", "wait until it is done", false)
    .addOption(timeoutOption("how long --wait waits, such as 90s, 10m or 2h", "1h"));
}

export function withChange(command: Command): Command {
  withOutput(withWait(command));
  return command
    .option("-y, --yes", "do not ask", false)
    .addOption(
      new Option(
        "--dry-run [where]",
        "only show what would happen: client sends nothing, server lets it be checked",
      )
        .choices(["none", "client", "server"])
        .default("none")
        .preset("client"),
    );
}

export function timeoutOption(description: string, value: string): Option {
  return new Option("--timeout <duration>", description)
    .argParser(parseDuration)
    .default(parseDuration(value), value);
}

const unitsMs: Readonly<Record<string, number>> = { s: secondMs, m: minuteMs, h: hourMs };

/** Milliseconds of such as 90s, 10m, 2h or 1h30m; a bare number is seconds. */
export function parseDuration(text: string): number {
  if (/^\d+$/.test(text)) return Number(text) * secondMs;
  if (!/^(\d+[smh])+$/.test(text)) throw new InvalidArgumentError("Write a duration such as 90s, 10m or 2h.");
  return [...text.matchAll(/(\d+)([smh])/g)].reduce(
    (sum, [, count, unit = "s"]) => sum + Number(count) * (unitsMs[unit] ?? 0),
    0,
  );
}

export function parseCount(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw new InvalidArgumentError("Write a whole number.");
  return Number(text);
}

function parseOutput(text: string): Output {
  if (text === "table" || text === "wide" || text === "json" || text === "yaml" || text === "name") {
    return { kind: text };
  }
  if (text.startsWith("jsonpath="))
    return { kind: "jsonpath", template: unquoted(text.slice("jsonpath=".length)) };
  throw new InvalidArgumentError("Write table, wide, json, yaml, name, or jsonpath=TEMPLATE.");
}

function unquoted(text: string): string {
  return /^(['"]).*\1$/.test(text) ? text.slice(1, -1) : text;
}

/** For options that may be given several times, or once with commas. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), ...value.split(",").filter((part) => part !== "")];
}
