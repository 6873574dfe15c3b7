/**
 * A drain at one instant: which pods are evicted now, which are on their way out, and what stands in the way of the
 * others. What happens at the time limit is decided in finish.ts; who is told what beforehand, in drain-preview.ts.
 */
import type { LabelSelector } from "../schema/kubernetes.ts";
import type { Budget, EvictionRefusal, Instant, Machine, Pod, Snapshot } from "./model.ts";
import type { Facts } from "./reason.ts";
import { isWaitOver, secondMs } from "./time.ts";

export interface DrainState {
  readonly evictNow: readonly Pod[];
  /** On their way out already. */
  readonly waiting: readonly Pod[];
  /** Neither gone nor going: each with what it waits for. */
  readonly blocked: readonly DrainBlocker[];
  readonly isDone: boolean;
  /** When a refused eviction may be tried again; null when only an event can change anything. */
  readonly wakeAt: Instant | null;
}

export interface DrainBlocker {
  readonly pod: Pod;
  readonly budgets: readonly Budget[];
  readonly reason: "DrainBlocked" | "DrainImpossible" | "TooManyBudgets" | "NamespaceTerminating";
  readonly facts: Facts;
  /** False where waiting is in vain: a person has to change the budget or the workload. */
  readonly canEverAllow: boolean;
}

export type Verdict =
  | { readonly verdict: "Evict"; readonly why: null }
  | { readonly verdict: "Wait"; readonly why: "Terminating" }
  | { readonly verdict: "Ignore"; readonly why: "DaemonSet" | "Mirror" | "Finished" };

/** What a drain does with a pod, whatever budgets say. */
export function classify(pod: Pod): Verdict {
  if (pod.isMirror) return { verdict: "Ignore", why: "Mirror" };
  if (pod.owner?.kind === "DaemonSet") return { verdict: "Ignore", why: "DaemonSet" };
  if (pod.phase === "Succeeded" || pod.phase === "Failed") return { verdict: "Ignore", why: "Finished" };
  if (pod.deletionAt !== null) return { verdict: "Wait", why: "Terminating" };
  return { verdict: "Evict", why: null };
}

/**
 * All machines that drain share the budgets of one pass, the one that began first taking from them first: so one node
 * is emptied after the other, and no budget is asked for more than it offers.
 */
export function drainState(machine: Machine, snapshot: Snapshot, now: Instant): DrainState {
  const round = roundOf(snapshot, now);
  return round.states.get(machine) ?? stateOf(machine, { snapshot, now, spent: new Map(round.spent) });
}

/** The budgets over a pod. An eviction asks for at most one. */
export function budgetsOf(pod: Pod, budgets: readonly Budget[]): readonly Budget[] {
  const ofNamespace = byNamespace(budgets).get(pod.namespace) ?? [];
  return ofNamespace.filter(({ selects }) => selects(pod.labels)).map(({ budget }) => budget);
}

/** Kubernetes' meaning: an empty selector matches all, one with an impossible expression nothing. */
export function matches(selector: LabelSelector, labels: Labels): boolean {
  return selection(selector)(labels);
}

type Labels = Readonly<Record<string, string>>;

/** Taken apart once for many pods. */
function selection({ matchLabels = {}, matchExpressions = [] }: LabelSelector): (labels: Labels) => boolean {
  const pairs = Object.entries(matchLabels);
  return (labels) =>
    pairs.every(([key, value]) => labels[key] === value) &&
    matchExpressions.every((expression) => matchesExpression(expression, labels));
}

function matchesExpression(
  { key, operator, values = [] }: NonNullable<LabelSelector["matchExpressions"]>[number],
  labels: Labels,
): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return values.length > 0 && (value === undefined || !values.includes(value));
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
  }
}

/** All its pods are healthy, none is on its way out, and still it cannot spare one: time alone never changes that. */
export function canNeverAllow(budget: Budget): boolean {
  const { expectedPods, currentHealthy, desiredHealthy } = budget;
  const isSettled = budget.isCurrent && budget.disruptedPods === 0 && budget.disruptionsAllowed <= 0;
  return isSettled && expectedPods > 0 && currentHealthy >= expectedPods && desiredHealthy >= expectedPods;
}

