/** What may be asked of operations, and the repair of one machine by hand. */
import { findMachine } from "../core/intent/find.ts";
import { changeOperation, type OperationWish, retriable } from "../core/intent/operation.ts";
import { startRepair } from "../core/intent/repair.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import { permissionFor } from "./permissions.ts";
import { refused } from "./problem.ts";
import { findRecord } from "./read.ts";
import { operationWish, repairWish } from "./requests.ts";
import type { Route } from "./route.ts";
import { fresh, sighted, type WishMaker } from "./wish.ts";

const verbs: readonly (readonly [
  verb: Lowercase<OperationWish["kind"]>,
  kind: OperationWish["kind"],
  summary: string,
])[] = [
  ["pause", "Pause", "Start no further node"],
  ["resume", "Resume", "Go on after a pause"],
  ["cancel", "Cancel", "Stop for good; nodes in work are finished or put back"],
  ["retry", "Retry", "Try failed or blocked nodes once more"],
  ["skip", "Skip", "Leave nodes out"],
  ["approve", "Approve", "Let a waiting repair go ahead"],
  ["deny", "Deny", "Refuse a waiting repair"],
];

export function operationWishes(wish: WishMaker): readonly Route[] {
  return [
    ...verbs.map(([verb, kind, summary]) =>
      wish({
        method: "POST",
        path: `/operations/{name}/${verb}`,
        tag: "Operations",
        summary,
        body: operationWish,
        adds: null,
        weigh: async (call) => {
          const operation = await fresh(call, "NodeOperation", call.params["name"]);
          const answer = changeOperation(operation, wishOf(kind, operation, call.body.nodes));
          return { answer, subject: operation, unseen: [] };
        },
      }),
    ),
    wish({
      method: "POST",
      path: "/machines/{name}/repair",
      tag: "Machines",
      summary: "Repair one node now, from the rung that is named",
      body: repairWish,
      adds: null,
      weigh: async (call, asker) => {
        const { person, world, params, body } = call;
        await person.mustBeAllowed(permissionFor("get", "ManagedMachine", world.namespace));
        const record = findRecord(world, params["name"]);
        const { pool, sight, unseen } = await sighted(call, record.spec.poolName, () => "Whole");
        const machine = findMachine(sight.machines, record.metadata.name);
        if (machine === null) {
          const facts = { node: params["name"] ?? "", pool: pool.metadata.name };
          throw refused({ reason: "NotAMember", facts });
        }
        return { answer: startRepair(sight, machine, body.action, asker), subject: record, unseen };
      },
    }),
  ];
}

function wishOf(
  kind: OperationWish["kind"],
  operation: NodeOperationObject,
  nodes: readonly string[],
): OperationWish {
  if (kind === "Skip") return { kind, machines: nodes };
  if (kind !== "Retry") return { kind };
  return { kind, machines: nodes.length > 0 ? nodes : retriable(operation) };
}
