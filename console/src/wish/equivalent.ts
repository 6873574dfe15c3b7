/** The same change by other means: kubectl, the objects as YAML, a call of the API. Made from what the API says it would write. */
import { stringify } from "yaml";
import type { Outcome } from "../../../src/api/answers.ts";
import { apiRoot } from "../ask/asker.ts";
import type { Wish } from "./wish.ts";

const plurals: Readonly<Record<string, string>> = {
  ManagedNodePool: "managednodepool",
  NodeOperation: "nodeoperation",
  MaintenanceWindow: "maintenancewindow",
  InfrastructureProvider: "infrastructureprovider",
};

type Change = Outcome["changes"][number];

export function asKubectl({ changes }: Outcome, namespace: string): string {
  return changes
    .map(({ kind, of, name, body }) => {
      const target = `-n ${namespace} ${verbs[kind]}`;
      const object = `${plurals[of] ?? of} ${shellText(name)}`;
      switch (kind) {
        case "Create":
          return `kubectl create -f - <<'EOF'\n${yamlOf(body)}EOF`;
        case "Patch":
          return `kubectl ${target} ${object} --type merge -p ${shellText(JSON.stringify(body))}`;
        case "Delete":
          return `kubectl ${target} ${object}`;
      }
    })
    .join("\n");
}

const verbs: Readonly<Record<Change["kind"], string>> = {
  Create: "create",
  Patch: "patch",
  Delete: "delete",
};

/** Objects that would be made stand whole; of those that would be changed, only what changes. */
export function asYaml({ changes }: Outcome): string {
  return changes
    .map(({ kind, of, name, body }) => {
      if (kind === "Create") return yamlOf(body);
      if (kind === "Delete") return `# ${of} ${name} is deleted.\n`;
      return `# Merge patch of ${of} ${name}.\n${yamlOf(body)}`;
    })
    .join("---\n");
}

export function asApiCall({ method, path, body, version }: Wish, origin: string): string {
  return [
    `curl -X ${method} ${shellText(`${origin}${apiRoot}${path}`)}`,
    `-H "Authorization: Bearer $TOKEN"`,
    `-H 'Content-Type: application/json'`,
    ...(version === undefined ? [] : [`-H 'If-Match: "${version}"'`]),
    `-d ${shellText(JSON.stringify(body))}`,
  ].join(" \\\n  ");
}

/** YAML 1.1 readers take `on` and `22:30` for something else, so such texts are quoted. */
function yamlOf(value: unknown): string {
  return stringify(value, { version: "1.1" });
}

/** Quoted where a shell would read it otherwise. */
export function shellText(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
