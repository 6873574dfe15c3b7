/**
 * What has begun goes on, or is put back: walks each machine's operation by the rules of `steps.ts`. What happens when a
 * step takes too long is in `overdue.ts`.
 */
import type { DiskFields, MachineStatus, OperationInHand } from "../schema/machine.ts";
import { together, type Wishes } from "./action.ts";
import { isCordonedByUs, nextAttributeAction } from "./attributes.ts";
import { ended, entering } from "./begin.ts";
import { hashOf } from "./hash.ts";
import { nameOf } from "./member.ts";
import type { Instant, Machine, Node, Snapshot } from "./model.ts";
import { advance, causeOf, limitOf, named, overdue, putBack } from "./overdue.ts";
import { protectedHold } from "./protect.ts";
import type { Facts, HoldReason } from "./reason.ts";
import { send } from "./send.ts";
import { isWell } from "./signs.ts";
import { hold, type StepView, waits } from "./step-view.ts";
import { hasNewDisk, type PlanName, plans, type StepName, steps } from "./steps.ts";
import { instantOf, minuteMs, timeOf } from "./time.ts";

export function finish(snapshot: Snapshot, now: Instant): Wishes {
  return together(
    snapshot.machines.map((machine) => {
      const operation = machine.record.status?.operation;
      return operation === undefined
        ? upkeep(snapshot, machine, now)
        : walk({ snapshot, machine, operation, now });
    }),
  );
}

/** A machine at rest still gets the labels, taints and tags its record asks for, and is never left cordoned by us (L4). */
function upkeep(snapshot: Snapshot, machine: Machine, now: Instant): Wishes {
  const { node } = machine;
  const name = nameOf(machine);
  const sent = { machine: name, epoch: null, step: "" } as const;
  const because = { reason: "AttributesDiffer", facts: { machine: name } } as const;
  const action = nextAttributeAction(machine, { ...sent, because });
  if (action !== null) return send({ snapshot, machine, now }, action);
  if (node === null || !isCordonedByUs(node)) return none;
  const putBack = { reason: "PutBack", facts: { machine: name } } as const;
  return send({ snapshot, machine, now }, { ...sent, kind: "UncordonNode", node, because: putBack });
}

function walk(view: StepView): Wishes {
  const { operation } = view;
  const sequence: readonly string[] = plans[operation.plan as PlanName] ?? [];
  const index = sequence.indexOf(operation.step);
  // A newer Poolkeeper's step or plan: not ours to guess.
  if (index < 0) return waits(hold(view, "StepStuck"));
  const step = steps[operation.step as StepName];
  const next = (sequence[index + 1] ?? null) as StepName | null;
  const turned = turnBack(view);
  if (turned !== null) return turned;
  // The last safe point is before the instance is touched: an empty node waits there too.
  const standing = canPutBack(view) ? whyStanding(view) : null;
  if (standing !== null) return stand(view, standing);
  if (step.isDone(view)) return stepDone(view, next);
  const limitAt = limitOf(view, step.limitMs);
  const late = refusedEffect(view) ?? (limitAt !== null && view.now >= limitAt ? overdue(view) : null);
  if (late === "Done") return stepDone(view, next);
  return late ?? told(view, wakingAt(limitAt, step.wishes(view), view.now));
}

/** Whoever waits in this step looks again when its limit is reached, also when nothing else happens until then. */
function wakingAt(limitAt: Instant | null, wishes: Wishes, now: Instant): Wishes {
  if (limitAt === null || limitAt <= now) return wishes;
  const held = wishes.held.map((item) => ({ ...item, wakeAt: Math.min(item.wakeAt ?? limitAt, limitAt) }));
  return { ...wishes, held };
}

const stuckMs = 30 * minuteMs;
/** They have their own words for what they wait for. */
const tellingSteps: ReadonlySet<string> = new Set(["Request", "Drain", "Forget"]);

/** A step that has no other way out than to go on says so, once it takes far longer than it should (L3). */
function told(view: StepView, wishes: Wishes): Wishes {
  const { operation, now } = view;
  const isStuck = now >= instantOf(operation.stepSince) + stuckMs && !tellingSteps.has(operation.step);
  return isStuck ? together([wishes, waits(hold(view, "StepStuck"))]) : wishes;
}

/** Until the drain is over nothing was taken away that uncordoning does not give back. */
function canPutBack({ operation }: StepView): boolean {
  return operation.step === "Cordon" || operation.step === "Drain";
}

function turnBack(view: StepView): Wishes | null {
  if (!canPutBack(view)) return null;
  if (isCancelled(view)) return putBack(view, { reason: "Cancelled", outcome: "Cancelled" });
  return isHealed(view) ? putBack(view, { reason: "WellAgain", outcome: "Cancelled" }) : null;
}

/** By a person's word, or because the operation that was the cause is no more (S2). */
function isCancelled(view: StepView): boolean {
  const cause = causeOf(view);
  if (cause === null) return view.operation.operation !== undefined;
  return cause.spec.state === "Cancel" || (cause.spec.skip ?? []).includes(nameOf(view.machine));
}

