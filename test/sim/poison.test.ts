/** Objects that no code of ours would write: each delays at most its own pool, and nothing is lost by it (S36). */
import assert from "node:assert/strict";
import test from "node:test";
import { createSimulatorProvider } from "../../src/provider/simulator/provider.ts";
import { createWorld, type World, worldNamespace } from "../../src/sim/world.ts";
import { createLife } from "./life.ts";

const apiVersion = "poolkeeper.dev/v1alpha1";
const minuteMs = 60_000;
const place = (name: string) => ({ namespace: worldNamespace, name });
const merge = (body: object) => ({ type: "merge", body }) as const;

async function twoPools(): Promise<{ readonly world: World; readonly errors: string[] }> {
  const errors: string[] = [];
  const world = await createWorld({
    seed: 6,
    startAt: Date.parse("2026-11-23T00:00:00Z"),
    connect: createSimulatorProvider,
    onError: (key, error) => void errors.push(`${key}: ${String(error)}`),
  });
  await world.kube.create("ManagedNodePool", {
    apiVersion,
    kind: "ManagedNodePool",
    metadata: place("ill"),
    spec: { replicas: 2, providerRef: { name: "simulator" } } as never,
  });
  await createLife(world).create(1);
  await world.clock.advance(5 * minuteMs);
  assert.equal(world.cloud.instances().length, 3);
  return { world, errors };
}

const nodeOf = ({ list }: World): string =>
  list("ManagedMachine").find(({ metadata }) => metadata.name === "ill-1")?.status?.nodeName ?? "";

const poisons: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  "annotations of ours with words in them": ({ kube }) =>
    kube.patch(
      "ManagedNodePool",
      place("ill"),
      merge({
        metadata: {
          annotations: {
            "poolkeeper.dev/counted-removals": "=/=,uid=NaN/1e99,\u0000",
            "poolkeeper.dev/confirm-deletion": "ill:many",
          },
        },
      }),
    ),
  "a provider whose brake was lifted at teatime": ({ kube }) =>
    kube.patch(
      "InfrastructureProvider",
      place("simulator"),
      merge({ metadata: { annotations: { "poolkeeper.dev/brake-lifted": "teatime" } } }),
    ),
  "a machine without its status": ({ kube }) =>
    kube.patch("ManagedMachine", place("ill-1"), {
      ...merge({ status: null }),
      subresource: "status",
    }),
  "an operation of a version to come": async ({ kube, list }) => {
    const [machine] = list("ManagedMachine").filter(({ metadata }) => metadata.name === "ill-1");
    const { epoch = 0 } = { epoch: machine?.status?.lastEpoch };
    const operation = {
      kind: "Upgrade",
      plan: "Levitate",
      step: "Rise",
      epoch: epoch + 1,
      stepSince: "2026-11-23T00:00:00Z",
      startedTime: "2026-11-23T00:00:00Z",
      options: { drain: true, release: false },
    };
    await kube.patch("ManagedMachine", place("ill-1"), {
      ...merge({ status: { operation } }),
      subresource: "status",
    });
  },
  "an operation on machines that never were": ({ kube }) =>
    kube.create("NodeOperation", {
      apiVersion,
      kind: "NodeOperation",
      metadata: place("ghosts"),
      spec: {
        poolName: "ill",
        kind: "Upgrade",
        requestedBy: "jane",
        targets: Array.from({ length: 500 }, (_, index) => ({ machine: `g-${index}`, uid: `g-${index}` })),
        options: { when: "Now" },
      } as never,
    }),
  "a node without conditions, with a cordon of nobody's": (world) =>
    world.kube.patch(
      "Node",
      { name: nodeOf(world) },
      merge({ metadata: { annotations: { "poolkeeper.dev/cordoned-by": "\u{1f4a9}:x:y" } } }),
    ),
  "a pod of nothing, and a budget of nobody": async (world) => {
    await world.kube.create("Pod", {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { namespace: "default", name: "nothing" },
      spec: { nodeName: nodeOf(world), containers: [{ name: "none", image: "none" }] },
    } as never);
    await world.kube.create("PodDisruptionBudget", {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { namespace: "default", name: "nobody" },
      spec: {},
    } as never);
  },
};

for (const [what, poison] of Object.entries(poisons)) {
  test(`${what}: the other pool lives on, and the ill one keeps its instances`, async () => {
    const { world, errors } = await twoPools();
    await poison(world);
    await createLife(world).scale(3);
    await world.clock.advance(10 * minuteMs);
    assert.deepEqual(errors, []);
    const ids = (): readonly string[] =>
      world
        .list("ManagedMachine")
        .map(({ metadata, status }) => `${metadata.name} ${status?.instanceId ?? "-"}`);
    assert.equal(world.cloud.instances().length, 5, ids().join(", "));
    assert.equal(new Set(ids()).size, 5);
    assert.ok(!ids().some((id) => id.endsWith("-")), ids().join(", "));
    await world.stop();
  });
}

test("a backup without statuses, restored while no kubelet answers, costs no instance (S33)", async () => {
  const { world, errors } = await twoPools();
  const before = world.cloud.instances().map(({ id }) => id);
  for (const instanceId of before)
    world.cloud.inject({
      instanceId,
      kind: "GuestFault",
      fault: { kind: "KubeletStopped", healsOn: "Replace" },
    });
  await world.clock.advance(1.5 * minuteMs);
  for (const { metadata } of world.list("ManagedMachine"))
    await world.kube.patch("ManagedMachine", place(metadata.name), {
      ...merge({ status: null }),
      subresource: "status",
    });
  await world.clock.advance(3 * 60 * minuteMs);
  assert.deepEqual(errors, []);
  assert.deepEqual(
    world.cloud.instances().map(({ id }) => id),
    before,
  );
  await world.stop();
});
