/** Objects from files and standard input: read, named, checked against the schema before anything is sent. */
import { readFile } from "node:fs/promises";
import { shownValue } from "../core/intent/difference.ts";
import type { KubeObject } from "../schema/kubernetes.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import type { InfrastructureProviderObject } from "../schema/provider.ts";
import type { MaintenanceWindowObject } from "../schema/window.ts";
import { usageError } from "./failure.ts";
import { nounOf, type ShownKind } from "./kind.ts";
import type { Session } from "./session.ts";

export type Document =
  | { readonly of: "ManagedNodePool"; readonly object: ManagedNodePoolObject }
  | { readonly of: "MaintenanceWindow"; readonly object: MaintenanceWindowObject }
  | { readonly of: "InfrastructureProvider"; readonly object: InfrastructureProviderObject };

export type Creatable = Document["of"];

/** The documents of a YAML or JSON file; `-` is standard input. A List is its items. */
export async function readDocuments(
  { terminal }: Pick<Session, "terminal">,
  file: string,
): Promise<readonly unknown[]> {
  const { parseAllDocuments } = await import("yaml");
  const source = file === "-" ? await terminal.readInput() : await readSource(file);
  const documents = parseAllDocuments(source);
  const values = (Array.isArray(documents) ? documents : []).map((document): unknown => {
    const [error] = document.errors;
    if (error !== undefined) throw usageError(`${file} is not YAML: ${error.message.split("\n")[0]}`);
    return document.toJS();
  });
  const found = values.filter((value) => value !== null).flatMap(itemsOf);
  if (found.length === 0) throw usageError(`${file} contains no object.`);
  return found;
}

async function readSource(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw usageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function itemsOf(value: unknown): readonly unknown[] {
  const items: unknown = isFields(value) && value["kind"] === "List" ? value["items"] : null;
  return Array.isArray(items) ? items : [value];
}

/** A wanted object, with the defaults filled in; the first thing wrong with each field is said. */
export async function checkDocument(raw: unknown, origin: string): Promise<Document> {
  const { parsePool, parseProvider, parseWindow, problemText, unknownFields } = await import(
    "../schema/parse.ts"
  );
  // A misspelt field would be left out in silence, and the default taken in its place.
  const known = (document: Document): Document => {
    const [stranger] = isFields(raw) ? unknownFields(raw["spec"], document.object.spec, "spec") : [];
    if (stranger === undefined) return document;
    throw usageError(
      `${origin} has a field ${stranger} that a ${nounOf(document.of)} does not know. Nothing was changed.`,
    );
  };
  const kind: unknown = isFields(raw) ? raw["kind"] : undefined;
  const refuse = (problems: Parameters<typeof problemText>[0][]): Error =>
    usageError(
      [
        `${origin} is not possible. Nothing was changed.`,
        ...problems.map((item) => `  ${problemText(item)}`),
      ].join("\n"),
    );
  switch (kind) {
    case "ManagedNodePool": {
      const parsed = parsePool(raw);
      if (!parsed.ok) throw refuse([...parsed.problems]);
      return known({ of: kind, object: parsed.value });
    }
    case "MaintenanceWindow": {
      const parsed = parseWindow(raw);
      if (!parsed.ok) throw refuse([...parsed.problems]);
      return known({ of: kind, object: parsed.value });
    }
    case "InfrastructureProvider": {
      const parsed = parseProvider(raw);
      if (!parsed.ok) throw refuse([...parsed.problems]);
      return known({ of: kind, object: parsed.value });
    }
    default:
      throw usageError(
        `${origin} has kind ${shownValue(kind)}; here are made ManagedNodePool, MaintenanceWindow and InfrastructureProvider.`,
      );
  }
}

/** An object as it would stand in a file. */
export function draftOf(
  kind: ShownKind,
  name: string,
  namespace: string,
  spec: unknown,
): KubeObject & { spec: unknown } {
  return { apiVersion: "poolkeeper.dev/v1alpha1", kind, metadata: { name, namespace }, spec };
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
