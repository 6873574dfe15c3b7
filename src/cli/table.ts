/** Rows and columns as kubectl prints them: no borders, padded by what the eye sees. Knows no kind of object. */
import type { Tone } from "../text/tone.ts";

export interface Column<T> {
  readonly title: string;
  readonly text: (row: T, look: Look) => string;
  /** Wide columns are shown with `-o wide` only. */
  readonly show: "Always" | "Wide";
  readonly tone?: (row: T) => Tone;
}

/** How the viewer sees things: when, where, in colour or not. */
export interface Look {
  readonly now: number;
  readonly timeZone: string;
  readonly hasColor: boolean;
}

const gap = "   ";

/** Several lines, the first of them the titles. */
export function tableLines<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  look: Look,
  isWide: boolean,
): readonly string[] {
  const shown = columns.filter(({ show }) => isWide || show === "Always");
  const body = rows.map((row) => shown.map((column) => column.text(row, look) || "-"));
  const lines = aligned([shown.map(({ title }) => title), ...body]);
  if (!look.hasColor) return lines.map((cells) => cells.join(gap).trimEnd());
  return lines.map((cells, index) => {
    const row = rows[index - 1];
    const painted = cells.map((cell, at) => (row === undefined ? cell : paint(cell, shown[at]?.tone?.(row))));
    return painted.join(gap).trimEnd();
  });
}

/** Cells padded to the width of their column. */
export function aligned(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, widthOf(cell));
  }
  return rows.map((row) => row.map((cell, at) => cell + " ".repeat((widths[at] ?? 0) - widthOf(cell))));
}

const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;

/** Columns of a terminal: Chinese, Japanese and Korean signs take two. */
export function widthOf(text: string): number {
  let width = 0;
  for (const sign of text) width += wide.test(sign) ? 2 : 1;
  return width;
}

const colors: Readonly<Record<Tone, string>> = { Good: "32", Busy: "33", Bad: "31", Plain: "0" };

export function paint(text: string, tone: Tone = "Plain"): string {
  return tone === "Plain" ? text : `\u001b[${colors[tone]}m${text}\u001b[0m`;
}

/** The first lines, and how many more there are and, where one helps, what shows them. */
export function shortened(lines: readonly string[], limit: number, hint = ""): readonly string[] {
  if (lines.length <= limit) return lines;
  const more = `and ${lines.length - limit} more`;
  return [...lines.slice(0, limit), hint === "" ? more : `${more}: ${hint}`];
}

/** Labels and values under each other, the values aligned; a value of several lines is continued below itself. */
export function fieldLines(fields: readonly (readonly [label: string, value: string])[]): readonly string[] {
  const width = Math.max(0, ...fields.map(([label]) => widthOf(label)));
  return fields.flatMap(([label, value]) => {
    const [first = "", ...rest] = value.split("\n");
    const head = `${label}:${" ".repeat(width - widthOf(label) + 2)}${first}`;
    return [head.trimEnd(), ...rest.map((line) => `${" ".repeat(width + 3)}${line}`)];
  });
}
