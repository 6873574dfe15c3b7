/** What people should hear of: the events that follow from one step of one machine. Pure; `controller/loop.ts` publishes them. */
import type { MachineStatus } from "../schema/machine.ts";
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
  const status = machine?.record.status;
  const instance = status?.instanceId ?? "no instance";
  const isFailed = machine !== null && failedCreation(machine) !== null;
  const plan = status?.operation?.plan;
  if (isFailed) return `instance ${instance} never became a node, and is gone`;
  if (plan === "Leave") return `instance ${instance} left the pool, is kept and goes on being billed`;
  return plan === "Vanished" ? `instance ${instance} had vanished` : `instance ${instance} was released`;
}

const newsByStep: Readonly<Record<string, readonly [string, string]>> = {
  Drain: ["NodeDrainStarted", "cordoned; its pods are being evicted"],
  Stop: ["NodeDrained", "every pod that can move has moved"],
  Start: ["SystemDiskReplaced", "the system disk is new, data disks are untouched"],
  DeleteNode: ["InstanceReleased", "the instance was given back"],
};

function stepNews(before: MachineStatus, after: MachineStatus): News | null {
  const [was, is] = [before.operation, after.operation];
  if (was !== undefined && is === undefined) return ending(after);
  if (was === undefined || is === undefined) return null;
  // Another operation took over: of the one before it only a failure is news.
  if (was.epoch !== is.epoch && was.kind !== is.kind)
    return after.lastOperation?.outcome === "Failed" ? ending(after) : null;
  if (was.step === is.step) return null;
  if (is.failure !== undefined && was.failure === undefined) {
    return {
      type: "Warning",
      reason: is.failure.reason,
      note: is.failure.message || `in step ${is.failure.step}`,
    };
  }
  if (is.step === "DeleteNode" && is.plan !== "Release") return null;
  const news = newsByStep[is.step];
  return news === undefined || is.plan.startsWith("PutBack")
    ? null
    : { type: "Normal", reason: news[0], note: news[1] };
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
