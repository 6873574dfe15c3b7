/** Gives each pod a node: the emptiest one that fits and may take it. The same world gives the same answer. */
import { type JsonObject, objectAt, objectsAt, type Stored, stringAt, timestamp } from "../api/json.ts";
import { type Hand, keyOfObject, type Neighbour } from "./hand.ts";
import {
  conditionOf,
  isFinished,
  isGoing,
  isReady,
  quantity,
  requestsOf,
  tolerates,
  withCondition,
} from "./pod.ts";
import type { View } from "./view.ts";

/** So many nodes that fit are enough to choose from; the search begins elsewhere each time. */
const enoughNodes = 100;

const pass = "pass";

export function createScheduler(hand: Hand, view: View): Neighbour {
  let start = 0;
  return {
    name: "scheduler",
    wants: ({ store, type, object, before }) => {
      if (store === "nodes") return [pass];
      if (store !== "pods") return [];
      const isUnbound = (stringAt(object, "spec", "nodeName") ?? "") === "";
      if (type === "DELETED") return isUnbound ? [] : [pass];
      if (isUnbound && before === undefined) return [pass];
      // A finished pod gives its share back.
      return before !== undefined && isFinished(object) && !isFinished(before) ? [pass] : [];
    },
    sync: () => {
      const waiting = view.unbound().filter((pod) => isSchedulable(pod));
      if (waiting.length === 0) return null;
      const nodes = hand.list("nodes");
      for (const pod of waiting.toSorted(byAge)) {
        const found = choose(pod, nodes, start, view);
        if (found === null) {
          refuse(hand, pod, nodes, view);
          continue;
        }
        start = found.next;
        bind(hand, pod, found.node);
      }
      return null;
    },
  };
}

function isSchedulable(pod: Stored): boolean {
  const isOurs = (stringAt(pod, "spec", "schedulerName") ?? "default-scheduler") === "default-scheduler";
  return (
    isOurs && !isGoing(pod) && !isFinished(pod) && objectsAt(pod, "spec", "schedulingGates").length === 0
  );
}

function byAge(a: Stored, b: Stored): number {
  const age = a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp);
  return age === 0 ? keyOfObject(a).localeCompare(keyOfObject(b)) : age;
}

interface Choice {
  readonly node: Stored;
  readonly next: number;
}

function choose(pod: Stored, nodes: readonly Stored[], start: number, view: View): Choice | null {
  let best: Stored | null = null;
  let bestScore = Number.NEGATIVE_INFINITY;
  let fitting = 0;
  for (let i = 0; i < nodes.length && fitting < enoughNodes; i += 1) {
    const node = nodes[(start + i) % nodes.length];
    if (node === undefined || whyNot(pod, node, view) !== null) continue;
    fitting += 1;
    const score = scoreOf(pod, node, view);
    if (score <= bestScore) continue;
    best = node;
    bestScore = score;
  }
  const isSampled = nodes.length > enoughNodes;
  return best === null ? null : { node: best, next: isSampled ? (start + enoughNodes) % nodes.length : 0 };
}

/** Null where the pod may run on the node; otherwise the reason, in the scheduler's words. */
function whyNot(pod: Stored, node: Stored, view: View): string | null {
  if (isGoing(node)) return "node(s) were being deleted";
  if (node.spec?.["unschedulable"] === true) return "node(s) were unschedulable";
  const taint = objectsAt(node, "spec", "taints").find(
    (one) => one["effect"] !== "PreferNoSchedule" && !tolerates(pod, one),
  );
  if (taint !== undefined) return `node(s) had untolerated taint(s)`;
  if (!isReady(node)) return "node(s) were not ready";
  if (!hasLabels(node, objectAt(pod, "spec", "nodeSelector"))) {
    return "node(s) didn't match Pod's node affinity/selector";
  }
  return lackOf(pod, node, view);
}

