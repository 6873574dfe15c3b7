/** How far an operation is, target by target: derived from the machines and from what was reported before. */
import type { AttributeFields, OperationInHand } from "../schema/machine.ts";
import type { MachineProgress, NodeOperationObject, OperationTarget } from "../schema/operation.ts";
import { hasApplied, isSame, templateAttributes } from "./attributes.ts";
import { pastStatus } from "./future.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
import { perPass } from "./remember.ts";
import { isWell } from "./signs.ts";
import { instantOf, timeOf } from "./time.ts";

export interface Progress {
  readonly target: OperationTarget;
  readonly machine: Machine | null;
  readonly record: MachineProgress;
}

const endStates: ReadonlySet<string> = new Set(["Succeeded", "Failed", "Blocked", "Skipped", "Cancelled"]);

export function isEnd(state: string): boolean {
  return endStates.has(state);
}

/** Brought to its end by this operation, not found so. */
export function isDoneHere({ record }: Progress): boolean {
  return record.state === "Succeeded" && record.reason !== "NothingToDo";
}

/** Operations that still have something to do. */
export function activeOperations(
  snapshot: Snapshot,
  kind?: NodeOperationObject["spec"]["kind"],
): readonly NodeOperationObject[] {
  return snapshot.operations.filter(
    (operation) =>
      operation.status?.finishedTime === undefined && (kind === undefined || operation.spec.kind === kind),
  );
}

/** Oldest first; what was asked for in the same second, by name. */
export function byAge(a: NodeOperationObject, b: NodeOperationObject): number {
  const [left, right] = [a, b].map(({ metadata }) => `${metadata.creationTimestamp ?? ""} ${metadata.name}`);
  if (left === right) return 0;
  return (left ?? "") < (right ?? "") ? -1 : 1;
}

export function progressOf(
  operation: NodeOperationObject,
  snapshot: Snapshot,
  now: Instant,
): readonly Progress[] {
  const known = progressByOperation(snapshot, now);
  const before = known.get(operation);
  if (before !== undefined) return before;
  const progress = lookAt(operation, snapshot, now);
  known.set(operation, progress);
  return progress;
}

const progressByOperation = perPass(() => new Map<NodeOperationObject, readonly Progress[]>());
const machinesByUid = perPass(
  ({ machines }) => new Map(machines.map((machine) => [machine.record.metadata.uid, machine])),
);

function lookAt(operation: NodeOperationObject, snapshot: Snapshot, now: Instant): readonly Progress[] {
  const machines = machinesByUid(snapshot, now);
  const told = pastStatus(operation.status ?? {}, now).machines ?? [];
  const before = new Map(told.map((record) => [record.uid, record]));
  const retried = new Set((operation.spec.retry ?? []).slice(operation.status?.retried ?? 0));
  return operation.spec.targets.map((target) => {
    const machine = machines.get(target.uid) ?? null;
    const known = before.get(target.uid);
    const prior = retried.has(target.machine) && known !== undefined ? restarted(known, now) : known;
    return { target, machine, record: recordOf({ operation, target, machine, prior, snapshot }, now) };
  });
}

function restarted(record: MachineProgress, now: Instant): MachineProgress {
  const { name, uid, node } = record;
  return { name, uid, ...(node === undefined ? {} : { node }), state: "Waiting", since: timeOf(now) };
}

interface Look {
  readonly operation: NodeOperationObject;
  readonly target: OperationTarget;
  readonly machine: Machine | null;
  readonly prior: MachineProgress | undefined;
  readonly snapshot: Snapshot;
}

function recordOf(look: Look, now: Instant): MachineProgress {
  const { machine, prior } = look;
  if (prior !== undefined && isEnd(prior.state)) return prior;
  if (machine === null) return { ...baseOf(look), ...lostOf(look), finishedTime: timeOf(now) };
  return (
    runningOf(look, machine) ?? endedOf(look, machine) ?? foundSo(look, machine, now) ?? waitingOf(look, now)
  );
}

function nodeOf({ target, machine, prior }: Look): string | undefined {
  return machine?.record.status?.nodeName ?? prior?.node ?? target.node;
}

function baseOf(look: Look): Pick<MachineProgress, "name" | "uid" | "node" | "steps"> {
  const node = nodeOf(look);
  const { machine: name, uid } = look.target;
  const steps = look.prior?.steps;
  return {
    name,
    uid,
    ...(node === undefined ? {} : { node }),
    ...(steps === undefined ? {} : { steps }),
  };
}

/** With more targets than this the status would outgrow what etcd takes in one piece. */
const rememberedTargets = 500;
const rememberedSteps = 24;

