/** What proves who we are, read anew for each request so that rotated files and expired tokens need no restart. */
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { PortError } from "../ports/errors.ts";
import {
  type Entry,
  type Kubeconfig,
  type SelectedContext,
  type UserEntry,
  besideFile,
  refusal,
  text,
} from "./kubeconfig.ts";

export interface Credentials {
  readonly headers: Headers;
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
}

type Headers = Readonly<Record<string, string | string[]>>;

export interface CredentialSource {
  current(): Promise<Credentials>;
  /** The server refused the credentials: the next `current` gets them from their origin. */
  forget(): void;
}

type Source = () => Promise<string | null>;

/** Credentials of a kubeconfig user. Plugins and OIDC go through client-node, which is loaded only for them. */
export function userCredentials(kubeconfig: Kubeconfig, selected: SelectedContext): CredentialSource {
  const { cluster, user } = selected;
  const ca = pem(
    cluster.file,
    cluster.caFile,
    cluster.caData,
    `clusters[name=${cluster.name}].cluster.certificate-authority-data`,
  );
  if (isSet(user, "exec") || isSet(user, "auth-provider")) return pluginCredentials(kubeconfig, selected, ca);
  const cert = userPem(user, "client-certificate");
  const key = userPem(user, "client-key");
  if (cert.isSet !== key.isSet) {
    const missing = cert.isSet ? "client-key" : "client-certificate";
    throw refusal(
      user.file,
      userField(user, missing),
      "is missing: a certificate and its key belong together",
    );
  }
  const authorization = authorizationOf(user);
  const impersonation = impersonationHeaders(user);
  return {
    current: async () => ({
      headers: { ...impersonation, ...(await authorization()) },
      ca: await ca(),
      cert: await cert.read(),
      key: await key.read(),
    }),
    forget: () => {},
  };
}

/** The service account of the pod we run in. Its token is replaced in place before it expires. */
export function clusterCredentials(folder: string): CredentialSource {
  const token = freshFile(path.join(folder, "token"));
  const ca = freshFile(path.join(folder, "ca.crt"));
  return {
    current: async () => ({ headers: bearer(await token()), ca: await ca(), cert: null, key: null }),
    forget: () => {},
  };
}

/** Reads a file again only when it has changed. Follows links, which is how Kubernetes swaps mounted files. */
function freshFile(file: string): () => Promise<string> {
  let seen = { version: "", content: "" };
  return async () => {
    try {
      const { mtimeMs, ino, size } = await stat(file);
      const version = `${mtimeMs} ${ino} ${size}`;
      if (version !== seen.version) seen = { version, content: await readFile(file, "utf8") };
      return seen.content;
    } catch (cause) {
      throw new PortError({
        kind: "Denied",
        message: `The credentials in ${file} cannot be read: ${String(cause)}. Nothing was sent. Next: ls -l ${file}`,
        cause,
      });
    }
  };
}

function pem(file: string, pemFile: string | null, data: string | null, field: string): Source {
  if (data !== null) {
    const decoded = Buffer.from(data, "base64").toString("utf8");
    if (!decoded.includes("-----BEGIN")) throw refusal(file, field, "is not base64 of a PEM block");
    return async () => decoded;
  }
  return pemFile === null ? async () => null : freshFile(pemFile);
}

function userPem(user: UserEntry, name: string): { readonly isSet: boolean; readonly read: Source } {
  const data = text(user, `${name}-data`, userField(user, `${name}-data`));
  const file = text(user, name, userField(user, name));
  const read = pem(
    user.file,
    file === null ? null : besideFile(user.file, file),
    data,
    userField(user, `${name}-data`),
  );
  return { isSet: data !== null || file !== null, read };
}

function authorizationOf(user: UserEntry): () => Promise<Headers> {
  const read = (name: string): string | null => text(user, name, userField(user, name));
  const tokenFile = read("tokenFile");
  if (tokenFile !== null) {
    const token = freshFile(besideFile(user.file, tokenFile));
    return async () => bearer(await token());
  }
  const token = read("token");
  if (token !== null) return async () => bearer(token);
  const username = read("username");
  if (username === null) return async () => ({});
  const basic = Buffer.from(`${username}:${read("password") ?? ""}`).toString("base64");
  return async () => ({ authorization: `Basic ${basic}` });
}

