/** Which events are written, and that the same one again is a count. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { createVirtualClock } from "../sim/clock.ts";
import { createKube } from "./client.ts";
import { type EventNote, type Recorder, createRecorder } from "./events.ts";
import {
  type Script,
  type SeenRequest,
  answer,
  answerStatus,
  plainTransport,
  startServer,
} from "./testing.ts";

const pool = {
  apiVersion: "poolkeeper.dev/v1alpha1",
  kind: "ManagedNodePool",
  namespace: "ns",
  name: "web",
  uid: "u",
};
const blocked: EventNote = {
  regarding: pool,
  type: "Warning",
  reason: "DrainBlocked",
  action: "Upgrade",
  note: "PDB shop/cart allows 0",
};

interface Rig {
  readonly recorder: Recorder;
  readonly seen: readonly SeenRequest[];
  readonly drops: string[];
  advance(ms: number): Promise<void>;
}

async function startRig(t: TestContext, script: Script): Promise<Rig> {
  const server = await startServer(script);
  const clock = createVirtualClock(Date.UTC(2026, 10, 24));
  const transport = plainTransport(server.url);
  const drops: string[] = [];
  const recorder = createRecorder({
    kube: createKube(transport),
    clock,
    component: "controller",
    instance: "pod-1",
    onDropped: (reason) => drops.push(reason),
  });
  t.after(async () => {
    recorder.stop();
    await Promise.all([transport.close(), server.close()]);
  });
  return { recorder, seen: server.seen, drops, advance: clock.advance };
}

interface EventBody {
  readonly metadata: { readonly name: string };
  readonly note: string;
}

function bodyOf(request: SeenRequest | undefined): EventBody {
  assert.ok(request !== undefined);
  return request.body as EventBody;
}

const accept: Script = (request, response) => answer(response, 200, request.body);
const methods = (seen: readonly SeenRequest[]): string => seen.map(({ method }) => method).join(" ");

test("an event is written as events.k8s.io/v1 in the namespace of its object", async (t) => {
  const rig = await startRig(t, accept);
  rig.recorder.record(blocked);
  await rig.recorder.flush();
  const { metadata, ...rest } = bodyOf(rig.seen[0]);
  assert.equal(rig.seen[0]?.path, "/apis/events.k8s.io/v1/namespaces/ns/events");
  assert.match(metadata.name, /^web\.[0-9a-f]+$/);
  assert.deepEqual(rest, {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    eventTime: "2026-11-24T00:00:00.000000Z",
    reportingController: "poolkeeper.dev/controller",
    reportingInstance: "pod-1",
    type: "Warning",
    reason: "DrainBlocked",
    action: "Upgrade",
    note: "PDB shop/cart allows 0",
    regarding: pool,
  });
});

test("an event about a node lives in the namespace default", async (t) => {
  const rig = await startRig(t, accept);
  rig.recorder.record({ ...blocked, regarding: { apiVersion: "v1", kind: "Node", name: "n1" } });
  await rig.recorder.flush();
  assert.equal(rig.seen[0]?.path, "/apis/events.k8s.io/v1/namespaces/default/events");
});

test("the same event within ten minutes raises a count, written once a minute at most", async (t) => {
  const rig = await startRig(t, accept);
  for (let times = 0; times < 30; times += 1) {
    rig.recorder.record(blocked);
    await rig.advance(1_000);
  }
  await rig.recorder.flush();
  assert.equal(methods(rig.seen), "POST PATCH");
  assert.deepEqual(rig.seen[1]?.body, {
    series: { count: 30, lastObservedTime: "2026-11-24T00:00:29.000000Z" },
  });
  rig.recorder.record({ ...blocked, note: "PDB shop/other allows 0" });
  await rig.advance(11 * 60_000);
  rig.recorder.record(blocked);
  await rig.recorder.flush();
  assert.equal(methods(rig.seen), "POST PATCH POST POST");
});

test("a count whose event the server has forgotten begins again", async (t) => {
  const rig = await startRig(t, (request, response) => {
    if (request.method === "PATCH")
      answerStatus(response, 404, { reason: "NotFound", details: { name: "x" } });
    else accept(request, response);
  });
  rig.recorder.record(blocked);
  await rig.recorder.flush();
  rig.recorder.record(blocked);
  await rig.recorder.flush();
  assert.equal(methods(rig.seen), "POST PATCH POST");
  const names = [rig.seen[0], rig.seen[2]].map((request) => bodyOf(request).metadata.name);
  assert.notEqual(names[0], names[1]);
});

test("a storm of events is written slowly and cut off, and a refusal is only counted", async (t) => {
  const rig = await startRig(t, (_, response) => answerStatus(response, 403, { message: "no" }));
  for (let number = 0; number < 600; number += 1) rig.recorder.record({ ...blocked, note: `note ${number}` });
  assert.equal(rig.drops.filter((reason) => reason === "Full").length, 100);
  const flushed = rig.recorder.flush();
  // After the burst, five a second: with no time passing, nothing more is written.
  while (rig.drops.filter((reason) => reason === "Refused").length < 25) await rig.advance(0);
  assert.equal(rig.seen.length, 25);
  await rig.advance(1_000);
  while (rig.seen.length < 30) await rig.advance(0);
  rig.recorder.stop();
  await rig.advance(1_000);
  await flushed;
  assert.equal(rig.seen.length, 30);
});

test("a long note is cut to what the API accepts", async (t) => {
  const rig = await startRig(t, accept);
  rig.recorder.record({ ...blocked, note: "ä".repeat(2_000) });
  await rig.recorder.flush();
  const { note } = bodyOf(rig.seen[0]);
  assert.ok(Buffer.byteLength(note) <= 1024);
  assert.match(note, /ä \.\.\.$/);
});