/** What was done so far, and when each of it began: the story of one node, for people who come later. */
function stepsOf({ operation, prior }: Look, inHand: OperationInHand): Pick<MachineProgress, "steps"> {
  if (operation.spec.targets.length > rememberedTargets) return {};
  const { step, stepSince: since } = inHand;
  const before = prior?.steps ?? [];
  const last = before.at(-1);
  if (last !== undefined && last.step === step && last.since === since) return { steps: before };
  return { steps: [...before, { step, since }].slice(-rememberedSteps) };
}

/** Gone is what a removal wants, and a replacement that was under way; for anything else the target was lost. */
function lostOf({ operation, prior }: Look): Pick<MachineProgress, "state" | "reason"> {
  const isWanted = operation.spec.kind === "RemoveNodes" || prior?.state === "Running";
  if (isWanted) return { state: "Succeeded", reason: "Gone" };
  return { state: "Skipped", reason: prior === undefined ? "NotAMember" : "Gone" };
}

function runningOf(look: Look, machine: Machine): MachineProgress | null {
  const { operation } = look;
  const inHand = machine.record.status?.operation;
  if (inHand?.operation === undefined || inHand.operation.uid !== operation.metadata.uid) return null;
  const { failure } = inHand;
  const putBack = failure === undefined ? {} : { reason: failure.reason, facts: failure.facts ?? {} };
  return {
    ...baseOf(look),
    ...stepsOf(look, inHand),
    state: "Running",
    step: inHand.step,
    since: inHand.stepSince,
    ...putBack,
  };
}

/** The machine's last operation was this one. Not so when it ended before a retry was asked for. */
function endedOf(look: Look, machine: Machine): MachineProgress | null {
  const { operation, prior } = look;
  const last = machine.record.status?.lastOperation;
  if (last?.operationUid === undefined || last.operationUid !== operation.metadata.uid) return null;
  if (instantOf(last.finishedTime) < instantOf(prior?.since)) return null;
  const { outcome, reason, facts = {}, finishedTime } = last;
  return {
    ...baseOf(look),
    state: outcome,
    finishedTime,
    ...(outcome === "Succeeded" ? {} : { reason, facts }),
  };
}

/** A machine that is as the operation wants it needs no work: upgraded by somebody else, synced, or well again. */
function foundSo(look: Look, machine: Machine, now: Instant): MachineProgress | null {
  return isThereAlready(look, machine)
    ? { ...baseOf(look), state: "Succeeded", reason: "NothingToDo", finishedTime: timeOf(now) }
    : null;
}

function isThereAlready({ operation, prior, snapshot }: Look, machine: Machine): boolean {
  const { kind, target, options, requestedBy } = operation.spec;
  switch (kind) {
    case "Upgrade": {
      // A new disk that did not bring the node back is no success when it is tried once more.
      const isRetried = prior?.since !== undefined;
      const hasDisk = target !== undefined && machine.record.status?.disk?.hash === target.hash;
      return hasDisk && (!isRetried || isWell(snapshot, machine));
    }
    case "SyncAttributes":
      return (
        isSame(machine.record.spec.attributes, syncedAttributes(machine, snapshot, options)) &&
        hasApplied(machine)
      );
    case "Repair":
      return requestedBy === "Controller" && isWell(snapshot, machine);
    case "RemoveNodes":
      return false;
  }
}

/** What a sync gives a machine: the template's labels and taints, its tags, or both; the rest stays. */
export function syncedAttributes(
  machine: Machine,
  snapshot: Snapshot,
  options: NodeOperationObject["spec"]["options"],
): AttributeFields {
  const template = templateAttributes(snapshot.pool.spec.template);
  const current = machine.record.spec.attributes;
  const { nodeLabels, taints } = options.labelsAndTaints ? template : current;
  const { instanceTags } = options.instanceTags ? template : current;
  return {
    ...(nodeLabels === undefined ? {} : { nodeLabels }),
    ...(taints === undefined ? {} : { taints }),
    ...(instanceTags === undefined ? {} : { instanceTags }),
  };
}

function waitingOf(look: Look, now: Instant): MachineProgress {
  const { operation, prior, target } = look;
  const { skip = [], state, approval } = operation.spec;
  const isCancelled = state === "Cancel" || approval === "Denied";
  if (isCancelled || skip.includes(target.machine)) {
    const end = skip.includes(target.machine) ? "Skipped" : "Cancelled";
    return { ...baseOf(look), state: end, reason: "Cancelled", finishedTime: timeOf(now) };
  }
  if (prior?.state === "Waiting" && prior.node === nodeOf(look)) return prior;
  return { ...baseOf(look), state: "Waiting", ...(prior?.since === undefined ? {} : { since: prior.since }) };
}
