/** A real API server for the tests of this folder, with the CustomResourceDefinitions of deploy/ in it. No Poolkeeper runs. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { Agent, request } from "undici";
import { realClock } from "../../src/ports/clock.ts";
import { apiGroup, apiVersion, kinds, type OwnKind } from "../../src/schema/kind.ts";
import { deployFolder } from "../../src/schema/write.ts";
import { ensureBinaries, kubernetesVersion } from "../../src/start/binaries.ts";
import { startControlPlane } from "../../src/start/control-plane.ts";
import { silentProgress } from "../../src/start/progress.ts";

export interface Answer {
  readonly status: number;
  readonly body: Body;
}

/** The parts of objects, lists and refusals that the tests look at. */
interface Body {
  readonly message?: string;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly allowed?: boolean;
  };
  readonly items?: readonly { readonly metadata: { readonly name: string } }[];
  readonly details?: { readonly causes?: readonly { readonly field: string; readonly message: string }[] };
}

export interface TestApi {
  call(method: Method, path: string, body?: object): Promise<Answer>;
  kubectl(...args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export async function startTestApi(): Promise<TestApi> {
  const folder = mkdtempSync(path.join(tmpdir(), "poolkeeper-crd-"));
  const env = process.env;
  const { kubectl: program } = await ensureBinaries({
    names: ["kubectl"],
    version: kubernetesVersion,
    env,
    clock: realClock,
    progress: silentProgress,
  });
  const plane = await startControlPlane({ dataDir: folder, isTest: true });
  const agent = new Agent({ connect: plane.admin });
  const kubectl = async (...args: readonly string[]) => {
    const options = { env: { ...env, KUBECONFIG: plane.kubeconfigPath, HOME: folder } };
    const { stdout } = await promisify(execFile)(program, args, options);
    return stdout;
  };
  const stop = async () => {
    await agent.close();
    await plane.stop();
    rmSync(folder, { recursive: true });
  };
  try {
    await kubectl("apply", "-f", path.join(deployFolder, "crds"), "-f", path.join(deployFolder, "rbac.yaml"));
    await kubectl("apply", "-f", path.join(deployFolder, "rbac-force.yaml"), "--dry-run=server");
    await kubectl("wait", "crd", "-l", "app.kubernetes.io/name=poolkeeper", "--for=condition=Established");
    return { call: (method, url, body) => call(agent, method, `${plane.url}${url}`, body), kubectl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export function pathOf(kind: OwnKind, name = "", subresource = ""): string {
  const collection = `/apis/${apiGroup}/${apiVersion}/namespaces/default/${kinds[kind].plural}`;
  return [collection, name, subresource].filter((part) => part !== "").join("/");
}

async function call(
  dispatcher: Agent,
  method: Method,
  url: string,
  body: object | undefined,
): Promise<Answer> {
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const response = await request(url, {
    dispatcher,
    method,
    headers: { "content-type": type },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  // Every part of the type is optional, so whatever the server left out makes a test fail, not this line.
  return { status: response.statusCode, body: (await response.body.json()) as Body };
}
