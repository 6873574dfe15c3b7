/** Who leads, and when somebody else may, on a clock that only the test moves. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import type { Kube } from "../ports/kube.ts";
import type { LeaseObject } from "../schema/kubernetes.ts";
import { createSimKube } from "../sim/api/port.ts";
import { createApiServer } from "../sim/api/server.ts";
import { type VirtualClock, createVirtualClock } from "../sim/clock.ts";
import { type Election, createElection } from "./lease.ts";

interface Candidate {
  readonly election: Election;
  /** What was called, in order. */
  readonly log: readonly string[];
  /** What becomes of this candidate's calls from now on. */
  set(mode: Mode): void;
}

type Mode = "Served" | "Refused" | "Hanging";

interface Rig {
  readonly clock: VirtualClock;
  lease(): Promise<LeaseObject>;
  /** Names in it belong to processes that are known to have ended. */
  readonly gone: Set<string>;
  candidate(identity: string): Candidate;
}

const ref = { namespace: "default", name: "poolkeeper" };

function startRig(t: TestContext): Rig {
  const clock = createVirtualClock(Date.UTC(2026, 10, 24));
  const kube = createSimKube(createApiServer({ clock, seed: 1 }));
  const elections: Election[] = [];
  const gone = new Set<string>();
  t.after(async () => {
    const stopping = Promise.all(elections.map((election) => election.stop()));
    await clock.advance(60_000);
    await stopping;
  });
  return {
    clock,
    lease: () => kube.get("Lease", ref),
    gone,
    candidate: (identity) => {
      let mode: Mode = "Served";
      const log: string[] = [];
      const election = createElection({
        kube: withFaults(kube, () => mode),
        clock,
        random: () => 0,
        ...ref,
        identity,
        isGone: (name) => gone.has(name),
        onStarted: () => log.push("started"),
        onStopped: () => log.push("stopped"),
        onLeader: (leader) => log.push(`leader ${leader}`),
      });
      elections.push(election);
      const set = (next: Mode): void => {
        mode = next;
      };
      return { election, log, set };
    },
  };
}

function withFaults(kube: Kube, modeNow: () => Mode): Kube {
  const through = async (): Promise<void> => {
    const mode = modeNow();
    if (mode === "Refused") throw new Error("refused");
    if (mode === "Hanging") await new Promise(() => {});
  };
  return {
    ...kube,
    get: async (kind, target) => {
      await through();
      return kube.get(kind, target);
    },
    create: async (kind, object) => {
      await through();
      return kube.create(kind, object);
    },
    replace: async (kind, object) => {
      await through();
      return kube.replace(kind, object);
    },
  };
}

test("the first candidate makes the lease and renews it every two seconds; the second waits", async (t) => {
  const rig = startRig(t);
  const one = rig.candidate("one");
  const two = rig.candidate("two");
  one.election.start();
  await rig.clock.advance(100);
  two.election.start();
  await rig.clock.advance(3_600_000);
  assert.deepEqual([one.election.isLeader(), two.election.isLeader()], [true, false]);
  assert.deepEqual(one.log, ["leader one", "started"]);
  assert.deepEqual(two.log, ["leader one"]);
  assert.deepEqual((await rig.lease()).spec, {
    holderIdentity: "one",
    leaseDurationSeconds: 15,
    acquireTime: "2026-11-24T00:00:00.000000Z",
    renewTime: "2026-11-24T01:00:00.000000Z",
    leaseTransitions: 0,
  });
});

test("a leader that stops gives the lease back, and the next one takes it at its next look", async (t) => {
  const rig = startRig(t);
  const one = rig.candidate("one");
  const two = rig.candidate("two");
  one.election.start();
  await rig.clock.advance(100);
  two.election.start();
  await rig.clock.advance(10_000);
  await one.election.stop();
  assert.deepEqual(one.log, ["leader one", "started", "stopped"]);
  await rig.clock.advance(2_000);
  assert.equal(two.election.isLeader(), true);
  const { spec } = await rig.lease();
  assert.deepEqual([spec?.holderIdentity, spec?.leaseTransitions], ["two", 1]);
});

for (const mode of ["Refused", "Hanging"] as const) {
  test(`a leader whose renewals are ${mode} stops before anybody else may start`, async (t) => {
    const rig = startRig(t);
    const one = rig.candidate("one");
    const two = rig.candidate("two");
    one.election.start();
    await rig.clock.advance(100);
    two.election.start();
    await rig.clock.advance(10_000);
    one.set(mode);
    let hadTwo = false;
    for (let second = 0; second < 30; second += 1) {
      await rig.clock.advance(1_000);
      assert.ok(!(one.election.isLeader() && two.election.isLeader()), `two leaders after ${second} s`);
      hadTwo ||= two.election.isLeader();
    }
    assert.ok(hadTwo);
    assert.deepEqual(one.log.slice(0, 3), ["leader one", "started", "stopped"]);
    one.set("Served");
    await rig.clock.advance(30_000);
    assert.equal(one.election.isLeader(), false);
    assert.equal(one.log.at(-1), "leader two");
  });
}

test("a leader that lost touch for a while leads again when nobody took its place", async (t) => {
  const rig = startRig(t);
  const one = rig.candidate("one");
  one.election.start();
  await rig.clock.advance(100);
  one.set("Refused");
  await rig.clock.advance(60_000);
  assert.equal(one.election.isLeader(), false);
  one.set("Served");
  await rig.clock.advance(5_000);
  assert.equal(one.election.isLeader(), true);
  assert.deepEqual(one.log, ["leader one", "started", "stopped", "started"]);
});

test("a dead holder's lease is taken when our own clock says so, whatever times it carries", async (t) => {
  const rig = startRig(t);
  const dead = rig.candidate("dead");
  dead.election.start();
  await rig.clock.advance(100);
  dead.set("Hanging");
  await rig.clock.advance(3_600_000);
  const heir = rig.candidate("heir");
  // The wall clock of the heir is a day behind, or the holder's was a day ahead.
  rig.clock.jump(-86_400_000);
  heir.election.start();
  await rig.clock.advance(14_900);
  assert.equal(heir.election.isLeader(), false);
  await rig.clock.advance(3_000);
  assert.equal(heir.election.isLeader(), true);
  assert.deepEqual(heir.log, ["leader dead", "leader heir", "started"]);
});

test("the lease of a holder that is known to have ended is taken at the first look, by one of those who wait", async (t) => {
  const rig = startRig(t);
  const killed = rig.candidate("killed");
  killed.election.start();
  await rig.clock.advance(10_000);
  killed.set("Hanging");
  rig.gone.add("killed");
  const heirs = [rig.candidate("one"), rig.candidate("two")];
  for (const { election } of heirs) election.start();
  await rig.clock.advance(100);
  assert.equal(heirs.filter(({ election }) => election.isLeader()).length, 1);
  await rig.clock.advance(3_600_000);
  assert.equal(heirs.filter(({ election }) => election.isLeader()).length, 1);
  assert.equal((await rig.lease()).spec?.leaseTransitions, 1);
});

test("of two candidates that start together exactly one leads", async (t) => {
  const rig = startRig(t);
  const both = [rig.candidate("one"), rig.candidate("two")];
  for (const { election } of both) election.start();
  await rig.clock.advance(1_000);
  assert.equal(both.filter(({ election }) => election.isLeader()).length, 1);
});
