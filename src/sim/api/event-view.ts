/** Events are one set of objects with two faces: `v1` and `events.k8s.io/v1`. Answers how one becomes the other. */
import { type Json, type JsonObject, objectAt, type Stored } from "./json.ts";
import type { ResourceType } from "./resources.ts";

/** Names of the same field: stored (`v1`) to newer. */
const renamed: readonly (readonly [string, string])[] = [
  ["involvedObject", "regarding"],
  ["message", "note"],
  ["source", "deprecatedSource"],
  ["firstTimestamp", "deprecatedFirstTimestamp"],
  ["lastTimestamp", "deprecatedLastTimestamp"],
  ["count", "deprecatedCount"],
  ["reportingComponent", "reportingController"],
];

function rename(object: Stored, pairs: readonly (readonly [string, string])[], apiVersion: string): Stored {
  const fields: { [key: string]: Json | undefined } = { ...object };
  for (const [from, to] of pairs) {
    if (fields[from] === undefined) continue;
    fields[to] = fields[from];
    delete fields[from];
  }
  return { ...fields, apiVersion, kind: "Event", metadata: object.metadata };
}

export function newerEvents(core: ResourceType): ResourceType {
  const back = renamed.map(([stored, newer]) => [newer, stored] as const);
  return {
    ...core,
    group: "events.k8s.io",
    toStored: (object) => rename(object, back, "v1"),
    fromStored: (object) => rename(object, renamed, "events.k8s.io/v1"),
  };
}

/** When the event was last seen, whichever face it was written through. */
export function lastSeen(event: JsonObject): string | undefined {
  const series = objectAt(event, "series")["lastObservedTime"];
  const times = [series, event["lastTimestamp"], event["eventTime"], event["firstTimestamp"]];
  return times.find((time) => typeof time === "string" && time !== "") as string | undefined;
}
