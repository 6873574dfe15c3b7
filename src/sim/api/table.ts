/** Server-side printing: objects as a Table, for built-in kinds and for those of definitions. */
import { sinceText } from "./age.ts";
import { plainPrinter, type Printer, printers } from "./columns.ts";
import { isList, isObject, type Json, type JsonObject, objectAt, type Stored, textOf } from "./json.ts";
import { valuesAt } from "./json-path.ts";
import type { Column, ResourceType } from "./resources.ts";

export interface TableOptions {
  readonly nowMs: number;
  readonly includeObject: string;
  /** A watch names the columns once only. */
  readonly hasColumns: boolean;
}

export function tableOf(
  type: ResourceType,
  objects: readonly Stored[],
  listMetadata: JsonObject,
  options: TableOptions,
): JsonObject {
  const printer = printerOf(type);
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: listMetadata,
    columnDefinitions: options.hasColumns ? printer.columns.map(definitionOf) : [],
    rows: objects.map((object) => ({
      cells: printer.cells(storedForm(type, object), options.nowMs),
      object: rowObject(object, options.includeObject),
    })),
  };
}

function storedForm(type: ResourceType, object: Stored): Stored {
  return type.toStored === null ? object : type.toStored(object);
}

function rowObject(object: Stored, includeObject: string): JsonObject | null {
  if (includeObject === "None") return null;
  if (includeObject === "Object") return object;
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata };
}

const nameText = "Name must be unique within a namespace.";

function definitionOf(column: Column): JsonObject {
  const { name, type, format, description, priority } = column;
  return {
    name,
    type,
    format,
    description: description === "" && name === "Name" ? nameText : description,
    priority,
  };
}

function printerOf(type: ResourceType): Printer {
  if (type.columns !== null) return customPrinter(type.columns);
  return printers[type.store] ?? plainPrinter;
}

const nameColumn: Column = {
  name: "Name",
  type: "string",
  format: "name",
  description: nameText,
  priority: 0,
  jsonPath: ".metadata.name",
};

function customPrinter(columns: readonly Column[]): Printer {
  return {
    columns: [nameColumn, ...columns],
    cells: (object, nowMs) => [
      object.metadata.name,
      ...columns.map((column) => cellOf(object, column, nowMs)),
    ],
  };
}

function cellOf(object: Stored, column: Column, nowMs: number): Json {
  const [value] = valuesAt(object, column.jsonPath);
  if (value === undefined) return null;
  if (column.type === "date") return sinceText(textOf(value), nowMs);
  if (column.type !== "string") return value;
  return isObject(value) || isList(value) ? JSON.stringify(value) : String(value);
}

/** The table of a list response, or of one object. */
export function tableOfResponse(type: ResourceType, body: JsonObject, options: TableOptions): JsonObject {
  const items = body["items"];
  if (isList(items)) return tableOf(type, items as readonly Stored[], objectAt(body, "metadata"), options);
  const object = body as unknown as Stored;
  return tableOf(type, [object], { resourceVersion: object.metadata.resourceVersion }, options);
}
