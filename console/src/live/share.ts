/**
 * One stream for all tabs of this browser, because it opens six connections to one host and no more: the tab that holds the
 * lock reads it, the others hear from that tab. When it closes, the next one goes on.
 */
import type { Asker } from "../ask/asker.ts";
import { followStream, type Heard, type StreamHandlers } from "./stream.ts";

type Message = { readonly kind: "Heard"; readonly heard: Heard } | { readonly kind: "Lost" };

/** `name` tells streams of one browser apart: by person and language. */
export function shareStream(asker: Asker, name: string, handlers: StreamHandlers): () => void {
  const end = new AbortController();
  const { signal } = end;
  // Pages that are not served over TLS or from this machine have no locks.
  if (!("locks" in navigator)) {
    void followStream(asker, handlers, signal);
    return () => end.abort();
  }
  const channel = new BroadcastChannel(`poolkeeper ${name}`);
  const tell = (message: Message): void => {
    act(message, handlers);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel reaches pages of our own origin only.
    channel.postMessage(message);
  };
  channel.addEventListener("message", ({ data }: MessageEvent<Message>) => act(data, handlers));
  const own: StreamHandlers = {
    onHeard: (heard) => tell({ kind: "Heard", heard }),
    onLost: () => tell({ kind: "Lost" }),
  };
  navigator.locks
    .request(`poolkeeper stream ${name}`, { signal }, () => followStream(asker, own, signal))
    .catch(() => {
      // Ended while it waited for the lock.
    });
  return () => {
    end.abort();
    channel.close();
  };
}

function act(message: Message, handlers: StreamHandlers): void {
  if (message.kind === "Lost") handlers.onLost();
  else handlers.onHeard(message.heard);
}
