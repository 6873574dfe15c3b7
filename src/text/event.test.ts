/** News reads as a sentence in both languages, whichever of its facts are there. */
import assert from "node:assert/strict";
import test from "node:test";
import { eventText } from "./event.ts";

const news = (reason: string, facts: Readonly<Record<string, string>> = {}, because: string | null = null) =>
  ({ type: "Normal", reason, because, facts }) as const;

test("an event has its own sentence, in English and in Chinese", () => {
  const left = news("InstanceLeft", { instance: "i-1" });
  assert.equal(eventText(left), "Instance i-1 left the pool, is kept and goes on being billed.");
  assert.equal(eventText(left, "zh"), "实例 i-1 已移出节点池，实例保留并继续计费。");
  assert.equal(eventText(news("NodeRemoved")), "The node is no longer in the pool.");
  assert.equal(
    eventText(news("RepairStarted", { step: "Reboot", object: "" }), "zh"),
    "开始修复：重启实例。",
  );
});

test("what went wrong is said by the sentence of the reason, without the name that stands before it", () => {
  const failed = news("NodeUpgradeFailed", { node: "r.i-1", object: "shop/cart-0" }, "DrainTimedOut");
  assert.equal(
    eventText(failed),
    "The node could not be drained in time: shop/cart-0 was in the way; it was kept.",
  );
});

test("what another version says is said as it is, and nothing is longer than an Event takes", () => {
  assert.equal(eventText(news("Teleported")), "Teleported");
  assert.equal(eventText(news("UpgradeRecorded", { operation: "op", object: "x".repeat(2000) })).length, 900);
});
