import assert from "node:assert/strict";
import test from "node:test";
import { aMachine, aPod, aPool, aSnapshot, capableOf } from "../testing.ts";
import type { EffectKind, Friction } from "./answer.ts";
import type { Sight } from "./departure.ts";
import { type Rung, startRepair } from "./repair.ts";

const ann = { by: "ann", suffix: "x7k2p" };
const machine = aMachine({ pods: [aPod()] });
const sight: Sight = { ...aSnapshot({ machines: [machine], pool: aPool({ replicas: 1 }) }), elsewhere: null };

const rungs: readonly (readonly [Rung, readonly EffectKind[], Friction["kind"]])[] = [
  ["RestartService", ["RepairsNode"], "Ask"],
  ["Reboot", ["RepairsNode", "MovesPods"], "Ask"],
  ["ReplaceSystemDisk", ["RepairsNode", "LosesSystemDisks", "MovesPods"], "TypeName"],
  ["ReplaceInstance", ["RepairsNode", "ReleasesInstances", "LosesSystemDisks", "MovesPods"], "TypeName"],
];

for (const [rung, effects, friction] of rungs) {
  test(`${rung} says what it does to the node and needs ${friction}`, () => {
    const answer = startRepair(sight, machine, rung, ann);
    assert.ok(answer.ok);
    assert.deepEqual(
      answer.effects.map(({ kind }) => kind),
      effects,
    );
    assert.equal(answer.friction.kind, friction);
  });
}

test("A repair by hand is an operation on one machine, with the rung in it, that needs no approval", () => {
  const answer = startRepair(sight, machine, "Reboot", ann);
  assert.ok(answer.ok);
  const [change] = answer.changes;
  assert.ok(change?.kind === "Create" && "options" in change.object.spec);
  const { kind, targets, options, approval } = change.object.spec;
  assert.deepEqual(
    [kind, targets.length, options.rung, options.lowersReplicas, approval],
    ["Repair", 1, "Reboot", false, "NotNeeded"],
  );
});

test("A machine that has something in hand is not repaired on top of it", () => {
  const busy = aMachine({ operation: { kind: "Upgrade", operation: { name: "web-upgrade-1", uid: "u" } } });
  const answer = startRepair(sight, busy, "Reboot", ann);
  assert.ok(!answer.ok);
  assert.deepEqual(
    [answer.refusal.reason, answer.refusal.facts["operation"]],
    ["OperationRunning", "web-upgrade-1"],
  );
});

test("A provider that cannot replace disks is not asked to", () => {
  const capabilities = capableOf({ replaceSystemDisk: false });
  const plain = { ...sight, provider: { ...sight.provider, capabilities } };
  const answer = startRepair(plain, machine, "ReplaceSystemDisk", ann);
  assert.ok(!answer.ok);
  assert.equal(answer.refusal.reason, "InvalidValue");
});
