/** How a word of state is meant, so that every surface colours it alike. */
export type Tone = "Good" | "Busy" | "Bad" | "Plain";

const good: ReadonlySet<string> = new Set(["Active", "Ready", "Succeeded"]);
const bad: ReadonlySet<string> = new Set([
  "Stalled",
  "Degraded",
  "NotReady",
  "NodeMissing",
  "Failed",
  "NeedsHuman",
]);

/** Whether a condition is good news depends on which it is; one that is not known here is neither. */
export function conditionTone(type: string, status: "True" | "False" | "Unknown"): Tone {
  if (status === "Unknown") return "Plain";
  const [ifTrue, ifFalse] = conditions[type] ?? plain;
  return status === "True" ? ifTrue : ifFalse;
}

type Pair = readonly [ifTrue: Tone, ifFalse: Tone];
const plain: Pair = ["Plain", "Plain"];
const needed: Pair = ["Good", "Bad"];
const doing: Pair = ["Busy", "Plain"];

const conditions: Readonly<Record<string, Pair>> = {
  Ready: needed,
  Available: needed,
  Initialized: ["Good", "Busy"],
  UpToDate: ["Good", "Busy"],
  Stalled: ["Bad", "Plain"],
  Reconciling: doing,
  ScalingOut: doing,
  ScalingIn: doing,
  Upgrading: doing,
  RepairInProgress: doing,
  Deleting: doing,
};

export function toneOf(state: string | undefined): Tone {
  if (state === undefined || state === "Cancelled") return "Plain";
  if (good.has(state)) return "Good";
  return bad.has(state) ? "Bad" : "Busy";
}
