/** Kubernetes' events as they are shown: which of them are ours, when each was last seen, and how often. Ours are made in announce.ts. */
import type { EventObject } from "../schema/kubernetes.ts";
import type { Announcement } from "./announce.ts";
import type { Facts } from "./reason.ts";

export interface SeenEvent {
  /** When it was last seen. */
  readonly time: string;
  readonly type: string;
  readonly reason: string;
  readonly object: { readonly kind: string; readonly name: string };
  readonly count: number;
  /** In English. */
  readonly note: string;
  /** What the note says, for those who word it in another language. Null: only the note is known. */
  readonly news: Announcement | null;
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
  return { ...lastSeen(event), type, reason, object: { kind, name }, note, news: newsOf(event) };
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

const newsAnnotation = "poolkeeper.dev/news";
/** What is longer is only told in English: an event is no place for much. */
const maxNewsLength = 4096;

/** The annotations of the event that tells this. */
export function newsAnnotations(news: Announcement): Readonly<Record<string, string>> {
  const { machine, node, because, facts } = news;
  const value = JSON.stringify({ machine, node, because, facts });
  return value.length > maxNewsLength ? {} : { [newsAnnotation]: value };
}

/** Anybody who may write events may have written this one, so nothing is taken for granted. */
function newsOf({ metadata, type, reason = "" }: EventObject): Announcement | null {
  const told = parsed(metadata.annotations?.[newsAnnotation] ?? "");
  if (told === null) return null;
  const { machine, node, because, facts } = told;
  const isWhole =
    typeof machine === "string" && isTextOrNull(node) && isTextOrNull(because) && isFacts(facts);
  if (!isWhole) return null;
  return { type: type === "Warning" ? "Warning" : "Normal", reason, machine, node, because, facts };
}

function parsed(text: string): Readonly<Partial<Record<keyof Announcement, unknown>>> | null {
  if (text === "" || text.length > maxNewsLength) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

function isTextOrNull(value: unknown): value is string | null {
  return typeof value === "string" || value === null;
}

function isFacts(value: unknown): value is Facts {
  const isFact = (fact: unknown): boolean => typeof fact === "string" || typeof fact === "number";
  return typeof value === "object" && value !== null && Object.values(value).every(isFact);
}
