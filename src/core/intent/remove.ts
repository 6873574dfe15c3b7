/** May these nodes leave the pool, may the pool be deleted, and what becomes of instances, disks and pods? */
import { isLeaving } from "../member.ts";
import type { Machine } from "../model.ts";
import { confirmationAnnotation } from "../remove.ts";
import {
  type Answer,
  ask,
  type Effect,
  effect,
  grant,
  placeOf,
  refuse,
  type Refusal,
  typeName,
} from "./answer.ts";
import { departureEffects, protectionEffects, type Sight } from "./departure.ts";
import { fieldChanges, mergePatchOf } from "./difference.ts";
import { findMachine } from "./find.ts";
import { type Asker, draftOperation, nodeNameOf } from "./operation.ts";
import { checkOpen } from "./pool-guard.ts";

export interface Removal {
  /** Nodes, instances or machines by name. */
  readonly names: readonly string[];
  readonly drain: boolean;
  readonly release: boolean;
}

/** The expected count falls with them: the controller lowers it together with a note, so that a repeat changes nothing. */
export function removeNodes(sight: Sight, wish: Removal, asker: Asker): Answer {
  const { pool } = sight;
  const { name } = pool.metadata;
  const named = namedMachines(sight, wish.names);
  if (!named.ok) return named;
  const refusal = checkOpen(pool);
  if (refusal !== null) return { ok: false, refusal };
  const { machines } = named;
  const { drain, release } = wish;
  const operation = draftOperation(pool, asker, {
    kind: "RemoveNodes",
    machines,
    options: { drain, release, when: "Now" },
  });
  const have = pool.spec.replicas;
  const effects = [
    effect("TakesNodes", { count: machines.length, object: machines.map(nodeNameOf).join(", "), pool: name }),
    effect("ChangesCount", { pool: name, have, wanted: Math.max(0, have - machines.length) }),
    ...protectionEffects(machines),
    ...departureEffects(sight, machines, { drain, release }),
    ...(pool.spec.paused ? [effect("IsPaused", { pool: name })] : []),
  ];
  return grant(
    [{ kind: "Create", of: "NodeOperation", object: operation }],
    effects,
    release ? typeName(name) : ask,
  );
}

function namedMachines(
  sight: Sight,
  names: readonly string[],
):
  | { readonly ok: true; readonly machines: readonly Machine[] }
  | { readonly ok: false; readonly refusal: Refusal } {
  const { name: pool } = sight.pool.metadata;
  const machines: Machine[] = [];
  for (const name of names) {
    const machine = findMachine(sight.machines, name);
    if (machine === null) return refuse("NotAMember", { node: name, pool });
    const inHand = machine.record.status?.operation;
    if (isLeaving(machine)) {
      return refuse("OperationRunning", {
        operation: inHand?.operation?.name ?? "A removal",
        node: nodeNameOf(machine),
      });
    }
    if (!machines.includes(machine)) machines.push(machine);
  }
  if (machines.length > 0) return { ok: true, machines };
  return refuse("NothingToDo", { object: pool, message: "no node was named" });
}

export interface Deletion {
  /** Null: as the pool says. */
  readonly instances: "Release" | "Keep" | null;
}

/** The confirmation names how many machines may go, so that it cannot be used up by more of them later. */
export function deletePool(sight: Sight, wish: Deletion): Answer {
  const { pool, machines } = sight;
  const { name } = pool.metadata;
  const instances = wish.instances ?? pool.spec.deletion.instances;
  const spec = { ...pool.spec, deletion: { ...pool.spec.deletion, instances } };
  const place = placeOf("ManagedNodePool", pool);
  const annotations = { [confirmationAnnotation]: `${name}:${machines.length}` };
  const fields = mergePatchOf(fieldChanges(pool.spec, spec));
  const body = { metadata: { annotations }, ...(Object.keys(fields).length === 0 ? {} : { spec: fields }) };
  const isDeleted = pool.metadata.deletionTimestamp !== undefined;
  return grant(
    [
      { kind: "Patch", ...place, body, isRelative: false },
      ...(isDeleted ? [] : [{ kind: "Delete" as const, ...place }]),
    ],
    deletionEffects(sight, spec.deletion),
    machines.length === 0 ? ask : typeName(name),
  );
}

function deletionEffects(
  sight: Sight,
  deletion: { readonly instances: "Release" | "Keep"; readonly drain: boolean },
): readonly Effect[] {
  const { pool, machines } = sight;
  const options = { drain: deletion.drain, release: deletion.instances === "Release" };
  return [
    effect("DeletesPool", { pool: pool.metadata.name, count: machines.length }),
    ...protectionEffects(machines),
    ...departureEffects(sight, machines, options),
  ];
}
