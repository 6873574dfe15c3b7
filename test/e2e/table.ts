/** Tables of kubectl and the command line, as people read them. */

/** The cells of the row that begins with the name, by title. */
export function cellsOf(table: string, name: string): Readonly<Record<string, string>> {
  const [head = "", ...rows] = table.trimEnd().split("\n");
  const titles = [...head.matchAll(/\S+( \S+)*/g)].map((match) => [match[0], match.index] as const);
  const row = rows.find((line) => line.startsWith(`${name} `)) ?? "";
  return Object.fromEntries(
    titles.map(([title, start], index) => [title, row.slice(start, titles[index + 1]?.[1]).trim()]),
  );
}
