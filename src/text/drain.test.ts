import assert from "node:assert/strict";
import test from "node:test";
import { blockerText } from "./drain.ts";

const facts = { pod: "shop/cart-0", budget: "shop/cart", allowed: "0", healthy: "2", desired: "2" };

test("what keeps a pod is said in the reader's language", () => {
  const blocker = { reason: "DrainImpossible", facts, message: "" };
  assert.equal(
    blockerText(blocker),
    "budget shop/cart (allows 0): never allows an eviction while all its pods are healthy",
  );
  assert.equal(blockerText(blocker, "zh"), "中断预算 shop/cart (允许 0): 在其所有 Pod 健康时永不允许驱逐");
  const leaving = { reason: "NamespaceTerminating", facts: { pod: "old/job-1" }, message: "" };
  assert.equal(blockerText(leaving), "its namespace: is being deleted");
});

test("without a budget the API server's own words are said, and of an older record its message", () => {
  const refused = { reason: "DrainBlocked", facts: { message: "webhook guard: not now" }, message: "" };
  assert.equal(blockerText(refused), "webhook guard: not now");
  assert.equal(
    blockerText({ reason: "DrainBlocked", message: "budget shop/cart allows 0" }, "zh"),
    "budget shop/cart allows 0",
  );
});
