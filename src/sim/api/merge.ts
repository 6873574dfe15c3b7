/** The three patches that carry no ownership: JSON patch, JSON merge patch and strategic merge patch. */
import { isEqual, isList, isObject, type Json, type JsonObject } from "./json.ts";
import { itemKey, type Shape } from "./shape.ts";
import { ApiFailure, badRequest } from "./status.ts";

/** RFC 7386. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: { [key: string]: Json | undefined } = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else if (value !== undefined) result[name] = mergePatch(result[name], value);
  }
  return result;
}

/** A merge patch that knows which lists of a built-in kind merge by key. */
export function strategicMerge(target: Json | undefined, patch: JsonObject, shape: Shape): JsonObject {
  const { $patch: directive, $retainKeys: retained, ...fields } = patch;
  if (directive === "replace") return withoutDirectives(fields);
  if (directive === "delete") return {};
  const base = isObject(target) ? target : {};
  const result: { [key: string]: Json | undefined } = isList(retained)
    ? Object.fromEntries(Object.entries(base).filter(([name]) => retained.includes(name)))
    : { ...base };
  for (const [name, value] of Object.entries(fields)) {
    if (name.startsWith("$") || value === undefined) continue;
    if (value === null) delete result[name];
    else if (isList(value)) result[name] = mergeLists(result[name], value, shape.child(name));
    else if (isObject(value)) result[name] = strategicMerge(result[name], value, shape.child(name));
    else result[name] = value;
  }
  return applyListDirectives(result, patch, shape);
}

const orderPrefix = "$setElementOrder/";
const deletePrefix = "$deleteFromPrimitiveList/";

function applyListDirectives(
  result: { [key: string]: Json | undefined },
  patch: JsonObject,
  shape: Shape,
): JsonObject {
  for (const [name, value] of Object.entries(patch)) {
    if (!isList(value)) continue;
    if (name.startsWith(deletePrefix)) {
      const field = name.slice(deletePrefix.length);
      const list = result[field];
      if (isList(list)) result[field] = list.filter((item) => !value.some((gone) => isEqual(gone, item)));
    }
    if (name.startsWith(orderPrefix)) {
      const field = name.slice(orderPrefix.length);
      const list = result[field];
      if (isList(list)) result[field] = inOrder(list, value, shape.child(field));
    }
  }
  return result;
}

function mergeKeyOf(shape: Shape): string | null {
  return shape.list.kind === "map" ? (shape.list.keys[0] ?? null) : null;
}

/** Sorts by the order given; what it does not name keeps its place at the end. */
function inOrder(list: readonly Json[], order: readonly Json[], shape: Shape): readonly Json[] {
  const key = mergeKeyOf(shape);
  const idOf = (item: Json) => (key !== null && isObject(item) ? item[key] : item);
  const rank = (item: Json) => {
    const place = order.findIndex((one) => isEqual(idOf(one), idOf(item)));
    return place < 0 ? order.length : place;
  };
  return list.toSorted((a, b) => rank(a) - rank(b));
}

function mergeLists(target: Json | undefined, patch: readonly Json[], shape: Shape): readonly Json[] {
  const base = isList(target) ? target : [];
  if (shape.list.kind === "set")
    return [...base, ...patch.filter((item) => !base.some((one) => isEqual(one, item)))];
  const key = mergeKeyOf(shape);
  if (key === null) return patch.map((item) => (isObject(item) ? withoutDirectives(item) : item));
  if (patch.some((item) => isObject(item) && item["$patch"] === "replace")) {
    return patch.filter((item) => isObject(item) && item["$patch"] !== "replace");
  }
  let result: readonly Json[] = base;
  for (const item of patch) {
    if (!isObject(item)) continue;
    if (item[key] === undefined) {
      throw badRequest(`map: map[] does not contain declared merge key: ${key}`);
    }
    result = mergeItem(result, item, key, shape);
  }
  return result;
}

function mergeItem(list: readonly Json[], item: JsonObject, key: string, shape: Shape): readonly Json[] {
  const isSame = (one: Json) => isObject(one) && isEqual(one[key], item[key]);
  if (item["$patch"] === "delete") return list.filter((one) => !isSame(one));
  if (!list.some(isSame)) return [...list, strategicMerge({}, item, shape.item())];
  return list.map((one) => (isSame(one) ? strategicMerge(one, item, shape.item()) : one));
}

function withoutDirectives(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !name.startsWith("$")));
}

