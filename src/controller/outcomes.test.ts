/** What a process remembers of effects goes with what they were done to. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Snapshot } from "../core/model.ts";
import type { Kube } from "../ports/kube.ts";
import { createSimulatorProvider } from "../provider/simulator/provider.ts";
import { createWorld, worldNamespace } from "../sim/world.ts";

const minuteMs = 60_000;
const app = { app: "cart" };
const ref = { namespace: "default", name: "cart" };

test("a refused eviction is remembered for as long as its pod is there", async () => {
  const seen: Snapshot[] = [];
  let asked = 0;
  const world = await createWorld({
    seed: 2,
    startAt: 0,
    connect: createSimulatorProvider,
    onPass: ({ snapshot }) => void seen.push(snapshot),
    // Somebody else has spent the budget in this very moment.
    wrap: (kube): Kube => ({
      ...kube,
      evict: async (ref, uid) =>
        asked++ === 0 ? { kind: "Blocked", message: "", retryAfterMs: null } : kube.evict(ref, uid),
    }),
  });
  const { kube, clock } = world;
  await kube.create("ManagedNodePool", {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "ManagedNodePool",
    metadata: { namespace: worldNamespace, name: "web" },
    spec: { replicas: 1, providerRef: { name: "simulator" } } as never,
  });
  await clock.advance(5 * minuteMs);
  await kube.create("Deployment", {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: ref,
    spec: {
      replicas: 1,
      selector: { matchLabels: app },
      template: { metadata: { labels: app }, spec: { containers: [{ name: "cart", image: "cart" }] } },
    },
  } as never);
  await clock.advance(minuteMs);
  const [machine] = world.list("ManagedMachine");
  await kube.create("NodeOperation", {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "NodeOperation",
    metadata: { namespace: worldNamespace, name: "rm" },
    spec: {
      poolName: "web",
      kind: "RemoveNodes",
      requestedBy: "jane",
      targets: [{ machine: "web-1", uid: machine?.metadata.uid ?? "" }],
      options: { drain: true, release: true, lowersReplicas: true },
    } as never,
  });
  const remembered = (): number => seen.at(-1)?.evictions.size ?? -1;
  assert.ok(await clock.runUntil(() => remembered() === 1, 10 * minuteMs), "an eviction was refused");
  await clock.advance(10 * minuteMs);
  assert.equal(world.list("ManagedMachine").length, 0);
  assert.equal(remembered(), 0);
  await world.stop();
});
