/** What people should hear of: the events that follow from one step of one machine. Pure; `src/text/event.ts` words them. */
import type { MachineStatus, OperationInHand } from "../schema/machine.ts";
import type { Action } from "./action.ts";
import { failedCreation } from "./member.ts";
import type { Machine } from "./model.ts";
import type { EventReason, Facts } from "./reason.ts";

/** One piece of news. */
export interface News {
  readonly type: "Normal" | "Warning";
  /** Of news about a failure without a name of its own: the `FailureReason`. */
  readonly reason: EventReason | (string & {});
  /** Why, where something went wrong: a `FailureReason`, whose sentence is the note. Null: the event's own sentence is. */
  readonly because: string | null;
  readonly facts: Facts;
}

export interface Announcement extends News {
  /** Machine, and its node where one is known; the pool hears it too. Empty: it is about the pool. */
  readonly machine: string;
  readonly node: string | null;
}

export function announcementOf(action: Action, machine: Machine | null): Announcement | null {
  if (action.kind === "ForgetMachine") return tell(machine, farewell(machine));
  if (action.kind === "RecordOperation") return recorded(action);
  if (action.kind !== "AdvanceMachine") return null;
  const { reason, facts } = action.because;
  if (reason === "DateCorrected") return tell(machine, { type: "Warning", reason, because: null, facts });
  return tell(machine, stepNews(machine?.record.status ?? {}, action.status));
}

function recorded({ spec, name, because }: Extract<Action, { kind: "RecordOperation" }>): Announcement {
  const [first] = spec.targets;
  if (spec.kind === "Repair") {
    const facts = { step: spec.options.rung ?? "", object: because.facts["object"] ?? "" };
    const whose = { machine: first?.machine ?? "", node: first?.node ?? null };
    return { type: "Warning", reason: "RepairStarted", because: null, facts, ...whose };
  }
  const facts = { operation: name, object: spec.targets.map(({ machine }) => machine).join(", ") };
  return { ...good(`${spec.kind}Recorded`, facts), machine: "", node: null };
}

function good(reason: EventReason, facts: Facts = {}): News {
  return { type: "Normal", reason, because: null, facts };
}

function tell(machine: Machine | null, news: News | null): Announcement | null {
  if (news === null || machine === null) return null;
  return { ...news, machine: machine.record.metadata.name, node: machine.record.status?.nodeName ?? null };
}

function farewell(machine: Machine | null): News {
  const { instanceId, operation } = machine?.record.status ?? {};
  if (machine === null || instanceId === undefined) return good("NodeRemoved");
  const facts = { instance: instanceId };
  if (failedCreation(machine) !== null) return good("CreationForgotten", facts);
  return operation?.plan === "Leave" ? good("InstanceLeft", facts) : good("NodeRemoved", facts);
}

const newsByStep: Readonly<Record<string, EventReason>> = {
  Drain: "NodeDrainStarted",
  Stop: "NodeDrained",
  Start: "SystemDiskReplaced",
  DeleteNode: "InstanceReleased",
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

function turnNews({ reason, facts = {} }: NonNullable<OperationInHand["failure"]>): News {
  return { type: "Warning", reason, because: reason, facts };
}

function enteringNews({ step, plan }: OperationInHand): News | null {
  const reason = newsByStep[step];
  const isOther = plan.startsWith("PutBack") || (step === "DeleteNode" && plan !== "Release");
  return reason === undefined || isOther ? null : good(reason);
}

const endings = {
  Create: ["NodeAdded", "NodeAddFailed"],
  Upgrade: ["NodeUpgraded", "NodeUpgradeFailed"],
  Repair: ["RepairSucceeded", "RepairFailed"],
  Remove: ["NodeRemoved", "NodeKept"],
} as const;

function ending({ lastOperation }: MachineStatus): News | null {
  if (lastOperation === undefined) return null;
  const { kind, outcome, reason, facts = {} } = lastOperation;
  const [well, badly] = endings[kind];
  return outcome === "Succeeded" ? good(well) : { type: "Warning", reason: badly, because: reason, facts };
}
