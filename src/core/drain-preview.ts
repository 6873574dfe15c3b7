/**
 * What a drain would do, for people before they act: which pods move, which die, what is lost, what stands in the way,
 * and whether the nodes that stay have room. It looks at requests only, not at taints, selectors or affinity.
 */
import { budgetsOf, classify, type DrainBlocker, obstacleOf, type Verdict } from "./drain.ts";
import type { Budget, Machine, Pod, Resources, Snapshot } from "./model.ts";

/** A pod may stand in several lists: it moves, loses its local data, and is blocked for now. */
export interface DrainPreview {
  /** Their controllers make them anew elsewhere. */
  readonly moves: readonly PreviewPod[];
  /** Without a controller: nobody makes them anew. */
  readonly dies: readonly PreviewPod[];
  readonly localStorage: readonly PreviewPod[];
  /** Somebody asked that they not be evicted; a drain does it all the same. */
  readonly notSafeToEvict: readonly PreviewPod[];
  readonly blocked: readonly BlockedPod[];
  /** On their way out already. */
  readonly terminating: readonly PreviewPod[];
  readonly ignored: readonly IgnoredPod[];
}

export interface PreviewPod {
  readonly machine: string;
  readonly node: string;
  /** `namespace/name`, as everywhere below. */
  readonly pod: string;
  /** Such as "ReplicaSet shop/cart"; "" for a pod without controller. */
  readonly owner: string;
  readonly budgets: readonly { readonly name: string; readonly allowed: number }[];
}

export interface BlockedPod extends PreviewPod {
  readonly reason: DrainBlocker["reason"];
  readonly canEverAllow: boolean;
}

export interface IgnoredPod extends PreviewPod {
  readonly why: Extract<Verdict, { verdict: "Ignore" }>["why"];
}

export function drainPreview(machines: readonly Machine[], snapshot: Snapshot): DrainPreview {
  const looks = machines.flatMap((machine) => machine.pods.map((pod) => lookAt(pod, machine, snapshot)));
  const evicted = looks.filter(({ verdict }) => verdict.verdict === "Evict");
  return {
    moves: previewsOf(evicted.filter(({ pod }) => pod.owner !== null)),
    dies: previewsOf(evicted.filter(({ pod }) => pod.owner === null)),
    localStorage: previewsOf(evicted.filter(({ pod }) => pod.hasLocalStorage)),
    notSafeToEvict: previewsOf(evicted.filter(({ pod }) => pod.safeToEvict === false)),
    blocked: evicted.flatMap(({ preview, obstacle }) => {
      if (obstacle === null) return [];
      return [{ ...preview, reason: obstacle.reason, canEverAllow: obstacle.canEverAllow }];
    }),
    terminating: previewsOf(looks.filter(({ verdict }) => verdict.verdict === "Wait")),
    ignored: looks.flatMap(({ preview, verdict }) => {
      return verdict.verdict === "Ignore" ? [{ ...preview, why: verdict.why }] : [];
    }),
  };
}

/** Never, Waits: a budget is in the way, now or for ever. Ends: without a controller. Going: on its way out. Stays: not evicted. */
export type PodFate = "Never" | "Waits" | "Ends" | "Moves" | "Going" | "Stays";

export interface FatedPod {
  readonly pod: Pod;
  readonly shown: PreviewPod;
  readonly fate: PodFate;
  /** Of one that stays. */
  readonly why: IgnoredPod["why"] | null;
  readonly losesLocalData: boolean;
  /** Somebody asked that it not be evicted. */
  readonly askedToStay: boolean;
}

const worstFirst: readonly PodFate[] = ["Never", "Waits", "Ends", "Moves", "Going", "Stays"];

/** Each pod of a machine once, the worst first. */
export function podFates(machine: Machine, snapshot: Snapshot): readonly FatedPod[] {
  const pods = machine.pods.map((pod): FatedPod => {
    const { verdict, obstacle, preview } = lookAt(pod, machine, snapshot);
    const isEvicted = verdict.verdict === "Evict";
    return {
      pod,
      shown: preview,
      fate: fateOf(pod, verdict, obstacle),
      why: verdict.verdict === "Ignore" ? verdict.why : null,
      losesLocalData: isEvicted && pod.hasLocalStorage,
      askedToStay: isEvicted && pod.safeToEvict === false,
    };
  });
  return pods.toSorted((a, b) => worstFirst.indexOf(a.fate) - worstFirst.indexOf(b.fate));
}

function fateOf(pod: Pod, { verdict }: Verdict, obstacle: DrainBlocker | null): PodFate {
  if (verdict === "Ignore") return "Stays";
  if (verdict === "Wait") return "Going";
  if (obstacle !== null) return obstacle.canEverAllow ? "Waits" : "Never";
  return pod.owner === null ? "Ends" : "Moves";
}

export interface PoolBlocker extends PreviewPod {
  /** Block: the node cannot be drained until a person changes something. Warn: it can, at a price or after a wait. */
  readonly level: "Block" | "Warn";
  readonly reason: DrainBlocker["reason"] | "NoController" | "LocalStorage" | "NotSafeToEvict";
}

