import assert from "node:assert/strict";
import test from "node:test";
import type { MachineProgress, NodeOperationObject, OperationSpec } from "../../schema/operation.ts";
import type { RefusalReason } from "../reason.ts";
import { anOperation } from "../testing.ts";
import { changeOperation, type OperationWish, retriable } from "./operation.ts";

type State = MachineProgress["state"];

/** web-1, web-2 and so on, in these states. */
function inStates(states: readonly State[], spec: Partial<OperationSpec> = {}): NodeOperationObject {
  const names = states.map((_, index) => `web-${index + 1}`);
  return anOperation({
    targets: names.map((machine) => ({ machine, uid: `uid-${machine}`, node: `node-${machine}` })),
    status: {
      machines: states.map((state, at) => ({ name: names[at] ?? "", uid: `uid-${names[at]}`, state })),
    },
    ...spec,
  });
}

function specOf(operation: NodeOperationObject, wish: OperationWish): unknown {
  const answer = changeOperation(operation, wish);
  assert.ok(answer.ok, JSON.stringify(answer));
  const [change] = answer.changes;
  assert.ok(change?.kind === "Patch");
  return change.body["spec"];
}

const running = inStates(["Running"]);
const paused = inStates(["Waiting"], { state: "Pause" });
const cancelled = inStates(["Running"], { state: "Cancel" });
const waiting = inStates(["Waiting"], { approval: "Waiting" });
const blocked = inStates(["Succeeded", "Blocked", "Waiting", "Failed"]);

const written: readonly (readonly [what: string, NodeOperationObject, OperationWish, unknown])[] = [
  ["a pause", running, { kind: "Pause" }, { state: "Pause" }],
  ["a resume", paused, { kind: "Resume" }, { state: "Run" }],
  ["a cancel", running, { kind: "Cancel" }, { state: "Cancel" }],
  ["a cancel of what is paused", paused, { kind: "Cancel" }, { state: "Cancel" }],
  ["an approval", waiting, { kind: "Approve" }, { approval: "Approved" }],
  ["a denial", waiting, { kind: "Deny" }, { approval: "Denied" }],
  ["a retry of a node", blocked, { kind: "Retry", machines: ["node-web-2"] }, { retry: ["web-2"] }],
  [
    "a retry of several",
    blocked,
    { kind: "Retry", machines: ["web-2", "web-4"] },
    { retry: ["web-2", "web-4"] },
  ],
  ["a node left out", blocked, { kind: "Skip", machines: ["web-3"] }, { skip: ["web-3"] }],
];

for (const [what, operation, wish, spec] of written) {
  test(`An operation takes ${what}`, () => {
    assert.deepEqual(specOf(operation, wish), spec);
  });
}

test("A second retry of the same machine counts once more", () => {
  const again = inStates(["Blocked"], { retry: ["web-1"] });
  assert.deepEqual(specOf(again, { kind: "Retry", machines: ["web-1"] }), { retry: ["web-1", "web-1"] });
});

test("A list that grows may not have changed in between; a state may", () => {
  const retry = changeOperation(blocked, { kind: "Retry", machines: ["web-2"] });
  const pause = changeOperation(running, { kind: "Pause" });
  assert.ok(retry.ok && pause.ok);
  const [list] = retry.changes;
  const [state] = pause.changes;
  assert.ok(list?.kind === "Patch" && state?.kind === "Patch");
  assert.deepEqual([list.isRelative, state.isRelative], [true, false]);
});

const ended = anOperation({ status: { finishedTime: "2026-06-30T12:00:00Z", phase: "Failed" } });
const refused: readonly (readonly [what: string, NodeOperationObject, OperationWish, RefusalReason])[] = [
  ["a pause after its end", ended, { kind: "Pause" }, "OperationFinished"],
  ["a retry after its end", ended, { kind: "Retry", machines: ["web-1"] }, "OperationFinished"],
  ["a second pause", paused, { kind: "Pause" }, "NothingToDo"],
  ["a resume while it runs", running, { kind: "Resume" }, "NothingToDo"],
  ["a resume after a cancel", cancelled, { kind: "Resume" }, "NothingToDo"],
  ["an approval nobody asked for", running, { kind: "Approve" }, "NotWaitingForApproval"],
  ["a retry of a stranger", blocked, { kind: "Retry", machines: ["db-1"] }, "NotATarget"],
  ["a retry of what has succeeded", blocked, { kind: "Retry", machines: ["web-1"] }, "NothingToDo"],
  ["a retry of what waits for its turn", blocked, { kind: "Retry", machines: ["web-3"] }, "NothingToDo"],
  ["a retry of nobody", blocked, { kind: "Retry", machines: [] }, "NothingToDo"],
  ["leaving out a node in work", running, { kind: "Skip", machines: ["web-1"] }, "NothingToDo"],
];

for (const [what, operation, wish, reason] of refused) {
  test(`An operation refuses ${what} with ${reason}`, () => {
    const answer = changeOperation(operation, wish);
    assert.ok(!answer.ok);
    assert.equal(answer.refusal.reason, reason);
  });
}

test("A cancel is asked for, a pause is not", () => {
  const [cancel, pause] = [
    changeOperation(running, { kind: "Cancel" }),
    changeOperation(running, { kind: "Pause" }),
  ];
  assert.ok(cancel.ok && pause.ok);
  assert.deepEqual([cancel.friction.kind, pause.friction.kind], ["Ask", "None"]);
});

test("A bare retry means all that failed or were blocked", () => {
  assert.deepEqual(retriable(blocked), ["web-2", "web-4"]);
});