/** What the eviction of a pod asks for now. The API server judges in this order. */
export type BudgetNeed =
  | { readonly kind: "None" }
  | { readonly kind: "One"; readonly budget: Budget }
  | { readonly kind: "TooMany" };

export function needOf(pod: Pod, budgets: readonly Budget[]): BudgetNeed {
  const [budget, second] = budgets;
  if (pod.phase === "Pending" || budget === undefined) return { kind: "None" };
  if (second !== undefined) return { kind: "TooMany" };
  if (pod.isReady) return { kind: "One", budget };
  const hasEnoughOthers = budget.desiredHealthy > 0 && budget.currentHealthy >= budget.desiredHealthy;
  const mayGo = budget.unhealthyPods === "AlwaysAllow" || hasEnoughOthers;
  return mayGo ? { kind: "None" } : { kind: "One", budget };
}

/** Why a budget lets nobody go at this moment; null where it does. */
export function obstacleOf(pod: Pod, budgets: readonly Budget[]): DrainBlocker | null {
  const need = needOf(pod, budgets);
  if (need.kind === "TooMany") return blockerOf("TooManyBudgets", pod, budgets);
  if (need.kind === "None" || (need.budget.isCurrent && need.budget.disruptionsAllowed > 0)) return null;
  return blockerOf(canNeverAllow(need.budget) ? "DrainImpossible" : "DrainBlocked", pod, budgets);
}

interface Round {
  readonly now: Instant;
  readonly states: ReadonlyMap<Machine, DrainState>;
  readonly spent: ReadonlyMap<Budget, number>;
}

interface RoundInHand {
  readonly snapshot: Snapshot;
  readonly now: Instant;
  /** Evictions of this pass, by budget. */
  readonly spent: Map<Budget, number>;
}

/** Only saves time: the same snapshot and instant give the same answer without them. */
const rounds = new WeakMap<Snapshot, Round>();
const budgetIndexes = new WeakMap<readonly Budget[], BudgetIndex>();

type BudgetIndex = ReadonlyMap<string, readonly IndexedBudget[]>;

interface IndexedBudget {
  readonly budget: Budget;
  readonly selects: (labels: Labels) => boolean;
}

function roundOf(snapshot: Snapshot, now: Instant): Round {
  const known = rounds.get(snapshot);
  if (known?.now === now) return known;
  const spent = new Map<Budget, number>();
  const draining = snapshot.machines.filter(isDraining).toSorted(byBeginning);
  const states = new Map(draining.map((machine) => [machine, stateOf(machine, { snapshot, now, spent })]));
  const round = { now, states, spent };
  rounds.set(snapshot, round);
  return round;
}

function isDraining({ record }: Machine): boolean {
  const operation = record.status?.operation;
  return operation?.step === "Drain" && operation.options.drain;
}

function byBeginning(a: Machine, b: Machine): number {
  return compare(beginningOf(a), beginningOf(b)) || compare(a.record.metadata.name, b.record.metadata.name);
}

function beginningOf({ record }: Machine): string {
  return record.status?.operation?.stepSince ?? "";
}

function stateOf(machine: Machine, round: RoundInHand): DrainState {
  const evictNow: Pod[] = [];
  const blocked: DrainBlocker[] = [];
  let wakeAt: Instant | null = null;
  for (const candidate of candidatesOf(machine, round.snapshot.budgets)) {
    const answer = judge(candidate, round);
    if (answer === null) {
      evictNow.push(candidate.pod);
      continue;
    }
    blocked.push(answer.blocker);
    if (answer.retryAt !== null) wakeAt = Math.min(answer.retryAt, wakeAt ?? answer.retryAt);
  }
  const waiting = machine.pods.filter((pod) => classify(pod).verdict === "Wait").toSorted(byName);
  const isDone = evictNow.length === 0 && blocked.length === 0 && waiting.length === 0;
  return { evictNow, waiting, blocked, isDone, wakeAt };
}