function hasLabels(node: Stored, wanted: JsonObject): boolean {
  const labels = node.metadata.labels ?? {};
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

const podsByDefault = 110;

interface Capacity {
  readonly cpu: number;
  readonly memory: number;
  readonly pods: number;
}

const capacities = new WeakMap<Stored, Capacity>();

function capacityOf(node: Stored): Capacity {
  const known = capacities.get(node);
  if (known !== undefined) return known;
  const capacity = readCapacity(node);
  capacities.set(node, capacity);
  return capacity;
}

function readCapacity(node: Stored): Capacity {
  const allocatable = objectAt(node, "status", "allocatable");
  return {
    cpu: quantity(allocatable["cpu"]) * 1000,
    memory: quantity(allocatable["memory"]),
    pods: allocatable["pods"] === undefined ? podsByDefault : quantity(allocatable["pods"]),
  };
}

function lackOf(pod: Stored, node: Stored, view: View): string | null {
  const capacity = capacityOf(node);
  const used = view.usedOn(node.metadata.name);
  const asked = requestsOf(pod);
  if (used.pods + 1 > capacity.pods) return "Too many pods";
  if (asked.cpu > 0 && used.cpu + asked.cpu > capacity.cpu) return "Insufficient cpu";
  if (asked.memory > 0 && used.memory + asked.memory > capacity.memory) return "Insufficient memory";
  return null;
}

/** The share that would stay free; a tie goes to the node with fewer pods, then to the first. */
function scoreOf(pod: Stored, node: Stored, view: View): number {
  const capacity = capacityOf(node);
  const used = view.usedOn(node.metadata.name);
  const asked = requestsOf(pod);
  const free = (taken: number, all: number) => (all === 0 ? 0 : (all - taken) / all);
  const cpu = free(used.cpu + asked.cpu, capacity.cpu);
  const memory = free(used.memory + asked.memory, capacity.memory);
  const preferred = objectsAt(node, "spec", "taints").filter(
    (one) => one["effect"] === "PreferNoSchedule" && !tolerates(pod, one),
  );
  return (cpu + memory) / 2 - used.pods / 1_000 - preferred.length;
}

function bind(hand: Hand, pod: Stored, node: Stored): void {
  const bound = hand.act("pods", pod, "binding", {
    apiVersion: "v1",
    kind: "Binding",
    metadata: { name: pod.metadata.name, uid: pod.metadata.uid },
    target: { apiVersion: "v1", kind: "Node", name: node.metadata.name },
  });
  if (bound === null) return;
  const message = `Successfully assigned ${keyOfObject(pod)} to ${node.metadata.name}`;
  tell(hand, pod, { type: "Normal", reason: "Scheduled", message });
}

function refuse(hand: Hand, pod: Stored, nodes: readonly Stored[], view: View): void {
  const message = refusalOf(pod, nodes, view);
  if (conditionOf(pod, "PodScheduled")?.["message"] === message) return;
  const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message };
  hand.replace("pods", withCondition(pod, condition, timestamp(hand.now())), "status");
  tell(hand, pod, { type: "Warning", reason: "FailedScheduling", message });
}

function refusalOf(pod: Stored, nodes: readonly Stored[], view: View): string {
  if (nodes.length === 0) return "no nodes available to schedule pods";
  const counts = new Map<string, number>();
  for (const node of nodes) {
    const why = whyNot(pod, node, view) ?? "node(s) were just taken";
    counts.set(why, (counts.get(why) ?? 0) + 1);
  }
  const parts = [...counts].map(([why, count]) => `${count} ${why}`).toSorted();
  return `0/${nodes.length} nodes are available: ${parts.join(", ")}.`;
}

interface Told {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

function tell(hand: Hand, pod: Stored, told: Told): void {
  const { name, namespace, uid, resourceVersion } = pod.metadata;
  const time = timestamp(hand.now());
  hand.create("events", namespace, {
    ...told,
    metadata: { generateName: `${name}.` },
    involvedObject: { kind: "Pod", apiVersion: "v1", name, namespace, uid, resourceVersion },
    source: { component: "default-scheduler" },
    reportingComponent: "default-scheduler",
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  });
}
