/** The flags of create and clone that describe a pool, made from the table of fields, and what they change in its spec. */
import { type Command, Option } from "commander";
import { assignment } from "./assign.ts";
import { type Assignment, poolFields, poolSwitches } from "./field.ts";
import { usageError } from "./failure.ts";
import { collect } from "./options.ts";

/** Values by flag, as they were typed. */
export type PoolFlags = Readonly<Record<string, unknown>>;

const lists: ReadonlySet<string> = new Set(["instance-type", "zone", "taint", "data-disk"]);

/** Switches of which help shows the way to turn them off. */
const onUnasked: ReadonlySet<string> = new Set(["auto-repair"]);

export function withPoolFlags(command: Command): Command {
  for (const { key, value, about } of poolFields) {
    const option = new Option(`--${key} <${value}>`, about);
    if (lists.has(key)) option.argParser(collect);
    command.addOption(option);
  }
  for (const { key, about } of poolSwitches) {
    const isOn = onUnasked.has(key);
    command.addOption(new Option(`--${key}`, about).hideHelp(isOn));
    command.addOption(new Option(`--no-${key}`, `do not ${about}`).hideHelp(!isOn));
  }
  return command
    .option("--label <KEY=VALUE,…>", "labels of the nodes", collect)
    .option("--tag <KEY=VALUE,…>", "tags of the instances", collect);
}

export function assignmentsOf(flags: PoolFlags): readonly Assignment[] {
  const fields = poolFields.flatMap(({ key }) => {
    const value = flags[camelCase(key)];
    if (value === undefined) return [];
    return [assignment(key, textOf(value))];
  });
  const switches = poolSwitches.flatMap(({ key }) => {
    const value = flags[camelCase(key)];
    return typeof value === "boolean" ? [assignment(key, String(value))] : [];
  });
  return [...fields, ...switches, ...entries(flags, "label", "labels"), ...entries(flags, "tag", "tags")];
}

/** Commander gives text, or a list of text where a flag may be said more than once. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "string" ? value : "";
}

function entries(flags: PoolFlags, flag: string, key: string): readonly Assignment[] {
  const values: unknown = flags[flag];
  if (!Array.isArray(values)) return [];
  return values.map((value: unknown) => {
    const [, name, text] = /^([^=]+)=(.*)$/.exec(String(value)) ?? [];
    if (name === undefined)
      throw usageError(`--${flag} ${String(value)} is no pair: write --${flag} KEY=VALUE.`);
    return assignment(`${key}.${name}`, text ?? "");
  });
}

function camelCase(key: string): string {
  return key.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
