import assert from "node:assert/strict";
import test from "node:test";
import { decodeObject } from "./protobuf.ts";
import { ApiFailure } from "./status.ts";

type Part = Buffer | string | number;

/** One field: its number and its value, as the wire has it. */
function field(number: number, value: Part): Buffer {
  if (typeof value === "number") return Buffer.from([number << 3, ...varint(value)]);
  const bytes = typeof value === "string" ? Buffer.from(value) : value;
  return Buffer.concat([Buffer.from([...varint((number << 3) | 2), ...varint(bytes.length)]), bytes]);
}

function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >> 7)];
}

const message = (...fields: readonly Buffer[]) => Buffer.concat(fields);

function envelope(apiVersion: string, kind: string, raw: Buffer): Buffer {
  const typeMeta = message(field(1, apiVersion), field(2, kind));
  return message(Buffer.from("k8s\0"), field(1, typeMeta), field(2, raw));
}

test("an eviction, as kubectl drain sends it", () => {
  const metadata = message(
    field(1, "web-1"),
    field(2, ""),
    field(3, "shop"),
    field(7, 0),
    field(8, message()),
  );
  const options = message(field(1, 0), field(2, field(1, "uid-1")));
  const bytes = envelope("policy/v1", "Eviction", message(field(1, metadata), field(2, options)));
  assert.deepEqual(decodeObject(bytes), {
    apiVersion: "policy/v1",
    kind: "Eviction",
    metadata: { name: "web-1", namespace: "shop" },
    deleteOptions: { gracePeriodSeconds: 0, preconditions: { uid: "uid-1" } },
  });
});

test("a deployment of zero pods keeps its zero, its map, its lists and its numbers-or-texts", () => {
  const container = message(field(1, "c"), field(2, "c:1"), field(6, message(field(2, 0), field(3, 300))));
  const labels = message(field(1, "app"), field(2, "x"));
  const template = message(field(1, field(11, labels)), field(2, field(2, container)));
  const rolling = message(
    field(1, message(field(1, 1), field(3, "25%"))),
    field(2, message(field(1, 0), field(2, 3))),
  );
  const spec = message(field(1, 0), field(3, template), field(4, message(field(2, rolling))), field(7, 0));
  const decoded = decodeObject(envelope("apps/v1", "Deployment", field(2, spec)));
  assert.deepEqual(decoded["spec"], {
    replicas: 0,
    template: {
      metadata: { labels: { app: "x" } },
      spec: { containers: [{ name: "c", image: "c:1", ports: [{ containerPort: 300 }] }] },
    },
    strategy: { rollingUpdate: { maxUnavailable: "25%", maxSurge: 3 } },
  });
});

const refused: readonly (readonly [string, Buffer, number])[] = [
  ["that does not begin as one", Buffer.from("{}"), 400],
  ["that ends too early", envelope("v1", "Pod", message()).subarray(0, 8), 400],
  ["of a kind without a table", envelope("batch/v1", "Job", message()), 415],
];

for (const [name, bytes, code] of refused) {
  test(`a body ${name} is refused with ${code}`, () => {
    assert.throws(
      () => decodeObject(bytes),
      (error: unknown) => error instanceof ApiFailure && error.code === code,
    );
  });
}
