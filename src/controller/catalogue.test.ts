import assert from "node:assert/strict";
import test from "node:test";
import { createSimulatorProvider } from "../provider/simulator/provider.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";
import { createWorld, type World, worldNamespace } from "../sim/world.ts";

const hourMs = 3_600_000;

async function poolOfTwo(): Promise<World> {
  const world = await createWorld({ seed: 5, startAt: 0, connect: createSimulatorProvider });
  await world.kube.create("ManagedNodePool", {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "ManagedNodePool",
    metadata: { name: "web", namespace: worldNamespace },
    spec: { replicas: 2, providerRef: { name: "simulator" } } as never,
  });
  await world.clock.advance(hourMs);
  return world;
}

function machine(world: World, name: string): ManagedMachineObject {
  const found = world.list("ManagedMachine").find(({ metadata }) => metadata.name === name);
  assert(found !== undefined);
  return found;
}

function orphans(world: World): readonly string[] {
  const [provider] = world.list("InfrastructureProvider");
  return (provider?.status?.orphans ?? []).map(({ instanceId, message }) => `${instanceId} ${message}`);
}

test("an instance whose record was taken away by force is reported, and never released (S32, S33)", async () => {
  const world = await poolOfTwo();
  const { metadata, status } = machine(world, "web-2");
  const id = status?.instanceId ?? "";
  const ref = { namespace: worldNamespace, name: "web-2" };
  await world.kube.patch("ManagedMachine", ref, { type: "merge", body: { metadata: { finalizers: [] } } });
  await world.kube.delete("ManagedMachine", ref);
  await world.clock.advance(3 * hourMs);
  const message = `carries the tags of machine ${metadata.uid ?? ""} of pool web, which does not exist`;
  assert.deepEqual(orphans(world), [`${id} ${message}`]);
  assert.equal(world.cloud.get(id)?.state, "Running");
  assert.equal(world.list("ManagedMachine").length, 2, "the count has brought another one");
  await world.stop();
});

test("of two instances of one machine the one that is not recorded is reported (S7)", async () => {
  const world = await poolOfTwo();
  const { metadata, status } = machine(world, "web-1");
  const request = status?.creation?.request;
  assert(request !== undefined);
  const twin = await createSimulatorProvider(world.cloud).create("another-token", request, {
    machineName: metadata.name,
    machineUid: metadata.uid ?? "",
    poolName: "web",
    nodeLabels: {},
    taints: [],
    unschedulable: false,
    kubernetesVersion: request.kubernetesVersion,
    userData: null,
    join: null,
  });
  await world.clock.advance(hourMs);
  const message = `carries the tags of machine web-1 of pool web, whose instance is ${status?.instanceId ?? ""}`;
  assert.deepEqual(orphans(world), [`${twin.id} ${message}`]);
  assert.equal(machine(world, "web-1").status?.instanceId, status?.instanceId);
  assert.equal(world.cloud.get(twin.id)?.state, "Running");
  await world.stop();
});

test("a provider that does not list what it runs is not ready, though it says what it offers", async () => {
  const world = await poolOfTwo();
  const takeBack = world.cloud.inject({
    kind: "FailCalls",
    call: "list",
    times: 1e6,
    error: "Denied",
    effect: "DoesNotHappen",
  });
  const isReady = (status: string): boolean => ready(world)?.status === status;
  assert.ok(
    await world.clock.runUntil(() => isReady("False"), 90_000),
    "at the next list, not the next catalogue",
  );
  assert.match(ready(world)?.message ?? "", /list/);
  takeBack();
  assert.ok(await world.clock.runUntil(() => isReady("True"), 90_000));
  await world.stop();
});

function ready(world: World) {
  const [provider] = world.list("InfrastructureProvider");
  return provider?.status?.conditions?.find(({ type }) => type === "Ready");
}
