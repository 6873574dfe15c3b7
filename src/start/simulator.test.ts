/** Simulated clouds as the start opens them: their settings follow the object, and they end with it. */
import assert from "node:assert/strict";
import test from "node:test";
import { customResourceDefinitions } from "../schema/crd.ts";
import type { SimulatorSettings } from "../schema/provider.ts";
import { createSimCache } from "../sim/api/cache.ts";
import { createSimKube } from "../sim/api/port.ts";
import { createApiServer } from "../sim/api/server.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { aBootstrap, aRequest } from "../sim/cloud/testing.ts";
import { createSimulators } from "./simulator.ts";

const ref = { namespace: "default", name: "cloud" };

async function aCloud(settings: SimulatorSettings) {
  const clock = createVirtualClock(1_000_000);
  const server = createApiServer({ clock, seed: 1 });
  const kube = createSimKube(server);
  for (const definition of customResourceDefinitions()) {
    await kube.create("CustomResourceDefinition", definition);
  }
  const object = await kube.create("InfrastructureProvider", {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "InfrastructureProvider",
    metadata: ref,
    spec: { type: "simulator", region: "cn-hangzhou", simulator: settings },
  });
  const cache = createSimCache(server, ["InfrastructureProvider", "Node", "Pod"]);
  const simulators = createSimulators({ kube, cache, clock, dataDir: null, log: () => {} });
  return { clock, kube, simulators, provider: await simulators.open(object) };
}

test("an edit of the settings takes effect at once, for what begins after it", async () => {
  const { clock, kube, simulators, provider } = await aCloud({ quotaInstances: 0, jitterPercent: 0 });
  const create = (token: string) => provider.create(token, aRequest(), aBootstrap());
  await assert.rejects(create("token-1"), { kind: "QuotaExceeded" });
  const simulator = { quotaInstances: 1, bootSeconds: 600, jitterPercent: 0 };
  await kube.patch("InfrastructureProvider", ref, { type: "merge", body: { spec: { simulator } } });
  await clock.advance(0);
  const { id } = await create("token-1");
  await clock.advance(120_000);
  const state = async () => (await provider.list("cluster-1")).find((instance) => instance.id === id)?.state;
  assert.equal(await state(), "Starting");
  await clock.advance(480_000);
  assert.equal(await state(), "Running");
  await simulators.stop();
});

test("settings that are taken away are the defaults again", async () => {
  const { clock, kube, simulators, provider } = await aCloud({ quotaInstances: 0 });
  await kube.patch("InfrastructureProvider", ref, { type: "merge", body: { spec: { simulator: null } } });
  await clock.advance(0);
  await provider.create("token-1", aRequest(), aBootstrap());
  await simulators.stop();
});
