/** The texts of the project, and how the tests of its rules look at them. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const root: string = resolve(import.meta.dirname, "..");
export const sources: readonly string[] = globSync(
  ["src/**/*.ts", "test/**/*.ts", "console/*.ts", "console/src/**/*.{ts,tsx}"],
  { cwd: root },
).toSorted();
export const documents: readonly string[] = globSync(
  ["*.md", "docs/**/*.md", "tools/**/*.md", "console/*.md"],
  {
    cwd: root,
  },
).toSorted();
const texts: ReadonlyMap<string, string> = new Map(
  [...sources, ...documents].map((file) => [file, readFileSync(join(root, file), "utf8")]),
);
export function textOf(file: string): string {
  return texts.get(file) ?? "";
}

/** All first groups of a pattern. */
export function found(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, group = ""]) => group);
}

/** Fails with every complaint at once, one on a line. */
export function none(complaints: readonly string[]): void {
  assert.deepEqual(complaints, []);
}

export function inTexts(
  files: readonly string[],
  look: (text: string, file: string) => readonly string[],
): void {
  none(files.flatMap((file) => look(textOf(file), file).map((complaint) => `${file}: ${complaint}`)));
}
