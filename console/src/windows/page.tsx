/** One maintenance window: its hours, its next openings with the changes of clocks, the days it stays closed, and who keeps to it. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { durationText, instantOf } from "../../../src/core/time.ts";
import type { WindowView } from "../../../src/api/types.ts";
import { useAsker } from "../ask/context.ts";
import { windowOpeningsQuery } from "../ask/queries.ts";
import { useOff } from "../ask/use-access.ts";
import { useDialog } from "../dialogs/use-dialog.ts";
import { Empty } from "../parts/empty.tsx";
import { LinkList, poolLinks } from "../parts/link-list.tsx";
import { PageProblem } from "../parts/page-problem.tsx";
import { PlainTable } from "../parts/plain-table.tsx";
import { useMoment, When } from "../parts/time.tsx";
import { Waiting } from "../parts/waiting.tsx";
import { calendarFile } from "./calendar-file.ts";

export const route = createLazyRoute("/maintenance/$window")({ component: WindowPage });

const listedOpenings = 20;

function WindowPage(): ReactNode {
  const { window: name } = useParams({ from: "/maintenance/$window" });
  const window = useQuery(windowOpeningsQuery(useAsker(), name, listedOpenings));
  if (window.data === undefined) {
    return window.isError ? (
      <PageProblem title={name} error={window.error} onRetry={() => window.refetch()} />
    ) : (
      <Waiting />
    );
  }
  return (
    <SpaceBetween size="l">
      <Head window={window.data} />
      <Facts window={window.data} />
      <Openings window={window.data} />
      <Exclusions window={window.data} />
    </SpaceBetween>
  );
}

function Head({ window }: { readonly window: WindowView }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "windows" });
  const { open } = useDialog();
  const off = useOff();
  const { name, spec, isOpen } = window;
  const word = isOpen ? t("openNow") : t(spec.enabled ? "closedNow" : "isOff");
  return (
    <Header
      variant="h1"
      description={<StatusIndicator type={isOpen ? "success" : "stopped"}>{word}</StatusIndicator>}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button
            iconName="download"
            download={`${name}.ics`}
            href={`data:text/calendar;charset=utf-8,${encodeURIComponent(calendarFile(window))}`}
          >
            {t("ics")}
          </Button>
          <Button onClick={() => open("delete-window", name)} {...off("deleteWindow")}>
            {t("delete")}
          </Button>
          <Button onClick={() => open("exclude", name)} {...off("changeWindow")}>
            {t("exclude")}
          </Button>
          <Button variant="primary" onClick={() => open("edit-window", name)} {...off("changeWindow")}>
            {t("modify")}
          </Button>
        </SpaceBetween>
      }
    >
      {name}
    </Header>
  );
}

function Facts({ window }: { readonly window: WindowView }): ReactNode {
  const { t } = useTranslation("translation");
  const { spec, pools } = window;
  return (
    <Container header={<Header variant="h2">{t("pool.basic")}</Header>}>
      <KeyValuePairs
        columns={4}
        items={[
          {
            label: t("windows.weekdays"),
            value: spec.weekdays.map((day) => t(`form.days.${day}`)).join(", "),
          },
          { label: t("windows.start"), value: spec.start },
          { label: t("windows.length"), value: durationText(spec.durationMinutes * 60_000) },
          { label: t("windows.timeZone"), value: spec.timeZone },
          {
            label: t("windows.pools"),
            value: <LinkList links={poolLinks(pools)} />,
          },
        ]}
      />
    </Container>
  );
}

function Openings({ window }: { readonly window: WindowView }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "windows" });
  const own = useMoment(window.spec.timeZone);
  return (
    <PlainTable
      title={t("openings")}
      rows={window.openings}
      trackBy={({ opens }) => opens}
      empty={<Empty title={t("noOpenings")} text={t("noOpeningsHow")} />}
      columns={[
        {
          id: "own",
          header: `${t("opens")} (${window.spec.timeZone})`,
          cell: ({ opens, offset }) => `${own.short(instantOf(opens))} (UTC${offset})`,
        },
        { id: "viewer", header: t("inYourZone"), cell: ({ opens }) => <When time={opens} /> },
        {
          id: "length",
          header: t("length"),
          cell: ({ opens, closes }) => durationText(instantOf(closes) - instantOf(opens)),
        },
        {
          id: "clock",
          header: t("clocks"),
          cell: ({ clockChangedOn, offset }) =>
            clockChangedOn === null ? (
              "–"
            ) : (
              <StatusIndicator type="warning">
                {t("clockChanged", { day: clockChangedOn, offset })}
              </StatusIndicator>
            ),
        },
      ]}
    />
  );
}

function Exclusions({ window }: { readonly window: WindowView }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "windows" });
  return (
    <PlainTable
      title={t("exclusions")}
      rows={window.spec.exclusions ?? []}
      trackBy={({ from, to }) => `${from} ${to}`}
      empty={<Box>{t("noExclusions")}</Box>}
      columns={[
        { id: "from", header: t("firstDay"), cell: ({ from }) => from },
        { id: "to", header: t("lastDay"), cell: ({ to }) => to },
        { id: "reason", header: t("reason"), cell: ({ reason = "–" }) => reason },
      ]}
    />
  );
}
