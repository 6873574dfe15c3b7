/** The parts that descriptions share: sections, conditions, blockers, maps. */
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

export function blockerLines(blockers: readonly BlockerFields[], look: Look): readonly string[] {
  return blockers.map(({ message, reason, object, since }) => {
    const what = message === "" ? `${object}: ${reason}` : message;
    return `${what} (${ageOf(since, look)})`;
  });
}

/** The command that helps against a blocker of this pool, or null. */
export function commandFor({ reason, object }: Pick<BlockerFields, "reason" | "object">, pool: string): string | null {
  if (!isReason(reason)) return null;
  const [subject = ""] = object.split(":");
  const facts = /^[a-z]/.test(subject) ? { pool, machine: subject } : { pool };
  return nextCommand(reason, facts);
}

export function mapText(map: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(map ?? {});
  return entries.length === 0 ? "none" : entries.map(([key, value]) => `${key}=${value}`).join("\n");
}

export function taintText(taint: { readonly key: string; readonly value?: string | undefined; readonly effect: string }): string {
  return `${taint.key}${taint.value === undefined ? "" : `=${taint.value}`}:${taint.effect}`;
}
