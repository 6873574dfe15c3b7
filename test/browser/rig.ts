/** What most tests of this folder stand on: the embedded start in a process of its own, and somebody who is signed in to it. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { createVisitors, type Method, type Occasion, type Request, type Visit } from "./visit.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** Where the Kubernetes API of a world has Poolkeeper's objects. */
export const objectsPath = "/apis/poolkeeper.dev/v1alpha1/namespaces/poolkeeper-system";

export interface Rig extends Visit {
  /** A request to the Kubernetes API of this world. A body that is no new object is a merge patch. */
  kube(method: Method, path: string, body?: object): Promise<unknown>;
  /** Ends the server with its world. */
  stopServer(): Promise<void>;
  /** Begins it again on the same port, with the same folder and a fresh world. */
  startServer(): Promise<void>;
  /** Of this world. */
  readonly kubeconfig: string;
}

/** Null where there is no browser to be had; the reason is then the test's reason to be skipped. */
export async function createRig(t: Occasion): Promise<Rig | null> {
  const visitors = await createVisitors(t);
  if (visitors === null) return null;
  const dataDir = mkdtempSync(path.join(tmpdir(), "pk-browser-"));
  const server = createServer(dataDir);
  t.after(async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  await server.start();
  const visit = await visitors.arrive(server.link());
  await visit.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  return {
    ...visit,
    kube: (method, place, body) => kube(dataDir, { method, place, body }),
    stopServer: server.stop,
    startServer: server.start,
    kubeconfig: path.join(dataDir, "kubeconfig"),
  };
}

async function kube(dataDir: string, { method, place, body }: Request): Promise<unknown> {
  const { clusters }: { readonly clusters: readonly { readonly cluster: { readonly server: string } }[] } =
    parse(readFileSync(path.join(dataDir, "kubeconfig"), "utf8"));
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const response = await fetch(`${clusters[0]?.cluster.server}${place}`, {
    method,
    headers: { "content-type": type },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${place}: ${response.status} ${text}`);
  return JSON.parse(text);
}

interface Server {
  url(): string;
  /** Signs in once. */
  link(): string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

function createServer(dataDir: string): Server {
  let child: ChildProcess | null = null;
  let output = "";
  let url = "";
  return {
    url: () => url,
    link: () => /Console: (\S+)/.exec(output)?.[1] ?? url,
    start: async () => {
      output = "";
      const port = url === "" ? "0" : new URL(url).port;
      const own = spawn(
        process.execPath,
        [path.join(root, "bin", "poolkeeper"), "start", "--port", port, "--data-dir", dataDir, "--no-sample"],
        { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, POOLKEEPER_LOG: "error" } },
      );
      child = own;
      url = await new Promise<string>((resolve, reject) => {
        own.stderr.on("data", (chunk) => {
          output += String(chunk);
          const [, ready] = /ready on (\S+?),/.exec(output) ?? [];
          if (ready !== undefined && output.includes("Stop with Ctrl-C")) resolve(ready);
        });
        own.on("exit", (code) => reject(new Error(`the start ended with ${code}:\n${output}`)));
      });
    },
    stop: async () => {
      const own = child;
      child = null;
      if (own === null || own.exitCode !== null) return;
      const gone = new Promise((resolve) => own.once("exit", resolve));
      own.kill("SIGTERM");
      await gone;
    },
  };
}

/** A simulated cloud that takes no time to speak of, so that tests wait for Poolkeeper and not for it. */
export async function makeFastProvider(rig: Visit, name = "fast", bootSeconds = 1): Promise<void> {
  const seconds = {
    bootSeconds,
    joinSeconds: 1,
    stopSeconds: 1,
    replaceDiskSeconds: 1,
    rebootSeconds: 1,
    releaseSeconds: 1,
  };
  const simulator = { ...seconds, jitterPercent: 0 };
  await rig.ask("POST", "/providers", {
    name,
    spec: { type: "simulator", region: "cn-hangzhou", simulator },
  });
}

export async function makePool(rig: Visit, name: string, spec: object): Promise<void> {
  await rig.ask("POST", "/pools", { name, spec: { providerRef: { name: "fast" }, ...spec } });
}

export interface Shop {
  readonly replicas: number;
  /** Of the nodes that its pods may run on. */
  readonly nodeSelector?: Readonly<Record<string, string>>;
}

/** A workload whose budget spares none of its pods. */
export async function makeShop(rig: Rig, { replicas, nodeSelector = {} }: Shop): Promise<void> {
  const labels = { app: "shop" };
  const selector = { matchLabels: labels };
  const requests = { cpu: "100m", memory: "128Mi" };
  await rig.kube("POST", "/apis/apps/v1/namespaces/default/deployments", {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "shop", namespace: "default" },
    spec: {
      replicas,
      selector,
      template: {
        metadata: { labels },
        spec: { nodeSelector, containers: [{ name: "shop", image: "shop:1", resources: { requests } }] },
      },
    },
  });
  await rig.kube("POST", "/apis/policy/v1/namespaces/default/poddisruptionbudgets", {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "shop", namespace: "default" },
    spec: { minAvailable: replicas, selector },
  });
}

/** The budget of the shop lets all but one pod go, or even the last one. */
export async function spare(rig: Rig, minAvailable = 1): Promise<void> {
  const budget = "/apis/policy/v1/namespaces/default/poddisruptionbudgets/shop";
  await rig.kube("PATCH", budget, { spec: { minAvailable } });
}

/** What the controller makes of a node that has been ill for long enough, where the pool wants a person to look first. */
export async function makeWaitingRepair(rig: Rig, pool: string, machine: string): Promise<void> {
  const record = (await rig.kube("GET", `${objectsPath}/managedmachines/${machine}`)) as {
    readonly metadata: { readonly uid: string };
  };
  await rig.kube("POST", `${objectsPath}/nodeoperations`, {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "NodeOperation",
    metadata: {
      name: `${machine}-repair`,
      namespace: "poolkeeper-system",
      labels: { "poolkeeper.dev/pool": pool },
    },
    spec: {
      poolName: pool,
      kind: "Repair",
      targets: [{ machine, uid: record.metadata.uid }],
      requestedBy: "watchdog",
      options: { rung: "Reboot" },
      approval: "Waiting",
    },
  });
}
