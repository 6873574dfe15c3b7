/** Kubernetes' events as they are shown: which of them are ours, when each was last seen, and how often. Ours are made in announce.ts. */
import type { EventObject } from "../schema/kubernetes.ts";

export interface SeenEvent {
  /** When it was last seen. */
  readonly time: string;
  readonly type: string;
  readonly reason: string;
  readonly object: { readonly kind: string; readonly name: string };
  readonly count: number;
  readonly note: string;
}

/** Written by Poolkeeper, in its namespace (null: in any). Events about nodes stand in the namespace "default". */
export function isOurEvent(
  { metadata, reportingController, regarding }: EventObject,
  namespace: string | null,
): boolean {
  if (reportingController?.startsWith("poolkeeper") !== true) return false;
  return namespace === null || regarding?.kind === "Node" || metadata.namespace === namespace;
}

export function seenEvent(event: EventObject): SeenEvent {
  const { type = "Normal", reason = "", note = "", regarding } = event;
  const { kind = "", name = "" } = regarding ?? {};
  return { ...lastSeen(event), type, reason, object: { kind, name }, note };
}

/** Writers of older libraries fill the deprecated fields. */
function lastSeen(event: EventObject): Pick<SeenEvent, "time" | "count"> {
  const { metadata, series, eventTime, deprecatedLastTimestamp, deprecatedCount } = event;
  const { creationTimestamp = "" } = metadata;
  return {
    time: series?.lastObservedTime ?? eventTime ?? deprecatedLastTimestamp ?? creationTimestamp,
    count: series?.count ?? deprecatedCount ?? 1,
  };
}
