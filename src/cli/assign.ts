/** Reads `key=value` into changes of a spec, and makes the spec with them in it. What the values may be, the schema says. */
import { type Assignment, findField, poolFields, poolMaps, poolSwitches } from "./field.ts";
import { usageError } from "./failure.ts";
import { suggestion } from "./suggest.ts";

/** `key=value` sets, `key-` takes away. */
export function readAssignment(text: string): Assignment {
  const removed = /^([^=]+)-$/.exec(text)?.[1];
  const equals = text.indexOf("=");
  if (removed === undefined && equals <= 0) {
    throw usageError(`"${text}" is no setting: write KEY=VALUE, or KEY- to take the setting away.`);
  }
  const key = removed ?? text.slice(0, equals);
  return assignment(key, removed === undefined ? text.slice(equals + 1) : null);
}

/** Null takes the field away. */
export function assignment(key: string, value: string | null): Assignment {
  const field = findField(key);
  if (field !== undefined) return { path: field.path, value: value === null ? undefined : field.read(value) };
  const [head = "", ...rest] = key.split(".");
  const map = poolMaps.find(({ keys }) => keys.includes(head));
  if (map !== undefined && rest.length > 0) {
    return { path: [...map.path, rest.join(".")], value: value ?? undefined };
  }
  if (!sections.has(head) && head !== "spec") throw unknownKey(key);
  const path = dottedPath(head === "spec" ? rest : [head, ...rest]);
  if (value === null) return { path, value: undefined };
  return { path, value: isInMap(path) ? value : looseValue(value) };
}

const sections: ReadonlySet<string> = new Set([
  "template",
  "management",
  "upgrade",
  "drain",
  "deletion",
  "paused",
]);

/** Labels and tags have dots in their names. */
function dottedPath(parts: readonly string[]): readonly string[] {
  return isInMap(parts) ? [...parts.slice(0, 2), parts.slice(2).join(".")] : parts;
}

function isInMap([section, map, ...rest]: readonly string[]): boolean {
  return section === "template" && (map === "nodeLabels" || map === "instanceTags") && rest.length > 0;
}

/** JSON where it is JSON, otherwise text. */
function looseValue(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function unknownKey(key: string): Error {
  const known = [...poolFields, ...poolSwitches].flatMap((field) => [field.key, ...field.aliases]);
  const near = suggestion(key, [...known, "labels", "tags", ...sections]);
  const hint = near === null ? "" : ` Did you mean ${near}?`;
  return usageError(
    `There is no setting "${key}".${hint} Settings are named as in help, or by their path such as template.zones.`,
    "poolkeeper set --help",
  );
}

type Fields = Record<string, unknown>;

/** A copy with the changes in it. A list that is set anew replaces the old one; an object is merged into it. */
export function assigned(spec: unknown, assignments: readonly Assignment[]): Fields {
  const copy: Fields = isFields(spec) ? structuredClone(spec) : {};
  for (const { path, value } of assignments) {
    let inner = copy;
    for (const key of path.slice(0, -1)) {
      const next = isFields(inner[key]) ? inner[key] : {};
      inner[key] = next;
      inner = next;
    }
    const last = path.at(-1) ?? "";
    if (value === undefined) delete inner[last];
    else inner[last] = value;
  }
  return copy;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
