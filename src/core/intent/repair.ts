/** May this machine be repaired by hand, from which rung of the ladder? */
import type { OperationSpec } from "../../schema/operation.ts";
import type { Machine } from "../model.ts";
import { type Answer, ask, type Effect, effect, grant, refuse, typeName } from "./answer.ts";
import { departureEffects, drainEffects, protectionEffects, type Sight } from "./departure.ts";
import { type Asker, draftOperation, nodeNameOf } from "./operation.ts";
import { checkOpen } from "./pool-guard.ts";

export type Rung = NonNullable<OperationSpec["options"]["rung"]>;

export function startRepair(sight: Sight, machine: Machine, rung: Rung, asker: Asker): Answer {
  const { pool, provider } = sight;
  const node = nodeNameOf(machine);
  const refusal = checkOpen(pool);
  if (refusal !== null) return { ok: false, refusal };
  const inHand = machine.record.status?.operation;
  if (inHand !== undefined) {
    return refuse("OperationRunning", {
      operation: inHand.operation?.name ?? `Its ${inHand.kind.toLowerCase()}`,
      node,
    });
  }
  if (rung === "ReplaceSystemDisk" && !provider.capabilities.replaceSystemDisk) {
    const message = `provider ${provider.name} cannot replace system disks`;
    return refuse("InvalidValue", { field: "action", value: rung, message });
  }
  const operation = draftOperation(pool, asker, {
    kind: "Repair",
    machines: [machine],
    options: { rung, when: "Now" },
  });
  const isGentle = rung === "RestartService" || rung === "Reboot";
  return grant(
    [{ kind: "Create", of: "NodeOperation", object: operation }],
    [
      effect("RepairsNode", { node, step: rung }),
      ...(rung === "RestartService" ? [] : protectionEffects([machine])),
      ...consequences(sight, machine, rung),
    ],
    isGentle ? ask : typeName(pool.metadata.name),
  );
}

function consequences(sight: Sight, machine: Machine, rung: Rung): readonly Effect[] {
  switch (rung) {
    case "RestartService":
      return [];
    case "Reboot":
      return drainEffects(sight, [machine]);
    case "ReplaceSystemDisk":
      return [effect("LosesSystemDisks", { count: 1 }), ...drainEffects(sight, [machine])];
    case "ReplaceInstance":
      return departureEffects(sight, [machine], { drain: true, release: true });
  }
}