/** What repair was to heal has passed by itself; a repair that a person asked for is done all the same. */
function isHealed(view: StepView): boolean {
  const { operation, snapshot, machine } = view;
  const isOurs = operation.kind === "Repair" && causeOf(view)?.spec.requestedBy === "Controller";
  return isOurs && isWell(snapshot, machine);
}

interface Standing {
  readonly reason: HoldReason;
  readonly facts: Facts;
}

function whyStanding(view: StepView): Standing | null {
  const { snapshot, machine, operation } = view;
  const { name: pool } = snapshot.pool.metadata;
  if (snapshot.pool.spec.paused) return { reason: "Paused", facts: { pool } };
  const { name = "" } = operation.operation ?? {};
  if (causeOf(view)?.spec.state === "Pause")
    return { reason: "PausedByUser", facts: { pool, operation: name } };
  return protectedHold(machine);
}

/** A pause does not use up the time for the drain. */
function stand(view: StepView, { reason, facts }: Standing): Wishes {
  const { operation, machine, snapshot, now } = view;
  const at = { snapshot, machine, kind: operation.kind, now };
  if (operation.step === "Drain" && now >= instantOf(operation.drainDeadline)) {
    const { drainDeadline } = entering("Drain", at);
    return advance(view, { ...machine.record.status, operation: { ...operation, drainDeadline } });
  }
  const wakeAt = operation.step === "Drain" ? instantOf(operation.drainDeadline) : null;
  return waits(hold(view, reason, facts, wakeAt));
}

function stepDone(view: StepView, next: StepName | null): Wishes {
  const { operation, machine, snapshot, now } = view;
  const status = learned(view);
  if (next === null) return advance(view, ended(status, operation, endingOf(operation), now));
  const at = { snapshot, machine, kind: operation.kind, now };
  const failure = versionFailure(view);
  return advance(view, {
    ...status,
    operation: { ...operation, ...entering(next, at), ...(failure === null ? {} : { failure }) },
  });
}

/** What a finished step has taught us about the machine. */
function learned({ machine, operation, snapshot, now }: StepView): MachineStatus {
  const status = machine.record.status ?? {};
  const { instance, node } = machine;
  const { target } = operation;
  if (operation.step === "Request" && instance !== null) {
    return {
      ...status,
      instanceId: instance.id,
      nodeName: `${snapshot.provider.region}.${instance.id}`,
      zone: instance.zone,
      instanceType: instance.instanceType,
      ...(target === undefined ? {} : { disk: target }),
    };
  }
  if (operation.step === "Join") {
    const nodeUid = node === null ? {} : { nodeUid: node.uid };
    return { ...withDisk(status, status.disk, node), ...nodeUid, joinedTime: timeOf(now) };
  }
  if (!hasNewDisk(machine, operation)) return status;
  if (operation.step === "ReplaceDisk" || operation.step === "Start") return withDisk(status, target, null);
  return operation.step === "AwaitReady" ? withDisk(status, target, node) : status;
}

/** Of the kubelet's version the node has the last word, whatever the disk was made from. */
function withDisk(status: MachineStatus, disk: DiskFields | undefined, node: Node | null): MachineStatus {
  if (disk === undefined) return status;
  const version = node?.kubeletVersion ?? "";
  if (version === "" || version === disk.kubernetesVersion) return { ...status, disk };
  return {
    ...status,
    disk: { ...disk, kubernetesVersion: version, hash: hashOf(`${disk.hash} ${version}`) },
  };
}

function endingOf({ failure }: OperationInHand): Parameters<typeof ended>[2] {
  if (failure === undefined) return { outcome: "Succeeded", reason: "Succeeded", facts: {} };
  return { outcome: failure.outcome, reason: failure.reason, facts: failure.facts ?? {} };
}

/** A node that came back with another kubelet than was asked for is no success. */
function versionFailure({ operation, machine }: StepView): OperationInHand["failure"] | null {
  const wanted = operation.target?.kubernetesVersion;
  const found = machine.node?.kubeletVersion;
  if (operation.step !== "AwaitReady" || operation.failure !== undefined) return null;
  if (wanted === undefined || operation.plan !== "ReplaceSystemDisk" || found === wanted) return null;
  const facts = named(machine, { ...(found === undefined ? {} : { have: found }), wanted });
  return { reason: "VersionMismatch", facts, step: operation.step, outcome: "Failed" };
}

/** A definite no to a disk replacement: the instance goes back to work with the disk it has. */
function refusedEffect(view: StepView): Wishes | null {
  const { operation, snapshot, machine } = view;
  const outcome = snapshot.outcomes.get(nameOf(machine));
  if (operation.step !== "ReplaceDisk" || outcome?.action !== "ReplaceSystemDisk") return null;
  if (outcome.epoch !== operation.epoch) return null;
  const kind = outcome.error?.kind;
  if (kind !== "Invalid" && kind !== "Denied") return null;
  return putBack(view, {
    reason: "EffectRefused",
    facts: { step: operation.step, error: outcome.error?.message ?? "" },
    outcome: "Failed",
  });
}

const none: Wishes = { actions: [], held: [] };
