/** What a machine is told so that it becomes a node under its own name, with its labels and taints from the first moment. */
import { poolLabel } from "../core/attributes.ts";
import type { Machine, Snapshot } from "../core/model.ts";
import { isPortError, PortError } from "../ports/errors.ts";
import type { Bootstrap, Provider } from "../ports/provider.ts";
import { type AdmissionDeps, admit } from "./join/admission.ts";
import { readUserData } from "./user-data.ts";

interface Newcomer {
  readonly snapshot: Snapshot;
  readonly namespace: string;
  readonly machine: Machine;
  readonly provider: Pick<Provider, "capabilities">;
  readonly epoch: number | null;
  readonly kubernetesVersion: string;
  /** Name of the Secret with what is to be run at the first boot. */
  readonly userDataSecret: string | undefined;
}

/** For a new system disk, with the way into the cluster where the machine has to ask for it. */
export async function bootstrapFor(newcomer: Newcomer, deps: AdmissionDeps): Promise<Bootstrap> {
  const { snapshot, namespace, machine, provider, epoch, kubernetesVersion } = newcomer;
  const { metadata, spec } = machine.record;
  const poolName = snapshot.pool.metadata.name;
  const userData = await readUserData(deps.kube, namespace, newcomer.userDataSecret);
  const attempt = { machine: machine.record, epoch: epoch ?? 0 };
  return {
    machineName: metadata.name,
    machineUid: metadata.uid ?? "",
    poolName,
    nodeLabels: { ...spec.attributes.nodeLabels, [poolLabel]: poolName },
    taints: spec.attributes.taints ?? [],
    unschedulable: snapshot.pool.spec.template.unschedulable,
    kubernetesVersion,
    userData,
    join: provider.capabilities.joinsWithToken ? await admit(attempt, deps) : null,
  };
}

/** Errors of clouds repeat what was sent to them, and end in statuses and logs: secrets are taken out of them (S38). */
export async function withoutSecrets<T>(bootstrap: Bootstrap, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const clean = secretsOf(bootstrap).reduce((text, secret) => text.replaceAll(secret, "***"), message);
    if (clean === message) throw error;
    const kind = isPortError(error) ? error.kind : "Unknown";
    // Without its cause and stack, which say the same.
    throw new PortError({ kind, message: clean });
  }
}

/** Shorter lines of user data, such as `fi`, are in many sentences; a first line such as `#!/bin/sh` is in our own. */
const secretLine = /^[^#].{7}/;

/** Longest first: a part that is taken out before the whole would leave the rest of it. */
function secretsOf({ join, userData }: Bootstrap): readonly string[] {
  const [, secret = ""] = (join?.token ?? "").split(".");
  const data = userData ?? "";
  const lines = data.split("\n").map((line) => line.trim());
  return [
    data.trim(),
    Buffer.from(data).toString("base64"),
    ...lines.filter((line) => secretLine.test(line)),
    secret,
  ]
    .filter((text) => text !== "")
    .toSorted((a, b) => b.length - a.length);
}
