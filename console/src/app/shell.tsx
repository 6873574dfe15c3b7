/** The frame around every page: what is on top, on the left, and what has just happened. */
import AppLayout from "@cloudscape-design/components/app-layout";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import { Outlet, useLocation } from "@tanstack/react-router";
import { type ReactNode, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { DialogHost } from "../dialogs/host.tsx";
import { Waiting } from "../parts/waiting.tsx";
import { useCrumbs } from "./crumbs.ts";
import { useFollow } from "./follow.ts";
import { KeyList, useKeys } from "./keys.tsx";
import { Navigation } from "./navigation.tsx";
import { NoticesProvider, NoticeStack } from "./notices.tsx";
import { Palette } from "./palette.tsx";
import { TopBar } from "./top-bar.tsx";

type Open = "Nothing" | "Palette" | "Keys";

export function Shell(): ReactNode {
  const [open, setOpen] = useState<Open>("Nothing");
  useKeys({ onFind: () => setOpen("Palette"), onHelp: () => setOpen("Keys") });
  const close = (): void => setOpen("Nothing");
  return (
    <NoticesProvider>
      <div id="top">
        <TopBar onFind={() => setOpen("Palette")} onKeys={() => setOpen("Keys")} />
      </div>
      <Frame />
      <DialogHost />
      {open === "Palette" && <Palette onClose={close} />}
      {open === "Keys" && <KeyList onClose={close} />}
    </NoticesProvider>
  );
}

function Frame(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "shell" });
  const follow = useFollow();
  const crumbs = useCrumbs();
  const { pathname } = useLocation();
  const [isNavigationOpen, setNavigationOpen] = useState(() => matchMedia("(min-width: 1100px)").matches);
  const title = crumbs.at(-1)?.text ?? "";
  useEffect(() => {
    document.title = title === "" ? t("product") : `${title} · ${t("product")}`;
  }, [title, t]);
  return (
    <AppLayout
      headerSelector="#top"
      navigation={<Navigation />}
      navigationWidth={240}
      navigationOpen={isNavigationOpen}
      onNavigationChange={({ detail }) => setNavigationOpen(detail.open)}
      toolsHide
      breadcrumbs={
        crumbs.length < 2 ? undefined : (
          <BreadcrumbGroup items={crumbs} onFollow={follow} ariaLabel={t("nav.path")} />
        )
      }
      notifications={<NoticeStack />}
      stickyNotifications
      maxContentWidth={1800}
      content={
        <Suspense fallback={<Waiting />} key={pathname}>
          <Outlet />
        </Suspense>
      }
      ariaLabels={{
        navigation: t("nav.label"),
        navigationToggle: t("nav.open"),
        navigationClose: t("nav.close"),
      }}
    />
  );
}
