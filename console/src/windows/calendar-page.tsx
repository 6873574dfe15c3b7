/** The maintenance calendar: when which window opens, in the viewer's zone or in its own, and on which days it stays closed. */
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQueries, useQuery } from "@tanstack/react-query";
import { createLazyRoute } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useAsker } from "../ask/context.ts";
import { windowOpeningsQuery, windowsQuery } from "../ask/queries.ts";
import { useOff } from "../ask/use-access.ts";
import { useDialog } from "../dialogs/use-dialog.ts";
import { useNow } from "../live/now.ts";
import { ProblemAlert } from "../parts/problem.tsx";
import { useSearchField } from "../parts/use-search-field.ts";
import { addMonths, type Month, monthIn, monthText, readMonth } from "./days.ts";
import { MonthGrid } from "./month-grid.tsx";
import { WindowTable } from "./window-table.tsx";

export const route = createLazyRoute("/maintenance")({ component: Calendar });

function Calendar(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "windows" });
  const { open } = useDialog();
  const off = useOff();
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description={t("about")}
        actions={
          <Button variant="primary" onClick={() => open("create-window", "new")} {...off("createWindow")}>
            {t("create")}
          </Button>
        }
      >
        {t("title")}
      </Header>
      <Months />
      <WindowTable />
    </SpaceBetween>
  );
}

/** Enough for daily openings of three months. */
const listedOpenings = 100;

function Months(): ReactNode {
  const { t, i18n } = useTranslation("translation", { keyPrefix: "windows" });
  const asker = useAsker();
  const [zone] = useSearchField("zone");
  const [wanted] = useSearchField("month");
  const today = monthIn(useNow(), undefined);
  const month = readMonth(wanted, today);
  const list = useQuery(windowsQuery(asker, { limit: 100 }));
  const names = (list.data?.items ?? []).map(({ name }) => name);
  const windows = useQueries({
    queries: names.map((name) => windowOpeningsQuery(asker, name, listedOpenings)),
  });
  const isOwnZone = zone === "window";
  const title = new Intl.DateTimeFormat(i18n.language === "zh" ? "zh-CN" : "en-GB", {
    year: "numeric",
    month: "long",
    timeZone: "UTC",
  }).format(Date.UTC(month.year, month.month - 1, 1));
  const viewer = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={isOwnZone ? t("inOwnZone") : t("inViewerZone", { zone: viewer })}
          actions={<Turn month={month} />}
        >
          {title}
        </Header>
      }
    >
      {list.isError && <ProblemAlert error={list.error} onRetry={() => list.refetch()} />}
      <MonthGrid
        month={month}
        windows={windows.flatMap(({ data }) => (data === undefined ? [] : [data]))}
        isOwnZone={isOwnZone}
      />
    </Container>
  );
}

/** Which month, and whose hours. */
function Turn({ month }: { readonly month: Month }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "windows" });
  const [zone, setZone] = useSearchField("zone");
  const [, setWanted] = useSearchField("month");
  const turn = (count: number): void => setWanted(monthText(addMonths(month, count)));
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <SegmentedControl
        label={t("zone")}
        selectedId={zone === "window" ? "window" : "viewer"}
        onChange={({ detail }) => setZone(detail.selectedId === "window" ? "window" : undefined)}
        options={[
          { id: "viewer", text: t("viewerZone") },
          { id: "window", text: t("ownZone") },
        ]}
      />
      <Button iconName="angle-left" ariaLabel={t("previous")} onClick={() => turn(-1)} />
      <Button onClick={() => setWanted(undefined)}>{t("today")}</Button>
      <Button iconName="angle-right" ariaLabel={t("next")} onClick={() => turn(1)} />
    </SpaceBetween>
  );
}
