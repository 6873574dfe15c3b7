/** Does the status tell the truth? Its numbers against the servers and nodes that a closed world has, whatever records say. Not for the product. */
import assert from "node:assert/strict";
import type { DiskFields } from "../schema/machine.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import { isSpent } from "./member.ts";
import type { Instance, Instant, Machine, Snapshot } from "./model.ts";
import type { PoolReport } from "./status.ts";

/** What there is, as nobody but the test knows it. */
interface Truth {
  readonly now: Instant;
  readonly pool: ManagedNodePoolObject;
  readonly servers: ReadonlyMap<string, Server>;
  readonly nodes: ReadonlyMap<string, unknown>;
}

interface Server {
  readonly instance: Instance;
  readonly disk: DiskFields;
  readonly readyAt: Instant | null;
  readonly fault: string | null;
}

/** After every step of every world (L8). */
export function checkTruth(
  world: Truth,
  snapshot: Snapshot,
  { counts, summary, target, conditions }: PoolReport,
): void {
  const living = snapshot.machines.filter((machine) => !isSpent(machine));
  const ready = living.filter((machine) => isUp(world, machine)).length;
  const lost = living.filter((machine) => serverOf(world, machine) === undefined).length;
  const current = [...world.servers.values()].filter(({ disk }) => disk.hash === target?.hash).length;
  // What a replacement in hand has brought is known one look later.
  const changing = living.filter(({ record }) => record.status?.operation?.step === "ReplaceDisk").length;
  const unsure = lost + changing;
  const { replicas } = world.pool.spec;
  const said = JSON.stringify({ summary, counts, ready, unsure, current, replicas });

  assert.equal(counts.machines + counts.leaving, living.length, `each machine stays or leaves: ${said}`);
  assert.ok(counts.ready <= ready, `no more are called ready than are: ${said}`);
  assert.ok(counts.upToDate <= current + unsure, `no more are called up to date than are: ${said}`);
  if (living.every(({ record }) => record.status?.operation === undefined) && counts.leaving === 0)
    assert.equal(
      counts.ready,
      living.filter((machine) => isUp(world, machine) && hasJoinedOnce(machine)).length,
      said,
    );
  const isTrue = (name: string): boolean =>
    conditions.some(({ type, isTrue: value }) => type === name && value);
  if (summary === "Active" || isTrue("Ready"))
    assert.ok(ready >= replicas && lost === 0, `all is well: ${said}`);
  if (isTrue("UpToDate")) assert.ok(current + unsure >= counts.machines, `nobody is behind: ${said}`);
}

function serverOf(world: Truth, { record }: Machine): Server | undefined {
  return world.servers.get(record.metadata.uid ?? "");
}

/** Its server runs, is well, and its kubelet has made the node that is there. */
function isUp(world: Truth, machine: Machine): boolean {
  const server = serverOf(world, machine);
  if (server === undefined || server.instance.state !== "Running" || server.fault !== null) return false;
  const hasNode = world.nodes.has(`cn-hangzhou.${server.instance.id}`);
  return hasNode && server.readyAt !== null && server.readyAt <= world.now;
}

function hasJoinedOnce({ record }: Machine): boolean {
  return record.status?.joinedTime !== undefined;
}
