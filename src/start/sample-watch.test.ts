/** What a person reads while the sample's machines come up. */
import assert from "node:assert/strict";
import test from "node:test";
import { createSimulatorProvider } from "../provider/simulator/provider.ts";
import { createWorld, worldNamespace } from "../sim/world.ts";
import { followSample } from "./sample-watch.ts";

test("each machine is told of as it comes, and the pool when it is whole", async (t) => {
  const world = await createWorld({
    seed: 3,
    startAt: 0,
    settings: { bootSeconds: 10, joinSeconds: 5, jitterPercent: 0 },
    connect: createSimulatorProvider,
  });
  t.after(() => world.stop());
  const lines: string[] = [];
  const progress = {
    say: (text: string) => lines.push(text),
    during: <T>(_: string, work: () => Promise<T>) => work(),
  };
  followSample({ cache: world.cache, clock: world.clock, progress });
  for (const [name, replicas] of [
    ["web", 2],
    ["other", 1],
  ] as const) {
    await world.kube.create("ManagedNodePool", {
      apiVersion: "poolkeeper.dev/v1alpha1",
      kind: "ManagedNodePool",
      metadata: { namespace: worldNamespace, name },
      spec: { replicas, providerRef: { name: "simulator" } } as never,
    });
  }
  await world.clock.advance(120_000);
  const words = lines.map((line) => line.replace(/^ +\d+ s {2}/, "").replaceAll(/i-\w+/g, "i-x"));
  const told = (name: string) => words.filter((line) => line.startsWith(`${name}:`));
  assert.deepEqual(told("web-1"), [
    "web-1: Creating",
    "web-1: Booting",
    "web-1: Joining",
    "web-1: Ready as node cn-hangzhou.i-x",
  ]);
  assert.equal(told("web").at(-1), "web: Active, 2 nodes are ready");
  assert.match(lines.at(-1) ?? "", /kubectl get nodes -o wide/);
  assert.deepEqual(told("other-1"), []);
});
