/** Reads the protobuf bodies that kubectl sends for built-in kinds. Answers are JSON always; nothing is written in protobuf. */
import type { Json, JsonObject } from "./json.ts";
import { microTimestamp, timestamp } from "./json.ts";
import { messageTable } from "./protobuf-messages.ts";
import { badRequest, unsupportedMediaType } from "./status.ts";

interface Field {
  readonly name: string;
  readonly type: string;
  readonly isList: boolean;
  readonly isMap: boolean;
  /** Zero says something. */
  readonly isOptional: boolean;
}

type Message = ReadonlyMap<number, Field>;

let parsedTable: ReadonlyMap<string, Message> | null = null;

function messages(): ReadonlyMap<string, Message> {
  parsedTable ??= new Map(messageTable.trim().split("\n").map(parseLine));
  return parsedTable;
}

function parseLine(line: string): readonly [string, Message] {
  const space = line.indexOf(" ");
  const fields = line
    .slice(space + 1)
    .split("; ")
    .map((text) => {
      const [number = "", name = "", type = ""] = text.split(" ");
      const field: Field = {
        name,
        type: type.replace(/^(\[\]|\{\})/, "").replace("?", ""),
        isList: type.startsWith("[]"),
        isMap: type.startsWith("{}"),
        isOptional: type.endsWith("?"),
      };
      return [Number(number), field] as const;
    });
  return [line.slice(0, space), new Map(fields)];
}

const prefixes: { readonly [group: string]: string } = {
  "coordination.k8s.io": "coord.",
  "rbac.authorization.k8s.io": "rbac.",
  "authorization.k8s.io": "auth.",
  "events.k8s.io": "events.",
  autoscaling: "autoscaling.",
};

const magic = "k8s\u0000";

/** The object in a body of `application/vnd.kubernetes.protobuf`. */
export function decodeObject(bytes: Buffer): JsonObject {
  if (bytes.subarray(0, 4).toString("latin1") !== magic) {
    throw badRequest("provided data does not appear to be a protobuf message, expected prefix k8s");
  }
  const envelope = new Map(read(bytes.subarray(4)));
  const typeMeta = new Map(read(asBytes(envelope.get(1))));
  const apiVersion = asBytes(typeMeta.get(1)).toString("utf8");
  const kind = asBytes(typeMeta.get(2)).toString("utf8");
  const [group = ""] = apiVersion.includes("/") ? apiVersion.split("/") : [];
  const name = kind === "DeleteOptions" ? kind : (prefixes[group] ?? "") + kind;
  const message = messages().get(name);
  if (message === undefined) {
    throw unsupportedMediaType(`application/vnd.kubernetes.protobuf of ${apiVersion}, Kind=${kind}`, [
      "application/json",
      "application/yaml",
    ]);
  }
  return { apiVersion, kind, ...decode(asBytes(envelope.get(2)), message) };
}

function asBytes(wire: Wire | undefined): Buffer {
  return Buffer.isBuffer(wire) ? wire : Buffer.alloc(0);
}

type Wire = Buffer | bigint;

/** Field numbers and raw values, in their order on the wire. */
function* read(bytes: Buffer): Generator<readonly [number, Wire]> {
  let at = 0;
  const varint = (): bigint => {
    let result = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at];
      if (byte === undefined || shift > 63n)
        throw badRequest("the protobuf body ends in the middle of a field");
      at += 1;
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return result;
    }
  };
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw badRequest("the protobuf body ends in the middle of a field");
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const wireType = tag & 7;
    if (wireType === 0) yield [tag >> 3, varint()];
    else if (wireType === 1) yield [tag >> 3, take(8)];
    else if (wireType === 2) yield [tag >> 3, take(Number(varint()))];
    else if (wireType === 5) yield [tag >> 3, take(4)];
    else throw badRequest(`the protobuf body holds an unknown wire type ${wireType}`);
  }
}

type Draft = { [name: string]: Json };

function decode(bytes: Buffer, message: Message): JsonObject {
  const result: Draft = {};
  for (const [number, wire] of read(bytes)) {
    const field = message.get(number);
    if (field !== undefined) add(result, field, wire);
  }
  return result;
}

function add(result: Draft, field: Field, wire: Wire): void {
  if (field.isMap) {
    const entry = mapEntry(wire, field.type);
    result[field.name] = { ...(result[field.name] as JsonObject | undefined), ...entry };
    return;
  }
  const value = valueOf(wire, field.type);
  if (field.isList) {
    const before = result[field.name];
    result[field.name] = [...(Array.isArray(before) ? (before as readonly Json[]) : []), value];
    return;
  }
  if (field.name === "-") {
    Object.assign(result, value);
    return;
  }
  const isZero = value === null || value === "" || value === 0 || value === false;
  if (!isZero || field.isOptional) result[field.name] = value;
}

function mapEntry(wire: Wire, type: string): JsonObject {
  let key = "";
  let value: Json = "";
  if (Buffer.isBuffer(wire)) {
    for (const [part, one] of read(wire)) {
      if (part === 1) key = String(one);
      else value = valueOf(one, type);
    }
  }
  return { [key]: value };
}

function valueOf(wire: Wire, type: string): Json {
  if (typeof wire === "bigint") return type === "b" ? wire !== 0n : Number(BigInt.asIntN(64, wire));
  if (type === "s") return wire.toString("utf8");
  if (type === "B") return wire.toString("base64");
  const known = wellKnown(wire, type);
  return known === undefined ? decode(wire, messages().get(type) ?? new Map()) : known;
}

/** Types with a form of their own in JSON. Undefined for all others. */
function wellKnown(wire: Buffer, type: string): Json | undefined {
  const parts = new Map(read(wire));
  switch (type) {
    case "Quantity":
      return String(parts.get(1) ?? "0");
    case "IntOrString":
      return parts.get(1) === 1n
        ? String(parts.get(3) ?? "")
        : Number(BigInt.asIntN(32, asInteger(parts.get(2))));
    case "Time":
    case "MicroTime": {
      if (parts.size === 0) return null;
      const ms = Number(asInteger(parts.get(1))) * 1000 + Number(asInteger(parts.get(2))) / 1e6;
      return type === "Time" ? timestamp(ms) : microTimestamp(ms);
    }
    default:
      return undefined;
  }
}

function asInteger(wire: Wire | undefined): bigint {
  return typeof wire === "bigint" ? wire : 0n;
}
