/** Whether unknown input becomes a typed object or a useful refusal. The whole table of bad objects is in test/crd. */
import assert from "node:assert/strict";
import test from "node:test";
import {
  parseMachine,
  parseOperation,
  parsePool,
  parseProvider,
  parseWindow,
  problemText,
  type Parsed,
} from "./parse.ts";
import { aMachine, anOperation, aPool, aProvider, aWindow } from "./testing.ts";
import { isTimeZone } from "./window.ts";

test("defaults are filled in, unknown fields and their values are left out", () => {
  const parsed = parsePool({ ...aPool({ replicas: 3, colour: "red" }), extra: 1 });
  assert(parsed.ok);
  assert.equal(parsed.value.spec.replicas, 3);
  assert.equal(parsed.value.spec.upgrade.maxUnavailable, 1);
  assert.deepEqual(parsed.value.spec.template.systemDisk, { sizeGiB: 40 });
  assert.deepEqual(Object.keys(parsed.value), ["apiVersion", "kind", "metadata", "spec"]);
  assert(!("colour" in parsed.value.spec));
});

test("metadata is kept whole", () => {
  const metadata = { name: "web", namespace: "shop", resourceVersion: "7", annotations: { a: "b" } };
  const parsed = parsePool({ ...aPool(), metadata });
  assert(parsed.ok);
  assert.deepEqual(parsed.value.metadata, metadata);
});

test("each kind has its parser, and takes its own kind only", () => {
  assert(parseMachine(aMachine()).ok);
  assert(parseWindow(aWindow()).ok);
  assert(parseOperation(anOperation()).ok);
  assert(parseProvider(aProvider()).ok);
  assert.deepEqual(said(parsePool(aWindow())).slice(0, 1), [
    'kind is "MaintenanceWindow": must be ManagedNodePool',
  ]);
});

test("input that is no object at all is refused, not thrown at", () => {
  for (const input of [undefined, null, 7, "pool", [], {}, { metadata: null }, { metadata: { name: 5 } }]) {
    assert(!parsePool(input).ok);
  }
  assert.deepEqual(said(parsePool(null)), ["object: must be a group of fields"]);
});

test("every problem is told at once, with path, value and advice", () => {
  const spec = { replicas: -1, template: { zones: "a" }, drain: { onTimeout: "Later" } };
  assert.deepEqual(said(parsePool(aPool(spec))), [
    "spec.replicas is -1: must be at least 0",
    'spec.template.zones is "a": must be a list',
    'spec.drain.onTimeout is "Later": must be Stop or Skip or Force',
  ]);
});

test("a value that would fill the screen is not repeated", () => {
  assert.deepEqual(said(parsePool(aPool({ template: [1, 2, 3] }))), [
    "spec.template: must be a group of fields",
  ]);
});

test("a status that cannot be understood makes the object suspect", () => {
  const parsed = parseMachine({ ...aMachine(), status: { lastEpoch: "seven" } });
  assert.deepEqual(said(parsed), ['status.lastEpoch is "seven": must be a number']);
});

test("a zone must exist; the zones that the runtime forgets to list do", () => {
  for (const zone of [
    "UTC",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Europe/Kyiv",
    "Etc/GMT+3",
    "America/Argentina/Ushuaia",
  ]) {
    assert(parseWindow(aWindow({ timeZone: zone })).ok, zone);
    assert(isTimeZone(zone), zone);
  }
  assert.deepEqual(said(parseWindow(aWindow({ timeZone: "Europe/Berlim" }))), [
    'spec.timeZone is "Europe/Berlim": must be an IANA zone that exists, such as Europe/Berlin, or UTC',
  ]);
});

function said(parsed: Parsed<unknown>): readonly string[] {
  return parsed.ok ? [] : parsed.problems.map(problemText);
}
