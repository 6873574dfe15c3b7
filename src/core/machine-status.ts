/** One word for the state of one machine, as `kubectl get mm` and all other surfaces show it. */
import type { MachineStatus } from "../schema/machine.ts";
import type { Node } from "./model.ts";

const wordsByStep: Readonly<Record<string, string>> = {
  Request: "Creating",
  Boot: "Booting",
  Join: "Joining",
  Cordon: "Draining",
  Drain: "Draining",
  Stop: "Stopping",
  ReplaceDisk: "ReplacingDisk",
  Start: "Starting",
  Reboot: "Rebooting",
  RestartService: "Restarting",
  AwaitReady: "Starting",
  AwaitHealthy: "Restarting",
  Restore: "Restoring",
  Release: "Releasing",
  Leave: "Leaving",
  DeleteNode: "Removing",
  Forget: "Removing",
};

/** The step while an operation is in hand, otherwise how the node is. */
export function machineSummary(status: MachineStatus, node: Node | null): string {
  const isSpent = status.operation?.step === "Forget" && status.lastOperation?.kind === "Create";
  if (isSpent && status.lastOperation?.outcome === "Failed") return "CreateFailed";
  if (status.operation !== undefined) return wordsByStep[status.operation.step] ?? "Working";
  if (status.joinedTime === undefined) return "Pending";
  if (node === null) return "NodeMissing";
  return node.ready === "True" ? "Ready" : "NotReady";
}
