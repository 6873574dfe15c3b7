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

export function toneOf(state: string | undefined): Tone {
  if (state === undefined || state === "Cancelled") return "Plain";
  if (good.has(state)) return "Good";
  return bad.has(state) ? "Bad" : "Busy";
}
