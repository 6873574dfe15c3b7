/** A provider that answers garbage, late or never, is edited, deleted or replaced: one pool waits, nobody else, and all goes on after. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Provider } from "../../src/ports/provider.ts";
import { createSimulatorProvider } from "../../src/provider/simulator/provider.ts";
import type { InfrastructureProviderObject } from "../../src/schema/provider.ts";
import { createWorld, type World, worldNamespace } from "../../src/sim/world.ts";
import { createLife } from "./life.ts";

const minuteMs = 60_000;
const ref = { namespace: worldNamespace, name: "simulator" };

interface Scene {
  readonly world: World;
  /** What the provider is worth from now on. */
  readonly become: (change: (well: Provider) => Partial<Provider>) => void;
  /** How often an adapter was opened so far. */
  readonly opened: () => number;
}

async function scene(): Promise<Scene> {
  let change = (_well: Provider): Partial<Provider> => ({});
  let opened = 0;
  const world = await createWorld({
    seed: 4,
    startAt: 0,
    connect: (cloud): Provider => {
      opened += 1;
      const well = createSimulatorProvider(cloud);
      const own = <K extends keyof Provider>(name: K): Provider[K] => change(well)[name] ?? well[name];
      return {
        ...well,
        list: (uid) => own("list")(uid),
        catalogue: () => own("catalogue")(),
        stop: (id) => own("stop")(id),
      };
    },
  });
  return {
    world,
    become: (next) => {
      change = next;
    },
    opened: () => opened,
  };
}

function provider({ list }: World): InfrastructureProviderObject {
  const [found] = list("InfrastructureProvider");
  assert(found !== undefined);
  return found;
}

const never = (): Promise<never> => new Promise<never>(() => {});
const blockers = ({ list }: World): readonly string[] =>
  list("ManagedNodePool").flatMap(({ status }) => (status?.blockers ?? []).map(({ reason }) => reason));

test("a list that is none is an error of the provider, and nothing is concluded from it", async () => {
  const { world, become } = await scene();
  const life = createLife(world);
  await life.create(2);
  for (const garbage of [undefined, null, {}, [null], [{ id: "i-1" }]]) {
    become(() => ({ list: async () => garbage as never }));
    await world.clock.advance(10 * minuteMs);
    assert.equal(world.list("ManagedMachine").length, 2);
  }
  become(() => ({}));
  await world.clock.advance(2 * minuteMs);
  await life.scale(3);
  await world.stop();
});

test("a list that never comes is given up, told of, and asked for again", async () => {
  const { world, become } = await scene();
  const life = createLife(world);
  await life.create(2);
  become(() => ({ list: never }));
  world.clock.after(10 * minuteMs, () => {
    const messages = (life.pool()?.status?.blockers ?? []).map(({ message }) => message);
    assert.match(messages.join(" "), /the provider gave no answer to list within 2 minutes/);
    become(() => ({}));
  });
  await life.upgrade();
  assert.ok(world.clock.monotonic() > 10 * minuteMs, "until then nothing was done");
  await world.stop();
});

test("a call that is never answered holds its pool for some minutes, not for ever", async () => {
  const { world, become } = await scene();
  const life = createLife(world);
  await life.create(2);
  let asked = 0;
  become((well) => ({ stop: (id) => (asked++ === 0 ? never() : well.stop(id)) }));
  await life.upgrade();
  assert.ok(asked > 2, String(asked));
  await world.stop();
});

test("a provider that is edited is opened anew; settings of the simulated cloud reach it as it runs", async () => {
  const { world, opened } = await scene();
  await createLife(world).create(1);
  assert.equal(opened(), 1);
  const edit = async (spec: object): Promise<number> => {
    await world.kube.patch("InfrastructureProvider", ref, { type: "merge", body: { spec } });
    await world.clock.advance(minuteMs);
    return opened();
  };
  assert.equal(await edit({ simulator: { bootSeconds: 7 } }), 1);
  assert.equal(await edit({ endpoint: "cloud.example" }), 2);
  assert.equal(world.list("ManagedMachine").length, 1);
  await world.stop();
});

test("a provider that is replaced by another of its name is opened anew", async () => {
  const { world, opened } = await scene();
  await createLife(world).create(1);
  const { apiVersion, kind, spec } = provider(world);
  await world.kube.delete("InfrastructureProvider", ref);
  await world.kube.create("InfrastructureProvider", { apiVersion, kind, metadata: ref, spec });
  await world.clock.advance(minuteMs);
  assert.equal(opened(), 2);
  await world.stop();
});

test("an upgrade whose provider is deleted in the middle waits for it, and goes on when it is back", async () => {
  const { world, become } = await scene();
  const { kube, clock } = world;
  const life = createLife(world);
  await life.create(2);
  const { apiVersion, kind, spec } = provider(world);
  const seen: (readonly string[])[] = [];
  become((well) => ({
    stop: async (id) => {
      become(() => ({}));
      await kube.delete("InfrastructureProvider", ref);
      clock.after(3 * minuteMs, () => {
        seen.push(blockers(world));
        void kube.create("InfrastructureProvider", { apiVersion, kind, metadata: ref, spec });
      });
      return well.stop(id);
    },
  }));
  await life.upgrade();
  assert.ok(seen[0]?.includes("ProviderUnavailable"), seen.join(" "));
  await world.stop();
});
