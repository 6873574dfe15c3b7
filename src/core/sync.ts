/** Labels, taints and tags that a person asked to bring to existing machines. The nodes themselves follow by `finish.ts`. */
import type { NodeOperationObject } from "../schema/operation.ts";
import { type Held, together, type Wishes } from "./action.ts";
import { isSame } from "./attributes.ts";
import { nameOf } from "./member.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
import { activeOperations, byAge, progressOf, syncedAttributes } from "./progress.ts";
import type { HoldReason } from "./reason.ts";

export function sync(snapshot: Snapshot, now: Instant): Wishes {
  return together(
    activeOperations(snapshot, "SyncAttributes")
      .toSorted(byAge)
      .map((operation) => syncTargets(operation, snapshot, now)),
  );
}

function syncTargets(operation: NodeOperationObject, snapshot: Snapshot, now: Instant): Wishes {
  const waiting = progressOf(operation, snapshot, now).flatMap(({ machine, record }) =>
    machine === null || record.state !== "Waiting" ? [] : machine,
  );
  const reason = waiting.length === 0 ? null : whyNotNow(operation, snapshot);
  if (reason === null) return together(waiting.map((machine) => syncOne(operation, snapshot, machine)));
  const facts = { pool: snapshot.pool.metadata.name, operation: operation.metadata.name };
  const held: Held = { wish: "SetAttributes", machine: "", reason, facts, wakeAt: null };
  return { actions: [], held: [held] };
}

function whyNotNow({ spec }: NodeOperationObject, { pool }: Snapshot): HoldReason | null {
  if (pool.spec.paused) return "Paused";
  if (spec.approval === "Waiting") return "AwaitingApproval";
  return spec.state === "Run" ? null : "PausedByUser";
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
