/** Joins stream, answers and clock for the pages: they ask whether they are current and what time it is, and no more. */
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useSyncExternalStore } from "react";
import { instantOf } from "../../../src/core/time.ts";
import type { Language } from "../../../src/text/words.ts";
import { type Asker, useAsker } from "../ask/context.ts";
import type { Kept } from "../ask/queries.ts";
import { askAgain } from "./again.ts";
import { createPacer } from "./pacer.ts";
import { patchChanged, patchRemoved } from "./patch.ts";
import { shareStream } from "./share.ts";
import type { LiveState, LiveStore } from "./state.ts";
import type { Heard } from "./stream.ts";

const LiveContext = createContext<LiveStore | null>(null);

export interface LiveProps {
  readonly store: LiveStore;
  readonly user: string;
  readonly language: Language;
  readonly onSignedOut: () => void;
  readonly children: ReactNode;
}

export function Live({ store, user, language, onSignedOut, children }: LiveProps): ReactNode {
  const asker: Asker = useAsker();
  const client = useQueryClient();
  useEffect(() => {
    const pacer = createPacer<Kept>((key) => askAgain(client, { queryKey: [key] }));
    let hasBegun = false;
    const onHeard = (heard: Heard): void => {
      switch (heard.name) {
        case "ready":
        case "tick":
          // What was read before the stream began may have changed in between. A tab that another one reads for hears no "ready".
          if (heard.name === "ready" || !hasBegun)
            void askAgain(client, { predicate: ({ queryKey }) => queryKey[0] !== "session" });
          hasBegun = true;
          store.set(momentOf(heard.data));
          return;
        case "reset":
          void askAgain(client);
          return;
        case "changed":
          patchChanged(client, pacer, heard.data);
          return;
        case "removed":
          patchRemoved(client, pacer, heard.data);
          return;
        case "end":
          if (heard.data.why === "SignedOut") onSignedOut();
      }
    };
    const stop = shareStream(asker, `${user} ${language}`, {
      onHeard,
      onLost: () => store.set({ word: "Lost" }),
    });
    return () => {
      stop();
      pacer.stop();
    };
  }, [asker, client, store, user, language, onSignedOut]);
  return <LiveContext value={store}>{children}</LiveContext>;
}

function momentOf(moment: { readonly asOf: string; readonly isCurrent: boolean }): LiveState {
  const asOf = instantOf(moment.asOf);
  return { word: moment.isCurrent ? "Live" : "Stale", asOf, skewMs: asOf - Date.now() };
}

export function useLive(): LiveState {
  const store = useContext(LiveContext);
  if (store === null) throw new Error("useLive stands outside of Live");
  return useSyncExternalStore(store.subscribe, store.get);
}
