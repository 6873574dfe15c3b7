/** One page of a sorted list, and the cursor to the next. The cursor holds the last key, so that changes in between shift nothing. */
import { timeOf } from "../core/time.ts";
import type { Page } from "./answers.ts";
import { failed } from "./problem.ts";

export interface Sorting<T> {
  /** Told apart by it; also part of the cursor. */
  readonly name: string;
  readonly compare: (a: T, b: T) => number;
  /** What of an item the comparison looks at: enough to find the place again when the item itself has gone. */
  readonly keyOf: (item: T) => T;
}

/** Newest time first, then by text. */
export function latestFirst<T>(name: string, { timeOf: time, textOf, keyOf }: LatestFirst<T>): Sorting<T> {
  const compare = (a: T, b: T): number =>
    compareTexts(time(b), time(a)) || compareTexts(textOf(a), textOf(b));
  return { name, compare, keyOf };
}

interface LatestFirst<T> {
  readonly timeOf: (item: T) => string;
  readonly textOf: (item: T) => string;
  readonly keyOf: Sorting<T>["keyOf"];
}

export interface Wanted {
  readonly limit: number;
  readonly continue?: string | undefined;
}

export interface Moment {
  readonly now: number;
  readonly isCurrent: boolean;
}

/** The items are sorted here, and only those of the page are shown. */
export function pageOfItems<T, V>(
  items: readonly T[],
  sorting: Sorting<T>,
  { limit, continue: cursor }: Wanted,
  { show, moment }: { readonly show: (item: T) => V; readonly moment: Moment },
): Page<V> {
  const sorted = items.toSorted(sorting.compare);
  const after = cursor === undefined ? null : readCursor<T>(cursor, sorting.name);
  const start = after === null ? 0 : firstAfter(sorted, after, sorting.compare);
  const shown = sorted.slice(start, start + limit);
  const last = shown.at(-1);
  const hasMore = start + shown.length < sorted.length && last !== undefined;
  return {
    items: shown.map(show),
    total: sorted.length,
    continue: hasMore ? writeCursor(sorting.keyOf(last), sorting.name) : null,
    asOf: timeOf(moment.now),
    isCurrent: moment.isCurrent,
  };
}

function firstAfter<T>(sorted: readonly T[], key: T, compare: (a: T, b: T) => number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = sorted[middle];
    if (item !== undefined && compare(item, key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function writeCursor(key: unknown, name: string): string {
  return Buffer.from(JSON.stringify({ name, key })).toString("base64url");
}

function readCursor<T>(cursor: string, name: string): T {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    const { name: own, key } = { name: undefined, key: undefined, ...Object(read) };
    if (own === name && typeof key === "object" && key !== null) return key as T;
  } catch {
    // Falls through to the same answer as any other text that we have not written.
  }
  throw failed("CursorInvalid");
}

/** web-9 before web-10, and all of web before web-a. */
export function compareNames(a: string, b: string): number {
  return compareTexts(nameKey(a), nameKey(b));
}

export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A text whose plain order is that of the names. Ten thousand of them are sorted in a few milliseconds. */
export function nameKey(name: string): string {
  let start = name.length;
  while (start > 0 && isDigit(name.charCodeAt(start - 1))) start -= 1;
  const number = name.slice(start).replace(/^0+(?=.)/, "");
  return `${name.slice(0, start)}\u0001${number.padStart(numberWidth, "0")}\u0001${name.length}`;
}

const numberWidth = 20;

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
