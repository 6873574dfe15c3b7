/** The port's behaviours on the world in memory, on the same through the wire, and on a real kube-apiserver if there is one. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after, before, describe } from "node:test";
import { kubePortBehaviours } from "../../test/conformance/kube-port.ts";
import { type KubeWorld, aNode, watchedKinds } from "../../test/conformance/kube-world.ts";
import { realClock } from "../ports/clock.ts";
import type { KubeObject } from "../schema/kubernetes.ts";
import { createSimCache } from "../sim/api/cache.ts";
import { serveApi } from "../sim/api/http.ts";
import { createSimKube } from "../sim/api/port.ts";
import { createApiServer } from "../sim/api/server.ts";
import { cacheDir, kubernetesVersion } from "../start/binaries.ts";
import { startControlPlane } from "../start/control-plane.ts";
import { createCache } from "./cache.ts";
import { createKube } from "./client.ts";
import { loadConfig } from "./config.ts";
import { createRecorder } from "./events.ts";
import { createElection } from "./lease.ts";
import { shareNothing } from "./share.ts";
import { plainConfig, until } from "./testing.ts";
import { type RequestSample, type Transport, createTransport } from "./transport.ts";
import { eventOf } from "./watch.ts";

interface StartedWorld extends KubeWorld {
  stop(): Promise<void>;
}

describe("the world in memory", () => {
  const server = createApiServer({ clock: realClock, seed: 1 });
  const cache = createSimCache(server, watchedKinds);
  after(() => cache.stop());
  runBehaviours(() => ({ kube: createSimKube(server), cache }));
});

describe("the world in memory, through the wire", () => {
  let world: StartedWorld | null = null;
  before(async () => {
    const served = await serveApi(createApiServer({ clock: realClock, seed: 1 }), {
      port: 0,
      host: "127.0.0.1",
    });
    const config = plainConfig(served.url);
    world = await connect(
      createTransport({ config, clock: realClock, version: "0.0.0", component: "test" }),
      served.close,
    );
  });
  after(() => world?.stop());
  runBehaviours(() => world);
});

const realServer = path.join(cacheDir({ env: process.env, version: kubernetesVersion }), "kube-apiserver");

if (existsSync(realServer)) describe("a real kube-apiserver", realBehaviours);
else console.log(`The real kube-apiserver is left out: ${realServer} is not built yet.`);

function realBehaviours(): void {
  const samples: RequestSample[] = [];
  let world: RealWorld | null = null;
  before(async () => {
    world = await startRealWorld((sample) => samples.push(sample));
  });
  after(() => world?.stop());
  const started = (): RealWorld => {
    assert.ok(world !== null);
    return world;
  };

  test("its kinds are read as streaming lists, with no list at all", () => {
    started();
    assert.ok(samples.filter(({ verb }) => verb === "watch").length >= watchedKinds.length);
    assert.equal(samples.filter(({ verb }) => verb === "list").length, 0);
  });
  runBehaviours(() => world);

  test("a candidate leads over its Lease and gives it back", async () => {
    const { kube } = started();
    const ref = { namespace: "default", name: `election-${process.pid}` };
    let hasStarted = false;
    const election = createElection({
      kube,
      clock: realClock,
      ...ref,
      identity: "one",
      onStarted: () => {
        hasStarted = true;
      },
      onStopped: () => {},
    });
    election.start();
    await until(() => hasStarted, "the lead");
    assert.equal((await kube.get("Lease", ref)).spec?.holderIdentity, "one");
    await election.stop();
    assert.equal((await kube.get("Lease", ref)).spec?.holderIdentity ?? "", "");
  });

  test("an event and its count are accepted", async () => {
    const { kube } = started();
    const name = `node-${process.pid}`;
    const drops: string[] = [];
    const recorder = createRecorder({
      kube,
      clock: realClock,
      component: "controller",
      instance: "test",
      onDropped: (reason) => drops.push(reason),
    });
    const event = {
      regarding: { apiVersion: "v1", kind: "Node", name },
      type: "Normal",
      reason: "Drained",
      action: "Remove",
      note: "all pods have moved",
    } as const;
    for (let times = 0; times < 2; times += 1) {
      recorder.record(event);
      await recorder.flush();
    }
    recorder.stop();
    assert.deepEqual(drops, []);
    const events = (await kube.list("Event", { namespace: "default" })).items as readonly (KubeObject & {
      readonly regarding?: { readonly name?: string };
      readonly series?: { readonly count?: number };
    })[];
    assert.equal(events.find(({ regarding }) => regarding?.name === name)?.series?.count, 2);
  });

  test("over a restart of the server the copies go on, and a version from before it is 410", async () => {
    const { transport, kube, cache, restart } = started();
    const names = [`early-${process.pid}`, `late-${process.pid}`] as const;
    await kube.create("Node", aNode(names[0]));
    await restart();
    await kube.create("Node", aNode(names[1]));
    await until(() => names.every((name) => cache.get("Node", name) !== undefined), "both nodes");
    const stream = await transport.stream({
      verb: "watch",
      kind: "Node",
      target: "every Node",
      method: "GET",
      path: "/api/v1/nodes",
      query: { watch: "true", resourceVersion: "1" },
      idleTimeoutMs: 10_000,
      signal: new AbortController().signal,
    });
    assert.equal(stream.kind, "Open");
    if (stream.kind !== "Open") return;
    for await (const item of stream.items) {
      assert.equal(item.kind, "Json");
      const event = item.kind === "Json" ? eventOf("Node", item.value, shareNothing) : null;
      assert.equal(event?.kind === "Error" ? event.status.code : event, 410);
      return;
    }
    assert.fail("the stream ended without a word");
  });
}

interface RealWorld extends StartedWorld {
  readonly transport: Transport;
  restart(): Promise<void>;
}

async function startRealWorld(onRequest: (sample: RequestSample) => void): Promise<RealWorld> {
  const dataDir = mkdtempSync(path.join(tmpdir(), "poolkeeper-kube-"));
  let controlPlane = await startControlPlane({ dataDir, isTest: true });
  const end = async (): Promise<void> => {
    await controlPlane.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const { kubeconfigPath } = controlPlane;
    const apiPort = Number(new URL(controlPlane.url).port);
    const config = await loadConfig({ kubeconfig: kubeconfigPath, env: {} });
    const transport = createTransport({
      config,
      clock: realClock,
      version: "0.0.0",
      component: "test",
      onRequest,
    });
    const world = await connect(transport, end);
    const restart = async (): Promise<void> => {
      await controlPlane.stop();
      controlPlane = await startControlPlane({ dataDir, isTest: true, apiPort });
    };
    return { ...world, transport, restart };
  } catch (error) {
    await end();
    throw error;
  }
}

function runBehaviours(worldNow: () => KubeWorld | null): void {
  for (const { name, run } of kubePortBehaviours) {
    test(name, async () => {
      const world = worldNow();
      assert.ok(world !== null);
      await run(world);
    });
  }
}

async function connect(transport: Transport, end: () => Promise<void>): Promise<StartedWorld> {
  const cache = createCache({ transport, kinds: watchedKinds, clock: realClock });
  cache.start();
  await cache.waitSynced(30_000);
  return {
    kube: createKube(transport),
    cache,
    stop: async () => {
      await cache.stop();
      await transport.close();
      await end();
    },
  };
}
