/** The bar on top: the way to everything, whether the page is current, how it looks, and who is here. */
import TopNavigation, { type TopNavigationProps } from "@cloudscape-design/components/top-navigation";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useAsker } from "../ask/context.ts";
import { sessionQuery } from "../ask/queries.ts";
import { useFollow } from "./follow.ts";
import { useLiveUtility } from "./live-dot.tsx";
import { usePreferences } from "./look.ts";

export interface TopBarProps {
  readonly onFind: () => void;
  readonly onKeys: () => void;
}

export function TopBar({ onFind, onKeys }: TopBarProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "shell" });
  const follow = useFollow("/");
  const keys = navigator.platform.startsWith("Mac") ? "⌘K" : "Ctrl+K";
  const find: TopNavigationProps.Utility = {
    type: "button",
    iconName: "search",
    text: `${t("top.find")} (${keys})`,
    onClick: onFind,
  };
  const live = useLiveUtility();
  const mode = useModeUtility();
  const language = useLanguageUtility();
  const user = useUserUtility(onKeys);
  return (
    <TopNavigation
      identity={{
        href: "/",
        title: t("product"),
        logo: { src: "/favicon.svg", alt: t("logo") },
        onFollow: follow,
      }}
      utilities={[find, live, mode, language, user]}
      i18nStrings={{
        overflowMenuTriggerText: t("top.more"),
        overflowMenuTitleText: t("top.menu"),
      }}
    />
  );
}

function useModeUtility(): TopNavigationProps.Utility {
  const { t } = useTranslation("translation", { keyPrefix: "shell" });
  const { current, set } = usePreferences();
  return {
    type: "menu-dropdown",
    iconName: "settings",
    ariaLabel: t("top.mode"),
    title: t("top.mode"),
    items: (["System", "Light", "Dark"] as const).map((mode) => ({
      id: mode,
      itemType: "checkbox",
      text: t(`mode.${mode}`),
      checked: current.mode === mode,
    })),
    onItemClick: ({ detail }) => set({ mode: detail.id as "System" | "Light" | "Dark" }),
  };
}

function useLanguageUtility(): TopNavigationProps.Utility {
  const { t } = useTranslation("translation", { keyPrefix: "shell" });
  const { current, set } = usePreferences();
  const names = { en: "English", zh: "简体中文" } as const;
  return {
    type: "menu-dropdown",
    text: names[current.language],
    ariaLabel: `${t("top.language")}: ${names[current.language]}`,
    title: t("top.language"),
    items: (["en", "zh"] as const).map((language) => ({
      id: language,
      itemType: "checkbox",
      text: names[language],
      lang: language === "zh" ? "zh-CN" : "en",
      checked: current.language === language,
    })),
    onItemClick: ({ detail }) => set({ language: detail.id === "zh" ? "zh" : "en" }),
  };
}

function useUserUtility(onKeys: () => void): TopNavigationProps.Utility {
  const { t } = useTranslation("translation", { keyPrefix: "shell" });
  const asker = useAsker();
  const client = useQueryClient();
  const { data } = useQuery(sessionQuery(asker));
  const { mutate: signOut } = useMutation({
    mutationFn: () => asker.change<null>({ method: "DELETE", path: "/session" }),
    onSettled: () => client.resetQueries(),
  });
  const user = data?.user ?? data?.way ?? "";
  return {
    type: "menu-dropdown",
    iconName: "user-profile",
    text: user,
    ariaLabel: t("top.user", { user }),
    description: data === undefined ? "" : `${data.cluster.name} · ${data.cluster.version}`,
    items: [
      { id: "keys", text: t("top.keys") },
      { id: "docs", text: t("top.apiDocs"), href: "/api/docs", external: true },
      { id: "out", text: t("top.signOut") },
    ],
    onItemClick: ({ detail }) => {
      if (detail.id === "keys") onKeys();
      if (detail.id === "out") signOut();
    },
  };
}
