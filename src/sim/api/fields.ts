/** Sets of fields, as server-side apply keeps them for each manager. Answers set algebra; who owns what is manage.ts. */
import { isEqual, isList, isObject, type Json, type JsonObject } from "./json.ts";
import { itemKey, type ListKind, type Shape } from "./shape.ts";

/** A tree of path elements (`f:name`, `k:{…}`, `v:…`). `self` tells that the path itself is in the set. */
export interface FieldSet {
  readonly self: boolean;
  readonly parts: ReadonlyMap<string, FieldSet>;
}

export const noFields: FieldSet = { self: false, parts: new Map() };
const leaf: FieldSet = { self: true, parts: new Map() };

export function isNone(set: FieldSet): boolean {
  return !set.self && set.parts.size === 0;
}

function fieldSet(self: boolean, parts: Iterable<readonly [string, FieldSet]>): FieldSet {
  return { self, parts: new Map([...parts].filter(([, part]) => !isNone(part))) };
}

const parsed = new WeakMap<JsonObject, FieldSet>();

/** The set behind a `fieldsV1`. The same JSON is parsed once, as it goes on from version to version. */
export function parseFields(json: Json | undefined): FieldSet {
  if (!isObject(json)) return noFields;
  const known = parsed.get(json);
  if (known !== undefined) return known;
  const set = parseTree(json);
  parsed.set(json, set);
  return set;
}

function parseTree(json: JsonObject): FieldSet {
  const entries = Object.entries(json);
  if (entries.length === 0) return leaf;
  const parts = entries.filter(([key]) => key !== ".");
  return {
    self: json["."] !== undefined,
    parts: new Map(parts.map(([key, part]) => [key, isObject(part) ? parseTree(part) : leaf])),
  };
}

export function writeFields(set: FieldSet): JsonObject {
  const entries = [...set.parts].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const parts = Object.fromEntries(entries.map(([key, part]) => [key, writeFields(part)]));
  return set.self && set.parts.size > 0 ? { ".": {}, ...parts } : parts;
}

/** Gives back `a` itself where `b` adds nothing, so that it need not be written anew. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isNone(a)) return b;
  let parts: Map<string, FieldSet> | null = null;
  for (const [key, part] of b.parts) {
    const before = a.parts.get(key) ?? noFields;
    const after = union(before, part);
    if (after !== before) parts = (parts ?? new Map(a.parts)).set(key, after);
  }
  const self = a.self || b.self;
  return parts === null && self === a.self ? a : { self, parts: parts ?? a.parts };
}

/** Gives back `a` itself where `b` takes nothing away. */
export function subtract(a: FieldSet, b: FieldSet): FieldSet {
  let parts: Map<string, FieldSet> | null = null;
  for (const [key, part] of b.parts) {
    const before = a.parts.get(key);
    const after = before === undefined ? undefined : subtract(before, part);
    if (after === before || after === undefined) continue;
    parts ??= new Map(a.parts);
    if (isNone(after)) parts.delete(key);
    else parts.set(key, after);
  }
  const self = a.self && !b.self;
  return parts === null && self === a.self ? a : { self, parts: parts ?? a.parts };
}

export function intersect(a: FieldSet, b: FieldSet): FieldSet {
  if (isNone(a) || isNone(b)) return noFields;
  const parts = [...a.parts].map(
    ([key, part]) => [key, intersect(part, b.parts.get(key) ?? noFields)] as const,
  );
  return fieldSet(a.self && b.self, parts);
}

/** The paths in the set as people read them: `.spec.template.spec.containers[name="web"].image`. */
export function pathsOf(set: FieldSet, prefix = ""): readonly string[] {
  const own = set.self && prefix !== "" ? [prefix] : [];
  const sorted = [...set.parts].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [...own, ...sorted.flatMap(([key, part]) => pathsOf(part, prefix + readable(key)))];
}

function readable(element: string): string {
  const text = element.slice(2);
  if (element.startsWith("f:")) return `.${text}`;
  if (element.startsWith("v:")) return `[=${text}]`;
  const key = JSON.parse(text) as JsonObject;
  return `[${Object.entries(key)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(",")}]`;
}

/** The path element of an item of a set or of a list-map; null where the list is one value. */
export function elementOf(item: Json, list: ListKind): string | null {
  if (list.kind === "set") return `v:${JSON.stringify(item)}`;
  const key = itemKey(item, list);
  if (key === null) return null;
  const sorted = Object.entries(key).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `k:${JSON.stringify(Object.fromEntries(sorted))}`;
}

/** Items by path element, or null where the list merges as a whole. */
export function itemsByElement(list: readonly Json[], kind: ListKind): ReadonlyMap<string, Json> | null {
  if (kind.kind === "atomic") return null;
  const items = new Map<string, Json>();
  for (const item of list) {
    const element = elementOf(item, kind);
    if (element === null) return null;
    items.set(element, item);
  }
  return items;
}

/** Every field that `value` sets. */
export function fieldsOf(value: Json, shape: Shape): FieldSet {
  if (isList(value)) {
    const items = itemsByElement(value, shape.list);
    if (items === null) return leaf;
    const parts = [...items].map(
      ([key, item]) => [key, { ...fieldsOf(item, shape.item()), self: true }] as const,
    );
    return parts.length === 0 ? leaf : fieldSet(false, parts);
  }
  if (!isObject(value) || shape.isAtomic) return leaf;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  if (entries.length === 0) return leaf;
  return fieldSet(
    false,
    entries.map(([name, field]) => [`f:${name}`, fieldsOf(field ?? null, shape.child(name))] as const),
  );
}

export interface FieldDiff {
  /** Fields that are new or have another value. */
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

const noDiff: FieldDiff = { changed: noFields, removed: noFields };

export function diff(before: Json | undefined, after: Json | undefined, shape: Shape): FieldDiff {
  if (before === after) return noDiff;
  if (before === undefined) return { changed: fieldsOf(after ?? null, shape), removed: noFields };
  if (after === undefined) return { changed: noFields, removed: fieldsOf(before, shape) };
  if (isList(before) && isList(after)) return diffLists(before, after, shape);
  if (!isObject(before) || !isObject(after) || shape.isAtomic) {
    return isEqual(before, after) ? noDiff : { changed: leaf, removed: noFields };
  }
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return collect(
    [...names].map((name) => [`f:${name}`, diff(before[name], after[name], shape.child(name))] as const),
  );
}

function diffLists(before: readonly Json[], after: readonly Json[], shape: Shape): FieldDiff {
  const earlier = itemsByElement(before, shape.list);
  const later = itemsByElement(after, shape.list);
  if (earlier === null || later === null) {
    return isEqual(before, after) ? noDiff : { changed: leaf, removed: noFields };
  }
  const elements = new Set([...earlier.keys(), ...later.keys()]);
  return collect(
    [...elements].map((element) => {
      const one = diff(earlier.get(element), later.get(element), shape.item());
      const changed = earlier.has(element) ? one.changed : { ...one.changed, self: true };
      const removed = later.has(element) ? one.removed : { ...one.removed, self: true };
      return [element, { changed, removed }] as const;
    }),
  );
}

function collect(parts: readonly (readonly [string, FieldDiff])[]): FieldDiff {
  return {
    changed: fieldSet(
      false,
      parts.map(([key, part]) => [key, part.changed] as const),
    ),
    removed: fieldSet(
      false,
      parts.map(([key, part]) => [key, part.removed] as const),
    ),
  };
}
