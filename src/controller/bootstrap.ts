/** What a machine is told so that it becomes a node under its own name, with its labels and taints from the first moment. */
import { poolLabel } from "../core/attributes.ts";
import type { Machine, Snapshot } from "../core/model.ts";
import type { Bootstrap } from "../ports/provider.ts";

export function bootstrapOf(snapshot: Snapshot, machine: Machine, kubernetesVersion: string): Bootstrap {
  const { metadata, spec } = machine.record;
  const poolName = snapshot.pool.metadata.name;
  return {
    machineName: metadata.name,
    machineUid: metadata.uid ?? "",
    poolName,
    nodeLabels: { ...spec.attributes.nodeLabels, [poolLabel]: poolName },
    taints: spec.attributes.taints ?? [],
    unschedulable: snapshot.pool.spec.template.unschedulable,
    kubernetesVersion,
    join: null,
  };
}
