/** Finds the cluster to talk to: a kubeconfig, or the pod's own service account. Does not contact it. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { PortError } from "../ports/errors.ts";
import { type CredentialSource, clusterCredentials, userCredentials } from "./credentials.ts";
import {
  type Kubeconfig,
  type SelectedContext,
  readKubeconfig,
  refusal,
  selectContext,
} from "./kubeconfig.ts";
import { isLoopbackHost, proxyFor } from "./proxy.ts";

export interface ClusterConfig {
  readonly contextName: string;
  /** Scheme, host, port and perhaps a path in front of /api, without a slash at the end. */
  readonly server: string;
  readonly namespace: string;
  readonly userName: string;
  readonly isLoopback: boolean;
  readonly tls: TlsSettings;
  readonly proxyUrl: string | null;
  readonly credentials: CredentialSource;
}

export interface TlsSettings {
  readonly serverName: string | null;
  /** False only where the kubeconfig itself says insecure-skip-tls-verify. */
  readonly isVerified: boolean;
}

export interface ConfigRequest {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a pod finds its service account. Given by tests only. */
  readonly serviceAccountFolder?: string;
}

const defaultServiceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The order is kubectl's: the named file, KUBECONFIG, ~/.kube/config, and at last the pod's service account. */
export async function loadConfig(request: ConfigRequest): Promise<ClusterConfig> {
  const files = kubeconfigFiles(request);
  if (files.length > 0) {
    const kubeconfig = await readKubeconfig(files);
    return configOf(kubeconfig, selectContext(kubeconfig, request.context), request.env);
  }
  const folder = request.serviceAccountFolder ?? defaultServiceAccountFolder;
  const host = request.env["KUBERNETES_SERVICE_HOST"];
  if (host !== undefined && host !== "" && existsSync(path.join(folder, "token"))) {
    return inClusterConfig(host, request.env["KUBERNETES_SERVICE_PORT"] ?? "443", folder);
  }
  throw new PortError({
    kind: "NotFound",
    message:
      `No cluster is named: no --kubeconfig was given, KUBECONFIG is not set, ${homeKubeconfig(request.env)} does ` +
      "not exist, and this is not a pod. Nothing was contacted. " +
      "Name one with --kubeconfig FILE, or start without one: npm start",
  });
}

function kubeconfigFiles(request: ConfigRequest): readonly string[] {
  if (request.kubeconfig !== undefined) return [requireFile(request.kubeconfig, "--kubeconfig")];
  const listed = (request.env["KUBECONFIG"] ?? "").split(path.delimiter).filter((file) => file !== "");
  if (listed.length === 1) return [requireFile(listed[0] ?? "", "KUBECONFIG")];
  if (listed.length > 1) {
    const present = listed.filter((file) => existsSync(file));
    if (present.length > 0) return present;
    throw refusal(listed.join(", "), "KUBECONFIG", "none of these files exists", "unset KUBECONFIG");
  }
  const own = homeKubeconfig(request.env);
  return existsSync(own) ? [own] : [];
}

function requireFile(file: string, source: string): string {
  if (existsSync(file)) return file;
  throw new PortError({
    kind: "NotFound",
    message:
      `The kubeconfig ${file} named by ${source} does not exist. Nothing was contacted. ` +
      `Check the path: ls -l ${path.dirname(file)}`,
  });
}

function homeKubeconfig(env: ConfigRequest["env"]): string {
  return path.join(env["HOME"] ?? env["USERPROFILE"] ?? homedir(), ".kube", "config");
}

function configOf(
  kubeconfig: Kubeconfig,
  selected: SelectedContext,
  env: ConfigRequest["env"],
): ClusterConfig {
  const { cluster, user } = selected;
  const url = parseServer(cluster.server, cluster.file, `clusters[name=${cluster.name}].cluster.server`);
  return {
    contextName: selected.contextName,
    server: originAndPath(url),
    namespace: selected.namespace,
    userName: user.name,
    isLoopback: isLoopbackHost(url.hostname),
    tls: { serverName: cluster.serverName, isVerified: !cluster.skipsTlsVerification },
    proxyUrl: cluster.proxyUrl ?? proxyFor(url, env),
    credentials: userCredentials(kubeconfig, selected),
  };
}

function parseServer(server: string, file: string, field: string): URL {
  const url = URL.parse(server.includes("://") ? server : `https://${server}`);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw refusal(file, field, `${JSON.stringify(server)} is not an http or https address`);
  }
  // Without TLS the token could be read on the way; on loopback there is no way to read it on.
  if (url.protocol === "http:" && !isLoopbackHost(url.hostname)) {
    throw refusal(
      file,
      field,
      `${server} is plain http to another machine, which would show the credentials to the network`,
      "kubectl proxy, and the address it prints",
    );
  }
  return url;
}

function originAndPath(url: URL): string {
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

async function inClusterConfig(host: string, port: string, folder: string): Promise<ClusterConfig> {
  const namespace = await readFile(path.join(folder, "namespace"), "utf8").catch(() => "default");
  const server = `https://${host.includes(":") ? `[${host}]` : host}:${port}`;
  return {
    contextName: "in-cluster",
    server,
    namespace: namespace.trim(),
    userName: "service account",
    isLoopback: isLoopbackHost(host),
    tls: { serverName: null, isVerified: true },
    proxyUrl: null,
    credentials: clusterCredentials(folder),
  };
}
