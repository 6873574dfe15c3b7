/** All things the product can ever do. `decide` returns them as values; only `controller/act.ts` carries them out. */
import type { AttributeFields, DiskFields, MachineSpec, MachineStatus } from "../schema/machine.ts";
import type { OperationSpec } from "../schema/operation.ts";
import type { Instant, Node, Pod, Snapshot } from "./model.ts";
import type { Cause, Facts, HoldReason } from "./reason.ts";

export interface Because {
  readonly reason: Cause;
  readonly facts: Facts;
}

export type Action = RecordAction | InstanceAction | NodeAction;

/** Writes to our own records: the durable causes. Each is a compare-and-swap. */
export type RecordAction =
  | {
      readonly kind: "RecordMachine";
      readonly name: string;
      readonly spec: MachineSpec;
      readonly because: Because;
    }
  | {
      readonly kind: "AdvanceMachine";
      readonly machine: string;
      readonly status: MachineStatus;
      readonly because: Because;
    }
  | {
      readonly kind: "SetAttributes";
      readonly machine: string;
      readonly attributes: AttributeFields;
      readonly because: Because;
    }
  | { readonly kind: "ForgetMachine"; readonly machine: string; readonly because: Because }
  | {
      readonly kind: "RecordOperation";
      readonly name: string;
      readonly spec: OperationSpec;
      readonly because: Because;
    }
  | {
      readonly kind: "ForgetOperation";
      readonly operation: string;
      readonly uid: string;
      readonly because: Because;
    }
  | {
      readonly kind: "AdjustReplicas";
      readonly replicas: number;
      readonly removals: string;
      readonly because: Because;
    }
  | { readonly kind: "HoldPool"; readonly because: Because }
  | { readonly kind: "LetPoolGo"; readonly because: Because };

/** Effects on the provider. `epoch` and `step` are checked again, freshly read, before anything is sent. */
export type InstanceAction =
  | (Sent & { readonly kind: "RequestInstance" })
  | (Sent & { readonly kind: "StartInstance"; readonly instanceId: string })
  | (Sent & { readonly kind: "StopInstance"; readonly instanceId: string })
  | (Sent & { readonly kind: "RebootInstance"; readonly instanceId: string })
  | (Sent & { readonly kind: "RestartService"; readonly instanceId: string; readonly service: string })
  | (Sent & {
      readonly kind: "ReplaceSystemDisk";
      readonly instanceId: string;
      readonly disk: DiskFields;
      readonly clientToken: string;
    })
  | (Sent & { readonly kind: "ReleaseInstance"; readonly instanceId: string })
  | (Sent & { readonly kind: "LeaveCluster"; readonly instanceId: string })
  | (Sent & {
      readonly kind: "TagInstance";
      readonly instanceId: string;
      readonly set: Readonly<Record<string, string>>;
      readonly remove: readonly string[];
    });

/** Effects on Kubernetes' objects, with the UID (and where state matters the version) they were decided on. */
export type NodeAction =
  | (Sent & { readonly kind: "CordonNode"; readonly node: Node })
  | (Sent & { readonly kind: "UncordonNode"; readonly node: Node })
  | (Sent & {
      readonly kind: "LabelNode";
      readonly node: Node;
      readonly attributes: AttributeFields;
      readonly applied: AttributeFields;
    })
  | (Sent & { readonly kind: "EvictPod"; readonly pod: Pod })
  | (Sent & { readonly kind: "DeletePod"; readonly pod: Pod; readonly graceSeconds: number })
  | (Sent & { readonly kind: "DeleteNode"; readonly node: Node });

/** What every effect on a machine carries. */
export interface Sent {
  readonly machine: string;
  /** Null for effects outside an operation, such as label upkeep. */
  readonly epoch: number | null;
  readonly step: string;
  readonly because: Because;
}

export type ActionKind = Action["kind"];

/** A wish that is not carried out now, and what it waits for. */
export interface Held {
  readonly wish: ActionKind | "Upgrade" | "Repair" | "Remove" | "Scale" | "Step";
  /** Machine name, or "" where the whole pool waits. */
  readonly machine: string;
  readonly reason: HoldReason;
  readonly facts: Facts;
  /** When to look again without any event; null when only an event can change it. */
  readonly wakeAt: Instant | null;
}

/** What one policy wants: things to do, things held back. */
export interface Wishes {
  readonly actions: readonly Action[];
  readonly held: readonly Held[];
}

export interface Decision extends Wishes {
  readonly wakeAt: Instant | null;
}

export type Policy = (snapshot: Snapshot, now: Instant) => Wishes;

/** Several wishes as one, in their order. */
export function together(wishes: readonly Wishes[]): Wishes {
  return { actions: wishes.flatMap(({ actions }) => actions), held: wishes.flatMap(({ held }) => held) };
}

/** Actions that take something away from a running workload: each needs a cause, a precondition and a brake before it. */
export const destructiveKinds: readonly ActionKind[] = [
  "EvictPod",
  "DeletePod",
  "StopInstance",
  "RebootInstance",
  "ReplaceSystemDisk",
  "ReleaseInstance",
  "LeaveCluster",
  "DeleteNode",
];