/** RFC 6902. */
export function jsonPatch(target: JsonObject, operations: Json): JsonObject {
  if (!isList(operations)) throw badRequest("a JSON patch is a list of operations");
  let result: Json = target;
  for (const operation of operations) {
    if (!isObject(operation)) throw badRequest("a JSON patch is a list of operations");
    result = applyOperation(result, operation);
  }
  return isObject(result) ? result : {};
}

function refused(): ApiFailure {
  return new ApiFailure(422, "Invalid", "the server rejected our request due to an error in our request", {});
}

function applyOperation(target: Json, operation: JsonObject): Json {
  const path = pointer(operation["path"]);
  const value = operation["value"] ?? null;
  switch (operation["op"]) {
    case "add":
      return edit(target, path, (parent, name) => insert(parent, name, value));
    case "remove":
      return edit(target, path, (parent, name) => without(parent, name));
    case "replace":
      // The API server replaces what is not there, too, as long as it is no item of a list.
      return edit(target, path, (parent, name) => put(parent, name, value));
    case "test":
      if (!isEqual(lookUp(target, path), value)) throw refused();
      return target;
    case "copy":
      return edit(target, path, (parent, name) =>
        insert(parent, name, read(target, pointer(operation["from"]))),
      );
    case "move": {
      const from = pointer(operation["from"]);
      const moved = read(target, from);
      const rest = edit(target, from, (parent, name) => without(parent, name));
      return edit(rest, path, (parent, name) => insert(parent, name, moved));
    }
    default:
      throw badRequest(`unknown operation of a JSON patch: ${JSON.stringify(operation["op"])}`);
  }
}

function pointer(path: Json | undefined): readonly string[] {
  if (typeof path !== "string") throw refused();
  if (path === "") return [];
  return path
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function lookUp(target: Json, path: readonly string[]): Json | undefined {
  let here: Json | undefined = target;
  for (const name of path) {
    if (isList(here)) here = here[Number(name)];
    else if (isObject(here)) here = here[name];
    else return undefined;
  }
  return here;
}

function read(target: Json, path: readonly string[]): Json {
  const found = lookUp(target, path);
  if (found === undefined) throw refused();
  return found;
}

type Container = JsonObject | readonly Json[];

function edit(
  target: Json,
  path: readonly string[],
  change: (parent: Container, name: string) => Container,
): Json {
  const [name, ...rest] = path;
  if (name === undefined || (!isList(target) && !isObject(target))) throw refused();
  if (rest.length === 0) return change(target, name);
  const part = read(target, [name]);
  return put(target, name, edit(part, rest, change));
}

function put(parent: Container, name: string, value: Json): Container {
  return isObject(parent) ? { ...parent, [name]: value } : parent.with(indexIn(parent, name, 1), value);
}

function insert(parent: Container, name: string, value: Json): Container {
  if (isObject(parent)) return { ...parent, [name]: value };
  return parent.toSpliced(name === "-" ? parent.length : indexIn(parent, name, 0), 0, value);
}

function without(parent: Container, name: string): Container {
  if (!isObject(parent)) return parent.toSpliced(indexIn(parent, name, 1), 1);
  if (parent[name] === undefined) throw refused();
  const { [name]: _, ...rest } = parent;
  return rest;
}

function indexIn(list: readonly Json[], name: string, margin: number): number {
  const index = Number(name);
  if (!Number.isInteger(index) || index < 0 || index > list.length - margin) throw refused();
  return index;
}

/** Merges an applied configuration into what is there, list-maps by their keys. */
export function applyMerge(live: Json | undefined, applied: Json, shape: Shape): Json {
  if (isList(applied)) return applyList(isList(live) ? live : [], applied, shape);
  if (!isObject(applied) || !isObject(live) || shape.isAtomic) return applied;
  const result: { [key: string]: Json | undefined } = { ...live };
  for (const [name, value] of Object.entries(applied)) {
    if (value !== undefined) result[name] = applyMerge(live[name], value, shape.child(name));
  }
  return result;
}

function applyList(live: readonly Json[], applied: readonly Json[], shape: Shape): readonly Json[] {
  if (shape.list.kind === "atomic") return applied;
  const kind = shape.list;
  const idOf = (item: Json): Json => (kind.kind === "set" ? item : itemKey(item, kind)) ?? item;
  const kept = live.map((item) => {
    const match = applied.find((one) => isEqual(idOf(one), idOf(item)));
    return match === undefined ? item : applyMerge(item, match, shape.item());
  });
  const added = applied.filter((item) => !live.some((one) => isEqual(idOf(one), idOf(item))));
  return [...kept, ...added];
}
