/** How far an operation is, target by target: derived from the machines and from what was reported before. */
import type { AttributeFields } from "../schema/machine.ts";
import type { MachineProgress, NodeOperationObject, OperationTarget } from "../schema/operation.ts";
import { hasApplied, isSame, templateAttributes } from "./attributes.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
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

export function progressOf(
  operation: NodeOperationObject,
  snapshot: Snapshot,
  now: Instant,
): readonly Progress[] {
  const machines = new Map(snapshot.machines.map((machine) => [machine.record.metadata.uid, machine]));
  const before = new Map((operation.status?.machines ?? []).map((record) => [record.uid, record]));
  const retried = new Set((operation.spec.retry ?? []).slice(operation.status?.retried ?? 0));
  return operation.spec.targets.map((target) => {
    const machine = machines.get(target.uid) ?? null;
    const known = before.get(target.uid);
    const prior = retried.has(target.machine) && known !== undefined ? restarted(known, now) : known;
    return { target, machine, record: recordOf(operation, { target, machine, prior, snapshot }, now) };
  });
}

function restarted(record: MachineProgress, now: Instant): MachineProgress {
  const { name, uid, node } = record;
  return { name, uid, ...(node === undefined ? {} : { node }), state: "Waiting", since: timeOf(now) };
}

interface Look {
  readonly target: OperationTarget;
  readonly machine: Machine | null;
  readonly prior: MachineProgress | undefined;
  readonly snapshot: Snapshot;
}

function recordOf(operation: NodeOperationObject, look: Look, now: Instant): MachineProgress {
  const { target, machine, prior, snapshot } = look;
  const node = machine?.record.status?.nodeName ?? prior?.node ?? target.node;
  const base = { name: target.machine, uid: target.uid, ...(node === undefined ? {} : { node }) };
  if (prior !== undefined && isEnd(prior.state)) return prior;
  if (machine === null) {
    // Gone is what a removal and a replacement want; for anything else the target was lost.
    const isWanted = operation.spec.kind !== "SyncAttributes";
    return { ...base, state: isWanted ? "Succeeded" : "Skipped", finishedTime: timeOf(now), reason: "Gone" };
  }
  const inHand = machine.record.status?.operation;
  if (inHand?.operation?.uid === operation.metadata.uid && inHand !== undefined) {
    const putBack =
      inHand.failure === undefined ? {} : { reason: inHand.failure.reason, message: inHand.failure.message };
    return { ...base, state: "Running", step: inHand.step, since: inHand.stepSince, ...putBack };
  }
  const last = machine.record.status?.lastOperation;
  const isNews = prior?.since === undefined || !(instantOf(last?.finishedTime) < instantOf(prior.since));
  if (last !== undefined && last.operationUid === operation.metadata.uid && isNews) {
    const { outcome, reason, message, finishedTime } = last;
    return { ...base, state: outcome, finishedTime, ...(outcome === "Succeeded" ? {} : { reason, message }) };
  }
  if (isThereAlready(operation, machine, snapshot))
    return { ...base, state: "Succeeded", finishedTime: timeOf(now) };
  return waiting(operation, base, prior, now);
}

/** A machine that is as the operation wants it needs no work: upgraded by somebody else, or synced. */
function isThereAlready(operation: NodeOperationObject, machine: Machine, snapshot: Snapshot): boolean {
  const { kind, target, options } = operation.spec;
  if (kind === "Upgrade") return target !== undefined && machine.record.status?.disk?.hash === target.hash;
  if (kind !== "SyncAttributes") return false;
  const wanted = syncedAttributes(machine, snapshot, options);
  return isSame(machine.record.spec.attributes, wanted) && hasApplied(machine);
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

function waiting(
  operation: NodeOperationObject,
  base: Pick<MachineProgress, "name" | "uid" | "node">,
  prior: MachineProgress | undefined,
  now: Instant,
): MachineProgress {
  const { spec } = operation;
  const finishedTime = timeOf(now);
  if ((spec.skip ?? []).includes(base.name))
    return { ...base, state: "Skipped", reason: "Cancelled", finishedTime };
  if (spec.state === "Cancel" || spec.approval === "Denied") {
    return { ...base, state: "Cancelled", reason: "Cancelled", finishedTime };
  }
  return { ...base, state: "Waiting", ...(prior?.since === undefined ? {} : { since: prior.since }) };
}
