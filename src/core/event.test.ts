/** What an event says is read back from it, whoever wrote it. */
import assert from "node:assert/strict";
import test from "node:test";
import type { EventObject } from "../schema/kubernetes.ts";
import type { Announcement } from "./announce.ts";
import { newsAnnotations, seenEvent } from "./event.ts";

const failed: Announcement = {
  type: "Warning",
  reason: "NodeUpgradeFailed",
  because: "DrainTimedOut",
  facts: { object: "Pod shop/cart-0", count: 2 },
  machine: "web-1",
  node: "cn-hangzhou.i-1",
};

function told(annotations: Readonly<Record<string, string>>): Announcement | null {
  const event: EventObject = {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name: "web.1", annotations },
    type: "Warning",
    reason: "NodeUpgradeFailed",
    note: "It could not be upgraded.",
  };
  return seenEvent(event).news;
}

test("an event holds what it says, beside the sentence", () => {
  assert.deepEqual(told(newsAnnotations(failed)), failed);
  const ofPool: Announcement = { ...failed, because: null, facts: {}, machine: "", node: null };
  assert.deepEqual(told(newsAnnotations(ofPool)), ofPool);
});

test("what is too long for an event, or is not ours, leaves the sentence alone", () => {
  assert.deepEqual(newsAnnotations({ ...failed, facts: { message: "x".repeat(5000) } }), {});
  assert.equal(told({}), null);
  const [name = ""] = Object.keys(newsAnnotations(failed));
  for (const text of [
    "{",
    "null",
    "7",
    "[]",
    "{}",
    '{"machine":1,"node":null,"because":null,"facts":{}}',
    '{"machine":"","node":null,"because":null,"facts":{"object":{}}}',
    '{"machine":"","node":null,"because":null,"facts":null}',
    JSON.stringify({ machine: "x".repeat(5000), node: null, because: null, facts: {} }),
  ])
    assert.equal(told({ [name]: text }), null, text);
});
