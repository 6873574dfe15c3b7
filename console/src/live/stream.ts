/** The one stream of changes, read until it breaks and begun again where it stood. What becomes of a change is decided in patch.ts. */
import { EventSourceParserStream } from "eventsource-parser/stream";
import type { StreamEvent, StreamEventName } from "../../../src/api/answers.ts";
import type { Asker } from "../ask/asker.ts";

export type Heard = {
  [N in StreamEventName]: { readonly name: N; readonly data: StreamEvent<N> };
}[StreamEventName];

export interface StreamHandlers {
  readonly onHeard: (heard: Heard) => void;
  /** The server does not answer; it is tried again. */
  readonly onLost: () => void;
}

/** The server says every five seconds that it is there. */
const silenceMs = 15_000;
const firstPauseMs = 500;
const longestPauseMs = 8000;

/** Runs until the signal ends it. Whoever is signed out has no page left that follows; whoever is not goes on. */
export async function followStream(
  asker: Asker,
  handlers: StreamHandlers,
  signal: AbortSignal,
): Promise<void> {
  let lastEventId = "";
  let pauseMs = firstPauseMs;
  while (!signal.aborted) {
    await readOnce(asker, {
      lastEventId,
      signal,
      onHeard: (heard, id) => {
        lastEventId = id;
        pauseMs = firstPauseMs;
        handlers.onHeard(heard);
      },
    });
    if (signal.aborted) return;
    handlers.onLost();
    await pause(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

interface Reading {
  readonly lastEventId: string;
  readonly signal: AbortSignal;
  readonly onHeard: (heard: Heard, id: string) => void;
}

async function readOnce(asker: Asker, { lastEventId, signal, onHeard }: Reading): Promise<void> {
  const own = new AbortController();
  let alarm = setTimeout(() => own.abort(), silenceMs);
  try {
    const both = AbortSignal.any([signal, own.signal]);
    const { body } = await asker.open("/stream", {}, { signal: both, lastEventId });
    if (body === null) return;
    const events = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
    for await (const { event, data, id } of valuesOf(events)) {
      clearTimeout(alarm);
      alarm = setTimeout(() => own.abort(), silenceMs);
      const heard = { name: event, data: JSON.parse(data) } as Heard;
      onHeard(heard, id ?? lastEventId);
      // Rights that have changed are asked for anew by the next attempt.
      if (heard.name === "end") return;
    }
  } catch {
    // Broken off: the next attempt goes on where it stood.
  } finally {
    clearTimeout(alarm);
    own.abort();
  }
}

/** Not every browser can iterate over a stream by itself. */
async function* valuesOf<T>(stream: ReadableStream<T>): AsyncGenerator<T> {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
