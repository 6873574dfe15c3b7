/** What has just happened, said once above the page, with where to look next. */
import Flashbar, { type FlashbarProps } from "@cloudscape-design/components/flashbar";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { AppLink } from "../parts/app-link.tsx";
import { ConnectionNotice } from "./connection.tsx";

export interface Notice {
  readonly kind: "success" | "error" | "info" | "warning";
  readonly title: string;
  readonly text?: string | undefined;
  readonly link?: { readonly text: string; readonly href: string } | undefined;
}

interface Shown extends Notice {
  readonly id: number;
}

type Tell = (notice: Notice) => void;

const NoticesContext = createContext<Tell | null>(null);
const ShownContext = createContext<readonly [readonly Shown[], (id: number) => void]>([[], () => {}]);

/** The oldest make room. */
const kept = 4;

export function NoticesProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [shown, setShown] = useState<readonly Shown[]>([]);
  const tell = useCallback<Tell>((notice) => {
    setShown((before) => [{ ...notice, id: (before[0]?.id ?? 0) + 1 }, ...before].slice(0, kept));
  }, []);
  const dismiss = useCallback(
    (id: number) => setShown((before) => before.filter((item) => item.id !== id)),
    [],
  );
  const value = useMemo(() => [shown, dismiss] as const, [shown, dismiss]);
  return (
    <NoticesContext value={tell}>
      <ShownContext value={value}>{children}</ShownContext>
    </NoticesContext>
  );
}

export function useTell(): Tell {
  const tell = useContext(NoticesContext);
  if (tell === null) throw new Error("useTell stands outside of the shell");
  return tell;
}

export function NoticeStack(): ReactNode {
  const { t } = useTranslation();
  const [shown, dismiss] = useContext(ShownContext);
  const items = shown.map(
    ({ id, kind, title, text, link }): FlashbarProps.MessageDefinition => ({
      id: String(id),
      type: kind,
      header: title,
      content: (
        <>
          {text}
          {link !== undefined && (
            <>
              {text === undefined ? "" : " "}
              <AppLink href={link.href} color="inverted">
                {link.text}
              </AppLink>
            </>
          )}
        </>
      ),
      dismissible: true,
      dismissLabel: t("everywhere.dismiss"),
      onDismiss: () => dismiss(id),
    }),
  );
  return (
    <>
      <ConnectionNotice />
      <Flashbar items={items} />
    </>
  );
}
