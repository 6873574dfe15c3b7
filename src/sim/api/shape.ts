/** How lists and maps of a kind merge: by key, as sets, or whole. Answers for definitions from their schema, for built-ins by name. */
import { isObject, type Json, type JsonObject } from "./json.ts";
import { fieldSchema, type Schema } from "./schema.ts";

export type ListKind =
  | { readonly kind: "atomic" }
  | { readonly kind: "set" }
  | { readonly kind: "map"; readonly keys: readonly string[]; readonly defaults: JsonObject };

export interface Shape {
  /** The object is one value: whoever sets a part of it sets all of it. */
  readonly isAtomic: boolean;
  readonly list: ListKind;
  readonly child: (name: string) => Shape;
  readonly item: () => Shape;
}

const atomicList: ListKind = { kind: "atomic" };
const setList: ListKind = { kind: "set" };

function mapList(keys: readonly string[], defaults: JsonObject = {}): ListKind {
  return { kind: "map", keys, defaults };
}

/** The key of an item of a list-map, with the defaults of absent key fields; null when it has none. */
export function itemKey(item: Json, list: ListKind): JsonObject | null {
  if (list.kind !== "map" || !isObject(item)) return null;
  const key: { [name: string]: Json } = {};
  for (const name of list.keys) {
    const value = item[name] ?? list.defaults[name];
    if (value !== undefined) key[name] = value;
  }
  return Object.keys(key).length === 0 ? null : key;
}

export function shapeOf(schema: Schema | null): Shape {
  return schema === null ? plain : root(fromSchema(schema));
}

/** Below the root, metadata has the same shape for every kind. */
function root(shape: Shape): Shape {
  return { ...shape, child: (name) => (name === "metadata" ? plain : shape.child(name)) };
}

const schemaShapes = new WeakMap<Schema, Shape>();

function fromSchema(schema: Schema): Shape {
  const known = schemaShapes.get(schema);
  if (known !== undefined) return known;
  const made: Shape = {
    isAtomic: schema["x-kubernetes-map-type"] === "atomic",
    list: listOf(schema),
    child: (name) => {
      const part = fieldSchema(schema, name);
      return part === null ? loose : fromSchema(part);
    },
    item: () => (schema.items === undefined ? loose : fromSchema(schema.items)),
  };
  schemaShapes.set(schema, made);
  return made;
}

function listOf(schema: Schema): ListKind {
  const keys = schema["x-kubernetes-list-map-keys"];
  if (schema["x-kubernetes-list-type"] === "set") return setList;
  if (schema["x-kubernetes-list-type"] !== "map" || keys === undefined) return atomicList;
  const fields = schema.items?.properties ?? {};
  return mapList(
    keys,
    Object.fromEntries(
      keys.flatMap((key) => (fields[key]?.default === undefined ? [] : [[key, fields[key].default]])),
    ),
  );
}

/** Where nothing is said: objects merge, lists are replaced. */
const loose: Shape = { isAtomic: false, list: atomicList, child: () => loose, item: () => loose };

const byName = mapList(["name"]);
const byType = mapList(["type"]);

/** Lists of the built-in kinds that do not merge as a whole, by the name of their field. */
const namedLists: { readonly [field: string]: ListKind } = {
  containers: byName,
  initContainers: byName,
  ephemeralContainers: byName,
  volumes: byName,
  imagePullSecrets: byName,
  secrets: byName,
  env: byName,
  resourceClaims: byName,
  conditions: byType,
  addresses: byType,
  ownerReferences: mapList(["uid"]),
  finalizers: setList,
  podCIDRs: setList,
  hostAliases: mapList(["ip"]),
  podIPs: mapList(["ip"]),
  hostIPs: mapList(["ip"]),
  volumeMounts: mapList(["mountPath"]),
  volumeDevices: mapList(["devicePath"]),
  topologySpreadConstraints: mapList(["topologyKey", "whenUnsatisfiable"]),
  ports: mapList(["port", "protocol"], { protocol: "TCP" }),
};

const containerPorts = mapList(["containerPort", "protocol"], { protocol: "TCP" });

const atomicObjects = new Set([
  "selector",
  "labelSelector",
  "nodeSelector",
  "podSelector",
  "fieldRef",
  "scaleTargetRef",
]);

function builtIn(field: string, isInContainer: boolean): Shape {
  const list = isInContainer && field === "ports" ? containerPorts : (namedLists[field] ?? atomicList);
  const holdsContainers = field.endsWith("ontainers");
  return {
    isAtomic: atomicObjects.has(field),
    list,
    child: (name) => builtIn(name, isInContainer),
    item: () => builtIn("", holdsContainers),
  };
}

const plain: Shape = builtIn("", false);
