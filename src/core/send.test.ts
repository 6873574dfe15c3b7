/** When an effect is sent again, and what is said while it waits. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Outcome } from "./model.ts";
import { type Brief, doing, nothingToDo, waiting } from "./testing-brief.ts";
import { act, create, type Scene, stopped } from "./testing-step.ts";
import { aPod, noon } from "./testing.ts";
import { hourMs, minuteMs, secondMs } from "./time.ts";

type Case = readonly [name: string, scene: Scene, expected: Brief];

function table(cases: readonly Case[]): void {
  for (const [name, wishes, expected] of cases) test(name, () => assert.deepEqual(act(wishes), expected));
}

const failed = (action: string, kind: string, wishes: Partial<Outcome> = {}): Partial<Outcome> => ({
  action,
  error: { kind, message: "no" },
  failures: 1,
  ...wishes,
});

table([
  [
    "an effect that has just succeeded is not sent again before it can be seen",
    { operation: { step: "Stop" }, outcome: { action: "StopInstance" }, at: noon + secondMs },
    waiting("web-1 AwaitingInstance"),
  ],
  [
    "an effect that is not seen after a while is sent again",
    { operation: { step: "Stop" }, outcome: { action: "StopInstance" }, at: noon + minuteMs },
    doing("StopInstance web-1"),
  ],
  [
    "an effect that failed waits longer each time",
    {
      operation: { step: "Stop" },
      outcome: failed("StopInstance", "Unknown", { failures: 3 }),
      at: noon + 3 * secondMs,
    },
    waiting("web-1 BackingOff"),
  ],
  [
    "after the wait it is sent again",
    {
      operation: { step: "Stop" },
      outcome: failed("StopInstance", "Unknown", { failures: 3 }),
      at: noon + 4 * secondMs,
    },
    doing("StopInstance web-1"),
  ],
  [
    "nothing waits for a failure that the clock has put into the future (S28)",
    {
      operation: { step: "Stop" },
      outcome: failed("StopInstance", "Unknown", { failures: 3, at: noon + 2 * minuteMs }),
    },
    doing("StopInstance web-1"),
  ],
  [
    "the wait says what the provider said: throttled",
    { operation: { step: "Stop" }, outcome: failed("StopInstance", "Throttled") },
    waiting("web-1 Throttled"),
  ],
  [
    "the wait says what the provider said: denied",
    { operation: { step: "Stop" }, outcome: failed("StopInstance", "Denied") },
    waiting("web-1 ProviderDenied"),
  ],
  [
    "evictions that fail for another reason than a budget back off too",
    { operation: { step: "Drain" }, pods: [aPod()], outcome: failed("EvictPod", "Unreachable") },
    waiting("web-1 ProviderUnavailable"),
  ],
  [
    "a place that is out of stock is not asked again",
    {
      operation: { ...create, step: "Request" },
      instance: null,
      node: null,
      outcome: failed("RequestInstance", "OutOfStock"),
      at: noon + hourMs,
    },
    nothingToDo,
  ],
  [
    "a disk replacement that is refused for good is put back",
    {
      operation: { step: "ReplaceDisk" },
      instance: stopped,
      outcome: failed("ReplaceSystemDisk", "Invalid"),
    },
    doing("web-1: Upgrade PutBackStopped Start (Failed EffectRefused)"),
  ],
  [
    "a refusal of an older operation says nothing",
    {
      operation: { step: "ReplaceDisk", epoch: 2 },
      instance: stopped,
      outcome: failed("ReplaceSystemDisk", "Invalid"),
    },
    doing("ReplaceSystemDisk web-1"),
  ],
]);
