/** The parts that descriptions share: sections, conditions, blockers, maps. */
import { instantOf } from "../core/time.ts";
import type { BlockerFields } from "../schema/field.ts";
import { isReason, nextCommand } from "../text/sentence.ts";
import { conditionWord } from "../text/words.ts";
import { aligned, type Look } from "./table.ts";
import { ageOf } from "./time.ts";

interface ConditionFields {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

/** A heading with indented lines under it; nothing when there are none. */
export function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", `${title}:`, ...lines.map((line) => `  ${line}`.trimEnd())];
}

export function conditionLines(conditions: readonly ConditionFields[], look: Look): readonly string[] {
  const rows = conditions.map(({ type, status, reason, message, lastTransitionTime }) => [
    conditionWord(type),
    { True: "yes", False: "no", Unknown: "unknown" }[status],
    ageOf(lastTransitionTime, look),
    message === "" ? reason : message,
  ]);
  return aligned(rows).map((cells) => cells.join("   "));
}

/** One line per sentence: many machines may wait for the same. */
export function blockerLines(blockers: readonly BlockerFields[], look: Look): readonly string[] {
  return groups(blockers).map((group) => groupText(group, look));
}

/** The same, each with the command that helps where there is one. */
export function waitLines(blockers: readonly BlockerFields[], pool: string, look: Look): readonly string[] {
  return groups(blockers).flatMap((group) => {
    const [first] = group;
    const command = first === undefined ? null : commandFor(first, pool);
    return [`  ${groupText(group, look)}`, ...(command === null ? [] : [`    try: ${command}`])];
  });
}

function groups(blockers: readonly BlockerFields[]): readonly (readonly BlockerFields[])[] {
  const bySentence = Map.groupBy(blockers, ({ message, reason, object }) =>
    message === "" ? `${object}: ${reason}` : message,
  );
  return [...bySentence.values()];
}

function groupText(group: readonly BlockerFields[], look: Look): string {
  const [first] = group.toSorted((a, b) => instantOf(a.since) - instantOf(b.since));
  if (first === undefined) return "";
  const what = first.message === "" ? `${first.object}: ${first.reason}` : first.message;
  const times = group.length === 1 ? "" : `${group.length} machines, `;
  return `${what} (${times}${ageOf(first.since, look)})`;
}

/** The command that helps against a blocker of this pool, or null. */
function commandFor(
  { reason, object }: Pick<BlockerFields, "reason" | "object">,
  pool: string,
): string | null {
  if (!isReason(reason)) return null;
  const [subject = ""] = object.split(":");
  const facts = /^[a-z]/.test(subject) ? { pool, machine: subject } : { pool };
  return nextCommand(reason, facts);
}

export type FieldPair = readonly [label: string, value: string];

/** The field, unless there is nothing to show. */
export function present(label: string, value: string | undefined): readonly FieldPair[] {
  return value === undefined || value === "" ? [] : [[label, value]];
}

/** The parts that are there, side by side. */
export function joined(separator: string, ...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join(separator);
}

export function mapText(map: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(map ?? {});
  return entries.length === 0 ? "none" : entries.map(([key, value]) => `${key}=${value}`).join("\n");
}

export function taintText(taint: {
  readonly key: string;
  readonly value?: string | undefined;
  readonly effect: string;
}): string {
  return `${taint.key}${taint.value === undefined ? "" : `=${taint.value}`}:${taint.effect}`;
}
