/** Labels, taints and tags that a person asked to bring to existing machines. The nodes themselves follow by `finish.ts`. */
import type { NodeOperationObject } from "../schema/operation.ts";
import type { Action, Wishes } from "./action.ts";
import { isSame } from "./attributes.ts";
import { nameOf } from "./member.ts";
import type { Instant, Snapshot } from "./model.ts";
import { activeOperations, progressOf, syncedAttributes } from "./progress.ts";

export function sync(snapshot: Snapshot, now: Instant): Wishes {
  const operations = activeOperations(snapshot, "SyncAttributes").filter(
    (operation) => operation.spec.state === "Run",
  );
  return { actions: operations.flatMap((operation) => syncTargets(operation, snapshot, now)), held: [] };
}

function syncTargets(operation: NodeOperationObject, snapshot: Snapshot, now: Instant): readonly Action[] {
  return progressOf(operation, snapshot, now).flatMap(({ machine, record }): Action[] => {
    if (machine === null || record.state !== "Waiting") return [];
    const attributes = syncedAttributes(machine, snapshot, operation.spec.options);
    if (isSame(machine.record.spec.attributes, attributes)) return [];
    const facts = { machine: nameOf(machine), operation: operation.metadata.name };
    return [
      {
        kind: "SetAttributes",
        machine: nameOf(machine),
        attributes,
        because: { reason: "SyncRequested", facts },
      },
    ];
  });
}
