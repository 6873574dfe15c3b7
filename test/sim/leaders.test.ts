/**
 * Two controllers work on one world, each believing to lead, with calls and answers that take their time, views that lag,
 * and a process that stands still now and then. The pool's life must end as it does with one (S25).
 */
import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import { createSimulatorProvider } from "../../src/provider/simulator/provider.ts";
import { plans, type PlanName, type StepName } from "../../src/core/steps.ts";
import type { NodeObject } from "../../src/schema/kubernetes.ts";
import type { ManagedMachineObject } from "../../src/schema/machine.ts";
import type { VirtualClock } from "../../src/sim/clock.ts";
import { createWorld, type World } from "../../src/sim/world.ts";
import { createLife } from "./life.ts";

/** Milliseconds, one after the other, and from the beginning again at the end. */
interface Pace {
  /** What a call takes on its way there, and its answer on its way back. */
  readonly there: readonly number[];
  readonly back: readonly number[];
  /** Numbers of calls during which the process stands still: it finds the answer when it goes on. */
  readonly stalls: readonly number[];
  /** How long its view lags behind, every few seconds. */
  readonly lags: readonly number[];
}

const pace: fc.Arbitrary<Pace> = fc.record({
  there: fc.array(fc.constantFrom(0, 0, 5, 80, 700, 2000), { minLength: 1, maxLength: 12 }),
  back: fc.array(fc.constantFrom(0, 0, 5, 80, 700), { minLength: 1, maxLength: 12 }),
  stalls: fc.array(fc.nat(600), { maxLength: 15 }),
  lags: fc.array(fc.constantFrom(0, 0, 300, 3000, 9000), { minLength: 1, maxLength: 8 }),
});

/** Longer than what was read before it is worth anything. */
const stallMs = 20_000;

/** Every promise of the port takes its time. */
function slowed<Port extends object>(port: Port, clock: VirtualClock, { there, back, stalls }: Pace): Port {
  const stalled = new Set(stalls);
  let calls = 0;
  const wait = (ms = 0): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve));
  const slow = async (call: () => Promise<unknown>): Promise<unknown> => {
    calls += 1;
    const before = there[calls % there.length];
    const after = stalled.has(calls) ? stallMs : back[calls % back.length];
    await wait(before);
    try {
      return await call();
    } finally {
      await wait(after);
    }
  };
  const entries = Object.entries(port).map(([name, member]): [string, unknown] => {
    if (typeof member !== "function" || name === "onChange") return [name, member];
    return [name, (...args: readonly unknown[]) => slow(async () => Reflect.apply(member, port, args))];
  });
  return Object.fromEntries(entries) as Port;
}

/** Two leaders instead of the world's own controller. */
function crown(world: World, paces: readonly Pace[]): void {
  world.kill();
  for (const each of paces) {
    const leader = world.standBy({
      connect: (cloud) => slowed(createSimulatorProvider(cloud), world.clock, each),
      wrap: (kube) => slowed(kube, world.clock, each),
    });
    leader.lead();
    let lags = 0;
    const lag = (): void => {
      const ms = each.lags[lags++ % each.lags.length] ?? 0;
      if (ms > 0) leader.cache.hold();
      world.clock.after(ms, () => leader.cache.release());
      world.clock.after(ms + 5000, lag);
    };
    lag();
  }
}

/** What is seen from outside, at every change: what was done twice, and how many nodes were away at once. */
function createWatch(world: World) {
  const boots = new Map<string, Set<string>>();
  const entered = new Map<string, string[]>();
  const faults: string[] = [];
  let mostAway = 0;
  const onNode = (node: NodeObject | undefined): void => {
    const { bootID = "" } = node?.status?.nodeInfo ?? {};
    if (node !== undefined && bootID !== "")
      boots.set(node.metadata.name, (boots.get(node.metadata.name) ?? new Set()).add(bootID));
    mostAway = Math.max(mostAway, world.list("Node").filter(isAway).length);
  };
  const onMachine = (machine: ManagedMachineObject | undefined): void => {
    const { operation } = machine?.status ?? {};
    if (machine === undefined || operation === undefined) return;
    const key = `${machine.metadata.name} epoch ${operation.epoch} ${operation.plan}`;
    const steps = entered.get(key) ?? [];
    entered.set(key, steps);
    if (steps.at(-1) === operation.step) return;
    const order = plans[operation.plan as PlanName];
    const [last, next] = [steps.at(-1), operation.step].map((step) => order.indexOf(step as StepName));
    if (next !== (last ?? -1) + 1)
      faults.push(`${key}: ${operation.step} after ${steps.at(-1) ?? "nothing"}`);
    steps.push(operation.step);
  };
  world.cache.onChange(({ kind, after }) => {
    if (kind === "Node") onNode(after as NodeObject | undefined);
    if (kind === "ManagedMachine") onMachine(after as ManagedMachineObject | undefined);
  });
  return {
    faults,
    boots: () => [...boots.values()].map(({ size }) => size).toSorted((a, b) => a - b),
    /** Since it was asked last. */
    mostAway: (): number => {
      const most = mostAway;
      mostAway = 0;
      return most;
    },
  };
}

