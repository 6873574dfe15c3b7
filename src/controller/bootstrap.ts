/** What a machine is told so that it becomes a node under its own name, with its labels and taints from the first moment. */
import { poolLabel } from "../core/attributes.ts";
import type { Machine, Snapshot } from "../core/model.ts";
import { isPortError, PortError } from "../ports/errors.ts";
import type { Bootstrap, JoinCredentials } from "../ports/provider.ts";

export function bootstrapOf(
  snapshot: Snapshot,
  machine: Machine,
  wanted: Pick<Bootstrap, "kubernetesVersion" | "join" | "userData">,
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

/** Errors of clouds repeat what was sent to them, and end in statuses and logs: the token is taken out of them (S38). */
export async function withoutToken<T>({ join }: Bootstrap, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const [, secret] = (join?.token ?? "").split(".");
    const message = error instanceof Error ? error.message : String(error);
    if (secret === undefined || !message.includes(secret)) throw error;
    const kind = isPortError(error) ? error.kind : "Unknown";
    // Without its cause and stack, which say the same.
    throw new PortError({ kind, message: message.replaceAll(secret, "***") });
  }
}
