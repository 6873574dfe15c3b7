/** Where a machine is on its way to be a node, by its record and its node. Pure. */
import type { NodeObject } from "../../schema/kubernetes.ts";
import type { ManagedMachineObject } from "../../schema/machine.ts";
import type { Attempt } from "./token.ts";

/** Steps in which a machine has, or is about to get, a system disk that has not joined. */
const joining: Readonly<Record<string, readonly string[]>> = {
  Create: ["Request", "Boot", "Join"],
  ReplaceSystemDisk: ["ReplaceDisk", "Start", "AwaitReady"],
  PutBackStopped: ["Start", "AwaitReady"],
};

/** The try that is under way; null where the machine is at rest or does something else. */
export function attemptOf(machine: ManagedMachineObject): Attempt | null {
  const operation = machine.status?.operation;
  if (operation === undefined) return null;
  return (joining[operation.plan] ?? []).includes(operation.step)
    ? { machine, epoch: operation.epoch }
    : null;
}

/** The kubelet of the disk in use has spoken under its own certificate: it needs no token any more. */
export function hasRegistered(machine: ManagedMachineObject, node: NodeObject | undefined): boolean {
  const bootId = node?.status?.nodeInfo?.bootID ?? "";
  if (bootId === "") return false;
  if (attemptOf(machine) !== null) return bootId !== (machine.status?.operation?.prior?.bootId ?? "");
  return machine.status?.joinedTime !== undefined;
}
