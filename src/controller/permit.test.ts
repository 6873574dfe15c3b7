import assert from "node:assert/strict";
import test from "node:test";
import type { Action } from "../core/action.ts";
import type { Snapshot } from "../core/model.ts";
import type { Kube } from "../ports/kube.ts";
import { createSimulatorProvider } from "../provider/simulator/provider.ts";
import { createWorld, type World, worldNamespace } from "../sim/world.ts";
import type { Scene } from "./act.ts";
import { createBeginPermit, createEffectPermit, type Permit } from "./permit.ts";

interface Moment {
  readonly world: World;
  readonly snapshot: Snapshot;
  readonly action: Action;
}

/** The world as it was when a pool of one decided on such an action, with its controller dead from then on. */
async function momentOf(kind: Action["kind"]): Promise<Moment> {
  const seen: { snapshot: Snapshot; action: Action }[] = [];
  let life: World | null = null;
  const world = await createWorld({
    seed: 1,
    startAt: 0,
    connect: createSimulatorProvider,
    onPass: ({ snapshot, actions }) => {
      const action = actions.find((each) => each.kind === kind);
      if (action === undefined) return;
      seen.push({ snapshot, action });
      life?.kill();
    },
  });
  life = world;
  await world.kube.create("ManagedNodePool", {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "ManagedNodePool",
    metadata: { name: "web", namespace: worldNamespace },
    spec: { replicas: 1, providerRef: { name: "simulator" } } as never,
  });
  await world.clock.advance(60_000);
  const [first] = seen;
  assert(first !== undefined);
  return { world, ...first };
}

function sceneOf({ world, snapshot }: Moment, kube: Partial<Kube> = {}): Scene {
  const deps = { kube: { ...world.kube, ...kube }, clock: world.clock };
  return { key: "", namespace: worldNamespace, snapshot, deps: deps as unknown as Scene["deps"] };
}

async function answer(permit: Permit, { action, world }: Moment): Promise<boolean> {
  const asked = permit.covers(action);
  await world.clock.advance(10_000);
  return await asked;
}

const slow = ({ clock, kube }: World): Partial<Kube> => ({
  get: async (kind, ref) => {
    const found = await kube.get(kind, ref);
    await new Promise<void>((resolve) => void clock.after(5000, resolve));
    return found;
  },
});

test("an effect is sent while its step is in hand, and not on an answer that came late (S26)", async () => {
  const moment = await momentOf("RequestInstance");
  const permit = (kube: Partial<Kube> = {}): Permit => createEffectPermit("web-1", sceneOf(moment, kube));
  assert.equal(await answer(permit(), moment), true);
  assert.equal(await answer(permit(slow(moment.world)), moment), false);
  moment.world.boot();
  await moment.world.clock.advance(60_000);
  assert.equal(await answer(permit(), moment), false, "somebody has gone on to the next step");
  await moment.world.stop();
});

test("what is recorded was promised in the pool, among the machines that it was decided on (S25)", async () => {
  const moment = await momentOf("RecordMachine");
  const { world, snapshot } = moment;
  const permit = (): Permit => createBeginPermit(sceneOf(moment), world.clock.now());
  assert.equal(await answer(permit(), moment), false, "somebody has made web-1 already");
  const ref = { namespace: worldNamespace, name: "web-1" };
  await world.kube.patch("ManagedMachine", ref, { type: "merge", body: { metadata: { finalizers: [] } } });
  await world.kube.delete("ManagedMachine", ref);
  assert.deepEqual(snapshot.machines, []);
  assert.equal(await answer(permit(), moment), true);
  const promised = { status: { promised: ["web-2"] } };
  await world.kube.patch(
    "ManagedNodePool",
    { namespace: worldNamespace, name: "web" },
    { type: "merge", body: promised, subresource: "status" },
  );
  assert.equal(await answer(permit(), moment), false, "somebody else has promised something else");
  await world.stop();
});
