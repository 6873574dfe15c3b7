/** Clusters: the one that this Poolkeeper manages, with the way to its details. */
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { SessionView } from "../../../src/api/answers.ts";
import { useFollow } from "../app/follow.ts";
import { useAsker } from "../ask/context.ts";
import { fleetQuery, sessionQuery } from "../ask/queries.ts";
import { AppLink } from "../parts/app-link.tsx";
import { Empty } from "../parts/empty.tsx";

export const route = createLazyRoute("/clusters")({ component: Clusters });

function Clusters(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "clusters" });
  const { data: session } = useQuery(sessionQuery(useAsker()));
  return (
    <Table
      variant="full-page"
      header={
        <Header variant="awsui-h1-sticky" description={t("about")}>
          {t("title")}
        </Header>
      }
      items={session === undefined ? [] : [session.cluster]}
      trackBy="name"
      ariaLabels={{ tableLabel: t("title") }}
      empty={<Empty title={t("title")} />}
      columnDefinitions={useColumns()}
    />
  );
}

type Cluster = SessionView["cluster"];

function useColumns(): TableProps.ColumnDefinition<Cluster>[] {
  const { t } = useTranslation("translation", { keyPrefix: "clusters" });
  const asker = useAsker();
  const follow = useFollow();
  const { data: session } = useQuery(sessionQuery(asker));
  const { data: fleet } = useQuery(fleetQuery(asker));
  const placeOf = (name: string): string => `/clusters/${encodeURIComponent(name)}`;
  return [
    {
      id: "name",
      header: t("name"),
      isRowHeader: true,
      cell: ({ name }) => <AppLink href={placeOf(name)}>{name}</AppLink>,
    },
    {
      id: "state",
      header: t("state"),
      cell: () =>
        session?.notReadyBecause == null ? (
          <StatusIndicator type="success">{t("running")}</StatusIndicator>
        ) : (
          <StatusIndicator type="warning">{session.notReadyBecause}</StatusIndicator>
        ),
    },
    { id: "version", header: t("version"), cell: ({ version }) => version },
    {
      id: "nodes",
      header: t("nodes"),
      cell: () => (fleet === undefined ? "–" : `${fleet.nodes.ready} / ${fleet.nodes.desired}`),
    },
    { id: "server", header: t("server"), cell: ({ server }) => server },
    {
      id: "actions",
      header: t("actions"),
      cell: ({ name }) => (
        <Button
          variant="inline-link"
          href={placeOf(name)}
          onFollow={follow}
          ariaLabel={`${t("details")} ${name}`}
        >
          {t("details")}
        </Button>
      ),
    },
  ];
}
