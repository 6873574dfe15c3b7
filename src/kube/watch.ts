/** One line of a watch as an event, trimmed. What an event does is reflector.ts. */
import type { Kind } from "../ports/kube.ts";
import type { KubeObject } from "../schema/kubernetes.ts";
import { type Status, parseStatus } from "./map.ts";
import type { Share } from "./share.ts";
import { trim } from "./trim.ts";

export type WatchEvent =
  | { readonly kind: "Changed"; readonly object: KubeObject; readonly version: string }
  | { readonly kind: "Deleted"; readonly object: KubeObject; readonly version: string }
  /** Nothing happened up to this version. The first one with `isEndOfInitial` says that everything was sent. */
  | { readonly kind: "Bookmark"; readonly version: string; readonly isEndOfInitial: boolean }
  | { readonly kind: "Error"; readonly status: Status }
  /** Not an event that we know. It is passed over, so that one odd object stops nothing else. */
  | { readonly kind: "Odd" };

const endOfInitialEvents = "k8s.io/initial-events-end";

export function eventOf(kind: Kind, line: unknown, share: Share): WatchEvent {
  const { type, object } = (line ?? {}) as { readonly type?: unknown; readonly object?: unknown };
  if (type === "ERROR") return { kind: "Error", status: parseStatus(object) };
  const { metadata } = (object ?? {}) as { readonly metadata?: Metadata };
  const version = metadata?.resourceVersion;
  if (version === undefined) return { kind: "Odd" };
  if (type === "BOOKMARK") {
    return {
      kind: "Bookmark",
      version,
      isEndOfInitial: metadata?.annotations?.[endOfInitialEvents] === "true",
    };
  }
  const trimmed = trim(kind, object, share);
  if (trimmed === undefined) return { kind: "Odd" };
  if (type === "ADDED" || type === "MODIFIED") return { kind: "Changed", object: trimmed, version };
  return type === "DELETED" ? { kind: "Deleted", object: trimmed, version } : { kind: "Odd" };
}

interface Metadata {
  readonly resourceVersion?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}
