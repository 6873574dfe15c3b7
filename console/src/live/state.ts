/** Whether what the page shows is what is: told by the stream, read by the dot in the corner and by everything that shows ages. */

export type LiveWord = "Connecting" | "Live" | "Stale" | "Lost";

export interface LiveState {
  readonly word: LiveWord;
  /** When the server last said how things are; null before it has. */
  readonly asOf: number | null;
  /** The server's clock ahead of this one. */
  readonly skewMs: number;
}

export interface LiveStore {
  get(): LiveState;
  set(change: Partial<LiveState>): void;
  subscribe(listener: () => void): () => void;
}

export function createLiveStore(): LiveStore {
  let state: LiveState = { word: "Connecting", asOf: null, skewMs: 0 };
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    set: (change) => {
      state = { ...state, ...change };
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
