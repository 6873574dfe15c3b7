import assert from "node:assert/strict";
import test from "node:test";
import type { Held } from "../core/action.ts";
import type { Snapshot } from "../core/model.ts";
import { targetOf } from "../core/remove.ts";
import { aDisk, aMachine, anOperation, anOperationInHand, aSnapshot, noon } from "../core/testing.ts";
import type { Kube } from "../ports/kube.ts";
import type { PoolStatus } from "../schema/pool.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { createReportBook, report } from "./report.ts";

/** Reports to an API that keeps what it is given. */
function aReporter() {
  const clock = createVirtualClock(noon);
  const written: NodeOperationObject[] = [];
  const pools: PoolStatus[] = [];
  const kube = {
    replace: async (kind: string, object: NodeOperationObject) => {
      if (kind === "NodeOperation") written.push(object);
      if (kind === "ManagedNodePool") pools.push(object.status as PoolStatus);
      return object;
    },
  } as unknown as Kube;
  const freshness = { wrote: () => {}, removed: () => {}, isStale: () => false };
  const deps = { kube, freshness, reports: createReportBook(clock) };
  const tell = async (snapshot: Snapshot, held: readonly Held[] = []) => {
    const { wakeAt } = await report(snapshot, { actions: [], held, wakeAt: null }, clock.now(), deps);
    const newest = written.at(-1);
    return { wakeAt, operation: newest ?? snapshot.operations[0], pool: pools.at(-1) };
  };
  return { clock, written, tell };
}

/** An upgrade of so many machines, the first of them at this step; `stored`: the operation as it was last written. */
function upgrading(machines: number, step: string | null, stored?: NodeOperationObject): Snapshot {
  const operation = { name: "web-upgrade-1", uid: "uid-web-upgrade-1" };
  const all = Array.from({ length: machines }, (_, index) =>
    aMachine({
      name: `web-${index + 1}`,
      image: "3.0",
      ...(step === null || index > 0 ? {} : { operation: anOperationInHand({ step, operation }) }),
    }),
  );
  const asked = anOperation({ targets: all.map(targetOf), target: aDisk("3.1"), options: { when: "Now" } });
  return aSnapshot({ machines: all, operations: [stored ?? asked] });
}

test("the steps of a thousand machines are told every two seconds, with a word on when to look again", async () => {
  const { clock, written, tell } = aReporter();
  const { operation } = await tell(upgrading(1000, "Cordon"));
  assert.equal(written.length, 1);
  await clock.advance(500);
  const { wakeAt } = await tell(upgrading(1000, "Drain", operation));
  assert.equal(written.length, 1);
  assert.equal(wakeAt, noon + 2000);
  await clock.advance(1500);
  await tell(upgrading(1000, "Drain", operation));
  assert.equal(written.length, 2);
  assert.equal(written[1]?.status?.machines?.[0]?.step, "Drain");
});

test("an operation of a few machines is told at every step", async () => {
  const { clock, written, tell } = aReporter();
  const { operation } = await tell(upgrading(5, "Cordon"));
  await clock.advance(50);
  const { wakeAt } = await tell(upgrading(5, "Drain", operation));
  assert.deepEqual([written.length, wakeAt], [2, null]);
});

test("a new phase is told at once, however large the operation is", async () => {
  const { clock, written, tell } = aReporter();
  const { operation } = await tell(upgrading(1000, null));
  assert.equal(written[0]?.status?.phase, "Pending");
  await clock.advance(10);
  await tell(upgrading(1000, "Cordon", operation));
  assert.equal(written[1]?.status?.phase, "Running");
});

test("what has not changed is not told again, and nobody is woken for it", async () => {
  const { clock, written, tell } = aReporter();
  const { operation } = await tell(upgrading(1000, "Cordon"));
  await clock.advance(60_000);
  const { wakeAt } = await tell(upgrading(1000, "Cordon", operation));
  assert.deepEqual([written.length, wakeAt], [1, null]);
});

test("of a thousand waits fifty are listed, and the rest is counted", async () => {
  const { tell } = aReporter();
  const waits = (count: number): readonly Held[] =>
    Array.from({ length: count }, (_, index) => {
      const machine = `web-${index + 1}`;
      return { wish: "Repair", machine, reason: "NeedsHuman", facts: { machine }, wakeAt: null };
    });
  const snapshot = aSnapshot({ machines: [] });
  const listed = async (count: number): Promise<unknown> => {
    const { pool } = await tell(snapshot, waits(count));
    return [pool?.blockers?.length, pool?.blockersOmitted];
  };
  assert.deepEqual(await listed(50), [50, undefined]);
  assert.deepEqual(await listed(1000), [50, 950]);
});