/** `as` in a kubeconfig narrows what the user may do, so it must never be overlooked. */
function impersonationHeaders(user: UserEntry): Headers {
  const headers: Record<string, string | string[]> = {};
  const as = text(user, "as", userField(user, "as"));
  if (as !== null) headers["impersonate-user"] = as;
  const uid = text(user, "as-uid", userField(user, "as-uid"));
  if (uid !== null) headers["impersonate-uid"] = uid;
  const groups = textList(user, user.fields["as-groups"], "as-groups");
  if (groups.length > 0) headers["impersonate-group"] = groups;
  const extra = user.fields["as-user-extra"];
  for (const [name, values] of Object.entries(typeof extra === "object" && extra !== null ? extra : {})) {
    headers[`impersonate-extra-${encodeURIComponent(name)}`] = textList(
      user,
      values,
      `as-user-extra.${name}`,
    );
  }
  return headers;
}

function textList(user: UserEntry, value: unknown, name: string): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw refusal(user.file, userField(user, name), "must be a list of texts");
}

function pluginCredentials(kubeconfig: Kubeconfig, selected: SelectedContext, ca: Source): CredentialSource {
  const document = JSON.stringify(pluginDocument(selected));
  const impersonation = impersonationHeaders(selected.user);
  let plugin: ReturnType<typeof loadPlugin> | null = null;
  let running: Promise<PluginAnswer> | null = null;
  const ask = async (): Promise<PluginAnswer> => {
    plugin ??= loadPlugin(document);
    return (await plugin)();
  };
  return {
    current: async () => {
      // One plugin process serves all requests that wait for it.
      running ??= ask().finally(() => {
        running = null;
      });
      const answer = await running.catch((cause: unknown) => {
        throw pluginError(kubeconfig, selected, cause);
      });
      return { ...answer, headers: { ...impersonation, ...answer.headers }, ca: await ca() };
    },
    forget: () => {
      plugin = null;
    },
  };
}

type PluginAnswer = Omit<Credentials, "ca">;

async function loadPlugin(document: string): Promise<() => Promise<PluginAnswer>> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromString(document);
  return async () => {
    const options: { headers: Record<string, unknown>; cert?: unknown; key?: unknown } = { headers: {} };
    await config.applyToHTTPSOptions(options as Parameters<typeof config.applyToHTTPSOptions>[0]);
    const token = options.headers["Authorization"];
    return {
      headers: typeof token === "string" ? { authorization: token } : {},
      cert: pemOf(options.cert),
      key: pemOf(options.key),
    };
  };
}

function pemOf(value: unknown): string | null {
  if (Buffer.isBuffer(value)) return value.toString();
  return typeof value === "string" ? value : null;
}

/** The selected context alone, with paths made absolute and the plugin told which protocol we speak. */
function pluginDocument({ contextName, cluster, user }: SelectedContext): unknown {
  const fields: Record<string, unknown> = { ...user.fields };
  for (const name of ["client-certificate", "client-key"]) {
    const file = fields[name];
    if (typeof file === "string") fields[name] = besideFile(user.file, file);
  }
  const exec = fields["exec"];
  if (typeof exec === "object" && exec !== null) fields["exec"] = execFields(user, exec);
  return {
    "current-context": contextName,
    contexts: [{ name: contextName, context: { cluster: cluster.name, user: user.name } }],
    clusters: [{ name: cluster.name, cluster: { server: cluster.server } }],
    users: [{ name: user.name, user: fields }],
  };
}

function execFields(user: UserEntry, exec: object): unknown {
  const fields: { command?: unknown; apiVersion?: unknown; env?: unknown } = exec;
  const { command, apiVersion } = fields;
  const info = { kind: "ExecCredential", apiVersion, spec: { interactive: false } };
  const env: unknown[] = Array.isArray(fields.env) ? fields.env : [];
  return {
    ...fields,
    command: typeof command === "string" && command.includes("/") ? besideFile(user.file, command) : command,
    env: [...env, { name: "KUBERNETES_EXEC_INFO", value: JSON.stringify(info) }],
  };
}

function pluginError(
  kubeconfig: Kubeconfig,
  { contextName, user }: SelectedContext,
  cause: unknown,
): PortError {
  const problem = (cause instanceof Error ? cause.message : String(cause)).trim();
  const file = kubeconfig.files[0] ?? user.file;
  return new PortError({
    kind: "Denied",
    message:
      `The sign-in plugin of user ${user.name} (kubeconfig ${user.file}) failed: ${problem}. Nothing was sent. ` +
      `Next: kubectl --kubeconfig ${file} --context ${contextName} auth whoami`,
    cause,
  });
}

function bearer(token: string): Headers {
  return { authorization: `Bearer ${token.trim()}` };
}

function isSet(entry: Entry, name: string): boolean {
  const value = entry.fields[name];
  return value !== undefined && value !== null;
}

function userField(user: UserEntry, name: string): string {
  return `users[name=${user.name}].user.${name}`;
}
