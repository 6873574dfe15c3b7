/** The parts that descriptions share: sections, conditions, blockers, maps. */
import { listed } from "../core/intent/answer.ts";
import { instantOf } from "../core/time.ts";
import type { BlockerFields } from "../schema/field.ts";
import { blockerCommand } from "../text/blocker.ts";
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

interface Waits {
  readonly blockers?: readonly BlockerFields[] | undefined;
  readonly blockersOmitted?: number | undefined;
}

/** What is waited for: one line per sentence, and of the sentences of one reason a few. */
export function blockerLines(waits: Waits, look: Look): readonly string[] {
  return waitsOf(waits, look).map(({ text }) => text);
}

/** The same, each with the command that helps where there is one. */
export function waitLines(waits: Waits, pool: string, look: Look): readonly string[] {
  return waitsOf(waits, look).flatMap(({ text, first }) => {
    const command = first === null ? null : blockerCommand(first, pool);
    return [`  ${text}`, ...(command === null ? [] : [`    try: ${command}`])];
  });
}

interface WaitLine {
  readonly text: string;
  /** Null: the rest of a reason, of which commands stand above. */
  readonly first: BlockerFields | null;
}

const shownSentences = 3;

/** Sentences that differ by the name of a machine alone are as many as the machines that wait. */
function waitsOf({ blockers = [], blockersOmitted = 0 }: Waits, look: Look): readonly WaitLine[] {
  const isCut = blockersOmitted > 0;
  const byReason = Map.groupBy(blockers, ({ reason }) => reason);
  const lines = [...byReason.values()].flatMap((ofReason) => {
    const bySentence = Map.groupBy(oldestFirst(ofReason), whatOf);
    const groups = [...bySentence.values()];
    // A line that stands for one sentence is no shorter than the sentence.
    if (groups.length <= shownSentences + 1) return groups.map((group) => groupLine(group, isCut, look));
    const rest = groups.slice(shownSentences).flat();
    return [
      ...groups.slice(0, shownSentences).map((group) => groupLine(group, false, look)),
      { text: restText(rest, isCut, look), first: null },
    ];
  });
  const more = `${blockersOmitted} more waits, which the status of the pool does not list`;
  return isCut ? [...lines, { text: more, first: null }] : lines;
}

function oldestFirst(blockers: readonly BlockerFields[]): readonly BlockerFields[] {
  return blockers.toSorted((a, b) => instantOf(a.since) - instantOf(b.since));
}

function whatOf({ message, reason, object }: BlockerFields): string {
  return message === "" ? `${object}: ${reason}` : message;
}

function groupLine(group: readonly BlockerFields[], isCut: boolean, look: Look): WaitLine {
  const [first] = group;
  if (first === undefined) return { text: "", first: null };
  const subjects = subjectsOf(group);
  const age = ageOf(first.since, look);
  const note = subjects.length === 1 ? age : `${countText(subjects, isCut)} machines, for up to ${age}`;
  return { text: `${whatOf(first)} (${note})`, first };
}

function restText(rest: readonly BlockerFields[], isCut: boolean, look: Look): string {
  const subjects = subjectsOf(rest);
  const age = ageOf(rest[0]?.since, look);
  const count = countText(subjects, isCut);
  return `and ${count} more machines for the same reason, for up to ${age}: ${listed(subjects)}`;
}

function countText(subjects: readonly string[], isCut: boolean): string {
  return `${subjects.length}${isCut ? " or more" : ""}`;
}

/** The machines, of which an object in the way may be named after a colon. */
function subjectsOf(blockers: readonly BlockerFields[]): readonly string[] {
  return [...new Set(blockers.map(({ object }) => object.split(":")[0] ?? ""))];
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
