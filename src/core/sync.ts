/** Labels, taints and tags that a person asked to bring to existing machines. The nodes themselves follow by `finish.ts`. */
import type { NodeOperationObject } from "../schema/operation.ts";
import { type Held, together, type Wishes } from "./action.ts";
import { isSame } from "./attributes.ts";
import { nameOf } from "./member.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
import { activeOperations, progressOf, syncedAttributes } from "./progress.ts";

export function sync(snapshot: Snapshot, now: Instant): Wishes {
  return together(
    activeOperations(snapshot, "SyncAttributes").map((operation) => syncTargets(operation, snapshot, now)),
  );
}

function syncTargets(operation: NodeOperationObject, snapshot: Snapshot, now: Instant): Wishes {
  const waiting = progressOf(operation, snapshot, now).flatMap(({ machine, record }) =>
    machine === null || record.state !== "Waiting" ? [] : machine,
  );
  const isPaused = snapshot.pool.spec.paused || operation.spec.state !== "Run";
  if (isPaused) return { actions: [], held: waiting.length === 0 ? [] : [pauseOf(operation, snapshot)] };
  return together(waiting.map((machine) => syncOne(operation, snapshot, machine)));
}

function pauseOf(operation: NodeOperationObject, { pool }: Snapshot): Held {
  const facts = { pool: pool.metadata.name, operation: operation.metadata.name };
  const reason = pool.spec.paused ? "Paused" : "PausedByUser";
  return { wish: "SetAttributes", machine: "", reason, facts, wakeAt: null };
}

function syncOne(operation: NodeOperationObject, snapshot: Snapshot, machine: Machine): Wishes {
  const name = nameOf(machine);
  const attributes = syncedAttributes(machine, snapshot, operation.spec.options);
  if (isSame(machine.record.spec.attributes, attributes)) return { actions: [], held: [] };
  const because = {
    reason: "SyncRequested",
    facts: { machine: name, operation: operation.metadata.name },
  } as const;
  return { actions: [{ kind: "SetAttributes", machine: name, attributes, because }], held: [] };
}
