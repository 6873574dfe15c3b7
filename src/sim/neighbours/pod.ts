/** What neighbours need to know of one pod: is it finished, ready, tolerant, and how much it asks for. */
import { type JsonObject, objectAt, objectsAt, type Stored, stringAt } from "../api/json.ts";

export function isFinished(pod: Stored): boolean {
  const phase = stringAt(pod, "status", "phase");
  return phase === "Succeeded" || phase === "Failed";
}

export function isGoing(pod: Stored): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

export function conditionOf(object: Stored, type: string): JsonObject | undefined {
  return objectsAt(object, "status", "conditions").find((one) => one["type"] === type);
}

export function isReady(object: Stored): boolean {
  return conditionOf(object, "Ready")?.["status"] === "True";
}

/** The status with one condition set. Its transition time moves only when its word does. */
export function withCondition(object: Stored, condition: JsonObject, time: string): Stored {
  const type = condition["type"];
  const before = objectsAt(object, "status", "conditions");
  const earlier = before.find((one) => one["type"] === type);
  const isSame = earlier !== undefined && earlier["status"] === condition["status"];
  const since = isSame ? (earlier["lastTransitionTime"] ?? time) : time;
  const set = { ...earlier, ...condition, lastTransitionTime: since };
  const conditions =
    earlier === undefined ? [...before, set] : before.map((one) => (one === earlier ? set : one));
  return { ...object, status: { ...object.status, conditions } };
}

export interface Requests {
  /** In thousandths of a core. */
  readonly cpu: number;
  /** In bytes. */
  readonly memory: number;
}

const requests = new WeakMap<Stored, Requests>();

export function requestsOf(pod: Stored): Requests {
  const known = requests.get(pod);
  if (known !== undefined) return known;
  const sum = sumRequests(pod);
  requests.set(pod, sum);
  return sum;
}

function sumRequests(pod: Stored): Requests {
  let cpu = 0;
  let memory = 0;
  for (const container of objectsAt(pod, "spec", "containers")) {
    const requests = objectAt(container, "resources", "requests");
    cpu += quantity(requests["cpu"]) * 1000;
    memory += quantity(requests["memory"]);
  }
  return { cpu, memory };
}

const factors: { readonly [suffix: string]: number } = {
  "": 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** `500m`, `1.5`, `128Mi` as a number. */
export function quantity(value: unknown): number {
  if (typeof value === "number") return value;
  const match = /^([0-9.]+)([A-Za-z]*)$/.exec(typeof value === "string" ? value : "");
  if (match === null) return 0;
  return Number(match[1]) * (factors[match[2] ?? ""] ?? 1);
}

export function tolerates(pod: Stored, taint: JsonObject): boolean {
  return tolerationOf(pod, taint) !== undefined;
}

/** The first toleration of the pod that bears the taint. */
export function tolerationOf(pod: Stored, taint: JsonObject): JsonObject | undefined {
  return objectsAt(pod, "spec", "tolerations").find((one) => {
    const effect = stringAt(one, "effect") ?? "";
    if (effect !== "" && effect !== taint["effect"]) return false;
    const key = stringAt(one, "key") ?? "";
    if (key === "") return one["operator"] === "Exists";
    if (key !== taint["key"]) return false;
    return one["operator"] === "Exists" || (one["value"] ?? "") === (taint["value"] ?? "");
  });
}
