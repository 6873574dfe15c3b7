/** Who is here decides what is shown: the page to sign in, or the console. */
import { I18nProvider } from "@cloudscape-design/components/i18n";
import en from "@cloudscape-design/components/i18n/messages/all.en";
import zh from "@cloudscape-design/components/i18n/messages/all.zh-CN";
import { useQuery } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { useAsker } from "../ask/context.ts";
import { sessionQuery } from "../ask/queries.ts";
import { Live } from "../live/live.tsx";
import type { LiveStore } from "../live/state.ts";
import { SignIn } from "../sign-in/page.tsx";
import { usePreferences } from "./look.ts";
import { createConsoleRouter } from "./router.ts";

export interface AppProps {
  readonly live: LiveStore;
  readonly onSignedOut: () => void;
}

export function App({ live, onSignedOut }: AppProps): ReactNode {
  const asker = useAsker();
  const { language } = usePreferences().current;
  const session = useQuery({
    ...sessionQuery(asker),
    refetchInterval: ({ state }) => (isIn(state) ? false : 3000),
  });
  const router = useMemo(createConsoleRouter, []);
  const user = session.data?.user ?? session.data?.way ?? "";
  return (
    <I18nProvider locale={language === "zh" ? "zh-CN" : "en"} messages={[en, zh]}>
      {session.data?.isSignedIn === true ? (
        <Live store={live} user={user} language={language} onSignedOut={onSignedOut}>
          <RouterProvider router={router} />
        </Live>
      ) : (
        <SignIn session={session.data ?? null} isLost={session.isError} />
      )}
    </I18nProvider>
  );
}

/** Until somebody is in, what the page to sign in says is kept true: Poolkeeper may just be starting. */
function isIn(state: { readonly data?: { readonly isSignedIn: boolean } | undefined }): boolean {
  return state.data?.isSignedIn === true;
}