function isAway({ spec, status }: NodeObject): boolean {
  const isReady = status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True");
  return spec?.unschedulable === true || isReady !== true;
}

async function live(paces: readonly Pace[]): Promise<void> {
  const heard: string[] = [];
  const world = await createWorld({
    seed: 11,
    startAt: Date.parse("2026-11-23T00:00:00Z"),
    settings: {
      bootSeconds: 5,
      joinSeconds: 1,
      stopSeconds: 2,
      replaceDiskSeconds: 3,
      rebootSeconds: 4,
      releaseSeconds: 2,
      jitterPercent: 0,
    },
    connect: createSimulatorProvider,
    announce: ({ reason }) => void heard.push(reason),
  });
  const watch = createWatch(world);
  crown(world, paces);
  try {
    await liveOut(world, watch);
  } finally {
    await world.stop();
  }
  const told = (news: string): number => heard.filter((reason) => reason === news).length;
  assert.deepEqual([told("NodeAdded"), told("NodeUpgraded")], [4, 4], "who lost a race tells of nothing");
}

async function liveOut(world: World, watch: ReturnType<typeof createWatch>): Promise<void> {
  const life = createLife(world);
  const rest = async (count: number): Promise<void> => {
    await world.clock.advance(120_000);
    assert.equal(world.cloud.instances().length, count, "as many instances as wanted");
    assert.equal(world.list("ManagedMachine").length, count, "as many machines as wanted");
    assert.equal(world.list("Node").filter(isAway).length, 0, "no node is left cordoned");
    assert.deepEqual(watch.faults, [], "each step is entered once, in its order");
  };
  await life.create(4);
  await rest(4);
  watch.mostAway();
  await life.upgrade();
  await rest(4);
  assert.equal(watch.mostAway(), 1, "never more nodes away than the pool allows");
  assert.deepEqual(watch.boots(), [2, 2, 2, 2], "each was booted once more");
  await life.scale(3);
  await rest(3);
  await life.fall("Reboot");
  await rest(3);
  assert.deepEqual(watch.boots(), [2, 2, 2, 3], "one was rebooted, once");
  await life.remove(1);
  await rest(2);
  await life.delete();
  await rest(0);
  const ever = world.cloud.export().instances;
  assert.equal(ever.length, 4, "four instances were ever made, one for each machine");
}

const numRuns = 20;

test("two leaders bring a pool to where one brings it, whoever is slow, late or standing still", async () => {
  await fc.assert(fc.asyncProperty(fc.tuple(pace, pace), live), { numRuns, includeErrorInReport: true });
});

test("one leader does, too", () => live([{ there: [0], back: [0], stalls: [], lags: [0] }]));

test("who stood by concludes nothing for a while after it has taken the lead (S16)", async () => {
  const world = await createWorld({ seed: 1, startAt: 0, connect: createSimulatorProvider });
  const ages: number[] = [];
  const standby = world.standBy({ onPass: ({ snapshot }) => ages.push(snapshot.cluster.sinceGapMs) });
  await createLife(world).create(1);
  await world.clock.advance(3_600_000);
  assert.deepEqual(ages, [], "without the lead nothing is decided");
  world.kill();
  standby.lead();
  await world.clock.advance(60_000);
  assert.ok((ages[0] ?? Number.NaN) < 5000, `the view counts as ${ages[0]} ms old`);
  await world.stop();
});