interface Candidate {
  readonly pod: Pod;
  readonly budgets: readonly Budget[];
  readonly need: BudgetNeed;
  readonly key: string;
}

/** Pods that ask no budget first: they cost nobody anything. Then budget by budget, by name. */
function candidatesOf(machine: Machine, budgets: readonly Budget[]): readonly Candidate[] {
  return machine.pods
    .filter((pod) => classify(pod).verdict === "Evict")
    .map((pod) => {
      const over = budgetsOf(pod, budgets);
      const need = needOf(pod, over);
      const key = `${need.kind === "One" ? nameOf(need.budget) : ""} ${nameOf(pod)}`;
      return { pod, budgets: over, need, key };
    })
    .toSorted((a, b) => compare(a.key, b.key));
}

interface NotNow {
  readonly blocker: DrainBlocker;
  readonly retryAt: Instant | null;
}

/** Null: the pod is evicted now, and its budget charged. */
function judge({ pod, budgets, need }: Candidate, { snapshot, now, spent }: RoundInHand): NotNow | null {
  const obstacle = obstacleOf(pod, budgets);
  if (obstacle !== null) return { blocker: obstacle, retryAt: null };
  const refusal = snapshot.evictions.get(pod.uid);
  if (refusal !== undefined && !isWaitOver(refusal.at, retryTime(refusal, need), now)) {
    const blocker = blockerOf(refusalReasons[refusal.kind], pod, budgets, refusal.message);
    return { blocker, retryAt: retryTime(refusal, need) };
  }
  if (need.kind !== "One") return null;
  const used = spent.get(need.budget) ?? 0;
  if (used >= need.budget.disruptionsAllowed) {
    return { blocker: blockerOf("DrainBlocked", pod, budgets), retryAt: null };
  }
  spent.set(need.budget, used + 1);
  return null;
}

const refusalReasons: Readonly<Record<EvictionRefusal["kind"], DrainBlocker["reason"]>> = {
  Blocked: "DrainBlocked",
  TooManyBudgets: "TooManyBudgets",
  NamespaceTerminating: "NamespaceTerminating",
};

/** For as long as our copy of a budget may still be the one from before the refusal. */
const copyAgeMs = secondMs;

/** A budget that allows something again is tried at once: the retry time was a guess of when it would. */
function retryTime(refusal: EvictionRefusal, need: BudgetNeed): Instant {
  const isOpenAgain = refusal.kind === "Blocked" && need.kind === "One";
  return isOpenAgain ? Math.min(refusal.retryAt, refusal.at + copyAgeMs) : refusal.retryAt;
}

function blockerOf(
  reason: DrainBlocker["reason"],
  pod: Pod,
  budgets: readonly Budget[],
  message = "",
): DrainBlocker {
  const [budget] = budgets;
  const owner = pod.owner === null ? {} : { owner: `${pod.owner.kind} ${pod.namespace}/${pod.owner.name}` };
  const counts =
    budget === undefined
      ? {}
      : {
          budget: budgets.map(nameOf).join(", "),
          allowed: budget.disruptionsAllowed,
          healthy: budget.currentHealthy,
          desired: budget.desiredHealthy,
          expected: budget.expectedPods,
        };
  const facts = { pod: nameOf(pod), ...owner, ...counts, ...(message === "" ? {} : { message }) };
  const canEverAllow = reason !== "DrainImpossible" && reason !== "TooManyBudgets";
  return { pod, budgets, reason, facts, canEverAllow };
}

function byNamespace(budgets: readonly Budget[]): BudgetIndex {
  const known = budgetIndexes.get(budgets);
  if (known !== undefined) return known;
  const indexed = budgets
    .toSorted((a, b) => compare(nameOf(a), nameOf(b)))
    .map((budget) => ({ budget, selects: selection(budget.selector) }));
  const index = Map.groupBy(indexed, ({ budget }) => budget.namespace);
  budgetIndexes.set(budgets, index);
  return index;
}

function byName(a: Pod, b: Pod): number {
  return compare(nameOf(a), nameOf(b));
}

function nameOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
