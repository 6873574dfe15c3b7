/** Who owns which field: keeps `managedFields`, and settles server-side apply with its conflicts. */
import {
  diff,
  elementOf,
  type FieldSet,
  fieldsOf,
  intersect,
  isNone,
  noFields,
  parseFields,
  pathsOf,
  subtract,
  union,
  writeFields,
} from "./fields.ts";
import {
  isList,
  isObject,
  type Json,
  type JsonObject,
  type Stored,
  stringAt,
  timestamp,
  withValue,
} from "./json.ts";
import { applyMerge } from "./merge.ts";
import type { Shape } from "./shape.ts";
import { type ApiFailure, applyConflict } from "./status.ts";

export interface Manager {
  readonly name: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string;
  readonly nowMs: number;
}

const untracked = new Set([
  "name",
  "namespace",
  "uid",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
]);

/** The object without the fields that nobody owns. */
function tracked(object: JsonObject): JsonObject {
  const { apiVersion: _, kind: __, metadata, ...rest } = object;
  if (!isObject(metadata)) return rest;
  const kept = Object.entries(metadata).filter(([name]) => !untracked.has(name));
  return kept.length === 0 ? rest : { ...rest, metadata: Object.fromEntries(kept) };
}

interface Entry {
  readonly json: JsonObject;
  readonly fields: FieldSet;
}

function entriesOf(object: Stored | undefined): readonly Entry[] {
  return (object?.metadata.managedFields ?? []).map((json) => ({
    json,
    fields: parseFields(json["fieldsV1"]),
  }));
}

function withFields(entry: Entry, fields: FieldSet): Entry {
  return fields === entry.fields ? entry : { fields, json: { ...entry.json, fieldsV1: writeFields(fields) } };
}

function isEntryOf(entry: Entry, manager: Manager): boolean {
  const { json } = entry;
  return (
    json["manager"] === manager.name &&
    json["operation"] === manager.operation &&
    json["apiVersion"] === manager.apiVersion &&
    (json["subresource"] ?? "") === manager.subresource
  );
}

/** The manager's entry as of now. Unchanged fields keep their JSON. */
function newEntry(manager: Manager, fields: FieldSet, before: Entry | undefined): Entry {
  const fieldsV1 = before?.fields === fields ? before.json["fieldsV1"] : writeFields(fields);
  return {
    fields,
    json: {
      manager: manager.name,
      operation: manager.operation,
      apiVersion: manager.apiVersion,
      time: timestamp(manager.nowMs),
      fieldsType: "FieldsV1",
      fieldsV1,
      ...(manager.subresource === "" ? {} : { subresource: manager.subresource }),
    },
  };
}

function write(object: Stored, entries: readonly Entry[]): Stored {
  const managedFields = entries.filter((entry) => !isNone(entry.fields)).map((entry) => entry.json);
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata: managedFields.length === 0 ? metadata : { ...metadata, managedFields } };
}

/** After a plain write: what changed now belongs to the writer, and to nobody else. */
export function trackUpdate(
  before: Stored | undefined,
  after: Stored,
  manager: Manager,
  shape: Shape,
): Stored {
  const change = diff(before === undefined ? {} : tracked(before), tracked(after), shape);
  const entries = entriesOf(before);
  if (isNone(change.changed) && isNone(change.removed)) return write(after, entries);
  const lost = union(change.changed, change.removed);
  const others = entries
    .filter((entry) => !isEntryOf(entry, manager))
    .map((entry) => withFields(entry, subtract(entry.fields, lost)));
  const own = entries.find((entry) => isEntryOf(entry, manager));
  const fields = union(subtract(own?.fields ?? noFields, change.removed), change.changed);
  return write(after, [...others, newEntry(manager, fields, own)]);
}

export interface Applied {
  /** The object with the configuration merged in, before defaults and checks. */
  readonly object: JsonObject;
  /** Puts the ownership on the object as it will be stored. */
  readonly own: (stored: Stored) => Stored;
}