/** What an upgrade of the whole pool would run into, the worst first. */
export function wholePoolBlockers(snapshot: Snapshot): readonly PoolBlocker[] {
  const preview = drainPreview(snapshot.machines, snapshot);
  const warn = (pods: readonly PreviewPod[], reason: PoolBlocker["reason"]): readonly PoolBlocker[] =>
    pods.map((pod) => ({ ...pod, level: "Warn", reason }));
  const obstacles = preview.blocked.map(({ canEverAllow, ...pod }): PoolBlocker => {
    return { ...pod, level: canEverAllow ? "Warn" : "Block" };
  });
  return [
    ...obstacles.filter(({ level }) => level === "Block"),
    ...obstacles.filter(({ level }) => level === "Warn"),
    ...warn(preview.dies, "NoController"),
    ...warn(preview.localStorage, "LocalStorage"),
    ...warn(preview.notSafeToEvict, "NotSafeToEvict"),
  ];
}

/** What a node that stays can still take. */
export interface NodeRoom extends Resources {
  readonly node: string;
}

export interface CapacityCheck {
  /** No: they cannot fit. Yes: they were placed one by one. Tight: in sum they fit, but not all found a node. */
  readonly answer: "Yes" | "Tight" | "No";
  readonly needed: Resources;
  readonly free: Resources;
  /** Pods that found no node, the largest first. */
  readonly homeless: readonly string[];
}

/** Is there room on the nodes that stay for the pods that would move? */
export function capacityCheck(leaving: readonly Machine[], stay: readonly NodeRoom[]): CapacityCheck {
  const pods = leaving.flatMap((machine) => machine.pods).filter(needsNewHome);
  const needed = total(pods.map(({ requests }) => requests));
  const free = total(stay);
  const homeless = place(pods, stay).map(nameOf);
  if (homeless.length === 0) return { answer: "Yes", needed, free, homeless };
  const isEnough = needed.cpuMilli <= free.cpuMilli && needed.memoryMiB <= free.memoryMiB;
  return { answer: isEnough ? "Tight" : "No", needed, free, homeless };
}

/** The room on these machines' nodes; none where the node takes no pods now. */
export function roomsOf(machines: readonly Pick<Machine, "node" | "pods">[]): readonly NodeRoom[] {
  return machines.flatMap(({ node, pods }) => {
    if (node === null || node.isUnschedulable || node.ready !== "True") return [];
    const used = total(pods.filter(({ phase }) => !isFinished(phase)).map(({ requests }) => requests));
    const cpuMilli = Math.max(0, node.allocatable.cpuMilli - used.cpuMilli);
    const memoryMiB = Math.max(0, node.allocatable.memoryMiB - used.memoryMiB);
    return [{ node: node.name, cpuMilli, memoryMiB }];
  });
}

interface Look {
  readonly pod: Pod;
  readonly verdict: Verdict;
  readonly preview: PreviewPod;
  readonly obstacle: DrainBlocker | null;
}

function lookAt(pod: Pod, machine: Machine, snapshot: Snapshot): Look {
  const budgets = budgetsOf(pod, snapshot.budgets);
  const preview = {
    machine: machine.record.metadata.name,
    node: pod.nodeName,
    pod: nameOf(pod),
    owner: pod.owner === null ? "" : `${pod.owner.kind} ${pod.namespace}/${pod.owner.name}`,
    budgets: budgets.map((budget) => ({ name: nameOf(budget), allowed: budget.disruptionsAllowed })),
  };
  return { pod, verdict: classify(pod), preview, obstacle: obstacleOf(pod, budgets) };
}

function previewsOf(looks: readonly Look[]): readonly PreviewPod[] {
  return looks.map(({ preview }) => preview);
}

/** One that is on its way out has its successor already. */
function needsNewHome(pod: Pod): boolean {
  return pod.owner !== null && classify(pod).verdict === "Evict";
}

/** Largest first, each on the node with the most room: roughly what the scheduler does. Gives back what fits nowhere. */
function place(pods: readonly Pod[], stay: readonly NodeRoom[]): readonly Pod[] {
  const rooms = stay.map(({ cpuMilli, memoryMiB }) => ({ cpuMilli, memoryMiB }));
  const bySize = pods.toSorted((a, b) => sizeOf(b.requests) - sizeOf(a.requests));
  return bySize.filter(({ requests }) => {
    const room = rooms.reduce<(typeof rooms)[number] | null>((best, other) => {
      const holds = other.cpuMilli >= requests.cpuMilli && other.memoryMiB >= requests.memoryMiB;
      return holds && (best === null || sizeOf(other) > sizeOf(best)) ? other : best;
    }, null);
    if (room === null) return true;
    room.cpuMilli -= requests.cpuMilli;
    room.memoryMiB -= requests.memoryMiB;
    return false;
  });
}

/** One core weighs as much as four GiB, the usual shape of an instance. */
function sizeOf({ cpuMilli, memoryMiB }: Resources): number {
  return cpuMilli / 1000 + memoryMiB / 4096;
}

function total(list: readonly Resources[]): Resources {
  return list.reduce(
    (sum, { cpuMilli, memoryMiB }) => ({
      cpuMilli: sum.cpuMilli + cpuMilli,
      memoryMiB: sum.memoryMiB + memoryMiB,
    }),
    { cpuMilli: 0, memoryMiB: 0 },
  );
}

function isFinished(phase: Pod["phase"]): boolean {
  return phase === "Succeeded" || phase === "Failed";
}

function nameOf({ namespace, name }: Pod | Budget): string {
  return `${namespace}/${name}`;
}
