/** Prints figures as a table that people can read and paste. It rounds; it judges nothing. */

export type Cell = string | number | null;

/** The first row is the head. Numbers stand to the right, words to the left. */
export function table(rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => row.map(textOf));
  const [head = []] = texts;
  const widths = head.map((_, column) => Math.max(...texts.map((row) => (row[column] ?? "").length)));
  const isNumeric = widths.map((_, column) => rows.slice(1).every((row) => typeof row[column] !== "string"));
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => {
        const width = widths[column] ?? 0;
        return isNumeric[column] === true ? text.padStart(width) : text.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width));
  return [line(head), line(rule), ...texts.slice(1).map(line)].join("\n");
}

/** Three digits that count are enough for figures of a shared machine. */
function textOf(cell: Cell): string {
  if (cell === null) return "–";
  if (typeof cell === "string") return cell;
  if (Number.isInteger(cell) || Math.abs(cell) >= 100) return String(Math.round(cell));
  return String(Number(cell.toPrecision(3)));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
