/** Labels, taints and tags brought to existing machines, and how far that is. */
import assert from "node:assert/strict";
import test from "node:test";
import { progressOf } from "./progress.ts";
import { sync } from "./sync.ts";
import { type Brief, brief, doing, nothingToDo, waiting } from "./testing-brief.ts";
import { aMachine, anOperation, aPool, aSnapshot, type MachineWishes, noon } from "./testing.ts";

const template = { nodeLabels: { tier: "gold" }, instanceTags: { team: "shop" } };
const attributes = template;

interface Wishes {
  readonly operation?: Parameters<typeof anOperation>[0];
  readonly machine?: Partial<MachineWishes>;
  readonly pool?: Parameters<typeof aPool>[0];
}

function scene({ operation, machine, pool }: Wishes) {
  return aSnapshot({
    pool: aPool({ template, ...pool }),
    machines: [aMachine(machine)],
    operations: [
      anOperation({
        name: "sync",
        kind: "SyncAttributes",
        targets: [{ machine: "web-1", uid: "uid-web-1" }],
        ...operation,
      }),
    ],
  });
}

const cases: readonly (readonly [string, Wishes, Brief])[] = [
  ["a machine gets what the template says", {}, doing("SetAttributes web-1")],
  ["one that has it is left alone", { machine: { spec: { attributes } } }, nothingToDo],
  ["a paused pool waits", { pool: { paused: true } }, waiting("Paused")],
  ["a paused operation waits", { operation: { state: "Pause" } }, waiting("PausedByUser")],
  ["one that waits for approval waits", { operation: { approval: "Waiting" } }, waiting("AwaitingApproval")],
  ["a cancelled one is over", { operation: { state: "Cancel" } }, nothingToDo],
  ["a machine that is skipped is left alone", { operation: { skip: ["web-1"] } }, nothingToDo],
  ["a namesake is left alone", { machine: { metadata: { uid: "uid-other" } } }, nothingToDo],
];
for (const [name, wishes, expected] of cases)
  test(name, () => assert.deepEqual(brief(sync(scene(wishes), noon)), expected));

test("only what was asked for is synced, the rest stays", () => {
  const { actions } = sync(scene({ operation: { options: { instanceTags: false } } }), noon);
  const [action] = actions;
  assert.deepEqual(action?.kind === "SetAttributes" ? action.attributes : null, {
    nodeLabels: { tier: "gold" },
  });
});

test("a sync is done when node and instance carry it, not when the record asks for it", () => {
  const stateOf = (machine: Partial<MachineWishes>): string | undefined => {
    const snapshot = scene({ machine });
    const [operation] = snapshot.operations;
    return operation === undefined ? "" : progressOf(operation, snapshot, noon)[0]?.record.state;
  };
  assert.equal(stateOf({ spec: { attributes } }), "Waiting");
  assert.equal(stateOf({ spec: { attributes }, status: { applied: attributes } }), "Succeeded");
});