/** Server-side apply. Throws the conflict unless forced. */
export function applyConfiguration(
  live: Stored | undefined,
  configuration: JsonObject,
  manager: Manager,
  options: { readonly shape: Shape; readonly force: boolean },
): Applied {
  const { shape } = options;
  const wanted = fieldsOf(tracked(configuration), shape);
  const entries = entriesOf(live);
  const own = entries.find((entry) => isEntryOf(entry, manager));
  const others = entries.filter((entry) => entry !== own);
  const merged = applyMerge(live, configuration, shape);
  const object = isObject(merged) ? merged : {};
  const changed = diff(live === undefined ? {} : tracked(live), tracked(object), shape).changed;
  const disputed = intersect(changed, wanted);
  const conflicts = live === undefined ? [] : conflictsOf(others, disputed);
  if (conflicts.length > 0 && !options.force) throw conflictOf(conflicts);

  const kept = others.map((entry) => withFields(entry, subtract(entry.fields, disputed)));
  const keep = kept.reduce((sum, entry) => union(sum, entry.fields), wanted);
  const result = own === undefined ? object : without(object, own.fields, keep, shape);
  return {
    object: isObject(result) ? result : {},
    own: (stored) => {
      const isSame =
        own !== undefined && isNone(subtract(own.fields, wanted)) && isNone(subtract(wanted, own.fields));
      return write(stored, [...kept, isSame ? own : newEntry(manager, wanted, own)]);
    },
  };
}

interface Conflict {
  readonly owner: string;
  readonly path: string;
}

function conflictsOf(others: readonly Entry[], disputed: FieldSet): readonly Conflict[] {
  return others.flatMap((entry) =>
    pathsOf(intersect(entry.fields, disputed)).map((path) => ({ owner: ownerText(entry.json), path })),
  );
}

function ownerText(entry: JsonObject): string {
  const subresource = stringAt(entry, "subresource");
  const name = `${JSON.stringify(entry["manager"])}${subresource === undefined ? "" : ` with subresource "${subresource}"`}`;
  if (entry["operation"] !== "Update") return name;
  return `${name} using ${stringAt(entry, "apiVersion") ?? ""}`;
}

function conflictOf(conflicts: readonly Conflict[]): ApiFailure {
  const causes = conflicts.map(({ owner, path }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${owner}`,
    field: path,
  }));
  const [only] = conflicts;
  if (only !== undefined && conflicts.length === 1) {
    return applyConflict(`Apply failed with 1 conflict: conflict with ${only.owner}: ${only.path}`, causes);
  }
  const owners = [...new Set(conflicts.map((one) => one.owner))].toSorted();
  const lines = owners.flatMap((owner) => [
    `conflicts with ${owner}:`,
    ...conflicts.filter((one) => one.owner === owner).map((one) => `- ${one.path}`),
  ]);
  return applyConflict(`Apply failed with ${conflicts.length} conflicts: ${lines.join("\n")}`, causes);
}

/** Takes away the fields of `gone`, save those that `keep` holds. What becomes empty goes too. */
function without(value: Json, gone: FieldSet, keep: FieldSet, shape: Shape): Json | undefined {
  if (gone.self && isNone(keep)) return undefined;
  if (gone.parts.size === 0) return value;
  if (isList(value)) {
    const items = value.flatMap((item) => {
      const element = elementOf(item, shape.list);
      const part = element === null ? undefined : gone.parts.get(element);
      if (element === null || part === undefined) return [item];
      const left = without(item, part, keep.parts.get(element) ?? noFields, shape.item());
      return left === undefined ? [] : [left];
    });
    return items.length === 0 ? undefined : items;
  }
  if (!isObject(value)) return value;
  let result: JsonObject = value;
  for (const [element, part] of gone.parts) {
    const name = element.slice(2);
    const field = value[name];
    if (field === undefined) continue;
    const left = without(field, part, keep.parts.get(element) ?? noFields, shape.child(name));
    result = withValue(result, [name], left);
  }
  return Object.keys(result).length === 0 ? undefined : result;
}
