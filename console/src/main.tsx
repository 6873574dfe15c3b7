/** Builds the parts of the page, once, and shows it. Nothing else builds them; everything else is handed them. */
import "@cloudscape-design/global-styles/index.css";
import "./main.css";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createInstance } from "i18next";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { I18nextProvider, initReactI18next } from "react-i18next";
import type { SessionView } from "../../src/api/answers.ts";
import { App } from "./app/app.tsx";
import { followPreferences, PreferencesContext } from "./app/look.ts";
import { renewWhenPartsAreGone } from "./app/renew.ts";
import { createPreferences } from "./app/preferences.ts";
import { AnswerError, createAsker } from "./ask/asker.ts";
import { AskerContext } from "./ask/context.ts";
import { keepRefusals } from "./ask/kept-refusals.ts";
import { sessionKey } from "./ask/queries.ts";
import { askAgain } from "./live/again.ts";
import { createLiveStore } from "./live/state.ts";
import { resources } from "./text/catalogue.ts";

renewWhenPartsAreGone(window);
const live = createLiveStore();
const queryCache = new QueryCache();
keepRefusals(queryCache);
const queryClient = new QueryClient({
  queryCache,
  defaultOptions: {
    queries: {
      staleTime: 5000,
      // On loopback a machine without a network is no reason not to ask.
      networkMode: "always",
      retry: (failures, error) => failures < 2 && !(error instanceof AnswerError && error.problem !== null),
      refetchOnWindowFocus: false,
      // The stream says what has changed. Without it, and in case that it missed something, it is asked for.
      refetchInterval: () => (live.get().word === "Live" ? 60_000 : 10_000),
    },
    mutations: { networkMode: "always" },
  },
});
const preferences = createPreferences(localStorage, navigator.languages);
const signOut = (): void => {
  void queryClient.invalidateQueries({ queryKey: sessionKey });
};
const asker = createAsker({
  language: () => preferences.get().language,
  csrf: () => queryClient.getQueryData<SessionView>(sessionKey)?.csrf ?? null,
  onSignedOut: signOut,
});
const words = createInstance();
await words.use(initReactI18next).init({
  resources,
  lng: preferences.get().language,
  fallbackLng: "en",
  interpolation: { escapeValue: false },
});
followPreferences(preferences, words);
// Sentences of the API are in the language in which they were asked for.
words.on("languageChanged", () => void askAgain(queryClient));

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element root");
createRoot(root).render(
  <StrictMode>
    <I18nextProvider i18n={words}>
      <QueryClientProvider client={queryClient}>
        <PreferencesContext value={preferences}>
          <AskerContext value={asker}>
            <App live={live} onSignedOut={signOut} />
          </AskerContext>
        </PreferencesContext>
      </QueryClientProvider>
    </I18nextProvider>
  </StrictMode>,
);
