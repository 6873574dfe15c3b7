/** Reads kubeconfig files and picks one context, naming file and field of whatever is wrong. Holds no secrets itself. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { PortError } from "../ports/errors.ts";

export interface ClusterEntry {
  readonly name: string;
  readonly file: string;
  readonly server: string;
  readonly caFile: string | null;
  readonly caData: string | null;
  readonly serverName: string | null;
  readonly proxyUrl: string | null;
  readonly skipsTlsVerification: boolean;
}

/** A user of the file as it stands there; what its fields mean is settled in credentials.ts. */
export interface UserEntry {
  readonly name: string;
  readonly file: string;
  readonly fields: Fields;
}

export interface SelectedContext {
  readonly contextName: string;
  readonly namespace: string;
  readonly cluster: ClusterEntry;
  readonly user: UserEntry;
}

/** All files together: of two entries with one name the first wins, as kubectl has it. */
export interface Kubeconfig {
  readonly files: readonly string[];
  readonly currentContext: string | null;
  readonly clusters: readonly Entry[];
  readonly users: readonly Entry[];
  readonly contexts: readonly Entry[];
}

export interface Entry {
  readonly name: string;
  readonly file: string;
  readonly fields: Fields;
}

export type Fields = Readonly<Record<string, unknown>>;

export async function readKubeconfig(files: readonly string[]): Promise<Kubeconfig> {
  const documents = await Promise.all(files.map(readDocument));
  const gather = (list: string, item: string): readonly Entry[] => {
    const byName = new Map<string, Entry>();
    for (const [index, document] of documents.entries()) {
      for (const entry of entriesOf(document, list, item, files[index] ?? "")) {
        if (!byName.has(entry.name)) byName.set(entry.name, entry);
      }
    }
    return [...byName.values()];
  };
  const current = documents.map((document) => document["current-context"]).find((name) => !isBlank(name));
  return {
    files,
    currentContext: typeof current === "string" ? current : null,
    clusters: gather("clusters", "cluster"),
    users: gather("users", "user"),
    contexts: gather("contexts", "context"),
  };
}

export function selectContext(kubeconfig: Kubeconfig, wanted: string | undefined): SelectedContext {
  const where = kubeconfig.files.join(", ");
  const contextName = wanted ?? kubeconfig.currentContext;
  if (contextName === null) {
    throw refusal(where, "current-context", "is empty and no --context was given", listContexts(kubeconfig));
  }
  const context = kubeconfig.contexts.find((entry) => entry.name === contextName);
  if (context === undefined) {
    const known = kubeconfig.contexts.map((entry) => entry.name).join(", ") || "none";
    throw refusal(
      where,
      wanted === undefined ? "current-context" : "contexts",
      `there is no context ${JSON.stringify(contextName)} (there are: ${known})`,
      listContexts(kubeconfig),
    );
  }
  const field = `contexts[name=${contextName}].context`;
  const clusterName = requiredText(context, "cluster", `${field}.cluster`);
  const cluster = kubeconfig.clusters.find((entry) => entry.name === clusterName);
  if (cluster === undefined) {
    throw refusal(
      context.file,
      `${field}.cluster`,
      `no entry of clusters is named ${JSON.stringify(clusterName)}`,
    );
  }
  const userName = text(context, "user", `${field}.user`);
  const user = kubeconfig.users.find((entry) => entry.name === userName);
  if (userName !== null && user === undefined) {
    throw refusal(context.file, `${field}.user`, `no entry of users is named ${JSON.stringify(userName)}`);
  }
  return {
    contextName,
    namespace: text(context, "namespace", `${field}.namespace`) ?? "default",
    cluster: clusterOf(cluster),
    user: user ?? { name: "nobody", file: context.file, fields: {} },
  };
}

function clusterOf(entry: Entry): ClusterEntry {
  const field = (name: string): string => `clusters[name=${entry.name}].cluster.${name}`;
  const read = (name: string): string | null => text(entry, name, field(name));
  const caFile = read("certificate-authority");
  return {
    name: entry.name,
    file: entry.file,
    server: requiredText(entry, "server", field("server")),
    caFile: caFile === null ? null : besideFile(entry.file, caFile),
    caData: read("certificate-authority-data"),
    serverName: read("tls-server-name"),
    proxyUrl: read("proxy-url"),
    skipsTlsVerification: entry.fields["insecure-skip-tls-verify"] === true,
  };
}

/** A text field, null when absent or empty; anything else is refused by name. */
export function text(entry: Entry, name: string, field: string): string | null {
  const value = entry.fields[name];
  if (isBlank(value)) return null;
  if (typeof value === "string") return value;
  throw refusal(entry.file, field, `must be text, but is ${JSON.stringify(value)}`);
}

/** Paths in a kubeconfig are relative to the file they stand in. */
export function besideFile(file: string, relative: string): string {
  return path.resolve(path.dirname(file), relative);
}

export function refusal(file: string, field: string, problem: string, next?: string): PortError {
  const command = next ?? `kubectl config view --kubeconfig ${file}`;
  return new PortError({
    kind: "Invalid",
    message: `kubeconfig ${file}, field ${field}: ${problem}. Nothing was contacted. Next: ${command}`,
  });
}

async function readDocument(file: string): Promise<Fields> {
  const source = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new PortError({
      kind: "Denied",
      message: `The kubeconfig ${file} cannot be read: ${messageOf(cause)}. Next: ls -l ${file}`,
      cause,
    });
  });
  let document: unknown;
  try {
    document = parse(source);
  } catch (error) {
    throw refusal(file, "(the whole file)", `is not YAML: ${messageOf(error)}`, `edit ${file}`);
  }
  if (isFields(document)) return document;
  throw refusal(file, "(the whole file)", "is empty or not a kubeconfig", "kubectl config view");
}

function entriesOf(document: Fields, list: string, item: string, file: string): readonly Entry[] {
  const entries = document[list] ?? [];
  if (!Array.isArray(entries)) throw refusal(file, list, "must be a list");
  return entries.map((entry: unknown, index) => {
    if (!isFields(entry) || typeof entry["name"] !== "string") {
      throw refusal(file, `${list}[${index}].name`, "is missing");
    }
    const fields = entry[item] ?? {};
    if (!isFields(fields)) throw refusal(file, `${list}[${index}].${item}`, "must be a mapping");
    return { name: entry["name"], file, fields };
  });
}

function requiredText(entry: Entry, name: string, field: string): string {
  const value = text(entry, name, field);
  if (value === null) throw refusal(entry.file, field, "is missing");
  return value;
}

function listContexts(kubeconfig: Kubeconfig): string {
  return `kubectl config get-contexts --kubeconfig ${kubeconfig.files[0] ?? ""}`;
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}
