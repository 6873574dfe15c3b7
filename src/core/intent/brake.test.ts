import assert from "node:assert/strict";
import test from "node:test";
import type { InfrastructureProviderObject } from "../../schema/provider.ts";
import { noon } from "../testing.ts";
import { timeOf } from "../time.ts";
import type { Answer } from "./answer.ts";
import { liftBrake, putBrakeOn } from "./brake.ts";

const mark = "poolkeeper.dev/brake";
const trip = { machines: ["d-1", "c-1", "b-1", "a-1"], at: noon - 1 };

function aProvider(
  name: string,
  annotations: Readonly<Record<string, string>> = {},
): InfrastructureProviderObject {
  return {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "InfrastructureProvider",
    metadata: { name, namespace: "poolkeeper-system", annotations },
    spec: { type: "simulator", region: "cn-hangzhou" },
  };
}

/** What is written on which provider, and what is said of it. */
function brief(answer: Answer): unknown {
  if (!answer.ok) return answer.refusal.reason;
  const bodies = answer.changes.map((change) =>
    change.kind === "Patch" ? [change.name, change.body["metadata"]] : change.kind,
  );
  return { bodies, effects: answer.effects.map(({ kind, facts }) => `${kind} ${facts["object"] ?? ""}`) };
}

test("the brake goes on all providers, with the reason", () => {
  assert.deepEqual(brief(putBrakeOn([aProvider("a"), aProvider("b", { [mark]: "fire" })], " fire ")), {
    bodies: [["a", { annotations: { [mark]: "fire" } }]],
    effects: ["PutsBrakeOn a"],
  });
});

test("it needs a reason, a provider, and something to change", () => {
  assert.equal(brief(putBrakeOn([aProvider("a")], " ")), "InvalidValue");
  assert.equal(brief(putBrakeOn([], "fire")), "NothingToDo");
  assert.equal(brief(putBrakeOn([aProvider("a", { [mark]: "fire" })], "fire")), "NothingToDo");
});

test("lifting takes the mark off where it is", () => {
  assert.deepEqual(brief(liftBrake([aProvider("a"), aProvider("b", { [mark]: "fire" })], null, noon)), {
    bodies: [["b", { annotations: { [mark]: null } }]],
    effects: ["LiftsBrake b"],
  });
  assert.equal(brief(liftBrake([aProvider("a")], null, noon)), "NothingToDo");
});

test("a clock that is behind lifts it all the same", () => {
  const behind = brief(liftBrake([aProvider("a")], { ...trip, at: noon + 1 }, noon));
  const annotations = { [mark]: null, "poolkeeper.dev/brake-lifted": timeOf(noon + 1) };
  assert.deepEqual(behind, {
    bodies: [["a", { annotations }]],
    effects: ["ForgetsFailures d-1, c-1, b-1, a-1"],
  });
});

test("where failures in a row have tripped it, they are forgotten on all providers", () => {
  const annotations = { [mark]: null, "poolkeeper.dev/brake-lifted": timeOf(noon) };
  assert.deepEqual(brief(liftBrake([aProvider("a")], trip, noon)), {
    bodies: [["a", { annotations }]],
    effects: ["ForgetsFailures d-1, c-1, b-1, a-1"],
  });
});
