/** Objects on standard output, in the form that was asked for. */
import type { KubeObject } from "../schema/kubernetes.ts";
import { fillTemplate } from "./json-path.ts";
import type { Output } from "./options.ts";
import type { Session } from "./session.ts";

/** One object as itself, several as a List. Tables are printed by those who know the columns. */
export async function printObjects(
  { terminal }: Pick<Session, "terminal">,
  output: Output,
  objects: readonly KubeObject[],
  isOne: boolean,
): Promise<void> {
  const shown = objects.map(withoutManagedFields);
  const [first] = shown;
  const data = isOne && first !== undefined ? first : { apiVersion: "v1", kind: "List", items: shown };
  switch (output.kind) {
    case "json":
      return terminal.out(JSON.stringify(data, null, 2));
    case "yaml":
      return terminal.out(await yamlOf(data));
    case "name":
      for (const object of objects) terminal.out(nameOf(object));
      return;
    case "jsonpath":
      return terminal.out(fillTemplate(output.template, data));
    case "table":
    case "wide":
      for (const object of objects) terminal.out(nameOf(object));
  }
}

/** Who set which field is for machines; as kubectl, nobody sees it who has not asked. */
function withoutManagedFields(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** As kubectl prints it: managednodepool.poolkeeper.dev/web. */
export function nameOf({ apiVersion, kind, metadata }: KubeObject): string {
  const [group] = apiVersion.includes("/") ? apiVersion.split("/") : [];
  return `${[kind.toLowerCase(), group].filter((part) => part !== undefined).join(".")}/${metadata.name}`;
}

/** Quoted so that readers of YAML 1.1 take "yes", "no" and "22:30" for the texts they are. */
export async function yamlOf(data: unknown): Promise<string> {
  const { stringify } = await import("yaml");
  return stringify(data, { version: "1.1", aliasDuplicateObjects: false, lineWidth: 0 }).trimEnd();
}
