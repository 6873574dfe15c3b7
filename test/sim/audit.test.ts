/** What was done to a pool can be read after the pool is gone, for a time (S40). */
import assert from "node:assert/strict";
import test from "node:test";
import { createSimulatorProvider } from "../../src/provider/simulator/provider.ts";
import type { NodeOperationObject } from "../../src/schema/operation.ts";
import { createWorld, worldNamespace } from "../../src/sim/world.ts";
import { createLife } from "./life.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

test("operations outlive their pool for thirty days, over restarts, and a namesake does not inherit them", async () => {
  const seen: NodeOperationObject[] = [];
  const world = await createWorld({
    seed: 3,
    startAt: Date.parse("2026-11-23T00:00:00Z"),
    connect: createSimulatorProvider,
    onPass: ({ snapshot }) => void seen.push(...snapshot.operations),
  });
  const names = (): readonly string[] => world.list("NodeOperation").map(({ metadata }) => metadata.name);
  const first = createLife(world);
  await first.create(2);
  await first.upgrade();
  await first.delete();
  const [, deletion = ""] = names();
  assert.match(deletion, /^web-delete-/);
  assert.deepEqual(
    world.list("NodeOperation").map(({ status }) => [status?.phase, status?.machines?.length]),
    [
      ["Succeeded", 2],
      ["Succeeded", 2],
    ],
  );

  await world.clock.advance(dayMs);
  seen.length = 0;
  const second = createLife(world);
  await second.create(1);
  assert.deepEqual(seen, [], "the new pool of that name has done nothing yet");
  await second.delete();
  await world.kube.create("NodeOperation", {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "NodeOperation",
    metadata: { name: "lost", namespace: worldNamespace },
    spec: { poolName: "nowhere", kind: "Upgrade", targets: [] } as never,
  });
  await world.clock.advance(2 * hourMs);
  const lost = world.list("NodeOperation").find(({ metadata }) => metadata.name === "lost");
  assert.equal(lost?.status?.phase, "Cancelled");
  assert.match(lost.status.message ?? "", /There is no pool nowhere/);

  // Nobody looks meanwhile: what is due is seen at the start.
  const later = async (days: number): Promise<void> => {
    world.kill();
    world.clock.jump(days * dayMs);
    world.boot();
    await world.clock.advance(2 * hourMs);
  };
  await later(29);
  assert.equal(names().length, 4, "29 days later all of it can be read");
  await later(1);
  assert.deepEqual(names(), [], "and after thirty it is gone");
  await world.stop();
});
