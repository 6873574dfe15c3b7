/** What people should hear of: the events that follow from one step of one machine. Pure; `controller/loop.ts` publishes them. */
import type { MachineStatus, OperationInHand } from "../schema/machine.ts";
import type { Action } from "./action.ts";
import { failedCreation } from "./member.ts";
import type { Machine } from "./model.ts";

export interface Announcement {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  /** Machine, and its node where one is known; the pool hears it too. */
  readonly machine: string;
  readonly node: string | null;
  readonly note: string;
}

export function announcementOf(action: Action, machine: Machine | null): Announcement | null {
  if (action.kind === "ForgetMachine")
    return tell(machine, { type: "Normal", reason: "NodeRemoved", note: removedNote(machine) });
  if (action.kind === "RecordOperation") {
    const { spec } = action;
    if (spec.kind === "Repair")
      return {
        type: "Warning",
        reason: "RepairStarted",
        machine: spec.targets[0]?.machine ?? "",
        node: spec.targets[0]?.node ?? null,
        note: `${spec.options.rung ?? ""}: ${action.because.facts["object"] ?? ""}`,
      };
    return {
      type: "Normal",
      reason: `${spec.kind}Recorded`,
      machine: "",
      node: null,
      note: `${action.name}: ${spec.targets.map((target) => target.machine).join(", ")}`.slice(0, 900),
    };
  }
  if (action.kind !== "AdvanceMachine") return null;
  return tell(machine, stepNews(machine?.record.status ?? {}, action.status));
}

interface News {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly note: string;
}

function tell(machine: Machine | null, news: News | null): Announcement | null {
  if (news === null || machine === null) return null;
  return { ...news, machine: machine.record.metadata.name, node: machine.record.status?.nodeName ?? null };
}

function removedNote(machine: Machine | null): string {
  const { instanceId, operation } = machine?.record.status ?? {};
  if (machine === null || instanceId === undefined) return "it never had an instance";
  if (failedCreation(machine) !== null) return `instance ${instanceId} never became a node, and is gone`;
  if (operation?.plan === "Leave")
    return `instance ${instanceId} left the pool, is kept and goes on being billed`;
  return operation?.plan === "Vanished"
    ? `instance ${instanceId} had vanished`
    : `instance ${instanceId} was released`;
}

const newsByStep: Readonly<Record<string, readonly [string, string]>> = {
  Drain: ["NodeDrainStarted", "cordoned; its pods are being evicted"],
  Stop: ["NodeDrained", "every pod that can move has moved"],
  Start: ["SystemDiskReplaced", "the system disk is new, data disks are untouched"],
  DeleteNode: ["InstanceReleased", "the instance was given back"],
};

function stepNews(before: MachineStatus, after: MachineStatus): News | null {
  const [was, is] = [before.operation, after.operation];
  if (was === undefined) return null;
  if (is === undefined) return ending(after);
  // Another operation took over: of the one before it only a failure is news.
  if (was.epoch !== is.epoch && was.kind !== is.kind)
    return after.lastOperation?.outcome === "Failed" ? ending(after) : null;
  if (was.step === is.step) return null;
  return is.failure !== undefined && was.failure === undefined ? turnNews(is.failure) : enteringNews(is);
}

function turnNews({ reason, message, step }: NonNullable<OperationInHand["failure"]>): News {
  return { type: "Warning", reason, note: message || `in step ${step}` };
}

function enteringNews({ step, plan }: OperationInHand): News | null {
  const news = newsByStep[step];
  const isOther = plan.startsWith("PutBack") || (step === "DeleteNode" && plan !== "Release");
  return news === undefined || isOther ? null : { type: "Normal", reason: news[0], note: news[1] };
}

function ending({ lastOperation }: MachineStatus): News | null {
  if (lastOperation === undefined) return null;
  const { kind, outcome, reason, message } = lastOperation;
  const isGood = outcome === "Succeeded";
  const names = {
    Create: "NodeAdded",
    Upgrade: "NodeUpgraded",
    Repair: "RepairSucceeded",
    Remove: "NodeRemoved",
  } as const;
  const bad = {
    Create: "NodeAddFailed",
    Upgrade: "NodeUpgradeFailed",
    Repair: "RepairFailed",
    Remove: "NodeKept",
  } as const;
  return isGood
    ? { type: "Normal", reason: names[kind], note: `${kind} done` }
    : {
        type: "Warning",
        reason: bad[kind],
        note: [outcome, reason, message].filter((part) => part !== "").join(": "),
      };
}
