/** Reasons to leave a sick machine alone for now, whatever ails it: storms, people, our own blindness. */
import { isCordonedByUs } from "./attributes.ts";
import { isStorm, population, unwell, zoneStorm } from "./health.ts";
import type { Instant, Machine, Node, Snapshot } from "./model.ts";
import type { Facts, HoldReason } from "./reason.ts";
import { providerFacts } from "./target.ts";
import { minuteMs, secondMs } from "./time.ts";

export interface HandsOff {
  readonly reason: HoldReason;
  readonly facts?: Facts;
  readonly wakeAt?: Instant | null;
}

/** After start, a gap in our view or a storm nothing is concluded for this long (S16). */
const settleMs = 2 * minuteMs;
const againMs = 10 * secondMs;

export function handsOff(snapshot: Snapshot, machine: Machine, now: Instant): HandsOff | null {
  const { cluster, provider } = snapshot;
  if (isStorm(snapshot, now)) {
    const [count, wanted] = [unwell(snapshot, now).length, population(snapshot, now)];
    return { reason: "Storm", facts: { count, wanted } };
  }
  const zone = zoneStorm(snapshot, machine);
  if (zone !== null) return { reason: "Storm", facts: { count: zone.notReady, wanted: zone.nodes } };
  const owner = ownerOf(snapshot, machine.node);
  if (owner !== null) return { reason: owner };
  if (cluster.sinceGapMs < settleMs)
    return { reason: "ViewTooYoung", wakeAt: now + settleMs - cluster.sinceGapMs };
  // Without the provider no rung can be climbed, and its silence is no sign of health or sickness.
  if (!provider.isListComplete)
    return { reason: "ProviderUnavailable", facts: providerFacts(provider), wakeAt: now + againMs };
  const isFree = machine.instance?.isBusy === false;
  return isFree ? null : { reason: "AwaitingInstance", wakeAt: now + againMs };
}

const autoscalerTaint = "ToBeDeletedByClusterAutoscaler";

/** Somebody else is at work on the node: a cordon without our mark is a person's (S19). */
function ownerOf({ pool }: Snapshot, node: Node | null): "AutoscalerOwnsNode" | "CordonedByPerson" | null {
  if (node === null) return null;
  if (node.taints.some(({ key }) => key === autoscalerTaint)) return "AutoscalerOwnsNode";
  const isPersons = node.isUnschedulable && !isCordonedByUs(node) && !pool.spec.template.unschedulable;
  return isPersons ? "CordonedByPerson" : null;
}
