/** Two states of a spec: which fields differ, and the smallest merge patch from one to the other. Judges nothing. */
import { canonical } from "../hash.ts";

export interface FieldChange {
  readonly path: readonly string[];
  readonly from: unknown;
  readonly to: unknown;
}

/** Objects are compared field by field, lists as a whole, as a merge patch does. */
export function fieldChanges(
  from: unknown,
  to: unknown,
  path: readonly string[] = [],
): readonly FieldChange[] {
  if (!isFields(from) || !isFields(to)) {
    return isSame(from, to) ? [] : [{ path, from, to }];
  }
  const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
  return [...keys].flatMap((key) => fieldChanges(from[key], to[key], [...path, key]));
}

/** A map without entries says as much as none. */
function isSame(from: unknown, to: unknown): boolean {
  return isNothing(from) ? isNothing(to) : canonical(from) === canonical(to ?? null);
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (isFields(value) && Object.keys(value).length === 0);
}

const maps: ReadonlySet<string> = new Set(["nodeLabels", "instanceTags"]);

/** For people: labels and tags one by one, as they are set, even where the first come or the last go. */
export function shownChanges(changes: readonly FieldChange[]): readonly FieldChange[] {
  return changes.flatMap((change) => {
    const { path, from, to } = change;
    return maps.has(path.at(-1) ?? "") ? fieldChanges(from ?? {}, to ?? {}, path) : [change];
  });
}

/** Null stands for a field that goes. */
export function mergePatchOf(changes: readonly FieldChange[]): Readonly<Record<string, unknown>> {
  const patch: Record<string, unknown> = {};
  for (const { path, to } of changes) {
    let fields = patch;
    for (const key of path.slice(0, -1)) {
      const inner = isFields(fields[key]) ? fields[key] : {};
      fields[key] = inner;
      fields = inner;
    }
    fields[path.at(-1) ?? ""] = to ?? null;
  }
  return patch;
}

/** A value as a fact, short enough for one line. Nothing at all is "none". */
export function shownValue(value: unknown): string | number {
  if (value === undefined || value === null) return "none";
  if (typeof value === "number" || typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(shownValue).join(", ") || "none";
  if (isFields(value)) return Object.values(value).map(shownValue).join(" ") || "none";
  return JSON.stringify(value) ?? "none";
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
