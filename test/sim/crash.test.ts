/**
 * The controller dies at every single call it makes, before the call or after its effect but before the answer, through
 * a pool's whole life. Each time the life must end as if nothing had happened: nothing twice, nothing left, nothing cordoned.
 */
import assert from "node:assert/strict";
import test from "node:test";
import type { Kube } from "../../src/ports/kube.ts";
import { ownershipTags, type Provider } from "../../src/ports/provider.ts";
import { createSimulatorProvider } from "../../src/provider/simulator/provider.ts";
import { createWorld, type World } from "../../src/sim/world.ts";
import { createLife } from "./life.ts";

type Moment = "before the call" | "after its effect";

interface Crash {
  readonly at: number;
  readonly moment: Moment;
}

const writes: ReadonlySet<string> = new Set(["create", "replace", "patch", "delete", "evict"]);
const effects: ReadonlySet<string> = new Set([
  "create",
  "start",
  "stop",
  "reboot",
  "restartService",
  "replaceSystemDisk",
  "release",
  "leave",
  "tag",
  "joined",
]);

/** Counts calls and kills at the chosen one. Calls that never return are what a dead process leaves behind. */
function createReaper(crash: Crash | null) {
  let calls = 0;
  let kill: () => void = () => {};
  const never = new Promise<never>(() => {});
  const guard = <Port extends object>(port: Port, counted: ReadonlySet<string>): Port =>
    Object.fromEntries(
      Object.entries(port).map(([name, member]): [string, unknown] => {
        if (typeof member !== "function" || !counted.has(name)) return [name, member];
        return [
          name,
          async (...args: readonly unknown[]) => {
            calls += 1;
            const isMine = crash !== null && calls === crash.at;
            if (isMine && crash.moment === "before the call") {
              kill();
              return never;
            }
            const answer: unknown = await Reflect.apply(member, port, args);
            if (isMine) {
              kill();
              return never;
            }
            return answer;
          },
        ];
      }),
    ) as Port;
  return {
    calls: () => calls,
    onKill: (run: () => void) => {
      kill = run;
    },
    kube: (port: Kube): Kube => guard(port, writes),
    provider: (port: Provider): Provider => guard(port, effects),
  };
}

/** A pool is created, upgraded, loses a node by removal, and is deleted. Returns how many calls that took. */
async function live(crash: Crash | null): Promise<number> {
  const reaper = createReaper(crash);
  const world = await createWorld({
    seed: 11,
    startAt: Date.parse("2026-11-23T00:00:00Z"),
    settings: {
      bootSeconds: 5,
      joinSeconds: 1,
      stopSeconds: 2,
      replaceDiskSeconds: 3,
      releaseSeconds: 2,
      jitterPercent: 0,
    },
    connect: (cloud) => reaper.provider(withTokens(createSimulatorProvider(cloud))),
    wrap: reaper.kube,
  });
  reaper.onKill(() => {
    world.kill();
    world.clock.after(3000, () => world.boot());
  });
  try {
    await liveOut(world);
    await checkEnd(world);
  } finally {
    await world.stop();
  }
  return reaper.calls();
}

/** Machines of the simulator need no tokens; that they get them all the same makes this life harder to end well. */
function withTokens(provider: Provider): Provider {
  return { ...provider, capabilities: { ...provider.capabilities, joinsWithToken: true } };
}

async function liveOut(world: World): Promise<void> {
  const life = createLife(world);
  await life.create(2);
  await life.upgrade();
  await life.remove(1);
  await life.delete();
}

async function checkEnd(world: World): Promise<void> {
  // The cloud remembers those that are gone for a day.
  const ever = world.cloud.export().instances;
  const made = ever.map(({ tags }) => tags[ownershipTags.machine] ?? "");
  assert.equal(new Set(made).size, made.length, "no machine ever had two instances");
  assert.equal(made.length, 2, "two instances were ever made");
  assert.deepEqual(world.cloud.instances(), [], "every instance was given back");
  assert.deepEqual(world.list("Node"), [], "no node is left");
  assert.deepEqual(world.list("ManagedMachine"), [], "no record is left");
  const { items } = await world.kube.list("Secret", { namespace: "kube-system" });
  assert.deepEqual(items, [], "no token is left");
}

test("a pool's whole life ends the same, whichever single call the controller dies at", async (context) => {
  const calls = await live(null);
  assert.ok(calls > 40, `only ${calls} calls: the life is too short to prove anything`);
  for (const moment of ["before the call", "after its effect"] as const) {
    for (let at = 1; at <= calls; at++) {
      await live({ at, moment }).catch((error: unknown) => {
        throw new Error(
          `dead ${moment} ${at} of ${calls}: ${error instanceof Error ? error.message : String(error)}`,
          { cause: error },
        );
      });
    }
  }
  context.diagnostic(`${calls} calls, ${2 * calls} crash points`);
});
