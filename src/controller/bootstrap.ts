/** What a machine is told so that it becomes a node under its own name, with its labels and taints from the first moment. */
import { poolLabel } from "../core/attributes.ts";
import type { Machine, Snapshot } from "../core/model.ts";
import type { Bootstrap, JoinCredentials } from "../ports/provider.ts";

export function bootstrapOf(
  snapshot: Snapshot,
  machine: Machine,
  wanted: { readonly kubernetesVersion: string; readonly join: JoinCredentials | null },
): Bootstrap {
  const { metadata, spec } = machine.record;
  const poolName = snapshot.pool.metadata.name;
  return {
    machineName: metadata.name,
    machineUid: metadata.uid ?? "",
    poolName,
    nodeLabels: { ...spec.attributes.nodeLabels, [poolLabel]: poolName },
    taints: spec.attributes.taints ?? [],
    unschedulable: snapshot.pool.spec.template.unschedulable,
    ...wanted,
  };
}
