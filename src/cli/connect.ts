/** Which cluster, by which kubeconfig. The HTTP adapter is loaded only when a command needs it. */
import { existsSync } from "node:fs";
import path from "node:path";
import type { Clock } from "../ports/clock.ts";
import type { Kube } from "../ports/kube.ts";
import type { KubeObject } from "../schema/kubernetes.ts";
import { version } from "./product.ts";

/** A cluster as commands see it. */
export interface Cluster {
  readonly kube: Kube;
  readonly server: string;
  readonly contextName: string;
  readonly userName: string;
  serverVersion(): Promise<string>;
  /** Server-side apply of an object of any kind. */
  apply(object: KubeObject, isDryRun: boolean): Promise<void>;
  close(): Promise<void>;
}

export interface ClusterChoice {
  readonly kubeconfig: string | null;
  readonly context: string | null;
  readonly dataDir: string;
}

export type Env = Readonly<Record<string, string | undefined>>;

/** A start on this machine leaves its kubeconfig in the data directory; it goes before the person's general one. */
export function kubeconfigOf(
  choice: ClusterChoice,
  env: Env,
): { readonly file: string | null; readonly origin: string } {
  if (choice.kubeconfig !== null)
    return { file: choice.kubeconfig, origin: `--kubeconfig ${choice.kubeconfig}` };
  const listed = env["KUBECONFIG"] ?? "";
  if (listed !== "") return { file: null, origin: `KUBECONFIG=${listed}` };
  const own = path.join(choice.dataDir, "kubeconfig");
  if (existsSync(own)) return { file: own, origin: `${own}, which the last \`npm start\` has left there` };
  return { file: null, origin: "~/.kube/config" };
}

export async function connect(choice: ClusterChoice, env: Env, clock: Clock): Promise<Cluster> {
  const [{ loadConfig }, { call, createTransport }, { createKube }] = await Promise.all([
    import("../kube/config.ts"),
    import("../kube/transport.ts"),
    import("../kube/client.ts"),
  ]);
  const { file } = kubeconfigOf(choice, env);
  const config = await loadConfig({
    env,
    ...(file === null ? {} : { kubeconfig: file }),
    ...(choice.context === null ? {} : { context: choice.context }),
  });
  const transport = createTransport({ config, clock, version, component: "cli" });
  return {
    kube: createKube(transport),
    server: config.server,
    contextName: config.contextName,
    userName: config.userName,
    serverVersion: async () => {
      const answer = await call(transport, {
        verb: "get",
        kind: "Version",
        target: "the version of the API server",
        method: "GET",
        path: "/version",
      });
      return gitVersionOf(answer);
    },
    apply: async (object, isDryRun) => {
      await call(transport, {
        verb: "patch",
        kind: object.kind,
        target: `${object.kind} ${object.metadata.name}`,
        method: "PATCH",
        path: applyPath(object),
        query: { fieldManager: "poolkeeper-install", force: "true", ...(isDryRun ? { dryRun: "All" } : {}) },
        headers: { "content-type": "application/apply-patch+yaml" },
        body: object,
      });
    },
    close: () => transport.close(),
  };
}

function gitVersionOf(answer: unknown): string {
  const version: unknown =
    typeof answer === "object" && answer !== null ? Reflect.get(answer, "gitVersion") : null;
  return typeof version === "string" ? version : "unknown";
}

/** The manifests' kinds all have plain plurals. */
function applyPath({ apiVersion, kind, metadata }: KubeObject): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const where = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
  return `${root}${where}/${kind.toLowerCase()}s/${metadata.name}`;
}
